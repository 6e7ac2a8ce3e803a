"""What a canvas shows at one moment: layers paint it, tools act on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtCore import QRectF

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.answer import DecisionRule, Detection, ProbabilityMaps
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import Decision, decide
from ptxviewer.core.geometry import Box, Point
from ptxviewer.core.viewport import Placement, Viewport, placement


class Decisions:
    """The last decision taken, for all layers that draw it: the same maps at the same threshold decide alike."""

    def __init__(self) -> None:
        self._last: tuple[ProbabilityMaps, DecisionRule, float, Detection, Decision] | None = None

    def of(self, state: State, film: Film) -> Decision | None:
        """Return what the overlay of a film shows now, None where there is no result."""
        info = state.network_of(film)
        if film.maps is None or info is None:
            return None
        key = info.rule, film.threshold(info.rule), film.detection
        last = self._last
        if last is None or last[0] is not film.maps or last[1:4] != key:
            last = (film.maps, *key, decide(film.maps, *key))
            self._last = last
        return last[4]


@dataclass(frozen=True)
class Scene:
    """The film of a state and where it lies. Screen points are in device-independent pixels."""

    state: State
    film: Film
    radiograph: Radiograph
    port: Viewport
    ratio: float = 1.0  # device pixels per screen pixel
    moving: bool = False  # drawn quickly rather than at its best
    hover: Point | None = None  # where the pointer is, None where it is elsewhere
    hot: object = None  # what a tool would take hold of there, or holds
    labels: bool = True  # False: lines and handles alone
    decisions: Decisions = field(default_factory=Decisions)
    taken: list[Box] = field(default_factory=list)  # what lies over the film, and where layers have written

    @property
    def decision(self) -> Decision | None:
        """What the overlay shows now."""
        return self.decisions.of(self.state, self.film)

    @cached_property
    def place(self) -> Placement:
        """The device pixels that the film covers."""
        return placement(self.port, self.ratio)

    @property
    def area(self) -> QRectF:
        """The canvas, in screen pixels."""
        return QRectF(0, 0, *self.port.canvas)

    @cached_property
    def lie(self) -> tuple[object, ...]:
        """All of where the film lies, to be compared."""
        return self.port.matrix.tobytes(), self.port.canvas, self.ratio

    def screen(self, point: Point) -> Point:
        """Film point to screen point."""
        return self.port.to_screen(point)
