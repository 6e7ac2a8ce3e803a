"""Edits of a mask: brush, polygon, fill and shrink-to-edge, as functions of a stroke.

Points are film points (x, y) with pixel edges at integers: the centre of pixel (row, col) is (col + 0.5, row + 0.5).
Brush and polygon are rasterised exactly by pixel centres, so that drawing a stroke piece by piece on screen and
applying it as a whole give the same pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import Mask
from ptxviewer.core.drawing.tiles import PackedMask, clipped
from ptxviewer.core.geometry import PixelBox, Point

Shape = Literal["brush", "polygon", "fill", "shrink"]
Part = tuple[PixelBox, Mask]
"""A box of the film and the pixels in it."""

SMOOTHING_PX = 1.5  # sigma under which an edge is looked for: noise has none, a pleural line has


@dataclass(frozen=True, slots=True)
class Stroke:
    """One edit of the mask. ``radius`` is in film pixels: of the brush, or how deep an edge is searched for.

    ``removes``: the brush erases, the polygon cuts out, and "fill" removes the part of the mask under the point
    instead of filling the hole under it. ``aspect`` is how many times taller than wide a pixel is: the brush is round
    on the patient, its radius in columns.
    """

    shape: Shape
    points: tuple[Point, ...]
    radius: float = 0.0
    removes: bool = False
    aspect: float = 1.0


def apply(mask: PackedMask, stroke: Stroke, pixels: NDArray[np.uint16]) -> PackedMask:
    """Return the mask after a stroke; the same value where nothing changed. ``pixels`` (rows, cols) of the film."""
    if pixels.shape != mask.shape:
        raise ValueError(f"the mask is {mask.shape}, the film {pixels.shape}")
    if stroke.shape in ("brush", "polygon"):
        drawn = covered(stroke, mask.rows, mask.cols)
        if drawn is None:
            return mask
        box, inside = drawn
        before = mask.part(box)
        after = before & ~inside if stroke.removes else before | inside
        return mask if np.array_equal(before, after) else mask.with_part(box, after)
    whole = mask.unpack()
    if stroke.shape == "fill":
        found = component_at(whole, stroke.points[-1]) if stroke.removes else hole_at(whole, stroke.points[-1])
    else:
        found = beyond_the_edge(whole, stroke.points[-1], stroke.radius, pixels)
    if found is None or not found[1].any():
        return mask
    box, inside = found
    before = mask.part(box)
    filling = stroke.shape == "fill" and not stroke.removes
    return mask.with_part(box, before | inside if filling else before & ~inside)


def covered(stroke: Stroke, rows: int, cols: int) -> Part | None:
    """Return the pixels under a brush stroke or inside a polygon, None where they are off the film."""
    reach = stroke.radius if stroke.shape == "brush" else 0.0
    xs, ys = [x for x, _ in stroke.points], [y for _, y in stroke.points]
    if not xs or not all(math.isfinite(v) for v in (*xs, *ys, reach)):
        return None
    box = clipped(
        (
            math.floor(min(xs) - reach),
            math.floor(min(ys) - reach / stroke.aspect),
            math.ceil(max(xs) + reach) + 1,
            math.ceil(max(ys) + reach / stroke.aspect) + 1,
        ),
        rows,
        cols,
    )
    if box is None:
        return None
    if stroke.shape == "polygon":
        return box, _inside(stroke.points, box)
    inside = np.zeros((box[3] - box[1], box[2] - box[0]), np.bool_)
    pieces = pairwise(stroke.points) if len(stroke.points) > 1 else ((stroke.points[0],) * 2,)
    for start, end in pieces:
        _stamp(inside, box, start, end, stroke.radius, stroke.aspect)
    return box, inside


def _stamp(inside: Mask, box: PixelBox, start: Point, end: Point, radius: float, aspect: float) -> None:
    """Mark in ``inside`` (over ``box``) the pixels whose centre lies within ``radius`` of a line.

    A row cuts the capsule in one interval, the hull of what it cuts out of the two discs and the band between them.
    """
    place = clipped(
        (
            math.floor(min(start[0], end[0]) - radius) - box[0],
            math.floor(min(start[1], end[1]) - radius / aspect) - box[1],
            math.ceil(max(start[0], end[0]) + radius) + 1 - box[0],
            math.ceil(max(start[1], end[1]) + radius / aspect) + 1 - box[1],
        ),
        *inside.shape,
    )
    if place is None:
        return
    x0, y0, x1, y1 = place
    y = (np.arange(y0, y1, dtype=np.float64) + (box[1] + 0.5)) * aspect
    start, end = (start[0], start[1] * aspect), (end[0], end[1] * aspect)
    low, high = np.full(y.shape, np.inf), np.full(y.shape, -np.inf)
    for centre in (start, end):
        half = np.sqrt(np.maximum(radius**2 - (y - centre[1]) ** 2, 0.0))
        cut = np.abs(y - centre[1]) <= radius
        low = np.where(cut, np.minimum(low, centre[0] - half), low)
        high = np.where(cut, np.maximum(high, centre[0] + half), high)
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    if length > 0:
        along = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        down = y - start[1]
        first = _slab(along[0], along[1] * down, 0.0, length)  # between the two ends
        second = _slab(-along[1], along[0] * down, -radius, radius)  # beside the line
        left, right = np.maximum(first[0], second[0]) + start[0], np.minimum(first[1], second[1]) + start[0]
        cut = left <= right
        low, high = np.where(cut, np.minimum(low, left), low), np.where(cut, np.maximum(high, right), high)
    x = np.arange(x0, x1) + box[0] + 0.5
    inside[y0:y1, x0:x1] |= (x >= low[:, None]) & (x <= high[:, None])


def _slab(slope: float, offset: NDArray[np.float64], low: float, high: float) -> tuple[NDArray[np.float64], ...]:
    """Return for every row the x with ``low <= slope * x + offset <= high``, as (least, greatest)."""
    if abs(slope) < 1e-12:
        hit = (offset >= low) & (offset <= high)
        return np.where(hit, -np.inf, np.inf), np.where(hit, np.inf, -np.inf)
    ends = (low - offset) / slope, (high - offset) / slope
    return np.minimum(*ends), np.maximum(*ends)


def _inside(points: tuple[Point, ...], box: PixelBox) -> Mask:
    """Pixels of ``box`` whose centre a closed line winds round: a lasso that crosses itself leaves no hole."""
    height, width = box[3] - box[1], box[2] - box[0]
    turns = np.zeros((height, width + 1), np.int32)
    y = np.arange(box[1], box[3]) + 0.5
    for (x0, y0), (x1, y1) in pairwise((*points, points[0])):
        if y0 == y1:
            continue
        rows = np.flatnonzero((y >= min(y0, y1)) & (y < max(y0, y1)))
        x = x0 + (y[rows] - y0) * (x1 - x0) / (y1 - y0)
        first = np.clip(np.ceil(x - 0.5).astype(np.int64) - box[0], 0, width)  # the first centre to the right
        turns[rows, first] += 1 if y1 > y0 else -1
    return np.asarray(np.cumsum(turns, axis=1)[:, :width] != 0)


def _pixel(mask: Mask, at: Point) -> tuple[int, int] | None:
    """(row, col) under a film point, None off the film."""
    if not (math.isfinite(at[0]) and math.isfinite(at[1])):
        return None
    row, col = math.floor(at[1]), math.floor(at[0])
    return (row, col) if 0 <= row < mask.shape[0] and 0 <= col < mask.shape[1] else None


def _flooded(area: NDArray[np.uint8], row: int, col: int, connectivity: int) -> Part:
    """The connected pixels that equal the one at (row, col)."""
    marked = np.zeros((area.shape[0] + 2, area.shape[1] + 2), np.uint8)
    flags = connectivity | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    _, _, _, (x, y, width, height) = cv2.floodFill(area, marked, (col, row), 0, 0, 0, flags)
    inside = marked[y + 1 : y + height + 1, x + 1 : x + width + 1] == 1
    return (x, y, x + width, y + height), inside


def component_at(mask: Mask, at: Point) -> Part | None:
    """Return the 8-connected part of the mask under a point, None where there is none."""
    place = _pixel(mask, at)
    return _flooded(mask.view(np.uint8), *place, 8) if place is not None and mask[place] else None


def hole_at(mask: Mask, at: Point) -> Part | None:
    """Return the hole in the mask under a point; what reaches the film's edge is no hole."""
    place = _pixel(mask, at)
    if place is None or mask[place]:
        return None
    box, inside = _flooded(mask.view(np.uint8), *place, 4)
    open_ended = box[0] == 0 or box[1] == 0 or box[2] == mask.shape[1] or box[3] == mask.shape[0]
    return None if open_ended else (box, inside)


def beyond_the_edge(mask: Mask, at: Point, depth: float, pixels: NDArray[np.uint16]) -> Part | None:
    """Return what lies outside the film's own edge in the part of the mask under a point, None off the mask.

    A watershed (Meyer 1992) of the smoothed film between what is not mask and what lies deeper than ``depth`` pixels
    in it, or deeper than half of its greatest depth where it is thin. Nothing is ever added; a border that already
    lies on an edge stays.
    """
    found = component_at(mask, at)
    if found is None:
        return None
    pad = 2 + math.ceil(3 * SMOOTHING_PX)
    (x0, y0, x1, y1), part = found
    wide = clipped((x0 - pad, y0 - pad, x1 + pad, y1 + pad), *mask.shape)
    assert wide is not None
    inside = np.zeros((wide[3] - wide[1], wide[2] - wide[0]), np.bool_)
    inside[y0 - wide[1] : y1 - wide[1], x0 - wide[0] : x1 - wide[0]] = part
    # The film's own edge is no edge to shrink to: depth counts from where the mask ends on the film.
    far = cv2.distanceTransform(np.pad(inside.view(np.uint8), 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    core = far > min(depth, float(far.max()) / 2)
    grey = cv2.GaussianBlur(pixels[wide[1] : wide[3], wide[0] : wide[2]], (0, 0), SMOOTHING_PX)
    band = grey[inside & ~core]
    if band.size == 0:
        return None
    low, high = float(band.min()), float(band.max())
    levels = np.clip((grey - low) * (255 / max(high - low, 1.0)), 0, 255).astype(np.uint8)
    markers = np.where(core, np.int32(2), np.where(inside, np.int32(0), np.int32(1)))
    framed = np.pad(markers, 1, mode="edge")  # the watershed gives its outermost pixels away
    picture = np.pad(levels, 1, mode="edge")
    cv2.watershed(np.repeat(picture[:, :, None], 3, axis=2), framed)
    return wide, np.asarray(inside & (framed[1:-1, 1:-1] == 1))
