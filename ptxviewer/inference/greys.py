"""The scale of greys that the network sees, in numpy alone: a machine that only trains needs nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEAN, STD = 0.449, 0.226  # of the greys that the encoder was first trained with
LOW_PERCENTILE, HIGH_PERCENTILE = 0.5, 99.5

Grid = NDArray[np.float32]


def scale_to_unit(grid: Grid, valid: NDArray[np.bool_] | None = None) -> Grid:
    """Clip to the percentiles of the ``valid`` pixels and scale to [0, 1]; a flat film becomes all 0."""
    values = grid if valid is None else grid[valid]
    if values.size == 0:
        return np.zeros_like(grid)
    low, high = np.percentile(values, (LOW_PERCENTILE, HIGH_PERCENTILE))
    if not high > low:
        return np.zeros_like(grid)
    unit: Grid = np.clip((grid - np.float32(low)) / np.float32(high - low), 0.0, 1.0).astype(np.float32, copy=False)
    return unit


def normalise(unit: Grid) -> Grid:
    """[0, 1] to what the encoder was trained with."""
    normal: Grid = (unit - np.float32(MEAN)) / np.float32(STD)
    return normal
