"""The square around the lungs that the network looks at in full resolution, and the exact way there and back.

A first look at the whole film on a coarse grid gives a map of each lung. The box is the smallest square around both,
with a margin, so that apices, costophrenic angles and the chest wall are inside. It lies on whole film pixels and may
reach beyond the film's edge; there the grid is padding. Where the first look does not show both lungs, the box is the
square around the whole film, and says so (``whole``): nothing is cut away that nobody has seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import FloatMap, Mask
from ptxviewer.core.components import components
from ptxviewer.core.geometry import GridMap

NAME = "lung-box-1"  # in the model card; a change of any number here is a new name
FIRST_LOOK = 256  # side of the coarse grid
LUNG_SCORE = 0.5
CRUMB = 0.1  # parts of a lung's map smaller than this share of its largest part are noise
SMALLEST_LUNG = 0.02  # of the film's area: below, that lung was not seen
MARGIN = 0.07  # of the box's side without it, on every side
SMALLEST_SIDE = 64  # film pixels


@dataclass(frozen=True, slots=True)
class LungBox:
    """A square of ``side`` film pixels whose first pixel is (``top``, ``left``); ``whole``: no lungs were found."""

    top: int
    left: int
    side: int
    whole: bool = False

    def grown(self, factor: float) -> LungBox:
        """The box with ``factor`` times the side about the same middle."""
        side = max(1, round(self.side * factor))
        shift = (side - self.side) // 2
        return LungBox(self.top - shift, self.left - shift, side, self.whole)


def whole_film(rows: int, cols: int) -> LungBox:
    """Return the square around the whole film."""
    side = max(rows, cols)
    return LungBox(-((side - rows) // 2), -((side - cols) // 2), side, whole=True)


def lung_box(rows: int, cols: int, image_left: FloatMap, image_right: FloatMap) -> LungBox:
    """Return the box of a ``rows`` x ``cols`` film from the (S, S) scores of its lungs on the letterboxed grid."""
    grid = GridMap.for_film(rows, cols, image_left.shape[0])
    lungs = [_without_crumbs(scores[grid.content] >= LUNG_SCORE) for scores in (image_left, image_right)]
    smallest = SMALLEST_LUNG * grid.height * grid.width
    if any(np.count_nonzero(lung) < smallest for lung in lungs):
        return whole_film(rows, cols)
    left_middle, right_middle = (float(lung.nonzero()[1].mean()) for lung in lungs)
    if left_middle >= right_middle:  # the network has lost its bearings
        return whole_film(rows, cols)
    both = lungs[0] | lungs[1]
    down, across = both.any(1).nonzero()[0], both.any(0).nonzero()[0]
    row_scale, col_scale = rows / grid.height, cols / grid.width
    top, bottom = down[0] * row_scale, (down[-1] + 1) * row_scale
    left, right = across[0] * col_scale, (across[-1] + 1) * col_scale
    side = max(bottom - top, right - left) * (1 + 2 * MARGIN)
    # Never larger than the whole film, nor so small that it can only be an error.
    side = float(np.clip(side, min(SMALLEST_SIDE, rows, cols), max(rows, cols)))
    return _within(rows, cols, (top + bottom) / 2, (left + right) / 2, round(side))


def _within(rows: int, cols: int, middle_y: float, middle_x: float, side: int) -> LungBox:
    """Lay a square about a point and push it back into the film as far as it fits."""

    def start(middle: float, length: int) -> int:
        first = round(middle - side / 2)
        if side >= length:
            return -((side - length) // 2)
        return int(np.clip(first, 0, length - side))

    return LungBox(start(middle_y, rows), start(middle_x, cols), side)


def _without_crumbs(mask: Mask) -> Mask:
    labels, areas = components(mask)
    if len(areas) <= 2:
        return mask
    kept = np.concatenate(([False], areas[1:] >= CRUMB * areas[1:].max()))
    return np.asarray(kept[labels])


@dataclass(frozen=True, slots=True)
class BoxMap:
    """The one map between the pixels of a ``rows`` x ``cols`` film and a square grid of ``size`` over ``box``."""

    rows: int
    cols: int
    box: LungBox
    size: int

    @property
    def _overlap(self) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Where box and film meet: in the film, and in the box."""
        box = self.box
        top, left = max(0, box.top), max(0, box.left)
        bottom, right = min(self.rows, box.top + box.side), min(self.cols, box.left + box.side)
        if bottom <= top or right <= left:
            raise ValueError(f"{box} does not touch a {self.rows} x {self.cols} film")
        return (
            (slice(top, bottom), slice(left, right)),
            (slice(top - box.top, bottom - box.top), slice(left - box.left, right - box.left)),
        )

    def to_grid(self, image: NDArray[np.float32], fill: float = 0.0) -> FloatMap:
        """Resample a (rows, cols) float32 image onto the (size, size) grid; area averaging where it shrinks."""
        if image.shape != (self.rows, self.cols):
            raise ValueError(f"expected a {self.rows} x {self.cols} image, got {image.shape}")
        in_film, in_box = self._overlap
        square = np.full((self.box.side, self.box.side), fill, np.float32)
        square[in_box] = image[in_film]
        how = cv2.INTER_AREA if self.size <= self.box.side else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(square, (self.size, self.size), interpolation=how), np.float32)

    @property
    def on_film(self) -> Mask:
        """Which pixels of the grid, (size, size), show film with more than half of themselves."""
        _, in_box = self._overlap
        how = cv2.INTER_AREA if self.size <= self.box.side else cv2.INTER_LINEAR
        shares = []
        for part in in_box:  # a pixel's share is that of its row times that of its column
            line = np.zeros((self.box.side, 1), np.float32)
            line[part] = 1
            shares.append(np.asarray(cv2.resize(line, (1, self.size), interpolation=how), np.float32)[:, 0])
        return np.asarray(np.outer(shares[0], shares[1]) > np.float32(0.5))

    def to_film(self, grid: FloatMap, beyond: float = 0.0) -> FloatMap:
        """Resample a (size, size) map back to (rows, cols), bilinear; ``beyond`` is taken outside the box."""
        if grid.shape != (self.size, self.size):
            raise ValueError(f"expected a {self.size} x {self.size} grid, got {grid.shape}")
        in_film, in_box = self._overlap
        square = cv2.resize(grid, (self.box.side, self.box.side), interpolation=cv2.INTER_LINEAR)
        film = np.full((self.rows, self.cols), beyond, np.float32)
        film[in_film] = square[in_box]
        return film

    def onto(self, grid: FloatMap, size: int, beyond: float = 0.0) -> FloatMap:
        """Resample a (self.size, self.size) map onto the letterboxed (size, size) grid of the whole film, bilinear."""
        letterbox = GridMap.for_film(self.rows, self.cols, size)
        scale_y, scale_x = letterbox.height / self.rows, letterbox.width / self.cols
        step = self.box.side / self.size  # film pixels per pixel of the box's grid
        # Pixel centres at integers plus one half, as everywhere: place = (centre + 1/2) * scale + offset - 1/2.
        matrix = np.array(
            [
                [scale_x * step, 0, (0.5 * step + self.box.left) * scale_x + letterbox.left - 0.5],
                [0, scale_y * step, (0.5 * step + self.box.top) * scale_y + letterbox.top - 0.5],
            ]
        )
        padded = cv2.copyMakeBorder(grid, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        matrix[:, 2] -= matrix[:, :2].sum(1)
        found = cv2.warpAffine(
            padded,
            matrix,
            (size, size),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=beyond,
        )
        result = np.full((size, size), beyond, np.float32)
        result[letterbox.content] = found[letterbox.content]
        return result
