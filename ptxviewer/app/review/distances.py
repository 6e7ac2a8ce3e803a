"""The interpleural distances under the reader's hand: a drag of a handle is one step of undo, the sizes follow it."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.review.reviewing import Reviewing, measured
from ptxviewer.app.state.film import Film, LineDrag, Part
from ptxviewer.app.state.gating import withheld
from ptxviewer.app.store import Store
from ptxviewer.core.answer import Line, LineName
from ptxviewer.core.findings.reviewed import with_lines
from ptxviewer.core.geometry import Point
from ptxviewer.core.review import MovedLine


def can_move(film: Film | None) -> bool:
    """True when there are distances on the film."""
    halves = film.findings.halves if film is not None and film.findings is not None else ()
    return any(half.distances is not None for half in halves)


class Lining:
    """Moves the lines of a film's halves."""

    def __init__(self, store: Store, reviewing: Reviewing) -> None:
        self._store = store
        self._reviewing = reviewing

    def toggle(self) -> None:
        """Draw the distances on the film, or no longer."""
        self.settle()
        overlay = self._store.state.overlay
        self._store.change(overlay=replace(overlay, lines=not overlay.lines))

    def begin(self, on_image_left: bool, name: LineName, part: Part, at: Point) -> None:
        """Take a line by one of its parts."""
        film = self._store.state.current
        if film is None or film.findings is None or withheld(film):
            return
        for half in film.findings.halves:
            if half.on_image_left is on_image_left and half.distances is not None:
                line = half.distances.line(name)
                drag = LineDrag(MovedLine(on_image_left, name, line), part, at, line)
                self._store.update(replace(film, hand=drag))

    def move(self, to: Point) -> None:
        """Follow the hand; what is held stays on the film."""
        film = self._store.state.current
        if film is None or not isinstance(film.hand, LineDrag) or film.radiograph is None or film.result is None:
            return
        drag, part, line = film.hand, film.hand.part, film.hand.before
        dx, dy = to[0] - drag.start[0], to[1] - drag.start[1]
        rows, cols = film.radiograph.shape

        def moved(point: Point) -> Point:
            return min(max(point[0] + dx, 0.0), float(cols)), min(max(point[1] + dy, 0.0), float(rows))

        line = Line(
            moved(line.wall) if part in ("wall", "both") else line.wall,
            moved(line.lung) if part in ("lung", "both") else line.lung,
        )
        drag = replace(drag, line=replace(drag.line, line=line))
        findings = film.findings and with_lines(film.findings, (*film.review.lines, drag.line))
        self._store.update(replace(film, hand=drag, result=replace(film.result, findings=findings)))

    def finish(self) -> None:
        """Let go: the line stands there."""
        film = self._store.state.current
        if film is None or not isinstance(film.hand, LineDrag):
            return
        live, before, film = film.hand.line, film.hand.before, replace(film, hand=None)
        if live.line == before:
            self._store.update(film)
            return
        others = [one for one in film.review.lines if (one.on_image_left, one.name) != (live.on_image_left, live.name)]
        self._reviewing.push(film, replace(film.review, lines=(*others, live)))

    def settle(self) -> None:
        """The reader turns to something else: a line in hand stays where it is."""
        self.finish()

    def cancel(self) -> bool:
        """Put a line that is in hand back; True when there was one."""
        film = self._store.state.current
        if film is None or not isinstance(film.hand, LineDrag):
            return False
        film = replace(film, hand=None)
        self._store.update(measured(film, film.radiograph, self._store.rule))
        return True

    def reset(self) -> None:
        """All distances as they are found in the masks."""
        self.settle()
        film = self._store.state.current
        if film is not None and film.review.lines:
            self._reviewing.push(film, replace(film.review, lines=()))
