"""The reader's hand that measures: a measurement grows under the pointer, and is one step of undo when it is set.

A new measurement is drawn by one drag or by clicks; an angle needs a third point after its first line. What is there
already is taken by its handles or by its line, whatever the tool.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ptxviewer.app.review.reviewing import Reviewing
from ptxviewer.app.state.film import Film, MeasurementInHand
from ptxviewer.app.state.screen import Tool
from ptxviewer.app.store import Store
from ptxviewer.core.calibration import field_doubt
from ptxviewer.core.drawing.handles import Grip
from ptxviewer.core.drawing.measure import NAMES, aspect_of, has_size, measured_text, moved, straightened, with_handle
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Point
from ptxviewer.core.review import MeasureKind, Measurement

KIND_OF: dict[Tool, MeasureKind] = {
    "length": "length",
    "angle": "angle",
    "ellipse": "ellipse",
    "rectangle": "rectangle",
    "calibrate": "calibration",
}
"""The tools that measure."""
SHORTEST_MM, LONGEST_MM = 0.1, 1000.0  # of an object that a film is calibrated on
NO_LENGTH = "The length of the object must be a number of millimetres from 0.1 to 1000."


def object_length(text: str) -> float | None:
    """Return the millimetres that were typed, with a decimal point or comma; None where they are none."""
    try:
        value = float(text.strip().removesuffix("mm").strip().replace(",", "."))
    except ValueError:
        return None
    return value if SHORTEST_MM <= value <= LONGEST_MM else None


def shown_measurements(film: Film) -> tuple[Measurement, ...]:
    """Return the measurements of a film as they are on screen: the one in the hand in its place, a new one last."""
    live, kept = film.measurement, film.review.measurements
    if live is None:
        return kept
    if live.item is None:
        return (*kept, live.measurement)
    return (*kept[: live.item], live.measurement, *kept[live.item + 1 :])


@dataclass(frozen=True)
class Measuring:
    """Turns the hand into measurements of the film on screen."""

    store: Store
    reviewing: Reviewing

    @property
    def _film(self) -> Film | None:
        film = self.store.state.current
        return film if film is not None and film.radiograph is not None else None

    @property
    def asks(self) -> bool:
        """True while the line over an object is drawn and its length is wanted."""
        film = self.store.state.current
        return film is not None and film.measurement is not None and film.measurement.asks

    def choose_next(self) -> None:
        """Take the measuring tool that was used last; when it is in the hand, the next one."""
        state, tools = self.store.state, tuple(KIND_OF)
        tool = state.measure_tool
        if state.tool in KIND_OF:
            tool = tools[(tools.index(state.tool) + 1) % len(tools)]
        self.store.change(tool=tool, measure_tool=tool)

    # ---- the hand

    def begin(self, point: Point) -> None:
        """Start a measurement with the tool in hand; one that waits for its next point stays."""
        film, state = self._film, self.store.state
        if film is None or state.tool not in KIND_OF or film.measurement is not None:
            return
        self.reviewing.settle_threshold()
        film = self._film or film
        new = Measurement(KIND_OF[state.tool], (point, point))
        self.store.update(replace(film, hand=MeasurementInHand(new, None, 1, point), chosen=None))

    def grab(self, grip: Grip, point: Point) -> None:
        """Take hold of a measurement that is there."""
        film = self._film
        if film is None or film.measurement is not None or grip.item >= len(film.review.measurements):
            return
        self.reviewing.settle_threshold()
        film = self._film or film
        held = MeasurementInHand(film.review.measurements[grip.item], grip.item, grip.handle, point)
        self.store.update(replace(film, hand=held, chosen=grip.item))

    def choose(self, item: int | None) -> None:
        """Choose a measurement (to delete it), or none."""
        film = self.store.state.current
        if film is not None and film.chosen != item:
            self.store.update(replace(film, chosen=item))

    def move(self, point: Point, straight: bool = False) -> None:
        """The hand has moved; ``straight``: lines in steps of 45 degrees, regions as wide as high."""
        film = self._film
        live = film.measurement if film is not None else None
        if film is None or film.radiograph is None or live is None or live.asks:
            return
        if live.handle is None:
            changed = moved(live.measurement, point[0] - live.at[0], point[1] - live.at[1])
        else:
            if straight:
                point = straightened(live.measurement, live.handle, point, aspect_of(film.radiograph.spacing))
            changed = with_handle(live.measurement, live.handle, point)
            if live.measurement.region:
                live = replace(live, handle=1)  # the corner that moves is the second point now
        self.store.update(replace(film, hand=replace(live, measurement=changed, at=point)))

    def place(self) -> None:
        """The point under the hand is set: an angle goes on with its second arm, all others are done."""
        film = self._film
        live = film.measurement if film is not None else None
        if film is None or live is None or live.asks:
            return
        drawn = live.measurement
        if live.item is None and drawn.kind == "angle" and len(drawn.points) == 2 and has_size(drawn):
            longer = replace(drawn, points=(*drawn.points, drawn.points[-1]))
            self.store.update(replace(film, hand=replace(live, measurement=longer, handle=2)))
        elif not has_size(drawn):
            self.cancel()
        elif drawn.kind == "calibration" and drawn.mm is None:
            self.store.update(replace(film, hand=replace(live, asks=True)))
        else:
            self._keep(film, drawn, live.item)

    def calibrate(self, mm: float) -> None:
        """Say how long the object is that the line was drawn over: all sizes on this film follow."""
        film = self._film
        live = film.measurement if film is not None else None
        if film is None or live is None or not live.asks:
            return
        if not (math.isfinite(mm) and SHORTEST_MM <= mm <= LONGEST_MM):
            self.store.say(NO_LENGTH, "warning")
            return
        others = tuple(one for one in film.review.measurements if one.kind != "calibration")
        film = replace(film, hand=None)
        self._push(film, (*others, replace(live.measurement, mm=mm)), len(others))

    def _keep(self, film: Film, drawn: Measurement, item: int | None) -> None:
        kept = film.review.measurements
        item = len(kept) if item is None else item
        self._push(replace(film, hand=None), (*kept[:item], drawn, *kept[item + 1 :]), item)

    def _push(self, film: Film, measurements: tuple[Measurement, ...], chosen: int | None) -> None:
        before = film.radiograph.spacing if film.radiograph is not None else None
        film = replace(film, chosen=chosen)
        self.store.update(film)
        self.reviewing.push(film, replace(film.review, measurements=measurements))
        after = self._film
        if after is None or after.radiograph is None:
            return
        if chosen is not None and measurements != film.review.measurements:
            self.store.change(message=_said(after.radiograph, measurements[chosen]))
        doubt = field_doubt(after.radiograph)
        if doubt and after.radiograph.spacing != before:
            self.store.say(doubt, "warning")

    # ---- taking back

    def delete(self) -> None:
        """Delete the chosen measurement, or the last one; one that is being drawn is only dropped."""
        if self.cancel():
            return
        film = self._film
        if film is None or not film.review.measurements:
            return
        kept = film.review.measurements
        item = film.chosen if film.chosen is not None and film.chosen < len(kept) else len(kept) - 1
        self._push(film, (*kept[:item], *kept[item + 1 :]), None)

    def delete_all(self) -> None:
        """Delete every measurement of the film, the calibration too."""
        self.cancel()
        film = self._film
        if film is not None and film.review.measurements:
            self._push(film, (), None)

    def cancel(self) -> bool:
        """Forget what is in the hand; True when there was something."""
        film = self.store.state.current
        if film is None or film.measurement is None:
            return False
        self.store.update(replace(film, hand=None))
        return True

    def settle(self) -> None:
        """The reader turns to something else: what was taken hold of stays where it is, a new one is dropped."""
        film = self.store.state.current
        if film is None or film.measurement is None:
            return
        if film.measurement.item is not None:
            self.place()
        self.cancel()


def _said(film: Radiograph, measurement: Measurement) -> str:
    """One quiet line: what was measured."""
    return f"{NAMES[measurement.kind]}: {', '.join(measured_text(film, measurement))}"
