"""The one map between a film's pixels and the model's grid, and its exact inverse.

A film of any shape is scaled until its longer side, as long as it is on the patient, fills the grid, and centred on
padding (letterbox): nothing is distorted, and pixels that are taller than wide lie on the grid as tall as they are.
Pixel centres sit at integer coordinates plus one half, the convention of ``cv2.resize``, so going there and back
lands on the same place to a fraction of a grid pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.points import Box, PixelBox, Point

__all__ = ["Box", "GridMap", "PixelBox", "Point"]


@dataclass(frozen=True, slots=True)
class GridMap:
    """Where a film of ``rows`` x ``cols`` lies on a square grid of ``size``: at (top, left), ``height`` x ``width``."""

    rows: int
    cols: int
    size: int
    top: int
    left: int
    height: int
    width: int

    @staticmethod
    def for_film(rows: int, cols: int, size: int, aspect: float = 1.0) -> GridMap:
        """Return the letterbox of a ``rows`` x ``cols`` film on a ``size`` x ``size`` grid.

        ``aspect`` is how many times taller than wide a pixel is (``viewport.pixel_aspect``).
        """
        if rows < 1 or cols < 1 or size < 1:
            raise ValueError(f"film and grid must have at least one pixel, got {rows} x {cols} on {size}")
        tall = rows * aspect
        longer = max(tall, cols)
        height = max(1, round(tall * size / longer))
        width = max(1, round(cols * size / longer))
        return GridMap(rows, cols, size, (size - height) // 2, (size - width) // 2, height, width)

    @property
    def content(self) -> tuple[slice, slice]:
        """The part of the grid that shows the film."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def to_grid(self, image: NDArray[np.float32], fill: float = 0.0) -> FloatMap:
        """Resample a (rows, cols) float32 image onto the grid; area averaging along a side that shrinks."""
        if image.shape != (self.rows, self.cols):
            raise ValueError(f"expected a {self.rows} x {self.cols} image, got {image.shape}")
        shrinks = self.height <= self.rows, self.width <= self.cols
        if shrinks[0] != shrinks[1]:  # pixels that are not square: first the side that shrinks
            smaller = (self.cols, self.height) if shrinks[0] else (self.width, self.rows)
            image = np.asarray(cv2.resize(image, smaller, interpolation=cv2.INTER_AREA), np.float32)
        small = cv2.resize(
            image, (self.width, self.height), interpolation=cv2.INTER_AREA if all(shrinks) else cv2.INTER_LINEAR
        )
        grid = np.full((self.size, self.size), fill, np.float32)
        grid[self.content] = small
        return grid

    def to_film(self, grid: FloatMap) -> FloatMap:
        """Resample a (size, size) map back to (rows, cols), bilinear; the exact inverse placement of ``to_grid``."""
        if grid.shape != (self.size, self.size):
            raise ValueError(f"expected a {self.size} x {self.size} grid, got {grid.shape}")
        inside = np.ascontiguousarray(grid[self.content], dtype=np.float32)
        film = cv2.resize(inside, (self.cols, self.rows), interpolation=cv2.INTER_LINEAR)
        return np.asarray(film, np.float32)

    def point_to_grid(self, x: float, y: float) -> Point:
        """Film point (x, y), pixel edges at integers, to grid point."""
        return self.left + x * self.width / self.cols, self.top + y * self.height / self.rows

    def point_to_film(self, x: float, y: float) -> Point:
        """Inverse of ``point_to_grid``."""
        return (x - self.left) * self.cols / self.width, (y - self.top) * self.rows / self.height
