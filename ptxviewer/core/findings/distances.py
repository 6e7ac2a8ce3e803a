"""Interpleural distances found in the masks: where chest wall and lung part, measured where the formulas want it.

A lies over the top of the collapsed lung, B and C at the middle of the upper and of the lower half of its height
(Collins et al., AJR 1995;165:1127). The rim and the hemithorax's width at the hilum serve the BTS class and the
Light index. Points are film points (x, y), pixel edges at integers; every distance is a line that a reader may move.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.answer import Distances, Line
from ptxviewer.core.arrays import Mask
from ptxviewer.core.findings.hemithorax import Half
from ptxviewer.core.geometry import Point

HILUM = 0.4  # of the hemithorax's height from its top; the masks do not show the hilum itself
SLIVER = 0.012  # of the hemithorax's height: thinner pieces of lung beside the air are disagreement of the borders
REGROWN = 3  # brushes by which the lung grows back into its own corners
APEX_BAND = 0.06  # of the lung's height: how far below its top the lung's apex is still looked for
SPREAD = 0.004  # of the lung's height: rows above and below whose distances are averaged


def distances_of(half: Half) -> Distances | None:
    """Find the lines of one hemithorax; None where no lung is left beside the air (lung collapsed out of sight)."""
    air, lung, whole = half.air, _main_lung(half), half.whole
    if half.on_image_left:  # from here on the chest wall lies at the right
        air, lung, whole = air[:, ::-1], lung[:, ::-1], whole[:, ::-1]
    rows = lung.any(1).nonzero()[0]
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    spread = max(0, round(SPREAD * (bottom - top)))
    apex = _over_the_top(air, lung, top, bottom)
    levels = [top + part * (bottom - top) for part in (0.25, 0.75)]
    side = [_at_level(air, lung, whole, level, spread) for level in (*levels, HILUM * whole.shape[0])]
    lines = [apex, *(Line((wall, level), (inner, level)) for wall, inner, _, level in side)]
    wall, _, medial, level = side[2]
    lines.append(Line((wall, level), (medial, level)))
    return Distances(*(_on_film(half, line) for line in lines))


def _on_film(half: Half, line: Line) -> Line:
    """Take a line from the cut, with the chest wall at the right, back to the film."""

    def point(at: Point) -> Point:
        x = half.lung.shape[1] - at[0] if half.on_image_left else at[0]
        return (half.left + x) * half.col_scale, (half.top + at[1]) * half.row_scale

    return Line(point(line.wall), point(line.lung))


def _main_lung(half: Half) -> Mask:
    """The lung beside the air without slivers along the chest wall, where the borders of two maps disagree."""
    width = max(1, round(SLIVER * half.lung.shape[0]))
    lung = np.pad(half.lung.astype(np.uint8), width)
    deep = cv2.distanceTransform(lung, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) > width
    thick = _grown(deep.astype(np.uint8), width)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=8)
    if count < 2:
        return np.zeros_like(half.lung)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    main = (labels == largest).astype(np.uint8)
    for _ in range(REGROWN):  # opening has rounded the corners off: the costophrenic angle is part of the lung
        main = np.asarray(cv2.bitwise_and(_grown(main, width), lung), np.uint8)
    return np.asarray(main[width:-width, width:-width] > 0)


def _grown(area: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """Dilate by a disc through distances: at film resolution a brush of that size takes seconds."""
    far = cv2.distanceTransform(1 - area, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(far <= by, np.uint8)


def _over_the_top(air: Mask, lung: Mask, top: int, bottom: int) -> Line:
    """The vertical line from the lung's top to the chest wall above it; of no length where no air lies there."""
    columns = lung.any(0)
    lung_top = np.where(columns, lung.argmax(0), lung.shape[0])
    above = np.where(np.arange(lung.shape[0])[:, None] < lung_top, air, False).sum(0)
    candidates = columns & (above > 0) & (lung_top <= top + APEX_BAND * (bottom - top))
    if not candidates.any():
        at = float(np.flatnonzero(lung[top]).mean()) + 0.5
        return Line((at, float(top)), (at, float(top)))
    highest = int(lung_top[candidates].min())
    near = candidates & (lung_top <= highest + max(1, round(0.004 * (bottom - top))))
    middle = float(np.flatnonzero(near).mean()) + 0.5
    beside = near & (np.abs(np.arange(lung.shape[1]) + 0.5 - middle) <= 2.5)
    length = float(above[beside if beside.any() else near].mean())
    return Line((middle, highest - length), (middle, float(highest)))


def _at_level(air: Mask, lung: Mask, whole: Mask, level: float, spread: int) -> tuple[float, float, float, float]:
    """Return (x of the wall, x of the lung's edge, x of the mediastinum, y) at a height, all edges of pixels."""
    rows = [row for row in range(int(level) - spread, int(level) + spread + 1) if 0 <= row < len(lung)]
    rows = [row for row in rows if whole[row].any()] or [int(whole.any(1).nonzero()[0][-1])]
    edges: list[NDArray[np.float64]] = []
    for row in rows:
        inside = np.flatnonzero(whole[row])
        wall, medial = inside[-1] + 1, inside[0]
        of_lung = np.flatnonzero(lung[row])
        edge = of_lung[-1] + 1 if len(of_lung) else medial
        filled = air[row, edge:wall].mean() if wall > edge else 0.0
        edges.append(np.array([wall, edge if filled > 0.5 else wall, medial], np.float64))
    wall, edge, medial = (float(value) for value in np.mean(edges, axis=0))
    return wall, edge, medial, level
