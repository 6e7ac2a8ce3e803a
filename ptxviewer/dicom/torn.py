"""Reads the image of a truncated file, or of one damaged behind the image: the film itself may be complete."""

from __future__ import annotations

import struct
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.dicom.streams import ITEM

PIXEL_DATA = 0x7FE00010
UNDEFINED = 0xFFFFFFFF


def up_to_its_pixels(file: BinaryIO) -> Dataset | None:
    """Return the dataset of a file up to its pixels, without what follows; None where there are none.

    Raises ``UnreadableFilm`` where a fragment of the pixels is not all there, and whatever pydicom raises at tags
    that are broken before the pixels.
    """
    file.seek(0)
    ds = read_partial(file, stop_when=_at_pixels, force=True)
    if ds.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        return None
    implicit, little = ds.original_encoding
    order = "<" if little is not False else ">"
    head = file.read(8 if implicit else 12)
    if len(head) < (8 if implicit else 12) or struct.unpack(order + "HH", head[:4]) != (0x7FE0, 0x0010):
        return None
    (length,) = struct.unpack(order + "L", head[-4:])
    data = _items(file.read()) if length == UNDEFINED else file.read(length)
    ds.add_new(PIXEL_DATA, "OB" if length == UNDEFINED else "OW", data)
    ds["PixelData"].is_undefined_length = length == UNDEFINED
    return ds


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return int(tag) in (PIXEL_DATA, 0)  # 0: zeros, to the end of a copy that was broken off


def _items(data: bytes) -> bytes:
    """The items up to the sequence delimiter, to the end, or to what is no item any more."""
    at = 0
    while data[at : at + 4] == ITEM:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > len(data):
            raise UnreadableFilm(Reading.IMAGE_INCOMPLETE)
        at += 8 + length
    return data[:at]
