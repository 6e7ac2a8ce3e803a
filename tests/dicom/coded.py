"""Coded streams by code: of every kind that an encoder at hand writes, and one high-throughput JPEG 2000 as it is."""

from __future__ import annotations

import base64
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.dicom import made

HTJ2K_STREAM = base64.b64decode(
    "/0//UQApQAAAAABAAAAAQAAAAAAAAAAAAAAAQAAAAEAAAAAAAAAAAAABDwEB/1AACAACAAAACv9SAAwAAgABAAMEBEAB/1wADSCIkJCQkJCQiIiI"
    "/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAAxoAAf+TwAAvo8D/f8v/L/gH+F/43fsj/YD+Cx+Cv7NX2R/pePQweZKc+u/yH96P5Vfk"
    "O7H/dJXcinjiNpf9d95FP6THyDPkmv9C/zv7QftDe8X9X741P3pPvgfY8esx9At6gDw9/vaf+j/sX+t/7gf3t/nN/PN99n5eX67/T4/Po+O18QPX"
    "r9Zf16/WX9ev1l0IAMZCADG1AcAAF20AAF28AAF0QIbBUlHFBETUBVWB/YPTEPSnoooSIIAXPDAAAAAhwQMDqKiiChUAygWRbQoZhFG9EQvu4ANR"
    "AX5mLRmjkPSO8pBAYR0zSrBGcYqLwlwBCSCLQtRhg7Sqqqr+IDk9++T2XF2s7HKyXocOkhGnVAEenOoGiT3SUvPYAAL0gR4qZ4EeUCr8eOR2CsCI"
    "QN4gd1wAwAAXpcAAF65AABdMEBAQEPqZ1BtACdcBT4wFBESC9+sYxwAAAICi+czlFggIxKwAALUIBAQEBAQEBMT5wP1PT09Phbktcp7vs9WHU4ig"
    "P3ckwdpxgnwB+rmBR1WJnsaL+FHFt9JEcyhiF/GhEvQw6gIjgA0Mk5ITzKVGT7lJTL4QkcTPU+s7lbYECUgwSZIkSZL8/w5hJ79knv2Se/ZJ7LAA"
    "FFA8igcRBmAZ8zGA58zB0ALsfyMcGAAAtdFAF25AvGAVlDGtAv3/D4AczZl1yEEgB9WV0oZxAcAAL2aAAF7fAAC6MDiO4ziO45AAIIfj9QokAABI"
    "1MXxPdbROeRwfL+LAQAAAAAAAAAA4DMucBzHcRzHcRzHcRzHcfz+vwwAHGH5T09PT09PT04AAU59d3dRD05TxPTmEzU1OUnpwhngwYMCWnp6cIJ/"
    "ApD1WmDkLtapEaXmJbXYQfBHN/twbpFb4ddu+VVQEdQxKVITQdD0LJe1u20EAAAAAAAAAP7/ebO8Ve/de/de/de/de/de/de/deyxD+UoG/eYwG/"
    "eYwG/eYYG8cAABCMpQPfsxgPfsxgPfswwPZbA0ICAIB1MwIAAN7+/3mzvgg3hhhhhlAY4AACDO66666UOlgB/9k="
)
"""What OpenJPH 0.26 (BSD) makes of ``htj2k_film``, without loss: no encoder of this kind is installed here."""


def htj2k_film() -> np.ndarray:
    """The film of 64 x 64 pixels and 12 bits in ``HTJ2K_STREAM``."""
    rows, cols = np.mgrid[0:64, 0:64]
    film = (cols * 61 + rows * 3).astype(np.uint16)
    film[20:30, 12:40] = 4000
    return film


def jpeg(pixels: np.ndarray, **options: Any) -> bytes:
    """A JPEG of 8 bits by Pillow, of an even length."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **{"quality": 100, "subsampling": 0} | options)
    stream = file.getvalue()
    return stream + b"\0" * (len(stream) % 2)


def with_stream(ds: Dataset, streams: list[bytes], syntax: str) -> Dataset:
    """Put compressed frames into a dataset."""
    ds.PixelData = encapsulate(streams)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    return ds


def by_gdcm(ds: Dataset, syntax: str) -> bytes:
    """The stream that GDCM makes of the one frame of an uncompressed dataset."""
    import gdcm

    reader = gdcm.ImageReader()
    with tempfile.TemporaryDirectory() as folder:
        reader.SetFileName(str(made.save(ds, Path(folder) / "film")))
        if not reader.Read():
            raise ValueError("GDCM does not read the film")
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise ValueError(f"GDCM does not write {UID(syntax).name}")
    fragments = change.GetOutput().GetDataElement().GetSequenceOfFragments()
    return b"".join(
        fragments.GetFragment(i).GetByteValue().GetBuffer().encode("utf-8", "surrogateescape")
        for i in range(fragments.GetNumberOfFragments())
    )


def plain(pixels: np.ndarray, bits: int = 12, **tags: Any) -> Dataset:
    """An uncompressed dataset whose bytes depend on nothing but the arguments."""
    uid = "1.2.826.0.1.3680043.8.498.17"
    ds = made.dataset(
        pixels, bits, SOPInstanceUID=f"{uid}.1", StudyInstanceUID=f"{uid}.2", SeriesInstanceUID=f"{uid}.3", **tags
    )
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds
