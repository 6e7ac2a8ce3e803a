"""Measuring: a measurement follows the pointer and becomes one step of undo when it is complete.

A new measurement is drawn by one drag or by clicks; an angle needs a third point after its first line. What is there
already is taken by its handles or by its line, whatever the tool.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.state.film import Film, MeasurementInHand
from ptxviewer.app.state.screen import KIND_OF
from ptxviewer.app.store import Store
from ptxviewer.core.calibration import typed_length
from ptxviewer.core.drawing.handles import Grip
from ptxviewer.core.drawing.measure import has_size, moved, region_statistics, straightened, with_handle
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Point
from ptxviewer.core.measurement import MOST_CORNERS, Measurement
from ptxviewer.core.reasons.measuring import Measured
from ptxviewer.core.reasons.window import Notice

SHORTEST_MM, LONGEST_MM = 0.1, 1000.0  # of an object that a film is calibrated on


def object_length(text: str) -> float | None:
    """Return the millimetres that were typed for an object; None where no object is like that."""
    return typed_length(text, SHORTEST_MM, LONGEST_MM)


def shown_measurements(film: Film) -> tuple[Measurement, ...]:
    """Return the measurements of a film as they are on screen: the one in the hand in its place, a new one last."""
    held, kept = film.measurement, film.review.measurements
    if held is None:
        return kept
    if held.item is None:
        return (*kept, held.measurement)
    return (*kept[: held.item], held.measurement, *kept[held.item + 1 :])


class MeasurementEditing:
    """Turns the hand into measurements of the film on screen."""

    def __init__(self, store: Store, editor: ReviewEditor) -> None:
        self._store = store
        self._editor = editor

    @property
    def _held(self) -> MeasurementInHand | None:
        film = self._store.state.current
        return film.measurement if film is not None else None

    @property
    def asks(self) -> bool:
        """True while the line over an object is drawn and its length is wanted."""
        return self._held is not None and self._held.asks

    def choose_next(self) -> None:
        """Take the measuring tool that was used last; when it is in the hand, the next one."""
        state, tools = self._store.state, tuple(KIND_OF)
        tool = state.measure_tool
        if state.tool in KIND_OF:
            tool = tools[(tools.index(state.tool) + 1) % len(tools)]
        self._store.edit(lambda state: replace(state, tool=tool, measure_tool=tool))

    # ---- the hand

    def begin(self, point: Point) -> None:
        """Start a measurement with the tool in hand; one that waits for its next point stays."""
        kind = KIND_OF.get(self._store.state.tool)
        if kind is None or self._held is not None or self._store.state.shown is None:
            return
        new = MeasurementInHand(Measurement(kind, (point, point)), None, 1, point)
        self.choose(None)
        self._editor.take(lambda _film: new)

    def grab(self, grip: Grip, point: Point) -> None:
        """Take hold of a measurement that is there."""
        if self._held is not None or self._store.state.shown is None:
            return

        def grabbed(film: Film) -> MeasurementInHand | None:
            kept = film.review.measurements
            return MeasurementInHand(kept[grip.item], grip.item, grip.handle, point) if grip.item < len(kept) else None

        self._editor.take(grabbed)
        if self._held is not None:
            self.choose(grip.item)

    def choose(self, item: int | None) -> None:
        """Choose a measurement (to delete it), or none."""
        film = self._store.state.current
        if film is not None and film.chosen != item:
            self._store.update(replace(film, chosen=item))

    def move(self, point: Point, straight: bool = False) -> None:
        """Follow the pointer; ``straight``: lines in steps of 45 degrees, regions as wide as high."""
        held, shown = self._held, self._store.state.shown
        if held is None or shown is None or held.asks:
            return
        if held.handle is None:
            changed = moved(held.measurement, point[0] - held.at[0], point[1] - held.at[1])
        else:
            if straight:
                point = straightened(held.measurement, held.handle, point, shown.radiograph.spacing.aspect)
            changed = with_handle(held.measurement, held.handle, point)
            if held.measurement.boxed:
                held = replace(held, handle=1)  # the corner that moves is the second point now
        self._hold(replace(held, measurement=changed, at=point))

    def _hold(self, held: MeasurementInHand) -> None:
        self._editor.take(lambda _film: held)

    def place(self) -> None:
        """The point under the hand is set: an angle goes on with its second arm, all others are done."""
        held = self._held
        if held is None or held.asks:
            return
        drawn = held.measurement
        if held.item is None and drawn.kind == "polygon":
            if math.dist(*drawn.points[-2:]) >= 1 and len(drawn.points) < MOST_CORNERS:
                longer = replace(drawn, points=(*drawn.points, drawn.points[-1]))
                self._hold(replace(held, measurement=longer, handle=len(drawn.points)))
        elif held.item is None and not drawn.whole and has_size(drawn):
            longer = replace(drawn, points=(*drawn.points, drawn.points[-1]))
            self._hold(replace(held, measurement=longer, handle=len(drawn.points)))
        elif not has_size(drawn):
            self.cancel()
        elif drawn.kind == "calibration" and drawn.mm is None:
            self._hold(replace(held, asks=True))
        else:
            self._keep(drawn, held.item)

    def close(self) -> bool:
        """Close the polygon that is being drawn at its last corner; True when there was one."""
        held = self._held
        if held is None or held.item is not None or held.measurement.kind != "polygon":
            return False
        drawn = replace(held.measurement, points=held.measurement.points[:-1])
        if has_size(drawn):
            self._keep(drawn, None)
        else:
            self.cancel()
        return True

    def calibrate(self, mm: float) -> None:
        """Say how long the object is that the line was drawn over: all sizes on this film follow."""
        held, film = self._held, self._store.state.current
        if held is None or film is None or not held.asks:
            return
        if not (math.isfinite(mm) and SHORTEST_MM <= mm <= LONGEST_MM):
            self._store.say(Notice.NO_OBJECT_LENGTH, "warning")
            return
        others = tuple(drawn for drawn in film.review.measurements if drawn.kind != "calibration")
        self._push((*others, replace(held.measurement, mm=mm)), len(others))

    def _keep(self, drawn: Measurement, item: int | None) -> None:
        film = self._store.state.current
        kept = film.review.measurements if film is not None else ()
        item = len(kept) if item is None else item
        self._push((*kept[:item], drawn, *kept[item + 1 :]), item)

    def _push(self, measurements: tuple[Measurement, ...], chosen: int | None) -> None:
        before = self._store.state.current
        self._editor.push(lambda film: replace(film.review, measurements=measurements), instead_of=MeasurementInHand)
        self.choose(chosen)
        shown = self._store.state.shown
        if shown is not None and chosen is not None and before is not None and shown.film.history is not before.history:
            self._store.tell(_said(shown.radiograph, measurements[chosen]))

    # ---- taking back

    def delete(self) -> None:
        """Delete the chosen measurement, or the last one; one that is being drawn is only dropped."""
        if self.cancel():
            return
        film = self._store.state.current
        if film is None or not film.review.measurements:
            return
        kept = film.review.measurements
        item = film.chosen if film.chosen is not None and film.chosen < len(kept) else len(kept) - 1
        self._push((*kept[:item], *kept[item + 1 :]), None)

    def delete_all(self) -> None:
        """Delete every measurement of the film, the calibration too."""
        self.cancel()
        film = self._store.state.current
        if film is not None and film.review.measurements:
            self._push((), None)

    def cancel(self) -> bool:
        """Forget what is in the hand; True when there was something."""
        return self._held is not None and self._editor.drop()


def _said(film: Radiograph, measurement: Measurement) -> Measured:
    """One quiet line: what was measured."""
    statistics = region_statistics(film, measurement) if measurement.region else None
    return Measured(measurement, film.spacing, statistics, film.acquisition.value_unit)
