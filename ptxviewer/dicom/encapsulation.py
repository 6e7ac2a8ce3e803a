"""Encapsulated pixels (PS3.5 A.4): a table of offsets, then fragments, each of which says its length.

The fragments are what is there; tables and transfer syntaxes contradict them.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterator

from ptxviewer.dicom.streams import ITEM, syntax_of

NO_OFFSETS = ITEM + bytes(4)  # an empty offset table
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"  # Deflated Image Frame Compression (PS3.5 A.4.13)


def _items(pixel_data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the content of each item begins and ends, the offset table first; a torn last one counts."""
    at = 0
    while pixel_data[at : at + 4] == ITEM:
        end = at + 8 + int.from_bytes(pixel_data[at + 4 : at + 8], "little")
        yield at + 8, min(end, len(pixel_data))
        at = end


def fragments(pixel_data: bytes) -> int:
    """Return the number of fragments behind the offset table; a torn last one counts."""
    return max(0, sum(1 for _ in _items(pixel_data)) - 1)


def sound_offsets(pixel_data: bytes, frames: int) -> bytes:
    """Return the same pixels, without their offset table where it does not lead to ``frames`` of the fragments."""
    first = next(_items(pixel_data), None)
    if first is None or first[0] == first[1]:
        return pixel_data
    begin, end = first
    table = pixel_data[begin : end - (end - begin) % 4]
    offsets = struct.unpack(f"<{len(table) // 4}I", table)
    starts = [at - 8 - end for at, _ in _items(pixel_data)][1:]
    rising = all(before < after for before, after in itertools.pairwise(offsets))
    if offsets[:1] == (0,) and len(offsets) >= frames and rising and set(starts).issuperset(offsets):
        return pixel_data
    return NO_OFFSETS + pixel_data[end:]


def plain_pixels(pixel_data: bytes, syntax: str, length: int) -> bytes | None:
    """Return uncompressed pixels of ``length`` bytes that lie in fragments, as they are or each frame deflated.

    None where they are compressed in another way.
    """
    places = list(_items(pixel_data))[1:]
    if not places or length < 1:
        return None
    if syntax == DEFLATED_FRAMES:
        return _inflated(pixel_data, places, length)
    if sum(end - begin for begin, end in places) != length or syntax_of(pixel_data[slice(*places[0])]) is not None:
        return None
    return b"".join(pixel_data[begin:end] for begin, end in places)


def _inflated(pixel_data: bytes, places: list[tuple[int, int]], length: int) -> bytes | None:
    pixels = bytearray()
    try:
        for begin, end in places:
            left = length + 1 - len(pixels)
            pixels += zlib.decompressobj(-zlib.MAX_WBITS).decompress(pixel_data[begin:end], left)
            if len(pixels) > length:
                return None
    except zlib.error:
        return None
    return bytes(pixels) if len(pixels) in (length, length - 1) else None
