"""From the bytes of a file to its dataset, also where they break off or contradict what the file meta says."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.dicom.torn import up_to_its_pixels

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
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
        ds: Dataset = pydicom.dcmread(content, force=True)
    except (PermissionError, MemoryError):
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
    return (ds if "Rows" in ds else _as_it_is_written(content) or ds), True


def _as_it_is_written(content: BinaryIO) -> Dataset | None:
    """Read a file whose dataset is of another byte order than its file meta says; None where it is none of these."""
    content.seek(0)
    head = content.read(144)
    if head[128:140] != META_START:
        return None
    content.seek(144 + struct.unpack_from("<I", head, 140)[0])
    try:
        ds: Dataset = pydicom.dcmread(io.BytesIO(content.read()), force=True)
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
