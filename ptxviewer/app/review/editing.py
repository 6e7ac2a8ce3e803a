"""The reader's hand on the mask: a stroke grows while the button is down, and is one step of undo when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ptxviewer.app.review.reviewing import Reviewing
from ptxviewer.app.state.film import Film, StrokeInHand
from ptxviewer.app.state.first_read import hidden
from ptxviewer.app.state.gating import withheld
from ptxviewer.app.state.screen import Tool
from ptxviewer.app.store import Store
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.drawing.strokes import Shape, Stroke, apply
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import decide, mask_at_film
from ptxviewer.core.geometry import Point
from ptxviewer.core.review import Verdict
from ptxviewer.core.viewport import pixel_aspect

NOTHING_ENCLOSED = "There is no hole here to fill."
NOTHING_THERE = "There is nothing of the mask here."
SHAPES: dict[Tool, Shape] = {
    "brush": "brush",
    "erase": "brush",
    "polygon": "polygon",
    "fill": "fill",
    "shrink": "shrink",
}
"""The tools that change the mask."""
SIZES = (1.0, 400.0)  # of the brush, as its radius in film pixels
SIZE_STEP = 1.15


def can_edit(film: Film | None) -> bool:
    """True when there is a mask on screen to change."""
    return film is not None and film.radiograph is not None and film.maps is not None


def mask_of(film: Film, radiograph: Radiograph, rule: DecisionRule) -> PackedMask:
    """Return the mask on screen: the reader's, or the model's at the threshold."""
    if film.review.mask is not None:
        return film.review.mask
    assert film.maps is not None
    decision = decide(film.maps, rule, film.threshold(rule), film.detection)
    return PackedMask.pack(mask_at_film(decision, radiograph.rows, radiograph.cols))


class Editing:
    """Turns strokes of the tools into masks."""

    def __init__(self, store: Store, reviewing: Reviewing) -> None:
        self._store = store
        self._reviewing = reviewing

    @property
    def _film(self) -> Film | None:
        state = self._store.state
        film = state.current
        return film if film is not None and can_edit(film) and not hidden(state, film) and not withheld(film) else None

    def resize(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        size = self._store.state.brush * SIZE_STEP**steps
        self._store.change(brush=round(min(max(size, SIZES[0]), SIZES[1]), 1))

    def begin(self, point: Point, removes: bool) -> None:
        """Start a stroke of the tool in hand at a film point; a polygon that is being drawn gets one more corner.

        ``removes``: the other way round, as when a key is held.
        """
        self._reviewing.settle_threshold()
        film, state = self._film, self._store.state
        if film is None or film.radiograph is None or state.tool not in SHAPES:
            return
        live = film.stroke
        if live is not None and live.shape == "polygon":
            self.extend((point,))
            return
        stroke = Stroke(
            SHAPES[state.tool],
            (point,),
            state.brush,
            removes != (state.tool == "erase"),
            pixel_aspect(film.radiograph.spacing),
        )
        self._store.update(replace(film, hand=StrokeInHand(stroke)))
        if stroke.shape in ("fill", "shrink"):
            self.finish()

    def extend(self, points: Iterable[Point]) -> None:
        """The hand has moved."""
        film = self._film
        if film is not None and film.stroke is not None:
            longer = replace(film.stroke, points=(*film.stroke.points, *points))
            self._store.update(replace(film, hand=StrokeInHand(longer)))

    def step_back(self) -> bool:
        """Take the last corner of a polygon back; True when there was one."""
        film = self._store.state.current
        live = film.stroke if film is not None else None
        if film is None or live is None or live.shape != "polygon":
            return False
        shorter = StrokeInHand(replace(live, points=live.points[:-1])) if len(live.points) > 1 else None
        self._store.update(replace(film, hand=shorter))
        return True

    def cancel(self) -> bool:
        """Forget the stroke that is being drawn; True when there was one."""
        film = self._store.state.current
        if film is None or film.stroke is None:
            return False
        self._store.update(replace(film, hand=None))
        return True

    def settle(self) -> None:
        """The reader turns to something else: a brush stroke counts as it is, an open polygon does not."""
        film = self._store.state.current
        if film is not None and film.stroke is not None:
            if film.stroke.shape == "brush":
                self.finish()
            else:
                self.cancel()

    def finish(self) -> None:
        """The stroke has ended: it becomes a step of undo, and the findings follow."""
        film, rule = self._store.state.current, self._store.rule
        if film is None or film.stroke is None:
            return
        stroke, film = film.stroke, replace(film, hand=None)
        if rule is None or film.radiograph is None or film.maps is None:
            self._store.update(film)
            return
        before = mask_of(film, film.radiograph, rule)
        after = apply(before, stroke, film.radiograph.pixels)
        if after == before:
            self._store.update(film)
            if stroke.shape == "fill":
                self._store.change(message=NOTHING_THERE if stroke.removes else NOTHING_ENCLOSED)
            return
        verdict: Verdict = film.review.verdict or "edited"
        if verdict == "accept":
            verdict = "edited"  # what was accepted is no longer what is shown
        self._reviewing.push(film, replace(film.review, mask=after, verdict=verdict))

    def remove_at(self, point: Point) -> None:
        """Take the part of the mask that holds a film point out of it, as one step of undo."""
        self.settle()
        self._reviewing.settle_threshold()
        film = self._film
        if film is not None:
            stroke = Stroke("fill", (point,), self._store.state.brush, True)
            self._store.update(replace(film, hand=StrokeInHand(stroke)))
            self.finish()

    def reset(self) -> None:
        """Back to the model's mask."""
        self.settle()
        film = self._store.state.current
        if film is not None and film.review.mask is not None:
            verdict: Verdict = "" if film.review.verdict == "edited" else film.review.verdict
            self._reviewing.push(film, replace(film.review, mask=None, verdict=verdict))
