"""How a mask is drawn over a film, the one way for screen and report: fill, dark rim, smooth line.

What the network outlined is cyan, what a reader changed is amber and dashed, what a reader rejected is
grey, dim and dashed. Everything is in pixels of the picture that is drawn, pixel edges at integers; ``scale`` is how
many of them the line's widths are multiplied with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.drawing.colours import AMBER, CASING, CYAN, GREY, Rgb
from ptxviewer.core.geometry import PixelBox
from ptxviewer.core.viewport import Placement

LINE, RIM = 2.0, 4.0  # widths of the outline and of the dark rim under it, at a scale of 1
DASH, GAP = 6.0, 4.0  # of an outline that a reader made
DIM = 0.7  # opacity of an outline that a reader rejected
NEAR = 7  # pixels within which two outlines are one, at a scale of 1
LONG = 500  # points of an outline, four pixels apart, from which it is drawn plainly while the hand moves
SUBPIXEL = 4  # bits
Number = TypeVar("Number", np.float64, np.int32)
WIDTHS = ((1, 1.4), (2, 3.4), (3, 5.4), (5, 7.4), (7, 9.4))  # OpenCV's thickness of a smooth line, its real width
FULL = 236  # level from which a line hides what is below it: two lines side by side do not quite reach 255
RIM_LEVEL = 128  # in a plane of levels: 0 is nothing, up to here the rim appears, from here on the line

Outline = NDArray[np.float64]
"""Points (n, 2) of a line, as (x, y)."""


def outlines(mask: NDArray[np.uint8]) -> list[Outline]:
    """Return the borders of ``mask`` as closed lines, without the staircase of its pixels.

    Each point is the mean of nine of the border's pixels, and every fourth is kept: off by less than a pixel on any
    border that curves gently, and an eighth of the time to draw.
    """
    borders, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = []
    for border in borders:
        points = border[:, 0].astype(np.float64) + 0.5
        if len(points) >= 24:
            around = np.concatenate((points[-4:], points, points[:4]))
            sums = np.cumsum(np.concatenate((np.zeros((1, 2)), around)), axis=0)
            points = ((sums[9:] - sums[:-9]) / 9)[::4]
        lines.append(points)
    return lines


def border_zone(mask: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Return where another outline counts as the one of ``mask``: 1 near its border."""
    size = round(NEAR * scale) | 1
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((size, size), np.uint8)), np.uint8)


def runs(line: Outline, zone: NDArray[np.uint8]) -> list[tuple[Outline, bool]]:
    """Cut a closed line where it leaves the ``border_zone`` of the network; True for the parts that a reader made."""
    closed = np.concatenate((line, line[:1]))
    rows = np.clip(closed[:, 1].astype(np.int64), 0, zone.shape[0] - 1)
    cols = np.clip(closed[:, 0].astype(np.int64), 0, zone.shape[1] - 1)
    changed = zone[rows, cols] == 0
    cuts = [0, *(np.flatnonzero(changed[1:-1] != changed[:-2]) + 1).tolist(), len(closed) - 1]
    return [(closed[first : last + 1], bool(changed[first])) for first, last in pairwise(cuts)]


def dashes(line: Outline, dash: float, gap: float, cut: NDArray[Number]) -> list[NDArray[Number]]:
    """Return pieces of length ``dash`` with gaps of length ``gap`` between them, as they follow along an open line.

    Cut is ``cut``, which has as many points: the line itself, or one beside it.
    """
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
    if along[-1] == 0:
        return [cut]
    starts = np.arange(0.0, along[-1], dash + gap)
    ends = np.minimum(starts + dash, along[-1])
    first, last = np.searchsorted(along, starts, "right").tolist(), np.searchsorted(along, ends, "left").tolist()
    tips, tails = (
        np.column_stack([np.interp(at, along, axis) for axis in cut.T]).astype(cut.dtype) for at in (starts, ends)
    )
    return [
        np.concatenate((tips[n : n + 1], cut[one:other], tails[n : n + 1]))
        for n, (one, other) in enumerate(zip(first, last, strict=True))
    ]


def _moved_aside(line: Outline, closed: bool, by: float) -> Outline:
    """Return a line moved to its left by ``by`` pixels."""
    if closed:
        along = np.roll(line, -1, 0) - np.roll(line, 1, 0)
    else:
        along = np.gradient(line, axis=0) if len(line) > 1 else np.zeros_like(line)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    return line + by * np.column_stack((along[:, 1], -along[:, 0])) / length


def _draw(
    plane: NDArray[np.uint8],
    lines: Sequence[Outline],
    closed: bool,
    level: int,
    width: float,
    dashed: tuple[float, float] | None = None,
    plain: bool = False,
    quickly: bool = False,
) -> None:
    """Draw smooth lines of a width in pixels; ``dashed``: dash and gap of open lines; the others: see ``drawn``.

    OpenCV's are 1.4, 3.4, 5.4 ... wide whatever is asked for, so that two or three side by side make the width.
    The narrowest takes it a tenth of the time of the next.
    """
    thickness, drawn_width = max(((t, w) for t, w in WIDTHS if w <= width), default=WIDTHS[0])
    aside = 0.0 if plain else max(width - drawn_width, 0.0) / 2
    places: tuple[float, ...]
    places = (0.0,) if aside < 0.05 else (-aside, aside) if aside <= drawn_width / 2 else (-aside, 0.0, aside)
    if quickly:
        thickness, drawn_width = WIDTHS[0]
        aside = max(width - drawn_width, 0.0) / 2
        places = tuple(np.linspace(-aside, aside, math.ceil(width / drawn_width)).tolist())
    for place in places:
        moved = [_moved_aside(line, closed, place) if place else line for line in lines]
        points = [np.rint((line - 0.5) * (1 << SUBPIXEL)).astype(np.int32) for line in moved]
        if dashed is not None:
            points = [piece for line, by in zip(lines, points, strict=True) for piece in dashes(line, *dashed, by)]
        cv2.polylines(plane, points, closed, level, thickness, cv2.LINE_AA, SUBPIXEL)


def _argb(colour: Rgb, alpha: NDArray[np.float64], under: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """(n, 4) premultiplied alpha, red, green, blue of a colour over ``under``."""
    over = np.column_stack((alpha, *(channel / 255 * alpha for channel in colour)))
    return over if under is None else over + under * (1 - alpha[:, None])


def _packed(argb: NDArray[np.float64]) -> NDArray[np.int32]:
    """(n,) premultiplied ARGB in one number each, as ``QImage.Format_ARGB32_Premultiplied`` has it."""
    alpha, red, green, blue = np.rint(255 * argb).astype(np.uint32).T
    return np.asarray((alpha << 24 | red << 16 | green << 8 | blue).view(np.int32))


@lru_cache(maxsize=8)
def _table(opacity: float) -> NDArray[np.int32]:
    """(256,) ARGB of the levels of rim and line, over a fill of ``opacity``."""
    level = np.arange(256.0)
    fill = _argb(CYAN, np.full(256, opacity))
    rim = _argb(CASING, np.minimum(level / RIM_LEVEL, 1.0), fill)
    line = np.clip((level - RIM_LEVEL) / (FULL - RIM_LEVEL), 0.0, 1.0)
    return _packed(_argb(CYAN, line, rim))


@lru_cache(maxsize=1)
def _grey_table() -> NDArray[np.int32]:
    """(256,) ARGB of the levels of rim and line of what was rejected."""
    level = np.arange(256.0)
    rim = _argb(CASING, np.minimum(level / RIM_LEVEL, 1.0))
    return _packed(DIM * _argb(GREY, np.clip((level - RIM_LEVEL) / (FULL - RIM_LEVEL), 0.0, 1.0), rim))


@lru_cache(maxsize=1)
def _amber_table() -> NDArray[np.int32]:
    """(256,) ARGB of the levels of a reader's line, which lies on the rim."""
    rim = _argb(CASING, np.ones(256))
    return _packed(_argb(AMBER, np.minimum(np.arange(256.0) / FULL, 1.0), rim))


def rejected(mask: NDArray[np.uint8], scale: float) -> NDArray[np.int32]:
    """Return the outline of a ``mask`` that a reader rejected, dim and dashed, as ``drawn`` returns others."""
    lines = [np.concatenate((line, line[:1])) for line in outlines(mask)]
    plane, dash = np.zeros(mask.shape, np.uint8), (DASH * scale, GAP * scale)
    _draw(plane, lines, False, RIM_LEVEL, RIM * scale, dash)
    _draw(plane, lines, False, 255, LINE * scale, dash)
    return np.asarray(cv2.LUT(plane, _grey_table()), np.int32)


def drawn(
    mask: NDArray[np.uint8],
    scale: float,
    opacity: float | None = None,
    zone: NDArray[np.uint8] | None = None,
    moving: bool = False,
    quickly: bool = False,
) -> NDArray[np.int32]:
    """Return ``mask`` (rows, cols) of 0 and 1 as (rows, cols) premultiplied ARGB, transparent where nothing is drawn.

    ``opacity`` of the fill, None for the outline alone. ``zone`` is the ``border_zone`` of the network's mask where a
    reader changed it, None where the mask is the network's. ``moving``: the hand draws, and a long outline is thinner
    and not dashed until it rests. ``quickly``: the film moves below; the outline of a network's mask is where it always
    is, its rim is made of narrow lines.
    """
    pieces = [piece for line in outlines(mask) for piece in (((line, False),) if zone is None else runs(line, zone))]
    plane = np.zeros(mask.shape, np.uint8)
    closed = zone is None
    plain = moving and sum(len(line) for line, _ in pieces) > LONG * scale
    _draw(plane, [line for line, _ in pieces], closed, RIM_LEVEL, RIM * scale, plain=plain, quickly=quickly)
    _draw(plane, [line for line, changed in pieces if not changed], closed, 255, LINE * scale, plain=plain)
    picture = np.asarray(cv2.LUT(plane, _table(0.0)), np.int32)
    if opacity is not None:
        cv2.copyTo(np.asarray(cv2.LUT(plane, _table(opacity)), np.int32), mask, picture)
    amber = [line for line, changed in pieces if changed]
    if amber:
        plane[:] = 0
        _draw(plane, amber, False, 255, LINE * scale, None if plain else (DASH * scale, GAP * scale), plain)
        cv2.copyTo(np.asarray(cv2.LUT(plane, _amber_table()), np.int32), plane, picture)
    return picture


def patches(kept: NDArray[np.bool_], place: Placement, margin: int) -> list[PixelBox]:
    """Return rectangles of device pixels, apart from each other, that hold all that ``kept`` (grid cells) can become.

    Interpolation carries a cell one cell further. What lies more than ``margin`` outside the canvas is left out.
    """
    rows, cols = kept.shape
    scale_x, scale_y = place.width / cols, place.height / rows
    bounds = (
        max(place.seen[0] - margin, 0),
        max(place.seen[1] - margin, 0),
        min(place.seen[2] + margin, place.width),
        min(place.seen[3] + margin, place.height),
    )
    borders, _ = cv2.findContours(kept.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[PixelBox] = []
    for x, y, width, height in map(cv2.boundingRect, borders):
        box = (
            max(int((x - 1) * scale_x), bounds[0]),
            max(int((y - 1) * scale_y), bounds[1]),
            min(int((x + width + 1) * scale_x) + 1, bounds[2]),
            min(int((y + height + 1) * scale_y) + 1, bounds[3]),
        )
        found = _joined(found, box)
    return found


def _joined(apart: list[PixelBox], box: PixelBox) -> list[PixelBox]:
    """Add ``box`` to rectangles that lie apart, as one with all that it touches."""
    while box[0] < box[2] and box[1] < box[3]:
        touched = [o for o in apart if o[0] < box[2] and box[0] < o[2] and o[1] < box[3] and box[1] < o[3]]
        apart = [o for o in apart if o not in touched]
        if not touched:
            return [*apart, box]
        left, top, right, bottom = zip(box, *touched, strict=True)
        box = min(left), min(top), max(right), max(bottom)
    return apart
