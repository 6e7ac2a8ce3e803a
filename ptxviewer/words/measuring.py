"""What a reader's measurements say: lines of text with their units and the origin of the millimetres."""

from __future__ import annotations

import math
from itertools import chain

from ptxviewer.core.drawing.measure import angle_degrees, cobb_degrees, length_mm, region_statistics
from ptxviewer.core.drawing.sums import BlockSums
from ptxviewer.core.film import Radiograph
from ptxviewer.core.measurement import MeasureKind, Measurement, RegionStatistics
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.words import tr
from ptxviewer.words.quantities import degrees, measured, mm, plain, px, small_area, spacing_short

KINDS: dict[MeasureKind, Msgid] = {
    "length": N_("Length"),
    "angle": N_("Angle"),
    "cobb": N_("Cobb angle"),
    "ellipse": N_("Ellipse"),
    "rectangle": N_("Rectangle"),
    "polygon": N_("Polygon region"),
    "calibration": N_("Calibration"),
}


def kind(name: MeasureKind) -> str:
    """Return the name of a kind of measurement: "Length"."""
    return tr(KINDS[name])


def lines(film: Radiograph, measurement: Measurement, kept: BlockSums | None = None) -> tuple[str, ...]:
    """Return what a measurement says on a film, in lines; ``kept``: see ``region_statistics``."""
    return tuple("  ".join(line) for line in _parts(film, measurement, kept))


def _parts(film: Radiograph, measurement: Measurement, kept: BlockSums | None = None) -> tuple[tuple[str, ...], ...]:
    statistics = region_statistics(film, measurement, kept) if measurement.region else None
    return _parts_of(measurement, film.spacing, statistics, film.acquisition.value_unit)


def lines_of(
    measurement: Measurement, spacing: PixelSpacing, statistics: RegionStatistics | None, unit: str = ""
) -> tuple[str, ...]:
    """Return the lines of a measurement from its numbers; ``statistics`` None: a region that holds no pixel."""
    return tuple("  ".join(line) for line in _parts_of(measurement, spacing, statistics, unit))


def _parts_of(
    measurement: Measurement, spacing: PixelSpacing, statistics: RegionStatistics | None, unit: str
) -> tuple[tuple[str, ...], ...]:
    """The lines of a measurement, each in its parts: "mean 512", "SD 31"."""
    points, origin = measurement.points, spacing_short(spacing)
    if measurement.kind == "polygon" and not measurement.whole:
        return ()  # it is being drawn
    if measurement.region:
        return ((tr("no image here"),),) if statistics is None else _region(statistics, spacing, unit)
    if measurement.kind in ("angle", "cobb"):
        between = angle_degrees if measurement.kind == "angle" else cobb_degrees
        angle = between(points, spacing.aspect) if measurement.whole else None
        if angle is None:
            return ()
        square = not spacing.known and spacing.aspect == 1
        return ((tr("{angle} (pixels taken as square)", angle=degrees(angle)) if square else degrees(angle),),)
    if measurement.kind == "calibration" and measurement.mm is not None:
        return ((tr("object of {length} mm", length=plain(measurement.mm)),),)
    in_mm = None if measurement.kind == "calibration" else length_mm(points[0], points[1], spacing)
    size = px(math.dist(*points)) if in_mm is None else mm(in_mm)
    return ((f"{size} ({origin})",),)


def _region(statistics: RegionStatistics, spacing: PixelSpacing, unit: str) -> tuple[tuple[str, ...], ...]:
    unit = unit or tr("no unit")
    return (
        (tr("mean {mean}", mean=measured(statistics.mean)), tr("SD {sd}", sd=measured(statistics.sd))),
        (
            tr("min {low}", low=measured(statistics.low)),
            tr("max {high}", high=measured(statistics.high)),
            f"({unit})",
        ),
        (f"{small_area(statistics.pixels, spacing)} ({spacing_short(spacing)})",),
    )


def described(film: Radiograph, measurements: tuple[Measurement, ...]) -> tuple[tuple[str, str], ...]:
    """Return (numbered name, text) of every measurement, for the report and for screen readers."""
    return tuple(
        (f"{number}  {kind(one.kind)}", ", ".join(chain.from_iterable(_parts(film, one))))
        for number, one in enumerate(measurements, 1)
    )
