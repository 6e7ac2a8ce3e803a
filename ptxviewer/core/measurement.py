"""What a reader measures on a film, as values; ``core.drawing.measure`` computes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ptxviewer.core.points import Point

MeasureKind = Literal["length", "angle", "cobb", "ellipse", "rectangle", "polygon", "calibration"]
KINDS: tuple[MeasureKind, ...] = get_args(MeasureKind)
POINTS: dict[MeasureKind, int] = {"angle": 3, "cobb": 4}
"""Of the kinds that have another number of points than two."""
MOST_CORNERS = 500  # of a polygon
REGIONS: tuple[MeasureKind, ...] = ("ellipse", "rectangle", "polygon")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One thing that a reader measured.

    ``points``: two ends (length, calibration); end, vertex, end (angle); both ends of one line, then of the other
    (cobb); two opposite corners (ellipse, rectangle); all corners (polygon).
    ``mm`` is the true length of the object of a calibration.
    """

    kind: MeasureKind
    points: tuple[Point, ...]
    mm: float | None = None

    @property
    def whole(self) -> bool:
        """True when no point is missing."""
        if self.kind == "polygon":
            return 3 <= len(self.points) <= MOST_CORNERS
        return len(self.points) == POINTS.get(self.kind, 2)

    @property
    def boxed(self) -> bool:
        """True for a region that is given by two opposite corners."""
        return self.region and self.kind != "polygon"

    @property
    def region(self) -> bool:
        """True when it has an inside."""
        return self.kind in REGIONS


@dataclass(frozen=True, slots=True)
class RegionStatistics:
    """Of the film's pixels whose centre lies inside a region, without padding; values are modality values."""

    pixels: int
    mean: float
    sd: float  # of a sample: n - 1
    low: float
    high: float
    area_mm2: float | None  # None where the film supports no millimetres
