"""A mask at film resolution as an immutable value: packed tiles, shared between the steps of undo.

A step keeps a tuple of references and the tiles that it changed, some hundred bytes a stroke, so that undo needs no
limit. Packing the same mask gives the same value.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.geometry import PixelBox

TILE = 256
EMPTY = b""


def clipped(box: PixelBox, rows: int, cols: int) -> PixelBox | None:
    """Return the part of ``box`` on a (rows, cols) film, None where there is none."""
    x0, y0, x1, y1 = max(box[0], 0), max(box[1], 0), min(box[2], cols), min(box[3], rows)
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


@dataclass(frozen=True, slots=True)
class PackedMask:
    """A (rows, cols) mask; ``tiles`` row by row, each the deflated bits of ``TILE`` x ``TILE`` pixels or ``EMPTY``."""

    rows: int
    cols: int
    tiles: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if self.rows < 1 or self.cols < 1 or len(self.tiles) != _down(self.rows) * _down(self.cols):
            raise ValueError(f"{len(self.tiles)} tiles do not cover {self.rows} x {self.cols} pixels")

    @staticmethod
    def pack(mask: NDArray[np.bool_]) -> PackedMask:
        """Return the value of a (rows, cols) mask."""
        rows, cols = mask.shape
        return PackedMask.blank(rows, cols).with_part((0, 0, cols, rows), mask)

    @staticmethod
    def blank(rows: int, cols: int) -> PackedMask:
        """Return a mask of which no pixel is set."""
        return PackedMask(rows, cols, (EMPTY,) * (_down(rows) * _down(cols)))

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.rows, self.cols

    def unpack(self) -> NDArray[np.bool_]:
        """Return the mask as a new (rows, cols) array. Raises ``ValueError`` where a tile is damaged."""
        return self.part((0, 0, self.cols, self.rows))

    def part(self, box: PixelBox) -> NDArray[np.bool_]:
        """Return the mask within a box of the film as a new array; other tiles are not touched."""
        x0, y0, x1, y1 = box
        out = np.zeros((y1 - y0, x1 - x0), np.bool_)
        for index, (left, top, right, bottom) in self._touched(box):
            if self.tiles[index] != EMPTY:
                a, b, c, d = max(left, x0), max(top, y0), min(right, x1), min(bottom, y1)
                tile = _inflated(self.tiles[index])
                out[b - y0 : d - y0, a - x0 : c - x0] = tile[b - top : d - top, a - left : c - left]
        return out

    def with_part(self, box: PixelBox, content: NDArray[np.bool_]) -> PackedMask:
        """Return the mask with ``content`` in a box of the film; tiles outside it are shared."""
        x0, y0, x1, y1 = box
        if content.shape != (y1 - y0, x1 - x0):
            raise ValueError(f"a box of {x1 - x0} x {y1 - y0} pixels cannot hold {content.shape}")
        tiles = list(self.tiles)
        for index, (left, top, right, bottom) in self._touched(box):
            a, b, c, d = max(left, x0), max(top, y0), min(right, x1), min(bottom, y1)
            tile = _inflated(tiles[index])
            tile[b - top : d - top, a - left : c - left] = content[b - y0 : d - y0, a - x0 : c - x0]
            tiles[index] = _deflated(tile)
        return PackedMask(self.rows, self.cols, tuple(tiles))

    def _touched(self, box: PixelBox) -> Iterator[tuple[int, PixelBox]]:
        """Index and place of every tile that ``box``, which lies on the film, has a pixel in."""
        x0, y0, x1, y1 = box
        if not (0 <= x0 < x1 <= self.cols and 0 <= y0 < y1 <= self.rows):
            raise ValueError(f"the box {box} does not lie on a film of {self.rows} x {self.cols} pixels")
        across = _down(self.cols)
        for row in range(y0 // TILE, (y1 - 1) // TILE + 1):
            for col in range(x0 // TILE, (x1 - 1) // TILE + 1):
                yield row * across + col, (col * TILE, row * TILE, (col + 1) * TILE, (row + 1) * TILE)


def _down(pixels: int) -> int:
    """How many tiles ``pixels`` need."""
    return -(-pixels // TILE)


def _deflated(tile: NDArray[np.bool_]) -> bytes:
    return zlib.compress(np.packbits(tile).tobytes(), 1) if tile.any() else EMPTY


def _inflated(packed: bytes) -> NDArray[np.bool_]:
    """The (TILE, TILE) pixels of a tile; never more than that, whatever the bytes say of themselves."""
    size = TILE * TILE // 8
    if packed == EMPTY:
        return np.zeros((TILE, TILE), np.bool_)
    try:
        bits = zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error:
        bits = b""
    if len(bits) != size:
        raise ValueError("a tile of the mask is damaged")
    return np.unpackbits(np.frombuffer(bits, np.uint8)).reshape(TILE, TILE).astype(np.bool_)
