"""Lookup tables of DICOM, Modality and VOI, in the ways that they are written (PS3.3 C.11.1.1.1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset


def lut_table(item: Dataset, values: tuple[float, float], little: bool = True) -> tuple[NDArray[np.uint16], int, int]:
    """Return (table, first value mapped, bits stated) of a LUT item; 0 entries means 65,536.

    ``values`` are the smallest and the largest value that go through it: whether the first value mapped is signed
    depends on them, and writers get it wrong. ``little`` is the byte order of the file. Raises ``ValueError``,
    ``TypeError`` and ``AttributeError`` for what is no table.
    """
    descriptor = [int(v) for v in item.LUTDescriptor]
    entries = descriptor[0] & 0xFFFF or 65536
    bits = max(min(descriptor[2], 16), 1)
    table = _entries(item.LUTData, entries, bits, little)[:entries].astype(np.uint16)
    if table.size == 0:
        raise ValueError("an empty table")
    return table, _first(descriptor[1], table.size, values), max(bits, int(table.max()).bit_length())


def palette_colours(ds: Dataset, pixels: NDArray[Any]) -> tuple[NDArray[np.uint16], int]:
    """Return the colours (rows, cols, 3) of a palette's entries, and their white (PS3.3 C.7.6.3.1.5).

    For tables of other bits than 8 or 16, and shorter than they say: the last entry stands for what is missing. Raises
    as ``lut_table`` does.
    """
    values = float(pixels.min()), float(pixels.max())
    channels, bits = [], 1
    for colour in ("Red", "Green", "Blue"):
        item = Dataset()
        item.LUTDescriptor = ds[f"{colour}PaletteColorLookupTableDescriptor"].value
        item.LUTData = ds[f"{colour}PaletteColorLookupTableData"].value
        table, first, stated = lut_table(item, values, ds.original_encoding[1] is not False)
        channels.append(table[np.clip(pixels.astype(np.int64) - first, 0, table.size - 1)])
        bits = max(bits, stated)
    return np.stack(channels, -1), (1 << bits) - 1


def _entries(data: Any, entries: int, bits: int, little: bool) -> NDArray[np.generic]:
    """The entries as they lie in the file: words, or 8-bit entries two to a word, the first in its low byte."""
    if isinstance(data, bytes):
        broken_off = bits > 8 and not entries <= len(data) <= entries + 1  # by their bits words, and not as many bytes
        if len(data) >= 2 * entries or broken_off:
            return np.frombuffer(data[: len(data) & ~1], "<u2" if little else ">u2")
        if little or len(data) % 2:
            return np.frombuffer(data, np.uint8)
        return np.frombuffer(data, ">u2").astype("<u2").view(np.uint8)
    words = (np.atleast_1d(np.asarray(data, np.int64)) & 0xFFFF).astype("<u2")
    return words.view(np.uint8) if bits <= 8 and words.size == -(-entries // 2) < entries else words


def _first(stated: int, entries: int, values: tuple[float, float]) -> int:
    """Whichever reading of the first value mapped, signed or not, covers more of ``values``; as stated when equal."""
    other = stated - 65536 if stated > 32767 else stated + 65536 if stated < 0 else stated

    def covered(first: int) -> float:
        return min(values[1], first + entries - 1) - max(values[0], first)

    return other if covered(other) > covered(stated) else stated
