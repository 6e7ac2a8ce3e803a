"""Kind and size of a compressed stream, read from its first bytes without decoding it.

Writers contradict themselves: a transfer syntax of another family, tags of another size. The stream is what a decoder
meets, so that it is asked first (ISO 10918-1 B.2, ISO 14495-1 C, ISO 15444-1 A.4 and I).
"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

JPEG_SPECTRAL = UID("1.2.840.10008.1.2.4.53")  # retired, and still in archives
JPEG_PROGRESSIVE = UID("1.2.840.10008.1.2.4.55")
ITEM = b"\xfe\xff\x00\xe0"  # (FFFE,E000), little endian: how encapsulated pixels begin (PS3.5 A.4)
MOST_TILES = 65_535  # ISO 15444-1 A.5.1
SEARCHED = 1 << 20  # bytes in which the frame header of a JPEG is looked for: comments and profiles come before it

_FRAME_HEADERS = {
    0xC0: JPEGBaseline8Bit,
    0xC1: JPEGExtended12Bit,
    0xC2: JPEG_PROGRESSIVE,
    0xC3: JPEGLosslessSV1,
    0xF7: JPEGLSLossless,
}
_MOST_BITS = {0xC0: 8, 0xC1: 12, 0xC2: 12}  # ISO 10918-1 B.2.2; some writers say 16


@dataclass(frozen=True)
class StreamHeader:
    """The kind of a compressed stream, and the image that it claims; JPEG may give its rows later, and 0 here."""

    syntax: UID  # one that decodes it; lossy and lossless of one family are not told apart
    rows: int
    cols: int
    samples: int
    bits: int
    tiles: int = 1


def stream_header(stream: bytes) -> StreamHeader | None:
    """Return what a stream says of itself, None where it is none that is known. Never raises."""
    try:
        if stream[:2] == b"\xff\xd8":
            return _jpeg(stream[:SEARCHED])
        if stream[:12] == b"\x00\x00\x00\x0cjP  \r\n\x87\n":
            start = stream[:SEARCHED].find(b"\xff\x4f\xff\x51")
            return _jpeg_2000(stream[start:]) if start > 0 else None
        if stream[:4] == b"\xff\x4f\xff\x51":
            return _jpeg_2000(stream)
    except (IndexError, ValueError):
        return None
    return None


def _jpeg(stream: bytes) -> StreamHeader | None:
    at = 2
    while at + 9 < len(stream):
        if stream[at] != 0xFF:
            return None
        marker = stream[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01:  # fill, or a marker without a length
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAME_HEADERS:
            rows, cols = (int.from_bytes(stream[at + i : at + i + 2], "big") for i in (5, 7))
            bits = min(stream[at + 4], _MOST_BITS.get(marker, 16))
            return StreamHeader(_FRAME_HEADERS[marker], rows, cols, stream[at + 9], bits)
        at += 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return None


def _jpeg_2000(stream: bytes) -> StreamHeader | None:
    """Read the SIZ marker segment; bit 14 of its capabilities says that Part 15 (high throughput) is needed."""
    if len(stream) < 43:
        return None
    capabilities = int.from_bytes(stream[6:8], "big")
    right, bottom, left, top = (int.from_bytes(stream[i : i + 4], "big") for i in (8, 12, 16, 20))
    tile_width, tile_height, tile_left, tile_top = (int.from_bytes(stream[i : i + 4], "big") for i in (24, 28, 32, 36))
    tiles = -(-max(0, right - tile_left) // max(1, tile_width)) * -(-max(0, bottom - tile_top) // max(1, tile_height))
    samples, bits = int.from_bytes(stream[40:42], "big"), (stream[42] & 0x7F) + 1
    syntax = HTJ2K if capabilities & 0x4000 else JPEG2000
    return StreamHeader(syntax, bottom - top, right - left, samples, bits, tiles)


def first_fragment(pixel_data: bytes) -> bytes | None:
    """Return the first fragment of encapsulated pixels (PS3.5 A.4), None where they are not encapsulated."""
    if pixel_data[:4] != ITEM:
        return None
    at = 8 + int.from_bytes(pixel_data[4:8], "little")  # past the basic offset table
    if pixel_data[at : at + 4] != ITEM:  # no offset table, though the standard wants one
        at = 0
    return pixel_data[at + 8 : at + 8 + int.from_bytes(pixel_data[at + 4 : at + 8], "little")]


def looks_like_rle(stream: bytes) -> bool:
    """True for an RLE header: a number of segments, the first of which follows the 64 bytes (PS3.5 G.5)."""
    return len(stream) > 64 and 1 <= int.from_bytes(stream[:4], "little") <= 15 and stream[4:8] == b"\x40\0\0\0"


def syntax_of(stream: bytes) -> UID | None:
    """Return a transfer syntax that decodes a fragment, None where it is of no known kind."""
    header = stream_header(stream)
    return header.syntax if header is not None else RLELossless if looks_like_rle(stream) else None
