"""What we show must be what other viewers show: grey values against DCMTK's dcmj2pnm on the same window."""

from __future__ import annotations

import csv
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from ptxviewer.core.film import Window
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.read import read_film

DCMJ2PNM = shutil.which("dcmj2pnm")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(DCMJ2PNM is None, reason="DCMTK (package dcmtk) is not installed"),
]


@dataclass(frozen=True)
class Comparison:
    file: str
    share: float  # of pixels within 2 grey levels


def uncompressed(path: Path, folder: Path) -> Path:
    """DCMTK has no JPEG 2000: hand it the same stored values, decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(path, force=True)
        if not getattr(ds, "file_meta", None) or not ds.file_meta.get("TransferSyntaxUID"):
            return path
        if ds.file_meta.TransferSyntaxUID.is_compressed:
            ds.decompress()
            target = folder / "plain.dcm"
            ds.save_as(target)
            return target
    return path


def by_dcmtk(path: Path, folder: Path, window: Window) -> np.ndarray | None:
    target = folder / "dcmtk.pgm"
    target.unlink(missing_ok=True)
    function = "+Wfs" if window.function == "SIGMOID" else "+Wfl"
    command = [str(DCMJ2PNM), "--write-raw-pnm", function, "+Ww", repr(window.center), repr(window.width)]
    subprocess.run([*command, str(path), str(target)], capture_output=True, check=False)
    if not target.exists():
        return None
    return cv2.imdecode(np.frombuffer(target.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)


def test_grey_films_with_a_stated_window_look_as_in_dcmtk(shared_dir: Path, tmp_path: Path) -> None:
    compared: list[Comparison] = []
    with (shared_dir / "dicom" / "index.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["photometric"].startswith("MONOCHROME")]
    for row in rows:
        path = shared_dir / "dicom" / row["file"]
        try:
            film = read_film(path)
        except Exception:  # noqa: BLE001, S112 - which files open is another test's question
            continue
        window = film.vois[0]
        if not isinstance(window, Window) or window.explanation == "Automatic" or window.function == "LINEAR_EXACT":
            continue
        try:
            theirs = by_dcmtk(uncompressed(path, tmp_path), tmp_path, window)
        except Exception:  # noqa: BLE001, S112 - pydicom cannot rewrite every file that it reads
            continue
        if theirs is None or theirs.shape != film.shape:
            continue
        ours = display_lut(film, window)[film.pixels]
        close = np.abs(ours.astype(int) - theirs.astype(int)) <= 2
        compared.append(Comparison(row["file"], float(close.mean())))
    print("compared", len(compared))
    assert len(compared) >= 20
    different = [one for one in compared if one.share < 0.999]
    assert not different
