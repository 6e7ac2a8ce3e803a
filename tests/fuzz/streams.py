"""Mutations of coded streams: JPEG, JPEG-LS, JPEG 2000 and HTJ2K, RLE, deflate, PNG, TIFF, and bytes of any kind."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable

INTERESTING = (0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 63, 64, 127, 128, 129, 254, 255, 256, 1023, 4095, 4096, 32767,
               32768,
               65534, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"
JP2 = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
ALONE = (0x01, *range(0xD0, 0xDA))  # markers without a length


def _number(rng: random.Random, size: int) -> int:
    return int(rng.choice(INTERESTING)) & ((1 << 8 * size) - 1)


def generic(rng: random.Random, data: bytes, first: int = 0) -> bytes:
    """Change bytes without knowing what they are, none before ``first``."""
    changed = bytearray(data)
    if len(changed) <= first:
        return bytes(changed) + rng.randbytes(rng.randrange(1, 32))
    kind = rng.randrange(9)
    at = rng.randrange(first, len(changed))
    size = min(rng.choice((1, 2, 4, 8, 64, 1024)), len(changed) - at)
    if kind <= 1:
        for _ in range(rng.choice((1, 1, 2, 4, 16))):
            changed[rng.randrange(first, len(changed))] ^= 1 << rng.randrange(8)
    elif kind == 2:
        width = rng.choice((1, 2, 4))
        number = _number(rng, width).to_bytes(width, rng.choice(("little", "big")))
        changed[at : at + width] = number
    elif kind == 3:
        del changed[at : at + size]
    elif kind == 4:
        changed[at:at] = changed[at : at + size] * rng.choice((1, 2, 30))
    elif kind == 5:
        changed[at:at] = rng.randbytes(size)
    elif kind == 6:
        changed[at : at + size] = rng.choice((b"\0", b"\xff")) * size
    elif kind == 7:
        changed[at : at + size] = rng.randbytes(size)
    else:
        del changed[at:]
    return bytes(changed)


# ---- JPEG and JPEG-LS


def _segments(stream: bytes) -> tuple[list[bytes], int]:
    """The marker segments of a JPEG from SOI to SOS, and where the coded data begin."""
    found, at = [], 0
    while at + 2 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        length = 0 if marker == 0xD8 or marker in ALONE[:-1] else int.from_bytes(stream[at + 2 : at + 4], "big")
        found.append(stream[at : at + 2 + length])
        at += 2 + length
        if marker == 0xDA:
            break
    return found, at


def _marker(code: int, content: bytes, said: int | None = None) -> bytes:
    return struct.pack(">BBH", 0xFF, code, (len(content) + 2 if said is None else said) & 0xFFFF) + content


def _foreign(rng: random.Random) -> bytes:
    """A segment that changes how the rest is read."""
    return rng.choice((
        lambda: _marker(0xDD, struct.pack(">H", _number(rng, 2))),  # DRI
        lambda: _marker(0xF8, b"\1" + struct.pack(">5H", *(_number(rng, 2) for _ in range(5)))),  # LSE: thresholds
        lambda: _marker(0xF8, b"\2\0\2" + rng.randbytes(rng.choice((2, 512)))),  # LSE: a mapping table
        lambda: _marker(0xF8, b"\4\0" + struct.pack(">HH", _number(rng, 2), _number(rng, 2))),  # LSE: a larger size
        lambda: _marker(0xEE, b"Adobe" + rng.randbytes(7)),
        lambda: _marker(0xDC, struct.pack(">H", _number(rng, 2))),  # DNL
        lambda: _marker(0xC4, rng.randbytes(rng.choice((17, 20, 200)))),
        lambda: _marker(0xDB, rng.randbytes(rng.choice((1, 65, 129)))),
        lambda: _marker(0xCC, rng.randbytes(2)),  # arithmetic coding
        lambda: _marker(0xFE, b"c" * rng.choice((0, 1, 60000))),
        lambda: _marker(0xE8, b"mrfx\3" + rng.randbytes(rng.randrange(9))),  # HP's colour transformation of JPEG-LS
        lambda: b"\xff" * rng.choice((1, 2, 500)),
    ))()  # fmt: skip


def _jpeg(rng: random.Random, stream: bytes) -> bytes:
    segments, at = _segments(stream)
    coded = stream[at:]
    kind = rng.randrange(11)
    index = rng.randrange(len(segments)) if segments else 0
    if kind <= 2 and segments:  # in the frame or scan header, field by field
        headers = [
            i for i, one in enumerate(segments) if one[1] in (0xC0, 0xC1, 0xC2, 0xC3, 0xF7, 0xDA) and len(one) > 4
        ]
        if headers:
            index = rng.choice(headers)
            place = rng.randrange(4, len(segments[index]))
            width = rng.choice((1, 1, 2))
            segments[index] = (
                segments[index][:place] + _number(rng, width).to_bytes(width, "big") + segments[index][place + width :]
            )
    elif kind == 3 and segments:
        segments[index] = generic(rng, segments[index], min(4, len(segments[index])))
    elif kind == 4 and segments:
        one = segments[index]
        segments[index] = one[:2] + struct.pack(">H", _number(rng, 2)) + one[4:]
    elif kind == 5 and segments:
        segments[index : index + 1] = [segments[index]] * rng.choice((0, 0, 2, 40))
    elif kind == 6 and segments:
        segments[index] = (
            b"\xff" + bytes([rng.choice((*range(0xC0, 0xE0), 0xF7, 0xF8, 1, 0, 0xFE))]) + segments[index][2:]
        )
    elif kind == 7:
        segments.insert(rng.randrange(len(segments) + 1), _foreign(rng))
    elif kind == 8:
        marker = bytes([0xFF, rng.choice((*range(0xC0, 0xE0), 0xF7, 0xF8, 0))])
        place = rng.randrange(len(coded) + 1)
        coded = coded[:place] + rng.choice((marker, _foreign(rng), b"".join(segments))) + coded[place:]
    elif kind == 9:
        coded = rng.choice(
            (b"", coded[: rng.randrange(len(coded) + 1)], b"\0" * len(coded), b"\xff" * 64, rng.randbytes(len(coded)))
        )
    else:
        coded = generic(rng, coded)
    return b"".join(segments) + coded


# ---- JPEG 2000


def _codestream(rng: random.Random, stream: bytes) -> bytes:
    """Fields of the main header and of tile-parts; markers that are rare."""
    at = 2
    places: dict[int, int] = {}
    while at + 4 <= len(stream) and stream[at] == 0xFF and stream[at + 1] != 0x93:
        places[stream[at + 1]] = at
        at += 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    kind = rng.randrange(10)
    changed = bytearray(stream)
    if kind <= 2 and 0x51 in places:  # SIZ: sizes, offsets, tiles, components
        field = places[0x51] + rng.choice((4, *range(6, 38, 4), 38, 40, 41, 42, 43))
        width = 4 if 6 <= field - places[0x51] < 38 else rng.choice((1, 2))
        changed[field : field + width] = _number(rng, width).to_bytes(width, "big")
    elif kind <= 5 and places:  # COD, QCD, CAP, SOT and the others
        begin = places[rng.choice(list(places))]
        length = int.from_bytes(stream[begin + 2 : begin + 4], "big")
        field = begin + rng.randrange(2, max(3, length + 2))
        width = rng.choice((1, 1, 2, 4))
        changed[field : field + width] = _number(rng, width).to_bytes(width, "big")
    elif kind == 6:
        foreign = _marker(rng.choice((0x53, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x55, 0x57, 0x58, 0x63, 0x50, 0x59, 0x74,
                                      0x75, 0x77, 0x78)), rng.randbytes(rng.choice((1, 2, 3, 7, 40, 400))))  # fmt: skip
        place = rng.choice((*places.values(), at))
        changed[place:place] = foreign
    elif kind == 7:
        begin = rng.choice(list(places.values())) if places else 0
        length = 2 + int.from_bytes(stream[begin + 2 : begin + 4], "big")
        changed[begin : begin + length] = stream[begin : begin + length] * rng.choice((0, 2, 30))
    elif kind == 8:
        return stream[:at] + generic(rng, stream[at:], min(2, len(stream) - at))
    else:
        return generic(rng, stream)
    return bytes(changed)


def _boxes(rng: random.Random, stream: bytes) -> bytes:
    """A codestream in boxes, some of which say more than there is (ISO 15444-1 I)."""
    begin = max(0, stream.find(b"\xff\x4f\xff\x51"))
    code = stream[begin:]
    cols, rows = code[8:12], code[12:16]

    def box(kind: bytes, content: bytes) -> bytes:
        said = rng.choice((*[8 + len(content)] * 12, 0, 1, 7, 0xFFFFFFFF))
        return struct.pack(">I", said) + kind + content

    header = box(
        b"ihdr", rows + cols + struct.pack(">HBBBB", rng.choice((1, 1, 3, 0, 16385)), rng.choice((11, 255)), 7, 0, 0)
    )
    header += box(b"colr", b"\1\0\0" + struct.pack(">I", rng.choice((16, 17, 18, 12, 0))))
    if rng.random() < 0.6:
        entries, columns = rng.choice((0, 1, 2, 256, 1024, 65535)), rng.choice((0, 1, 3, 255))
        header += box(
            b"pclr", struct.pack(">HB", entries, columns) + b"\7" * columns + rng.randbytes(rng.choice((4, 768)))
        )
        header += box(b"cmap", rng.randbytes(4 * rng.choice((0, 1, 3, 255))))
    if rng.random() < 0.5:
        header += box(b"cdef", struct.pack(">H", rng.choice((0, 1, 3, 65535))) + rng.randbytes(6 * rng.choice((1, 3))))
    return JP2 + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2h", header) + box(b"jp2c", code)


# ---- RLE, deflate, PNG, TIFF


def _rle(rng: random.Random, stream: bytes) -> bytes:
    header = list(struct.unpack("<16I", stream[:64]))
    kind = rng.randrange(5)
    if kind == 0:
        header[0] = _number(rng, 4) if rng.random() < 0.5 else rng.randrange(17)
    elif kind == 1:
        header[rng.randrange(1, 16)] = rng.choice(
            (_number(rng, 4), len(stream), len(stream) - 1, rng.randrange(len(stream)))
        )
    elif kind == 2:
        data = bytearray(stream[64:])
        for _ in range(rng.choice((1, 4, 40))):  # runs and literals that end nowhere
            data[rng.randrange(len(data))] = rng.choice((0x80, 0x81, 0x7F, 0xFF, 0))
        return stream[:64] + bytes(data)
    elif kind == 3:
        return stream[: rng.randrange(len(stream))]
    else:
        return generic(rng, stream)
    return struct.pack("<16I", *header) + stream[64:]


def _png(rng: random.Random, stream: bytes) -> bytes:
    """Chunks with checksums that are right again, so that the decoder gets as far as their contents."""
    chunks, at = [], 8
    while at + 12 <= len(stream):
        length = int.from_bytes(stream[at : at + 4], "big")
        chunks.append((stream[at + 4 : at + 8], stream[at + 8 : at + 8 + length]))
        at += 12 + length
    if not chunks:
        return generic(rng, stream)
    kind = rng.randrange(8)
    index = rng.randrange(len(chunks))
    name, content = chunks[index]
    if kind <= 1 and chunks[0][0] == b"IHDR":
        place = rng.randrange(13)
        width = 4 if place < 8 else 1
        place -= place % 4 if place < 8 else 0
        chunks[0] = (
            b"IHDR",
            (chunks[0][1][:place] + _number(rng, width).to_bytes(width, "big") + chunks[0][1][place + width :])[:13],
        )
    elif kind == 2:
        chunks[index] = name, generic(rng, content)
    elif kind == 3:
        chunks[index : index + 1] = [chunks[index]] * rng.choice((0, 2, 100))
    elif kind == 4:
        new = rng.choice(
            (b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"eXIf", b"iCCP", b"zTXt", b"sBIT", b"IEND", b"IHDR", b"bKGD")
        )
        made = (
            zlib.compress(b"x" * rng.choice((1, 1 << 20)))
            if new in (b"zTXt", b"iCCP")
            else rng.randbytes(rng.choice((0, 3, 8, 26, 768)))
        )
        chunks.insert(index, (new, rng.choice((b"", b"a\0\0")) + made))
    elif kind == 5:
        data = b"".join(inner for one, inner in chunks if one == b"IDAT")
        try:
            rows = zlib.decompress(data)
        except zlib.error:
            rows = b""
        chunks = [one for one in chunks if one[0] not in (b"IDAT", b"IEND")]
        chunks += [(b"IDAT", zlib.compress(generic(rng, rows))), (b"IEND", b"")]
    elif kind == 6:
        return generic(rng, stream)
    else:
        chunks[index] = rng.choice((b"IDAT", b"\0\0\0\0", b"idat", rng.randbytes(4))), content
    data = b"".join(
        struct.pack(">I", len(inner)) + one + inner + struct.pack(">I", zlib.crc32(one + inner))
        for one, inner in chunks
    )
    return PNG + data


def _tiff(rng: random.Random, stream: bytes) -> bytes:
    """Entries of the directory: tag, type, count, value."""
    order = "<" if stream[:2] == b"II" else ">"
    (place,) = struct.unpack_from(f"{order}I", stream, 4)
    if place + 2 > len(stream):
        return generic(rng, stream)
    (count,) = struct.unpack_from(f"{order}H", stream, place)
    at = place + 2 + 12 * rng.randrange(max(1, count))
    offset, width = rng.choice(((0, 2), (2, 2), (4, 4), (8, 4), (8, 4), (8, 2)))
    if at + 12 > len(stream):
        return generic(rng, stream)
    changed = bytearray(stream)
    changed[at + offset : at + offset + width] = _number(rng, width).to_bytes(
        width, "little" if order == "<" else "big"
    )
    return bytes(changed)


def _inflatable(rng: random.Random, data: bytes) -> bytes:
    """Deflated data (raw) whose blocks are broken, endless, or far larger than they look."""
    kind = rng.randrange(5)
    if kind == 0:
        return generic(rng, data)
    if kind == 1:
        return data[: rng.randrange(len(data) + 1)]
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    if kind == 2:
        return packer.compress(b"\0" * rng.choice((1 << 20, 1 << 25))) + packer.flush()
    try:
        whole = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, 1 << 24)
    except zlib.error:
        return generic(rng, data)
    whole = generic(rng, whole) if kind == 3 else whole + b"\0" * rng.choice((1, 1 << 22))
    return packer.compress(whole) + packer.flush() + rng.choice((b"", b"\0\0", data))


def mutated(rng: random.Random, stream: bytes) -> bytes:
    """Change one thing of a stream, knowing what kind it is."""
    change: Callable[[random.Random, bytes], bytes] = generic
    if stream[:2] == b"\xff\xd8":
        change = _jpeg
    elif stream[:4] == b"\xff\x4f\xff\x51":
        change = _codestream if rng.random() < 0.9 else _boxes
    elif stream[:12] == JP2:
        change = _boxes if rng.random() < 0.5 else generic
    elif stream[:8] == PNG:
        change = _png
    elif stream[:4] in (b"II*\0", b"MM\0*"):
        change = _tiff if rng.random() < 0.7 else generic
    elif len(stream) > 64 and 1 <= int.from_bytes(stream[:4], "little") <= 15 and stream[4:8] == b"\x40\0\0\0":
        change = _rle
    return change(rng, stream)


def deflated(rng: random.Random, content: bytes) -> bytes:
    """Change the deflated part of a film (PS3.5 A.5), which begins behind the file meta."""
    begin = 144 + struct.unpack_from("<I", content, 140)[0] if len(content) > 144 else 0
    return content[:begin] + _inflatable(rng, content[begin:]) if 144 <= begin < len(content) else generic(rng, content)
