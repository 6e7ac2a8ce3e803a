"""From the bytes of a file to its dataset, also where they break off or contradict what the file meta says."""

from __future__ import annotations

import io
import os
import struct
from typing import BinaryIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag, Tag
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.dicom.torn import up_to_its_pixels

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
PIXEL_TAGS = {Tag(keyword) for keyword in PIXELS}
META_START = b"DICM\x02\x00\x00\x00UL\x04\x00"  # (0002,0000), the length of the file meta


def dataset_of(content: BinaryIO) -> tuple[Dataset, bool]:
    """Return the dataset of a file with its transfer syntax, and whether all of it could be read.

    What is broken behind whole pixels costs no film. Raises whatever pydicom raises, and ``UnreadableFilm`` where the
    pixels break off.
    """
    ds, whole = _read(content)
    return _with_syntax(ds), whole


def _read(content: BinaryIO) -> tuple[Dataset, bool]:
    try:
        ds = parsed(content)
    except (PermissionError, MemoryError, UnreadableFilm):
        raise
    except Exception as error:  # the parser's errors are of every kind; those of the disk have a number
        if getattr(error, "errno", None) is not None:
            raise
        torn = up_to_its_pixels(content)
        if torn is None:
            raise
        return torn, False
    if any(keyword in ds for keyword in PIXELS):
        return ds, True
    try:
        torn = up_to_its_pixels(content)
    except UnreadableFilm:
        raise
    except Exception:  # noqa: BLE001 - its tags say why there is no image
        torn = None
    if torn is not None:
        return torn, False
    if "Rows" not in ds:
        return _as_it_is_written(content) or ds, True
    if _ends_in_zeros(content):
        raise UnreadableFilm(Reading.IMAGE_INCOMPLETE)
    return ds, True


def parsed(content: BinaryIO, keywords: list[str] | None = None, *, up_to_pixels: bool = False) -> Dataset:
    """Return the dataset of a file that is read from its beginning, by pydicom, no further than a block of zeros.

    A copy that was broken off is often as long as it should be; pydicom would take each 8 zeros for an element.
    ``keywords``: only these tags. Raises ``UnreadableFilm`` where zeros are all there is, else whatever pydicom raises.
    """
    begin = content.tell()
    head = content.read(144)
    size = struct.unpack_from("<I", head, 140)[0] if head[128:140] == META_START and len(head) == 144 else 0
    content.seek(begin + (144 + size if size else 132 if head[128:132] == b"DICM" else 0))
    if content.read(16) == bytes(16):
        raise UnreadableFilm(Reading.FILE_DAMAGED)
    content.seek(begin)
    tags: list[BaseTag | int] | None = None if keywords is None else [Tag(keyword) for keyword in keywords]

    def ends(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        return tag == 0 or (up_to_pixels and tag in PIXEL_TAGS)

    ds: Dataset = read_partial(content, stop_when=ends, force=True, specific_tags=tags)
    return ds


def _ends_in_zeros(content: BinaryIO) -> bool:
    size = content.seek(0, os.SEEK_END)
    content.seek(max(0, size - 256))
    return size > 256 and not content.read().strip(b"\0")


def _as_it_is_written(content: BinaryIO) -> Dataset | None:
    """Read a file whose dataset is of another byte order than its file meta says; None where it is none of these."""
    content.seek(0)
    head = content.read(144)
    if head[128:140] != META_START:
        return None
    content.seek(144 + struct.unpack_from("<I", head, 140)[0])
    try:
        ds = parsed(io.BytesIO(content.read()))
    except Exception:  # noqa: BLE001 - its tags say why there is no image
        return None
    return ds if any(keyword in ds for keyword in PIXELS) else None


def _with_syntax(ds: Dataset) -> Dataset:
    """Give a file without file meta the transfer syntax that its own bytes were read in."""
    meta = getattr(ds, "file_meta", None)
    if meta is None:
        ds.file_meta = meta = FileMetaDataset()
    if not meta.get("TransferSyntaxUID"):
        implicit, little = ds.original_encoding
        meta.TransferSyntaxUID = (
            ImplicitVRLittleEndian
            if implicit
            else ExplicitVRLittleEndian
            if little is not False
            else ExplicitVRBigEndian
        )
    return ds
