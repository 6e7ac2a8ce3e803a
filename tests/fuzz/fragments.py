"""Mutations of encapsulated pixels: fragments and offset tables (PS3.5 A.4), and of the streams in them."""

from __future__ import annotations

import random
import struct
from dataclasses import replace

from tests.fuzz import streams, structure
from tests.fuzz.structure import LENGTHS, PIXEL_DATA, SEQUENCE_END, UNDEFINED, Element, Parts, item


def _fragments(value: bytes) -> list[bytes]:
    """The fragments, the offset table first."""
    found, at = [], 0
    while value[at : at + 4] == struct.pack("<HH", *structure.ITEM) and at + 8 <= len(value):
        (length,) = struct.unpack_from("<I", value, at + 4)
        found.append(value[at + 8 : at + 8 + length])
        at += 8 + length
    return found


def _encapsulated(items: list[bytes], rng: random.Random) -> bytes:
    """Items and their delimiter; now and then a length lies, or the delimiter is missing or not empty."""
    lying = rng.randrange(len(items)) if items and rng.random() < 0.15 else -1
    data = b"".join(item(one, rng.choice(LENGTHS) if index == lying else None) for index, one in enumerate(items))
    return data + rng.choice(
        (*[struct.pack("<HHI", *SEQUENCE_END, 0)] * 8, b"", struct.pack("<HHI", *SEQUENCE_END, 77))
    )


def _table(rng: random.Random, fragments: list[bytes]) -> bytes:
    """An offset table: right, empty, unsorted, or out of bounds."""
    right, at = [], 0
    for one in fragments:
        right.append(at)
        at += 8 + len(one)
    offsets = rng.choice(
        (right, [], right[::-1], [0] * len(right), [at, *right], [rng.choice(LENGTHS) for _ in right], right * 3)
    )
    return struct.pack(f"<{len(offsets)}I", *offsets) + rng.choice((b"", b"", b"", b"\0"))


def _rearranged(rng: random.Random, table: bytes, fragments: list[bytes]) -> list[bytes]:
    kind = rng.randrange(9)
    if kind == 0 and fragments:  # one in several
        at = rng.randrange(len(fragments))
        one, cut = fragments[at], rng.randrange(len(fragments[at]) + 1)
        fragments[at : at + 1] = [one[:cut], one[cut:]]
    elif kind == 1:
        fragments = [b"".join(fragments)]
    elif kind == 2 and fragments:
        del fragments[rng.randrange(len(fragments))]
    elif kind == 3:
        fragments.insert(rng.randrange(len(fragments) + 1), rng.choice((b"", b"\0", rng.randbytes(50))))
    elif kind == 4:
        rng.shuffle(fragments)
    elif kind == 5:
        fragments *= rng.choice((2, 3, 200))
    elif kind == 6:
        return fragments  # no offset table at all
    elif kind == 7:
        return [table, table, *fragments]
    return [_table(rng, fragments), *fragments]


def _offsets(rng: random.Random, parts: Parts, fragments: list[bytes]) -> Parts:
    """Extended offset tables, right or wrong (PS3.3 C.7.6.3.1.8)."""
    starts, at = [], 0
    for one in fragments:
        starts.append(at)
        at += 8 + len(one)
    lengths = [len(one) for one in fragments]
    wrong = rng.randrange(4)
    if wrong == 1:
        lengths = [rng.choice((*LENGTHS, 1 << 62)) for _ in lengths]
    elif wrong == 2:
        starts = [rng.choice((*LENGTHS, 1 << 63)) for _ in starts]
    elif wrong == 3:
        starts, lengths = starts[1:], lengths * 2
    tables = [
        Element((0x7FE0, number), b"OV", 8 * len(values), struct.pack(f"<{len(values)}Q", *values))
        for number, values in ((1, starts), (2, lengths))
    ]
    kept = [one for one in parts.elements if one.tag not in ((0x7FE0, 1), (0x7FE0, 2))]
    place = next((index for index, one in enumerate(kept) if one.tag == PIXEL_DATA), len(kept))
    return replace(parts, elements=(*kept[:place], *tables[: rng.choice((1, 2, 2, 2))], *kept[place:]))


def mutated(rng: random.Random, content: bytes, *, in_stream: bool) -> bytes:
    """Change the fragments of a compressed film, or (``in_stream``) what lies in one; else its native pixels."""
    parts = structure.taken_apart(content)
    index = -1 if parts is None else next((i for i, one in enumerate(parts.elements) if one.tag == PIXEL_DATA), -1)
    if parts is None or index < 0:
        return content
    pixels = parts.elements[index]
    items = _fragments(pixels.value) if pixels.said == UNDEFINED else []
    if not items:
        value = streams.generic(rng, pixels.value)
        new = replace(pixels, value=value, said=rng.choice((len(value), len(value), pixels.said, UNDEFINED)))
    else:
        table, fragments = items[0], items[1:]
        if in_stream and fragments:
            at = rng.randrange(len(fragments))
            fragments[at] = streams.mutated(rng, fragments[at])
            items = [table, *fragments]
        elif rng.random() < 0.2:
            parts = _offsets(rng, parts, fragments)
            index = next(i for i, one in enumerate(parts.elements) if one.tag == PIXEL_DATA)
        else:
            items = _rearranged(rng, table, fragments)
        new = replace(pixels, value=_encapsulated(items, rng))
    elements = (*parts.elements[:index], new, *parts.elements[index + 1 :])
    return structure.put_together(replace(parts, elements=elements))
