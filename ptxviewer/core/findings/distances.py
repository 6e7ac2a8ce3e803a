"""Interpleural distances found in the masks, each between the two borders of the marked air, as its source defines it.

A runs from the cupola of the hemithorax straight down to the top of the collapsed lung (Collins et al., AJR
1995;165:1127; the distance of the ACCP, Chest 2001;119:590), B and C lie at the middle of the upper and of the lower
half of the collapsed lung's height. The rim and the hemithorax's width at the hilum serve the BTS class and the Light
index. Where the air does not lie between chest wall and lung there is no distance, but a reason: a 0 would enter the
formulas. Points are film points (x, y), pixel edges at integers; every distance is a line that a reader may move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.answer import Distances, Line, Measured
from ptxviewer.core.arrays import Mask
from ptxviewer.core.components import components
from ptxviewer.core.findings.hemithorax import Half
from ptxviewer.core.geometry import Point
from ptxviewer.core.reasons.finding import Finding

HILUM = 0.4  # of the hemithorax's height from its top; the masks do not show the hilum itself
SLIVER = 0.03  # of the hemithorax's height: half the width of what is no lung but disagreement of the borders
BORDERS = 0.025  # of the hemithorax's height, 7 mm of 28 cm: so far apart may the borders of two maps lie and be one
REGROWN = 2  # brushes by which the lung grows back into its own corners
CUPOLA = 0.015  # of the hemithorax's height: so near to its highest point is the wall the cupola
TOP = 0.004  # of the lung's height: columns whose lung is so near to the lung's top are its top
SPREAD = 0.004  # of the lung's height: rows above and below whose distances are averaged

Gap = tuple[int, int]
"""Where the air begins and ends on a line from the chest wall inwards, in pixels from the line's start."""


@dataclass(frozen=True, eq=False)
class _Masks:
    """One hemithorax with the chest wall on the right: marked air, lung beside it, all lung seen, air or lung."""

    air: Mask
    lung: Mask
    seen: Mask
    whole: Mask

    @cached_property
    def rows(self) -> tuple[int, int]:
        """First row of the hemithorax, and the row behind its last."""
        rows = np.flatnonzero(self.whole.any(1))
        return int(rows[0]), int(rows[-1]) + 1

    @property
    def height(self) -> int:
        """Of the hemithorax, in rows."""
        return self.rows[1] - self.rows[0]

    @property
    def tolerance(self) -> int:
        """Pixels by which two borders may differ that are meant to be one."""
        return max(2, round(BORDERS * self.height))


def distances_of(half: Half) -> Distances | None:
    """Find the lines of one hemithorax; None where no lung is left beside the air (lung collapsed out of sight)."""
    lung = _main_lung(half)
    rows = np.flatnonzero(lung.any(1))
    if not len(rows):
        return None
    across = slice(None, None, -1) if half.on_image_left else slice(None)  # the chest wall lies at the right
    masks = _Masks(*(mask[:, across] for mask in (half.air, lung, half.lung, half.air | lung)))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    spread = max(0, round(SPREAD * (bottom - top)))
    hilum = masks.rows[0] + HILUM * masks.height
    found = Distances(
        _under_cupola(masks, bottom - top),
        _at_level(masks, top + 0.25 * (bottom - top), spread),
        _at_level(masks, top + 0.75 * (bottom - top), spread),
        _at_level(masks, hilum, spread),
        _across(masks, hilum, spread),
    )

    def on_film(at: Point) -> Point:
        x = half.lung.shape[1] - at[0] if half.on_image_left else at[0]
        return (half.left + x) * half.col_scale, (half.top + at[1]) * half.row_scale

    return found.with_points(on_film)


def _main_lung(half: Half) -> Mask:
    """The lung beside the air without slivers along the chest wall, where the borders of two maps disagree."""
    width = max(1, round(SLIVER * half.lung.shape[0]))
    lung = np.pad(half.lung.astype(np.uint8), 1)  # beyond the cut there is no lung
    deep = cv2.distanceTransform(lung, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) > width
    thick = _grown(deep.astype(np.uint8), width)
    labels, areas = components(thick)
    if len(areas) < 2:
        return np.zeros_like(half.lung)
    largest = 1 + int(areas[1:].argmax())
    main = (labels == largest).astype(np.uint8)
    for _ in range(REGROWN):  # opening has rounded the corners off: the costophrenic angle is part of the lung
        if np.array_equal(main, lung):
            break
        main = np.asarray(cv2.bitwise_and(_grown(main, width), lung), np.uint8)
    return np.asarray(main[1:-1, 1:-1] > 0)


def _grown(area: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """Dilate by a disc through distances: at film resolution a brush of that size takes seconds."""
    far = cv2.distanceTransform(1 - area, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(far <= by, np.uint8)


def _gap(air: Mask, lung: Mask, seen: Mask, tolerance: int) -> Gap | Finding:
    """Return where the air lies on one line (n,) from the chest wall inwards, or why it does not part wall and lung.

    Air parts them when no lung lies outside of its first run and lung follows on it; holes in it count as air.
    """
    filled = np.flatnonzero(air)
    if not len(filled):
        return Finding.AIR_NOT_AT_LEVEL
    start = int(filled[0])
    outside = np.count_nonzero(seen[max(0, start - 3 * tolerance) : start]), np.count_nonzero(lung[:start])
    if max(outside) > tolerance:
        return Finding.AIR_NOT_AT_WALL
    breaks = np.flatnonzero(np.diff(filled) > tolerance)
    end = int(filled[breaks[0]] if len(breaks) else filled[-1]) + 1
    thickness = round(2 * SLIVER / BORDERS * tolerance)  # a thinner strip is the mediastinum's border
    if np.count_nonzero(lung[end : end + tolerance + thickness]) < thickness:
        return Finding.NO_LUNG_AT_LEVEL
    return start, end


def _commonest(reasons: Iterable[Finding]) -> Finding:
    return Counter(reasons).most_common(1)[0][0]


def _under_cupola(masks: _Masks, lung_height: int) -> Measured:
    """A: in the columns of the cupola, from its wall down through the air to the highest point of lung."""
    columns = masks.whole.any(0)
    roof = np.where(columns, masks.whole.argmax(0), len(masks.whole))
    tolerance = masks.tolerance
    cupola = np.flatnonzero(roof <= roof.min() + CUPOLA * masks.height)
    gaps: dict[int, Gap] = {}
    reasons: list[Finding] = []
    for x in cupola.tolist():
        gap = _gap(masks.air[:, x], masks.lung[:, x], masks.seen[:, x], tolerance)
        if isinstance(gap, Finding):
            reasons.append(gap)
        else:
            gaps[x] = gap
    if not gaps:
        no_lung = _commonest(reasons) is Finding.NO_LUNG_AT_LEVEL
        return Finding.NO_LUNG_UNDER_CUPOLA if no_lung else Finding.AIR_NOT_AT_CUPOLA
    highest = min(end for _, end in gaps.values())
    near = [x for x, (_, end) in gaps.items() if end <= highest + max(1, round(TOP * lung_height))]
    middle = float(np.mean(near)) + 0.5
    beside = [gaps[x] for x in near if abs(x + 0.5 - middle) <= 2.5] or [gaps[x] for x in near]
    length = float(np.mean([end - start for start, end in beside]))
    return Line((middle, highest - length), (middle, float(highest)))


def _rows_at(masks: _Masks, level: float, spread: int) -> list[int]:
    return [row for row in range(int(level) - spread, int(level) + spread + 1) if 0 <= row < len(masks.whole)]


def _at_level(masks: _Masks, level: float, spread: int) -> Measured:
    """The horizontal distance at a height, averaged over a few rows; most of them must have one."""
    tolerance, width = masks.tolerance, masks.whole.shape[1]
    gaps: list[Gap] = []
    reasons: list[Finding] = []
    for row in _rows_at(masks, level, spread):
        line = slice(None, None, -1)  # from the wall
        gap = _gap(masks.air[row, line], masks.lung[row, line], masks.seen[row, line], tolerance)
        if isinstance(gap, Finding):
            reasons.append(gap)
        else:
            gaps.append(gap)
    if len(gaps) <= len(reasons):
        return _commonest(reasons) if reasons else Finding.AIR_NOT_AT_LEVEL
    start, end = (float(value) for value in np.mean(gaps, axis=0))
    return Line((width - start, level), (width - end, level))


def _across(masks: _Masks, level: float, spread: int) -> Measured:
    """The width of the hemithorax at a height, from the chest wall to the mediastinum."""
    edges = [np.flatnonzero(masks.whole[row]) for row in _rows_at(masks, level, spread)]
    ends = [(inside[-1] + 1, inside[0]) for inside in edges if len(inside)]
    if not ends:
        return Finding.NO_LUNG_AT_LEVEL
    wall, medial = (float(value) for value in np.mean(ends, axis=0))
    return Line((wall, level), (medial, level))
