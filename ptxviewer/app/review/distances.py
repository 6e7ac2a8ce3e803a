"""Moving the interpleural distances: each drag of a handle is one step of undo, and the sizes follow it."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.state.film import Film, LineDrag, Part
from ptxviewer.app.state.withheld import withheld
from ptxviewer.app.store import Store
from ptxviewer.core.answer import Line, LineName
from ptxviewer.core.geometry import Point
from ptxviewer.core.review import MovedLine, Review


def can_move(film: Film | None) -> bool:
    """True when there are distances on the film."""
    if film is None or film.findings is None or film.review.verdict == "reject":
        return False
    halves = film.findings.halves
    return any(half.distances is not None and half.distances.lines for half in halves)


class DistanceEditing:
    """Moves the lines of a film's halves."""

    def __init__(self, store: Store, editor: ReviewEditor) -> None:
        self._store = store
        self._editor = editor

    def toggle(self) -> None:
        """Draw the distances on the film, or no longer."""
        self._editor.settle()
        self._store.edit(lambda state: replace(state, overlay=replace(state.overlay, lines=not state.overlay.lines)))

    def begin(self, on_image_left: bool, name: LineName, part: Part, at: Point) -> None:
        """Take a line by one of its parts."""

        def taken(film: Film) -> LineDrag | None:
            halves = film.findings.halves if film.findings is not None and not withheld(film) else ()
            for half in halves:
                if half.on_image_left is on_image_left and half.distances is not None:
                    line = half.distances.line(name)
                    return None if line is None else LineDrag(MovedLine(on_image_left, name, line), part, at, line)
            return None

        self._editor.take(taken)

    def move(self, to: Point) -> None:
        """Follow the hand; what is held stays on the film."""
        shown = self._store.state.shown
        if shown is None or not isinstance(shown.film.hand, LineDrag):
            return
        drag = shown.film.hand
        dx, dy = to[0] - drag.start[0], to[1] - drag.start[1]
        rows, cols = shown.radiograph.shape

        def moved(point: Point) -> Point:
            return min(max(point[0] + dx, 0.0), float(cols)), min(max(point[1] + dy, 0.0), float(rows))

        line = Line(
            moved(drag.before.wall) if drag.part in ("wall", "both") else drag.before.wall,
            moved(drag.before.lung) if drag.part in ("lung", "both") else drag.before.lung,
        )
        self._editor.take(lambda _film: replace(drag, line=replace(drag.line, line=line)))

    def finish(self) -> None:
        """End the drag: the line stays where it is."""
        film = self._store.state.current
        if film is not None and isinstance(film.hand, LineDrag):
            self._editor.settle()

    def cancel(self) -> bool:
        """Cancel the drag of a line; True when there was one."""
        film = self._store.state.current
        return film is not None and isinstance(film.hand, LineDrag) and self._editor.drop()

    def reset(self) -> None:
        """All distances as they are found in the masks."""

        def as_found(film: Film) -> Review | None:
            return replace(film.review, lines=()) if film.review.lines else None

        self._editor.push(as_found)
