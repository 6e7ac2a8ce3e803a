"""Length, angle and the statistics of a region on a film: pure maths, in millimetres where the film supports them.

Points are film points (x, y) with pixel edges at integers. A distance takes the spacing of rows and of columns apart,
so that pixels need not be square; an angle is the one on the patient, not the one on the grid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.drawing.sums import STRIP, BlockSums, Sums, sums_of
from ptxviewer.core.geometry import Point
from ptxviewer.core.measurement import Measurement, RegionStatistics

if TYPE_CHECKING:
    from ptxviewer.core.film import Radiograph
    from ptxviewer.core.spacing import PixelSpacing

ELLIPSE_POINTS = 72  # corners with which an ellipse is drawn and found under the pointer


def length_mm(start: Point, end: Point, spacing: PixelSpacing) -> float | None:
    """Return the distance of two points in millimetres, None where the film supports none."""
    if spacing.row_mm is None or spacing.col_mm is None:
        return None
    return math.hypot((end[0] - start[0]) * spacing.col_mm, (end[1] - start[1]) * spacing.row_mm)


def angle_degrees(points: tuple[Point, ...], aspect: float = 1.0) -> float | None:
    """Return the angle at the middle one of three points, 0 to 180; None where an arm has no length."""
    (x0, y0), (x, y), (x1, y1) = points
    first, second = (x0 - x, (y0 - y) * aspect), (x1 - x, (y1 - y) * aspect)
    if math.hypot(*first) == 0 or math.hypot(*second) == 0:
        return None
    cross = first[0] * second[1] - first[1] * second[0]
    dot = first[0] * second[0] + first[1] * second[1]
    return math.degrees(math.atan2(abs(cross), dot))


def cobb_degrees(points: tuple[Point, ...], aspect: float = 1.0) -> float | None:
    """Return the angle between two lines, 0 to 90, from both ends of each; None where one has no length.

    Cobb 1948, Instr Course Lect 5: between the endplates of the vertebrae that are tilted most.
    """
    first, second = ((end[0] - start[0], (end[1] - start[1]) * aspect) for start, end in (points[:2], points[2:4]))
    if math.hypot(*first) == 0 or math.hypot(*second) == 0:
        return None
    cross = first[0] * second[1] - first[1] * second[0]
    dot = first[0] * second[0] + first[1] * second[1]
    return math.degrees(math.atan2(abs(cross), abs(dot)))


Runs = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Per row the first column of a region and the one behind its last, from the film's left edge."""


def _inside(measurement: Measurement, rows: int, cols: int) -> tuple[range, Runs] | None:
    """Return the rows of the film that hold pixels of a rectangle or an ellipse with its columns, None off the film."""
    (xa, ya), (xb, yb) = measurement.points
    if not all(math.isfinite(v) for v in (xa, ya, xb, yb)):
        return None
    x0, x1, y0, y1 = min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb)
    left, right = max(math.ceil(x0 - 0.5), 0), min(math.ceil(x1 - 0.5), cols)
    top, bottom = max(math.ceil(y0 - 0.5), 0), min(math.ceil(y1 - 0.5), rows)
    if left >= right or top >= bottom:
        return None
    if measurement.kind == "rectangle":
        return range(top, bottom), (np.full(bottom - top, left, np.int32), np.full(bottom - top, right, np.int32))
    y = (np.arange(top, bottom) + 0.5 - (y0 + y1) / 2) / ((y1 - y0) / 2)
    half = np.sqrt(np.maximum(1 - y * y, 0.0)) * ((x1 - x0) / 2)
    middle = (x0 + x1) / 2 - 0.5
    first = np.clip(np.ceil(middle - half), left, right)  # a row may lie beyond the film's edge altogether
    last = np.maximum(np.minimum(np.floor(middle + half) + 1, right), first)
    return range(top, bottom), (first.astype(np.int32), last.astype(np.int32))


def _parts(film: Radiograph, region: Measurement, kept: BlockSums | None) -> Iterator[Sums]:
    """Yield the sums of a region in parts that stay in the processor's cache: strips of rows, cut by columns.

    What lies inside in every row of a strip needs no mask, and comes from ``kept`` where it holds whole blocks.
    """
    inside = _inside(region, film.rows, film.cols)
    if inside is None:
        return
    rows, (firsts, lasts) = inside
    top = rows.start
    while top < rows.stop:
        bottom = min((top // STRIP + 1) * STRIP, rows.stop)
        first, last = (ends[top - rows.start : bottom - rows.start] for ends in (firsts, lasts))
        inner, outer = int(first.max()), int(last.min())
        whole = kept.within(top, bottom, inner, outer) if kept is not None else None
        if kept is not None and whole is not None:
            inner, outer = whole
            yield kept.of(top, inner, outer)
        elif inner < outer:
            yield from _sums(film, film.pixels[top:bottom, inner:outer], None)
        sides = [(int(first.min()), inner), (outer, int(last.max()))]
        for left, right in sides if inner < outer else [(sides[0][0], sides[1][1])]:
            if left < right:
                place = np.arange(left, right, dtype=np.int32)
                within = (place >= first[:, None]) & (place < last[:, None])
                yield from _sums(film, film.pixels[top:bottom, left:right], within)
        top = bottom


def _polygon_parts(film: Radiograph, corners: tuple[Point, ...]) -> Iterator[Sums]:
    """Yield the sums of a polygon in strips of rows: what is inside goes by the even-odd rule, row by row."""
    points = np.asarray(corners, np.float64)
    if len(points) < 3 or not np.isfinite(points).all():
        return
    left, top = (max(math.ceil(v - 0.5), 0) for v in points.min(0))
    right, bottom = (
        min(math.ceil(v - 0.5), most) for v, most in zip(points.max(0), (film.cols, film.rows), strict=True)
    )
    if left >= right or top >= bottom:
        return
    starts, ends = points, np.roll(points, -1, axis=0)
    centres = np.arange(left, right) + 0.5
    for first in range(top, bottom, STRIP):
        rows = range(first, min(first + STRIP, bottom))
        counts = np.zeros((len(rows), right - left), np.bool_)
        for number, row in enumerate(rows):
            y = row + 0.5
            crossed = (starts[:, 1] <= y) != (ends[:, 1] <= y)
            a, b = starts[crossed], ends[crossed]
            crossings = np.sort(a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
            counts[number, np.searchsorted(crossings, centres, side="right") % 2 == 1] = True
        yield from _sums(film, film.pixels[rows.start : rows.stop, left:right], counts)


def _sums(film: Radiograph, part: NDArray[np.uint16], counts: NDArray[np.bool_] | None) -> Iterator[Sums]:
    """Yield the sums of those pixels of a part that count and are no padding, nothing where there are none."""
    if film.padding is not None:
        image = (part < film.padding[0]) | (part > film.padding[1])
        counts = image if counts is None else counts & image
    sums = sums_of(part, counts)
    if sums is not None:
        yield sums


def region_statistics(film: Radiograph, region: Measurement, kept: BlockSums | None = None) -> RegionStatistics | None:
    """Return what the pixels of a region say, None where it holds none of the film's.

    ``kept`` are sums of the same film: the numbers are the same, and a large region costs its border alone.
    """
    if kept is not None and (kept.pixels is not film.pixels or film.padding is not None):
        kept = None
    parts = list(_polygon_parts(film, region.points) if region.kind == "polygon" else _parts(film, region, kept))
    if not parts:
        return None
    count, total, squares = (
        sum(values) for values in zip(*((p.pixels, p.total, p.squares) for p in parts), strict=True)
    )
    low, high = min(part.low for part in parts), max(part.high for part in parts)
    deviation = math.sqrt(max(count * squares - total * total, 0)) / count
    ends = low * film.slope + film.intercept, high * film.slope + film.intercept
    sample = math.sqrt(count / (count - 1)) if count > 1 else 1.0
    pixel = film.spacing.pixel_area_mm2
    return RegionStatistics(
        count,
        total / count * film.slope + film.intercept,
        deviation * abs(film.slope) * sample,
        min(ends),
        max(ends),
        None if pixel is None else count * pixel,
    )


def gaps_of(measurement: Measurement) -> tuple[int, ...]:
    """Return which pieces of its line are not drawn: what would join the two lines of a Cobb angle."""
    return (1,) if measurement.kind == "cobb" else ()


# ---- the hand


def line_of(measurement: Measurement) -> tuple[Point, ...]:
    """Return what is drawn of a measurement; the line of a region is closed."""
    if not measurement.boxed:
        return measurement.points
    (x0, y0), (x1, y1) = measurement.points
    if measurement.kind == "rectangle":
        return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
    turn = np.linspace(0, 2 * math.pi, ELLIPSE_POINTS, endpoint=False)
    x, y = (x0 + x1) / 2 + (x1 - x0) / 2 * np.cos(turn), (y0 + y1) / 2 + (y1 - y0) / 2 * np.sin(turn)
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


def handles_of(measurement: Measurement) -> tuple[Point, ...]:
    """Return where a measurement can be taken hold of: its points, of a region the four corners of its box."""
    if not measurement.boxed:
        return measurement.points
    (x0, y0), (x1, y1) = measurement.points
    return (x0, y0), (x1, y1), (x1, y0), (x0, y1)


def with_handle(measurement: Measurement, handle: int, to: Point) -> Measurement:
    """Return the measurement with one handle moved; the corner opposite to a region's stays."""
    if measurement.boxed:
        kept = handles_of(measurement)[(1, 0, 3, 2)[handle]]
        return replace(measurement, points=(kept, to))
    points = tuple(to if index == handle else point for index, point in enumerate(measurement.points))
    return replace(measurement, points=points)


def moved(measurement: Measurement, dx: float, dy: float) -> Measurement:
    """Return the measurement shifted by (dx, dy) film pixels."""
    return replace(measurement, points=tuple((x + dx, y + dy) for x, y in measurement.points))


def straightened(measurement: Measurement, handle: int, to: Point, aspect: float = 1.0) -> Point:
    """Return ``to`` constrained: a line in steps of 45 degrees, a round or square region.

    ``aspect``: see ``PixelSpacing.aspect``; round is round on the patient.
    """
    if measurement.boxed:
        x, y = handles_of(measurement)[(1, 0, 3, 2)[handle]]
        side = max(abs(to[0] - x), abs(to[1] - y) * aspect)
        return x + math.copysign(side, to[0] - x), y + math.copysign(side / aspect, to[1] - y)
    x, y = measurement.points[handle - 1 if handle else 1]
    dx, dy = to[0] - x, (to[1] - y) * aspect
    turn = round(math.atan2(dy, dx) / (math.pi / 4)) * (math.pi / 4)
    along = dx * math.cos(turn) + dy * math.sin(turn)
    return x + along * math.cos(turn), y + along * math.sin(turn) / aspect


def has_size(measurement: Measurement) -> bool:
    """True when there is something to measure: a line of a pixel, an angle with two arms, a region with an inside."""
    points = measurement.points
    if measurement.kind == "polygon":
        turned = ((a[0] * b[1] - b[0] * a[1]) for a, b in pairwise((*points, points[0])))
        return len(points) >= 3 and abs(sum(turned)) / 2 >= 1
    if measurement.region:
        return abs(points[0][0] - points[1][0]) >= 1 and abs(points[0][1] - points[1][1]) >= 1
    if measurement.kind == "cobb":
        return all(len(line) < 2 or math.dist(*line) >= 1 for line in (points[:2], points[2:]))
    return all(math.dist(a, b) >= 1 for a, b in pairwise(points))
