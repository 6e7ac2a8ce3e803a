"""Exact sums of a film's pixels, kept by blocks: a dragged region costs its border, not its area."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

STRIP = 128  # rows that are summed at a time: they stay in the processor's cache
BLOCK = 16  # columns of a block, which has STRIP rows


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some pixels, one at least: their number, the sums of their values and of the squares, the ends."""

    pixels: int
    total: int
    squares: int
    low: int
    high: int


def sums_of(part: NDArray[np.uint16], counts: NDArray[np.bool_] | None = None) -> Sums | None:
    """Return the sums of (rows, cols) pixels, one at least, or of those that count; None where none of them does."""
    # Two sums of whole numbers are exact, and take a quarter of the time of cv2.meanStdDev.
    if counts is None:
        pixels, low, high, inside = part.size, int(part.min()), int(part.max()), part
    else:
        mask = counts.view(np.uint8)
        pixels = int(cv2.countNonZero(mask))
        if pixels == 0:
            return None
        low, high = (int(end) for end in cv2.minMaxLoc(part, mask)[:2])
        inside = np.asarray(cv2.copyTo(part, mask), np.uint16)
    return Sums(pixels, round(cv2.sumElems(inside)[0]), round(cv2.norm(inside, cv2.NORM_L2SQR)), low, high)


class BlockSums:
    """The sums of a film's blocks, those of a strip made when they are first asked for: 40 bytes a block."""

    def __init__(self, pixels: NDArray[np.uint16]) -> None:
        self.pixels = pixels
        self._strips: dict[int, tuple[NDArray[np.float64], ...]] = {}

    @staticmethod
    def within(top: int, bottom: int, left: int, right: int) -> tuple[int, int] | None:
        """Return from where to where whole blocks lie in rows ``top`` to ``bottom``, None where there is none."""
        first, last = -(-left // BLOCK) * BLOCK, right // BLOCK * BLOCK
        return (first, last) if top % STRIP == 0 and bottom - top == STRIP and first < last else None

    def of(self, top: int, left: int, right: int) -> Sums:
        """Return the sums of a strip's whole blocks, from column ``left`` to ``right``."""
        if top not in self._strips:
            self._strips[top] = self._made(top)
        blocks = slice(left // BLOCK, right // BLOCK)
        total, squares, low, high = (kept[blocks] for kept in self._strips[top])
        return Sums((right - left) * STRIP, int(total.sum()), int(squares.sum()), int(low.min()), int(high.max()))

    def _made(self, top: int) -> tuple[NDArray[np.float64], ...]:
        """Sums in floating point are exact here: of whole numbers below 2^53."""
        strip = self.pixels[top : top + STRIP, : self.pixels.shape[1] // BLOCK * BLOCK]
        values = np.asarray(strip, np.float64)
        columns = values.sum(0), np.einsum("ij,ij->j", values, values), strip.min(0), strip.max(0)
        total, squares, low, high = (column.reshape(-1, BLOCK) for column in columns)
        return total.sum(1), squares.sum(1), low.min(1).astype(np.float64), high.max(1).astype(np.float64)
