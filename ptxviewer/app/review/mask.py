"""Editing the mask: a stroke grows while the button is down and becomes one step of undo when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.review.strokes import stroked
from ptxviewer.app.state.film import Film, StrokeInHand
from ptxviewer.app.state.screen import SHAPES
from ptxviewer.app.state.withheld import hidden, withheld
from ptxviewer.app.store import Store
from ptxviewer.core.drawing.strokes import Stroke
from ptxviewer.core.geometry import Point
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review, Verdict
from ptxviewer.core.viewport import pixel_aspect

SIZES = (1.0, 400.0)  # of the brush, as its radius in film pixels
SIZE_STEP = 1.15


def can_edit(film: Film | None) -> bool:
    """True when there is a mask on screen to change."""
    return film is not None and film.radiograph is not None and film.maps is not None


class MaskEditing:
    """Turns strokes of the tools into masks."""

    def __init__(self, store: Store, editor: ReviewEditor) -> None:
        self._store = store
        self._editor = editor

    def _editable(self, film: Film) -> bool:
        return can_edit(film) and not hidden(self._store.state, film) and not withheld(film)

    @property
    def _stroke(self) -> Stroke | None:
        film = self._store.state.current
        return film.stroke if film is not None else None

    def resize(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        size = round(min(max(self._store.state.brush * SIZE_STEP**steps, SIZES[0]), SIZES[1]), 1)
        self._store.edit(lambda state: replace(state, brush=size))

    def begin(self, point: Point, removes: bool) -> None:
        """Start a stroke of the tool in hand at a film point; a polygon that is being drawn gets one more corner.

        ``removes``: the other way round, as when a key is held.
        """
        state, stroke = self._store.state, self._stroke
        shape = SHAPES.get(state.tool)
        if shape is None:
            return
        if stroke is not None and stroke.shape == "polygon":
            self.extend((point,))
            return

        def begun(film: Film) -> StrokeInHand | None:
            if film.radiograph is None or not self._editable(film):
                return None
            erases = removes != (state.tool == "erase")
            return StrokeInHand(Stroke(shape, (point,), state.brush, erases, pixel_aspect(film.radiograph.spacing)))

        self._editor.take(begun)
        if shape in ("fill", "shrink"):
            self.finish()

    def extend(self, points: Iterable[Point]) -> None:
        """The hand has moved."""
        stroke = self._stroke
        if stroke is not None:
            longer = StrokeInHand(replace(stroke, points=(*stroke.points, *points)))
            self._editor.take(lambda _film: longer)

    def step_back(self) -> bool:
        """Take the last corner of a polygon back; True when there was one."""
        stroke = self._stroke
        if stroke is None or stroke.shape != "polygon":
            return False
        if len(stroke.points) < 2:
            return self._editor.drop()
        shorter = StrokeInHand(replace(stroke, points=stroke.points[:-1]))
        self._editor.take(lambda _film: shorter)
        return True

    def cancel(self) -> bool:
        """Forget the stroke that is being drawn; True when there was one."""
        return self._stroke is not None and self._editor.drop()

    def finish(self) -> None:
        """The stroke has ended: it becomes a step of undo, and the findings follow."""
        if (stroke := self._stroke) is not None:
            self._draw(stroke)

    def remove_at(self, point: Point) -> None:
        """Take the part of the mask that holds a film point out of it, as one step of undo."""
        self._editor.settle()
        film = self._store.state.current
        if film is not None and self._editable(film):
            self._draw(Stroke("fill", (point,), self._store.state.brush, True))

    def _draw(self, stroke: Stroke) -> None:
        rule, before = self._store.rule, self._store.state.current
        history = before.history if before is not None else None
        self._editor.push(lambda film: stroked(film, stroke, rule), instead_of=StrokeInHand)
        after = self._store.state.current
        if after is not None and after.history is history and stroke.shape == "fill":
            self._store.tell(Notice.NO_MASK_HERE if stroke.removes else Notice.NO_HOLE)

    def reset(self) -> None:
        """Back to the model's mask."""

        def without_mask(film: Film) -> Review | None:
            if film.review.mask is None:
                return None
            verdict: Verdict = "" if film.review.verdict == "edited" else film.review.verdict
            return replace(film.review, mask=None, verdict=verdict)

        self._editor.push(without_mask)
