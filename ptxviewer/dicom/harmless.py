"""Which files may be read in this process: uncompressed films whose parts outside the pixels are small.

Little-endian pixels (deflated ones, too, within bounds) are copied by NumPy, and no decoder sees them; bounded tags are
parsed in bounded time. These are most films of a hospital, and they are on screen without the way through another
process.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from pydicom.dataset import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.files import open_regular
from ptxviewer.core.reasons.reading import FileTooLarge, InflatesTooLarge, Reading
from ptxviewer.dicom.bounds import LARGEST_FILE, LARGEST_INFLATED, LARGEST_INFLATED_HERE
from ptxviewer.dicom.dataset import META_START, parsed
from ptxviewer.dicom.streams import ITEM

PICTURE_STARTS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
LOWEST_TEXT = 0x0909  # a tabulator twice: what begins with letters is no dataset
HIGHEST_FIRST = 0x10  # group with which a dataset begins
MOST_TAGS = 1 << 20  # bytes before the pixels, and as many behind
ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")
COMPRESSED = (ITEM, b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
PLAIN = (ImplicitVRLittleEndian, ExplicitVRLittleEndian)
DEFLATED = DeflatedExplicitVRLittleEndian.encode("ascii")


def is_picture(head: bytes) -> bool:
    """True for the beginning of a PNG, JPEG and their like; a DICOM file may carry one of these in its preamble."""
    return head[128:132] != b"DICM" and head.startswith(PICTURE_STARTS)


def is_something_else(head: bytes) -> bool:
    """True where a file without preamble does not begin with a low group, in either byte order, or is only zeros."""
    groups = (int.from_bytes(head[:2], order) for order in ORDERS)
    return head[128:132] != b"DICM" and (min(groups) >= LOWEST_TEXT or not head[:1024].strip(b"\0"))


class Inflated(io.BytesIO):
    """A deflated film with its tags and pixels inflated (PS3.5 A.5); its file meta says that it never was deflated."""


@contextlib.contextmanager
def content_of(path: Path, largest_inflated: int = LARGEST_INFLATED) -> Iterator[BinaryIO]:
    """Provide what a file holds, inflated where it is a deflated film, at its beginning.

    Raises ``OSError``, and ``UnreadableFilm`` for files that are empty, too large, or larger when they are inflated.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            raise UnreadableFilm(Reading.FILE_EMPTY)
        if size > LARGEST_FILE:
            raise UnreadableFilm(FileTooLarge(LARGEST_FILE))
        start = file.read(1024)
        file.seek(0)
        yield _inflated(file, start, largest_inflated) or file


def _inflated(file: BinaryIO, start: bytes, largest: int) -> Inflated | None:
    """Return a film inflated; None where it does not say so, or is damaged: then the parser will say so."""
    if start[128:140] != META_START or DEFLATED not in start:
        return None
    begin = 144 + struct.unpack_from("<I", start, 140)[0]
    if begin > len(start):
        return None
    # A UID may end in any number of zero bytes (PS3.5 9.1).
    meta = start[:begin].replace(DEFLATED, ExplicitVRLittleEndian.encode("ascii").ljust(len(DEFLATED), b"\0"))
    content = Inflated(meta)
    file.seek(content.seek(0, os.SEEK_END))
    try:
        for block in _blocks(file):
            content.write(block)
            if content.tell() > largest:
                raise UnreadableFilm(InflatesTooLarge(largest))
    except zlib.error:
        return None
    finally:
        file.seek(0)
    content.seek(0)
    return content


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what follows in a file that says it is deflated: inflated, or as it is where it begins as a dataset does.

    A zlib stream (RFC 1950), which the standard does not mean, is inflated, too. Raises ``zlib.error``.
    """
    begin = file.tell()
    first = file.read(6)
    file.seek(begin)
    if int.from_bytes(first[:2], "little") <= HIGHEST_FIRST and first[4:6].isalpha() and first[4:6].isupper():
        while block := file.read(1 << 20):
            yield block
        return
    is_zlib = first[:1] == b"\x78" and not int.from_bytes(first[:2], "big") % 31
    inflating = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
    while not inflating.eof and (block := inflating.unconsumed_tail or file.read(1 << 16)):
        yield inflating.decompress(block, 1 << 22)


def is_harmless(content: BinaryIO) -> bool:
    """True for an uncompressed film with small tags, and for what is refused without looking further."""
    head = content.read(MOST_TAGS)
    size = content.seek(0, os.SEEK_END)
    if is_picture(head):
        return False
    try:
        return is_something_else(head) or _is_plain(content, head, size)
    except Exception:  # noqa: BLE001 - what a parser trips over is read in a child
        return False
    finally:
        content.seek(0)


def _is_plain(content: BinaryIO, head: bytes, size: int) -> bool:
    tags, end = _parsed(head)
    if tags is None or tags.file_meta.get("TransferSyntaxUID") not in PLAIN:
        return False
    if end >= len(head):
        return size <= len(head)  # no image at all
    implicit = bool(tags.original_encoding[0])
    group, element, length = struct.unpack_from("<HHI" if implicit else "<HH4xI", head, end)
    start = end + (8 if implicit else 12)
    content.seek(start)
    if content.read(12).startswith(COMPRESSED):  # whatever the transfer syntax says
        return False
    # 0xFFFFFFFF, fragments in a file that says it has none, is more than any file.
    return group == 0x7FE0 and element in (8, 9, 0x10) and start + length <= size <= start + length + MOST_TAGS


def _parsed(head: bytes, keywords: list[str] | None = None) -> tuple[Dataset | None, int]:
    """Return the tags before the pixels and where these begin; None where they lie in no plain sight."""
    if DEFLATED in head[:1024]:
        return None, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = io.BytesIO(head)
        tags = parsed(file, keywords, up_to_pixels=True)
        return tags, file.tell()


def tags_before_pixels(path: Path, keywords: list[str]) -> Dataset | None:
    """Return some tags of a DICOM file, read without its pixels; None for a picture."""
    with content_of(path, LARGEST_INFLATED_HERE) as content:
        head = content.read(MOST_TAGS)
    return None if is_picture(head) else _parsed(head, keywords)[0]


def syntax_of(path: Path) -> UID | None:
    """Return the transfer syntax of a file that could not be read; None for a picture."""
    with contextlib.suppress(Exception), open_regular(path) as file:
        head = file.read(1 << 14)
        if is_picture(head):
            return None
        tags, _ = _parsed(head, ["Rows"])
        if tags is not None:
            return UID(str(tags.file_meta.TransferSyntaxUID))
    return UID("")
