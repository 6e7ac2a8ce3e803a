"""An archive of real-size films, made by code in seconds: a few phantoms, each coded once, under UIDs of their own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import cv2
import gdcm
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    RLELossless,
)

from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom
from tests.dicom.made import dataset, save

ROWS, COLS = 2500, 2048
SYNTAXES = {"uncompressed": ExplicitVRLittleEndian, "JPEG lossless": JPEGLosslessSV1,
            "JPEG 2000": JPEG2000Lossless, "RLE": RLELossless}  # fmt: skip
UID = "1.2.826.0.1.3680043.10.1000.1{:011d}"
SIDES: tuple[Literal["left", "right", "none"], ...] = ("right", "none", "none", "left", "none", "none")


def phantoms(count: int, rows: int = ROWS, cols: int = COLS, noise: float = 1.0) -> list[NDArray[np.uint16]]:
    """Return 12-bit pixels of ``count`` phantoms, one in three with a pneumothorax."""
    made = []
    for number in range(count):
        spec = PhantomSpec(side=SIDES[number % len(SIDES)], size=0.5, seed=number, noise=noise, bits=12)
        pixels = film_of(make_phantom(spec)).pixels
        made.append(np.asarray(cv2.resize(pixels, (cols, rows), interpolation=cv2.INTER_LINEAR), np.uint16))
    return made


def coded(pixels: NDArray[np.uint16], syntax: str, folder: Path) -> bytes:
    """Return a film as a file in that transfer syntax, under the UID of number 0."""
    ds: Dataset = dataset(pixels, 12, ViewPosition="PA", SOPInstanceUID=UID.format(0), PatientID="A")
    plain = folder / "plain.dcm"
    save(ds, plain)
    if syntax == ExplicitVRLittleEndian:
        return plain.read_bytes()
    if syntax == JPEGLosslessSV1:
        return _by_gdcm(plain, folder / "coded.dcm")
    ds.compress(syntax, generate_instance_uid=False)
    content = io.BytesIO()
    ds.save_as(content, enforce_file_format=True)
    return content.getvalue()


def _by_gdcm(plain: Path, target: Path) -> bytes:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    if not reader.Read():
        raise RuntimeError("not read")
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise RuntimeError("not coded")
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    if not writer.Write():
        raise RuntimeError("not written")
    return target.read_bytes()


def numbered(content: bytes, number: int) -> bytes:
    """Return the same film as one of its own: its UID has the same length."""
    old, new = UID.format(0).encode(), UID.format(number).encode()
    if content.count(old) < 1:
        raise ValueError("the file does not hold the UID of number 0")
    return content.replace(old, new)


def quiet(_line: str) -> None:
    """What triage says goes nowhere."""
