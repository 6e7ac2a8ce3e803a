"""Mutations of what holds a film: elements, sequences, fragments, offset tables, file meta, and what tags say."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

LONG = (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
SHORT = (b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS",
         b"ST", b"TM", b"UI", b"UL", b"US")  # fmt: skip
VRS = (*LONG, *SHORT, b"OX", b"??", b"\0\0", b"xx", b"ZZ")
UNDEFINED = 0xFFFFFFFF
LENGTHS = (0, 1, 2, 3, 7, 8, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, UNDEFINED)
ITEM, ITEM_END, SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
PIXEL_DATA = (0x7FE0, 0x0010)
DEFLATED = b"1.2.840.10008.1.2.1.99"
BIG_ENDIAN = b"1.2.840.10008.1.2.2\0"
IMPLICIT = b"1.2.840.10008.1.2\0"
SYNTAXES = (
    *(f"1.2.840.10008.1.2{tail}".encode() for tail in (
        "", ".1", ".1.98", ".1.99", ".2", ".4.50", ".4.51", ".4.53", ".4.55", ".4.57", ".4.70", ".4.80", ".4.81",
        ".4.90",
        ".4.91", ".4.92", ".4.93", ".4.94", ".4.100", ".4.102", ".4.106", ".4.110", ".4.111", ".4.112", ".4.201",
        ".4.202", ".4.203", ".5", ".6.1", ".7.1", ".8.1",
    )),
    b"1.2.840.113619.5.2", b"1.3.46.670589.33.1.4.1", b"", b"1", b"..", b"9" * 64,
)  # fmt: skip
TEXTS = (
    b"", b" ", b"0", b"-1", b"1", b"nan", b"inf", b"-inf", b"1e308", b"1e-308", b"-1e308", b"65535", b"65536",
    b"2147483648", b"18446744073709551616", b"1,5", b"0x10", b"\\", b"\\\\\\", b"1\\2\\3\\4", b"abc", b"\0\0",
    b"\xff\xfe", b"%s%n",
    b"9" * 300, b"1.0 \0", b"+5", b"<img src=x>", b"=1+1",
)  # fmt: skip
NUMBERS = (
    0, 1, 2, 3, 7, 8, 9, 10, 12, 15, 16, 17, 24, 31, 32, 33, 40, 63, 64, 65, 255, 256, 4095, 32767, 32768, 65534, 65535,
)  # fmt: skip
SAID: dict[tuple[int, int], bytes] = {
    (0x0028, 0x0002): b"US", (0x0028, 0x0004): b"CS", (0x0028, 0x0006): b"US", (0x0028, 0x0008): b"IS",
    (0x0028, 0x0010): b"US", (0x0028, 0x0011): b"US", (0x0028, 0x0030): b"DS", (0x0028, 0x0034): b"IS",
    (0x0028, 0x0100): b"US", (0x0028, 0x0101): b"US", (0x0028, 0x0102): b"US", (0x0028, 0x0103): b"US",
    (0x0028, 0x0120): b"US", (0x0028, 0x0121): b"US", (0x0028, 0x1050): b"DS", (0x0028, 0x1051): b"DS",
    (0x0028, 0x1052): b"DS", (0x0028, 0x1053): b"DS", (0x0028, 0x1055): b"LO", (0x0028, 0x1056): b"CS",
    (0x0028, 0x1101): b"US", (0x0028, 0x1102): b"US", (0x0028, 0x1103): b"US", (0x0028, 0x1201): b"OW",
    (0x0028, 0x3000): b"SQ", (0x0028, 0x3002): b"US", (0x0028, 0x3006): b"OW", (0x0028, 0x3010): b"SQ",
    (0x2050, 0x0020): b"CS", (0x0018, 0x1164): b"DS", (0x0018, 0x1600): b"CS", (0x0018, 0x1602): b"IS",
    (0x0018, 0x1610): b"IS", (0x0018, 0x1612): b"IS", (0x0018, 0x1620): b"IS", (0x0018, 0x1622): b"US",
    (0x0018, 0x1623): b"US", (0x0018, 0x5101): b"CS", (0x0018, 0x2010): b"DS", (0x0018, 0x1114): b"DS",
    (0x0008, 0x0005): b"CS", (0x0008, 0x0008): b"CS", (0x0008, 0x0016): b"UI", (0x0008, 0x0018): b"UI",
    (0x0008, 0x0060): b"CS", (0x0008, 0x1140): b"SQ", (0x0008, 0x2218): b"SQ", (0x0010, 0x0010): b"PN",
    (0x0010, 0x0020): b"LO", (0x0010, 0x0030): b"DA", (0x0010, 0x1010): b"AS", (0x0020, 0x0020): b"CS",
    (0x0020, 0x000D): b"UI", (0x0020, 0x0013): b"IS", (0x0054, 0x0220): b"SQ", (0x5200, 0x9229): b"SQ",
    (0x5200, 0x9230): b"SQ", (0x6000, 0x0010): b"US", (0x6000, 0x0011): b"US", (0x6000, 0x0015): b"IS",
    (0x6000, 0x0050): b"SS", (0x6000, 0x0051): b"US", (0x6000, 0x0102): b"US", (0x6000, 0x3000): b"OW",
    (0x7FE0, 0x0001): b"OV", (0x7FE0, 0x0002): b"OV", (0x7FE0, 0x0008): b"OF", (0x7FE0, 0x0009): b"OD",
    (0x0004, 0x1500): b"CS", (0x0004, 0x1220): b"SQ",
}  # fmt: skip
PHOTOMETRIC = (
    b"MONOCHROME1", b"MONOCHROME2", b"PALETTE COLOR", b"RGB", b"YBR_FULL", b"YBR_FULL_422", b"YBR_PARTIAL_420",
    b"YBR_ICT",
    b"YBR_RCT", b"HSV", b"ARGB", b"CMYK", b"monochrome 2", b"",
)  # fmt: skip


@dataclass(frozen=True)
class Element:
    """One element as bytes: its tag, its VR (empty where it is implicit), the length that it says, its value."""

    tag: tuple[int, int]
    vr: bytes
    said: int
    value: bytes


@dataclass(frozen=True)
class Parts:
    """A DICOM file taken apart, no deeper than its first level; sequences and fragments are values."""

    preamble: bytes
    meta: tuple[Element, ...]
    elements: tuple[Element, ...]
    tail: bytes  # what could not be taken apart
    explicit: bool
    big: bool
    deflated: bool

    def syntax(self) -> bytes:
        """The transfer syntax that the file meta says."""
        return next((one.value for one in self.meta if one.tag == (2, 0x10)), IMPLICIT)


def _order(big: bool) -> str:
    return ">" if big else "<"


def _read(data: bytes, at: int, explicit: bool, big: bool) -> tuple[Element, int] | None:
    """The element at ``at`` and where the next begins; None where there is none whole."""
    order = _order(big)
    if at + 8 > len(data):
        return None
    group, number = struct.unpack_from(f"{order}HH", data, at)
    vr = b""
    if explicit and group != 0xFFFE:
        vr = data[at + 4 : at + 6]
        if vr in LONG:
            if at + 12 > len(data):
                return None
            (said,) = struct.unpack_from(f"{order}I", data, at + 8)
            begin = at + 12
        else:
            (said,) = struct.unpack_from(f"{order}H", data, at + 6)
            begin = at + 8
    else:
        (said,) = struct.unpack_from(f"{order}I", data, at + 4)
        begin = at + 8
    end = _end_of_undefined(data, begin, explicit, big) if said == UNDEFINED else begin + said
    if end is None or end > len(data):
        return None
    return Element((group, number), vr, said, data[begin:end]), end


def _end_of_undefined(data: bytes, at: int, explicit: bool, big: bool) -> int | None:
    """Where a value of undefined length ends, behind its delimiter."""
    ends = {struct.pack(f"{_order(big)}HH", *SEQUENCE_END), struct.pack(f"{_order(big)}HH", *ITEM_END)}
    while at + 8 <= len(data):
        if data[at : at + 4] in ends:
            return at + 8
        found = _read(data, at, explicit, big)
        if found is None:
            return None
        at = found[1]
    return None


def _elements(data: bytes, explicit: bool, big: bool) -> tuple[tuple[Element, ...], int]:
    found, at = [], 0
    while (one := _read(data, at, explicit, big)) is not None:
        found.append(one[0])
        at = one[1]
    return tuple(found), at


def taken_apart(content: bytes) -> Parts | None:
    """Take a file of this folder's seeds apart, also after some mutations; None where it is no DICOM file."""
    if content[128:132] != b"DICM":
        elements, end = _elements(content, False, False)
        return Parts(b"", (), elements, content[end:], False, False, False) if elements else None
    meta: list[Element] = []
    at = 132
    while content[at : at + 2] == b"\2\0" and (one := _read(content, at, True, False)) is not None:
        meta.append(one[0])
        at = one[1]
    syntax = next((one.value for one in meta if one.tag == (2, 0x10)), b"")
    data, deflated = content[at:], syntax.rstrip(b"\0") == DEFLATED
    if deflated:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, 1 << 24)
        except zlib.error:
            return None
    explicit, big = syntax != IMPLICIT, syntax == BIG_ENDIAN
    elements, end = _elements(data, explicit, big)
    return Parts(content[:132], tuple(meta), elements, data[end:], explicit, big, deflated)


def _written(one: Element, explicit: bool, big: bool) -> bytes:
    order = _order(big)
    head = struct.pack(f"{order}HH", *one.tag)
    if not explicit or one.tag[0] == 0xFFFE:
        return head + struct.pack(f"{order}I", one.said & UNDEFINED) + one.value
    if one.vr in LONG:
        return head + one.vr + b"\0\0" + struct.pack(f"{order}I", one.said & UNDEFINED) + one.value
    return head + one.vr.ljust(2)[:2] + struct.pack(f"{order}H", one.said & 0xFFFF) + one.value


def put_together(parts: Parts) -> bytes:
    """The file, each length as its element says it."""
    meta = b"".join(_written(one, True, False) for one in parts.meta)
    data = b"".join(_written(one, parts.explicit, parts.big) for one in parts.elements) + parts.tail
    if parts.deflated:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        data = packer.compress(data) + packer.flush()
    return parts.preamble + meta + data


def with_length(parts: Parts) -> Parts:
    """The file meta with the group length that it should have, so that what was changed is read at all."""
    if len(parts.meta) < 2:
        return parts
    size = sum(len(_written(one, True, False)) for one in parts.meta[1:])
    return replace(parts, meta=(replace(parts.meta[0], value=struct.pack("<I", size), said=4), *parts.meta[1:]))


def item(value: bytes, said: int | None = None) -> bytes:
    """An item of fragments or sequences, with the length that it has or another."""
    return struct.pack("<HHI", *ITEM, len(value) if said is None else said & UNDEFINED) + value


# ---- what is changed


def _value(rng: random.Random, vr: bytes, big: bool) -> bytes:
    """A value that a hostile or careless writer would give an element of that VR."""
    order = _order(big)
    if vr in (b"US", b"SS", b"AT", b"OW"):
        count = rng.choice((0, 1, 1, 1, 2, 3, 64))
        return b"".join(struct.pack(f"{order}H", rng.choice(NUMBERS)) for _ in range(count))
    if vr in (b"UL", b"SL", b"OV", b"OL"):
        return b"".join(
            struct.pack(f"{order}I", rng.choice((*NUMBERS, *LENGTHS))) for _ in range(rng.choice((1, 2, 4)))
        )
    if vr in (b"FL", b"OF", b"FD", b"OD"):
        numbers = [
            rng.choice((0.0, -1.0, 1e308, float("nan"), float("inf"), 1e-320)) for _ in range(rng.choice((1, 2, 16)))
        ]
        return b"".join(struct.pack(f"{order}d", number) for number in numbers)
    if vr == b"SQ":
        return _nested(rng, rng.choice((1, 2, 3, 60, 400)), big)
    if vr in (b"OB", b"UN"):
        return rng.randbytes(rng.choice((0, 1, 2, 7, 64, 4096)))
    text = rng.choice((*TEXTS, *PHOTOMETRIC, *SYNTAXES))
    return text if rng.random() < 0.7 else b"\\".join(rng.choice(TEXTS) for _ in range(rng.randrange(1, 40)))


def _nested(rng: random.Random, depth: int, big: bool) -> bytes:
    """Items within items, some without an end; explicit, whatever the file is."""
    order = _order(big)
    inner = rng.randbytes(4)
    for _ in range(depth):
        closed = rng.random() < 0.8
        item = struct.pack(f"{order}HHI", *ITEM, len(inner) if closed else UNDEFINED) + inner
        item += b"" if closed else struct.pack(f"{order}HHI", *ITEM_END, 0)
        inner = struct.pack(f"{order}HH2sHI", 0x0008, 0x1140, b"SQ", 0, len(item)) + item
    return inner


def _replaced(parts: Parts, index: int, *new: Element) -> Parts:
    elements = list(parts.elements)
    elements[index : index + 1] = new
    return replace(parts, elements=tuple(elements))


def _one(rng: random.Random, parts: Parts) -> int:
    """An element; those of the image more often than others."""
    image = [i for i, one in enumerate(parts.elements) if one.tag[0] in (0x0028, 0x7FE0, 0x6000, 0x5200, 0x0004)]
    return rng.choice(image) if image and rng.random() < 0.6 else rng.randrange(len(parts.elements))


def _retag(rng: random.Random, parts: Parts) -> Parts:
    at = _one(rng, parts)
    tag = rng.choice(
        (*SAID, ITEM, ITEM_END, SEQUENCE_END, (0, 0), (2, 0x10), (0x0009, 0x10), (0xFFFC, 0xFFFC), (0x50FE, 0x3000))
    )
    return _replaced(parts, at, replace(parts.elements[at], tag=tag))


def _revr(rng: random.Random, parts: Parts) -> Parts:
    at = _one(rng, parts)
    return _replaced(parts, at, replace(parts.elements[at], vr=rng.choice(VRS)))


def _relength(rng: random.Random, parts: Parts) -> Parts:
    at = _one(rng, parts)
    one = parts.elements[at]
    said = rng.choice((*LENGTHS, one.said - 2, one.said - 1, one.said + 1, one.said + 2, 2 * one.said))
    return _replaced(parts, at, replace(one, said=said))


def _revalue(rng: random.Random, parts: Parts) -> Parts:
    at = _one(rng, parts)
    one = parts.elements[at]
    value = _value(rng, one.vr or SAID.get(one.tag, b"UN"), parts.big)
    return _replaced(parts, at, replace(one, value=value, said=len(value)))


def _cut_value(rng: random.Random, parts: Parts) -> Parts:
    """A value that is shorter or longer than it was, and says so."""
    at = _one(rng, parts)
    one = parts.elements[at]
    value = (
        one.value[: rng.randrange(len(one.value) + 1)]
        if rng.random() < 0.6
        else one.value + rng.randbytes(rng.randrange(1, 64))
    )
    return _replaced(parts, at, replace(one, value=value, said=UNDEFINED if one.said == UNDEFINED else len(value)))


def _say(rng: random.Random, parts: Parts) -> Parts:
    """Set a tag that bears on the picture."""
    tag = rng.choice(tuple(SAID))
    vr = SAID[tag] if rng.random() < 0.9 else rng.choice(VRS)
    value = rng.choice(PHOTOMETRIC) if tag == (0x0028, 0x0004) and rng.random() < 0.8 else _value(rng, vr, parts.big)
    new = Element(tag, vr if parts.explicit else b"", len(value), value)
    kept = [one for one in parts.elements if one.tag != tag]
    place = next((i for i, one in enumerate(kept) if one.tag > tag), len(kept))
    return replace(parts, elements=(*kept[:place], new, *kept[place:]))


def _drop(rng: random.Random, parts: Parts) -> Parts:
    return _replaced(parts, _one(rng, parts))


def _double(rng: random.Random, parts: Parts) -> Parts:
    at = _one(rng, parts)
    return _replaced(parts, at, *[parts.elements[at]] * rng.choice((2, 2, 3, 50)))


def _swap(rng: random.Random, parts: Parts) -> Parts:
    elements = list(parts.elements)
    first, second = rng.randrange(len(elements)), rng.randrange(len(elements))
    elements[first], elements[second] = elements[second], elements[first]
    return replace(parts, elements=tuple(elements))


def _break_off(rng: random.Random, parts: Parts) -> Parts:
    keep = rng.randrange(len(parts.elements) + 1)
    return replace(
        parts, elements=parts.elements[:keep], tail=rng.choice((b"", rng.randbytes(rng.randrange(24)), parts.tail))
    )


def _remeta(rng: random.Random, parts: Parts) -> Parts:
    """Another transfer syntax, another file meta."""
    if not parts.meta:
        return replace(
            parts,
            preamble=rng.choice((b"\0" * 128 + b"DICM", b"DICM", b"\x89PNG\r\n\x1a\n".ljust(128, b"\0") + b"DICM")),
        )
    meta = list(parts.meta)
    at = rng.randrange(len(meta))
    kind = rng.randrange(6)
    if kind == 0:
        del meta[at]
    elif kind == 1:
        meta[at] = replace(meta[at], said=rng.choice(LENGTHS))
    elif kind == 2:
        meta[at] = replace(meta[at], vr=rng.choice(VRS))
    else:
        for index, one in enumerate(meta):
            if one.tag == (2, 0x10):
                value = rng.choice(SYNTAXES)
                value += b"\0" * (len(value) % 2)
                meta[index] = replace(one, value=value, said=len(value))
    return replace(parts, meta=tuple(meta))


CHANGES: tuple[Callable[[random.Random, Parts], Parts], ...] = (
    _retag, _revr, _relength, _revalue, _revalue, _cut_value, _say, _say, _say, _drop, _double, _swap, _break_off,
    _remeta,
)  # fmt: skip


def mutated(rng: random.Random, content: bytes) -> bytes:
    """Change one thing of a DICOM file's structure; unchanged where it is none any more."""
    parts = taken_apart(content)
    if parts is None or not parts.elements:
        return content
    parts = rng.choice(CHANGES)(rng, parts)
    if rng.random() < 0.7:
        parts = with_length(parts)
    return put_together(parts)
