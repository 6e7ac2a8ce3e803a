"""What is asked of masks as large as a film, without looking at each of its pixels more than once."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import Mask

Window = tuple[slice, slice]
"""Rows and columns of a picture."""

ROUNDING = 1e-6  # of a pixel: what sums of parts of pixels may be wrong by


def window_of(mask: Mask) -> Window | None:
    """Return the smallest window that holds all of a mask (rows, cols), None where there is nothing in it."""
    rows = np.flatnonzero(mask.any(1))
    if not len(rows):
        return None
    down = slice(int(rows[0]), int(rows[-1]) + 1)
    cols = np.flatnonzero(mask[down].any(0))
    return down, slice(int(cols[0]), int(cols[-1]) + 1)


def shrunk(mask: Mask, shape: tuple[int, int]) -> Mask:
    """Return a (rows, cols) mask made smaller, to ``shape``: a pixel is in where half of it is.

    How much of each pixel is in comes from sums over the mask (Crow, SIGGRAPH 1984), which run linearly from one border
    between pixels to the next: that is area averaging (``cv2.INTER_AREA``) for the price of the pixels asked for.
    """
    if mask.shape == shape:
        return mask
    small = np.zeros(shape, bool)
    window = window_of(mask)
    if window is None:
        return small
    sums: NDArray[np.float64] = cv2.integral(mask[window].view(np.uint8)).astype(np.float64)
    inside = []
    for axis, part in enumerate(window):
        scale = mask.shape[axis] / shape[axis]
        first, behind = int(part.start / scale), min(shape[axis], -int(-part.stop // scale))
        inside.append(slice(first, behind))
        borders = np.clip(np.arange(first, behind + 1) * scale, part.start, part.stop) - part.start
        before = np.minimum(borders.astype(np.intp), part.stop - part.start - 1)
        share = np.expand_dims(borders - before, 1 - axis)
        sums = sums.take(before, axis) * (1 - share) + sums.take(before + 1, axis) * share
    areas = np.diff(np.diff(sums, axis=0), axis=1)
    half = mask.size / small.size / 2
    small[inside[0], inside[1]] = areas >= half - ROUNDING
    return small
