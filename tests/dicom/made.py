"""DICOM films made by code, one property at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

DX = "1.2.840.10008.5.1.4.1.1.1.1"


def ramp(rows: int = 120, cols: int = 160, top: int = 4095) -> np.ndarray:
    """Every column one value, from 0 to ``top``."""
    return np.tile(np.linspace(0, top, cols).round().astype(np.uint16), (rows, 1))


def dataset(pixels: np.ndarray, bits: int = 12, /, **tags: Any) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = UID(DX)
    ds.SOPClassUID, ds.SOPInstanceUID = DX, generate_uid()
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.Modality = "DX"
    ds.Rows, ds.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        ds.NumberOfFrames = pixels.shape[0]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    ds.BitsAllocated = 8 * pixels.dtype.itemsize
    ds.BitsStored, ds.HighBit = bits, bits - 1
    ds.PixelData = pixels.tobytes()
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return ds


def in_study(pixels: np.ndarray, bits: int = 12, /, **tags: Any) -> Dataset:
    """A film with what a well-formed one has beside its pixels."""
    return dataset(pixels, bits, **{
        "PatientName": "Doe^Jane", "PatientID": "PAT-1", "PatientBirthDate": "19600203", "PatientSex": "F",
        "StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(), "StudyID": "1",
        "StudyDate": "20260102", "StudyTime": "101112", "AccessionNumber": "A-7", "ReferringPhysicianName": "",
        "PatientOrientation": ["L", "F"], "ViewPosition": "PA", **tags,
    })  # fmt: skip


def save(ds: Dataset, path: Path, syntax: str | None = None, **arguments: Any) -> Path:
    if syntax is not None:
        ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds.save_as(path, enforce_file_format=True, **arguments)
    return path
