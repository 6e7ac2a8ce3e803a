"""How far the outline moves when the network sees the same film mirrored, slightly smaller and slightly larger.

It measures how stable an outline is, not whether it is right: a network can be wrong in the same place in every view.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ptxviewer.core.answer import Band
from ptxviewer.core.arrays import FloatMap, Mask
from ptxviewer.core.findings.decide import Decision
from ptxviewer.core.geometry import GridMap

LOW, HIGH = 10, 90  # percentiles of the views between which the band lies


def band_of(image_key: str, views: Sequence[FloatMap]) -> Band:
    """Return the band of two or more maps (S, S) of one film, all on the same grid."""
    if len(views) < 2:
        raise ValueError("a band needs two views or more")
    low, high = np.percentile(np.stack(views), (LOW, HIGH), axis=0).astype(np.float32)
    return Band(image_key, low, high, len(views))


def limits_of(band: Band, decision: Decision) -> tuple[FloatMap, FloatMap]:
    """Return the inner and the outer map (S, S) of a decision's outline, to be compared with its threshold.

    Only areas connected to a component of the decision count: what the decision refused does not come back.
    """
    limit = np.float32(decision.threshold)
    below = np.nextafter(limit, np.float32(0))
    marked = decision.grid >= limit
    _, labels = cv2.connectedComponents(((band.high >= limit) | marked).astype(np.uint8), connectivity=8)
    met = np.zeros(int(labels.max()) + 1, bool)
    met[labels[marked]] = True
    met[0] = False
    near: Mask = met[labels]
    outer = np.where((labels > 0) & ~near, below, np.maximum(band.high, decision.grid))
    inner = np.minimum(band.low, decision.grid)
    return inner.astype(np.float32, copy=False), outer.astype(np.float32, copy=False)


def areas_px(band: Band, decision: Decision, rows: int, cols: int) -> tuple[float, float]:
    """Return the marked area of a (rows, cols) film at the inner and at the outer edge of the band, in film pixels."""
    grid_map = GridMap.for_film(rows, cols, decision.grid.shape[0], decision.aspect)
    cell = rows / grid_map.height * cols / grid_map.width
    limit = np.float32(decision.threshold)
    inner, outer = (float(np.count_nonzero(grid[grid_map.content] >= limit)) for grid in limits_of(band, decision))
    return inner * cell, outer * cell
