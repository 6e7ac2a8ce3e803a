"""What a display shutter covers (PS3.3 C.7.6.11): outside of a rectangle, a circle, a polygon, or a bitmap."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import Mask
from ptxviewer.core.drawing.tiles import PackedMask


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A bitmap shutter (PS3.3 C.7.6.15): what is set is covered. ``top`` and ``left`` are counted from 0."""

    mask: PackedMask
    top: int = 0
    left: int = 0

    def covered(self, shape: tuple[int, int]) -> Mask:
        """Return what it covers of a film of (rows, cols) ``shape``."""
        return placed(self.mask.unpack(), self.top, self.left, shape)


@dataclass(frozen=True, slots=True)
class Shutter:
    """The shapes inside which a film is seen, in rows and columns counted from 1; None: not of that shape."""

    edges: tuple[int, int | None, int, int | None] | None = None  # left, right, upper, lower; None: the film's own
    circle: tuple[float, float, float] | None = None  # row, column, radius in pixels along a row
    polygon: tuple[float, ...] | None = None  # row and column of each corner in turn
    bitmap: Bitmap | None = None
    grey: int = 0  # of what is covered, 0 to 255

    def covered(self, shape: tuple[int, int], aspect: float = 1.0) -> Mask:
        """Return what is covered of a film of (rows, cols) ``shape``; ``aspect`` is height by width of a pixel."""
        covered = np.zeros(shape, bool)
        if self.edges is not None:
            covered |= ~_rectangle(self.edges, shape)
        if self.circle is not None:
            covered |= ~_circle(self.circle, shape, aspect)
        if self.polygon is not None:
            covered |= ~_polygon(self.polygon, shape)
        if self.bitmap is not None:
            covered |= self.bitmap.covered(shape)
        return covered


def placed(bits: Mask, top: int, left: int, shape: tuple[int, int]) -> Mask:
    """Return a plane whose first pixel lies at (top, left) of a film of ``shape``; what lies outside is cut off."""
    film = np.zeros(shape, bool)
    rows = slice(max(0, top), min(shape[0], top + bits.shape[0]))
    cols = slice(max(0, left), min(shape[1], left + bits.shape[1]))
    if rows.start < rows.stop and cols.start < cols.stop:
        film[rows, cols] = bits[rows.start - top : rows.stop - top, cols.start - left : cols.stop - left]
    return film


def _rectangle(edges: tuple[int, int | None, int, int | None], shape: tuple[int, int]) -> Mask:
    """The edges are the first and the last row and column that are seen."""
    left, right, upper, lower = edges
    visible = np.zeros(shape, bool)
    last_row, last_col = shape[0] if lower is None else lower, shape[1] if right is None else right
    visible[max(0, upper - 1) : max(0, last_row), max(0, left - 1) : max(0, last_col)] = True
    return visible


def _circle(circle: tuple[float, float, float], shape: tuple[int, int], aspect: float) -> Mask:
    row, col, radius = circle[0] - 1, circle[1] - 1, circle[2]
    if radius <= 0:
        return np.ones(shape, bool)
    reach = radius**2 - ((np.arange(shape[0]) - row) * aspect) ** 2  # per row, so that no large float is made
    half = np.where(reach >= 0, np.sqrt(np.maximum(reach, 0)), -1)
    return np.asarray(np.abs(np.arange(shape[1]) - col)[None, :] <= half[:, None])


def _polygon(corners: tuple[float, ...], shape: tuple[int, int]) -> Mask:
    values = [value - 1 for value in corners]
    if len(values) < 6 or not all(math.isfinite(value) and abs(value) < 1e6 for value in values):
        return np.ones(shape, bool)
    points = np.array(values[: len(values) // 2 * 2]).reshape(-1, 2)[:, ::-1].round().astype(np.int32)
    visible: NDArray[np.uint8] = np.zeros(shape, np.uint8)
    cv2.fillPoly(visible, [points], (1,))
    return np.asarray(visible, bool)
