"""Films made by code, one for every transfer syntax that can be encoded here: what the built app must open."""

from __future__ import annotations

from pathlib import Path

import gdcm  # isort: skip
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
    generate_uid,
)

ROWS, COLS = 300, 256
PLAIN = "explicit-little"
LOSSY_LEVELS = 12  # grey levels of 255 by which a lossy film may differ from the plain one
# name, gdcm's transfer syntax, lossless, bits
BY_GDCM = (
    ("jpeg-baseline", gdcm.TransferSyntax.JPEGBaselineProcess1, False, 8),
    ("jpeg-extended", gdcm.TransferSyntax.JPEGExtendedProcess2_4, False, 8),
    ("jpeg-lossless", gdcm.TransferSyntax.JPEGLosslessProcess14, True, 12),
    ("jpeg-lossless-sv1", gdcm.TransferSyntax.JPEGLosslessProcess14_1, True, 12),
    ("jpeg-ls", gdcm.TransferSyntax.JPEGLSLossless, True, 12),
    ("jpeg-ls-near", gdcm.TransferSyntax.JPEGLSNearLossless, False, 12),
)
WITHOUT_ENCODER = ("High-Throughput JPEG 2000 (three syntaxes)", "Deflated Image Frame and the video syntaxes")


def pixels(bits: int) -> NDArray[np.uint8 | np.uint16]:
    """Return (ROWS, COLS) grey values of ``bits`` bits: smooth, so that lossy compression keeps them."""
    y, x = np.mgrid[0:ROWS, 0:COLS]
    grey = 0.5 + 0.3 * np.sin(x / 40) * np.cos(y / 50) + 0.2 * (y / ROWS - 0.5)
    levels: NDArray[np.uint8 | np.uint16] = (grey * (2**bits - 1)).astype(np.uint16 if bits > 8 else np.uint8)
    return levels


def plain(bits: int) -> Dataset:
    """Return an uncompressed frontal film without anybody's name."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PatientName = ds.PatientID = ds.StudyDate = ds.StudyTime = ds.AccessionNumber = ""
    ds.Modality, ds.ViewPosition = "DX", "PA"
    ds.Rows, ds.Columns = ROWS, COLS
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    grey = pixels(bits)
    ds.BitsAllocated = 8 * grey.dtype.itemsize
    ds.BitsStored, ds.HighBit = bits, bits - 1
    ds.WindowCenter, ds.WindowWidth = 2 ** (bits - 1), 2**bits
    ds.PixelData = grey.tobytes()
    return ds


def _by_gdcm(source: Path, target: Path, syntax: int) -> None:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    if not reader.Read():
        raise RuntimeError(f"gdcm cannot read {source.name}")
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise RuntimeError(f"gdcm cannot encode {target.name}")
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(target))
    if not writer.Write():
        raise RuntimeError(f"gdcm cannot write {target.name}")


def make_films(folder: Path) -> dict[str, tuple[Path, str | None, bool]]:
    """Write the films; returns name -> (file, name of the plain film to compare with, lossless)."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, tuple[Path, str | None, bool]] = {}
    for bits in (8, 12):
        name = f"{PLAIN}-{bits}"
        plain(bits).save_as(folder / f"{name}.dcm", enforce_file_format=True)
        made[name] = (folder / f"{name}.dcm", None, True)
    base = f"{PLAIN}-12"
    for name, syntax in (
        ("implicit-little", ImplicitVRLittleEndian),
        ("deflated", DeflatedExplicitVRLittleEndian),
        ("explicit-big", ExplicitVRBigEndian),
    ):
        ds = plain(12)
        ds.file_meta.TransferSyntaxUID = syntax
        if syntax == ExplicitVRBigEndian:
            ds.PixelData = pixels(12).astype(">u2").tobytes()
        ds["PixelData"].VR = "OW"
        ds.save_as(folder / f"{name}.dcm", enforce_file_format=True)
        made[name] = (folder / f"{name}.dcm", base, True)
    for name, syntax, lossless in (
        ("rle", RLELossless, True),
        ("jpeg-2000-lossless", JPEG2000Lossless, True),
        ("jpeg-2000", JPEG2000, False),
    ):
        ds = plain(12)
        ds.compress(syntax, j2k_psnr=[60] if syntax == JPEG2000 else None)
        ds.save_as(folder / f"{name}.dcm", enforce_file_format=True)
        made[name] = (folder / f"{name}.dcm", base, lossless)
    for name, syntax, lossless, bits in BY_GDCM:
        source = made[f"{PLAIN}-{bits}"][0]
        _by_gdcm(source, folder / f"{name}.dcm", syntax)
        made[name] = (folder / f"{name}.dcm", f"{PLAIN}-{bits}", lossless)
    # As they come off a disc: no extension, and no preamble.
    content = made[base][0].read_bytes()
    (folder / "IM000001").write_bytes(content)
    made["no extension"] = (folder / "IM000001", base, True)
    bare = dcmread(made["implicit-little"][0])
    bare.save_as(folder / "IM000002", implicit_vr=True, little_endian=True, enforce_file_format=False)
    start = (folder / "IM000002").read_bytes()
    (folder / "IM000002").write_bytes(start[132:] if start[128:132] == b"DICM" else start)
    made["no preamble"] = (folder / "IM000002", base, True)
    return made
