"""Mutations of ZIP archives (APPNOTE 4.3) and of the records of a DICOMDIR (PS3.3 F)."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from dataclasses import replace

from tests.fuzz import streams, structure
from tests.fuzz.structure import Element

LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
FIELDS = {  # offset and width of the fields of a header
    LOCAL: ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    CENTRAL: ((4, 2), (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (38, 4), (42, 4)),
    END: ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}
NAMES = ("../../up.dcm", "/etc/passwd", "C:\\film.dcm", "a" * 250 + ".dcm", "", ".", "..", "dir/", "a\0b.dcm",
         "\u202egnp.mcd",
         "bed4.dcm", "CON.dcm", "film.dcm\n", "a//b///c.dcm", ".hidden", "\x1b[31mred.dcm", "no suffix",
         "=1+1.dcm")  # fmt: skip
REFERENCES = (b"..\\..\\FILM", b"/etc/passwd", b"DICOM\\IM1", b"DICOM", b"", b"\\", b"IM\0",
              b"\\".join([b"A"] * 400), b"C:", b".",
              b"DICOMDIR", b"DICOM\\im1", b"\xff\xfe", b"~", b"*", b"A" * 300)  # fmt: skip


def mutated(rng: random.Random, content: bytes) -> bytes:
    """Change a field of a header, or what is behind one."""
    changed = bytearray(content)
    kind = rng.choice((LOCAL, CENTRAL, CENTRAL, END))
    places = []
    at = content.find(kind)
    while at >= 0:
        places.append(at)
        at = content.find(kind, at + 1)
    if not places:
        return streams.generic(rng, content)
    begin = rng.choice(places)
    offset, width = rng.choice(FIELDS[kind])
    number = rng.choice((*streams.INTERESTING, 12, 14, 93, 95, 97, 98, 99, 0x0801, 1))
    changed[begin + offset : begin + offset + width] = (number & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    if rng.random() < 0.15:
        extra = rng.choice(
            (END + b"\0" * 18, b"PK\6\6" + rng.randbytes(52), b"PK\6\7" + rng.randbytes(16), content[places[0] :])
        )
        changed += extra
    return bytes(changed)


def with_changed_member(rng: random.Random, content: bytes) -> bytes:
    """Write the archive anew: with another name, another member, a member twice, an archive in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        members = old.infolist()
        for member in members:
            name = rng.choice(NAMES) if rng.random() < 0.4 else member.filename
            data = old.read(member)
            if rng.random() < 0.3:
                data = rng.choice(
                    (b"", streams.generic(rng, data), structure.mutated(rng, data), content, b"\0" * (1 << 22))
                )
            info = zipfile.ZipInfo(name or "x")
            info.filename = name
            info.compress_type = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, member.compress_type))
            info.external_attr = rng.choice(
                (0, 0o120777 << 16, 0o040755 << 16, 0o010666 << 16)
            )  # a link, a folder, a pipe
            new.writestr(info, data)
    return file.getvalue()


def index_mutated(rng: random.Random, content: bytes) -> bytes:
    """Change which files a DICOMDIR names, or how many records it has."""
    parts = structure.taken_apart(content)
    at = -1 if parts is None else next((i for i, one in enumerate(parts.elements) if one.tag == (0x0004, 0x1220)), -1)
    if parts is None or at < 0:
        return streams.generic(rng, content)
    sequence = parts.elements[at]
    value = sequence.value
    if rng.random() < 0.2:
        value = value * rng.choice((0, 2, 300))
    else:
        place = value.find(b"\x04\x00\x00\x15CS")
        places = []
        while place >= 0:
            places.append(place)
            place = value.find(b"\x04\x00\x00\x15CS", place + 1)
        if places:
            begin = rng.choice(places)
            (length,) = struct.unpack_from("<H", value, begin + 6)
            name = rng.choice(REFERENCES)
            name += b" " * (len(name) % 2)
            value = value[: begin + 6] + struct.pack("<H", len(name)) + name + value[begin + 8 + length :]
    new = Element(sequence.tag, sequence.vr, len(value), value)
    items = bytearray(value)
    if len(items) > 8 and rng.random() < 0.8:  # items whose lengths changed end with the sequence
        new = replace(new, value=_measured(value))
        new = replace(new, said=len(new.value))
    return structure.put_together(replace(parts, elements=(*parts.elements[:at], new, *parts.elements[at + 1 :])))


def _measured(value: bytes) -> bytes:
    """The items of a sequence anew, each from its marker to the next, with the length that it has."""
    marker = struct.pack("<HH", *structure.ITEM)
    pieces = value.split(marker)[1:]
    return b"".join(marker + struct.pack("<I", len(piece) - 4) + piece[4:] for piece in pieces if len(piece) >= 4)
