"""Results of real films as DICOM objects: no error beyond those of the film, read back bit for bit, taken over again.

Every twentieth film, so that the suite stays quick; all of them where PTXVIEWER_ALL_FILMS is set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.errors import PtxError
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.core.review import Review
from ptxviewer.dicom.objects.read import read_object
from ptxviewer.dicom.read import read_film, read_header
from ptxviewer.dicom.write import KINDS, Extra, save_objects
from tests.films import INFO, maps

pytestmark = pytest.mark.shared

EVERY = 1 if os.environ.get("PTXVIEWER_ALL_FILMS") else 20
FILMS = {"CR", "DX"}


def film_at(path: Path) -> Radiograph | None:
    try:
        return read_film(path)
    except PtxError:
        return None


def films_below(folder: Path) -> list[tuple[Path, Radiograph]]:
    """The CR and DX films that can be decoded and belong to a study, and those of SIIM-ACR."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or "faults" in path.parts or "attacks" in path.parts:
            continue
        header = read_header(path)
        if header is not None and header[2].modality in FILMS:
            found.append(path)
    return [(path, film) for path in found[::EVERY] if (film := film_at(path)) is not None]


def errors_of(path: Path) -> set[str]:
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False)
    return {line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")}


def edited(film: Radiograph) -> Review:
    """A reader's mask with parts at the edges and a single pixel."""
    mask = np.zeros(film.shape, bool)
    mask[: film.rows // 3, film.cols // 8 : film.cols // 3] = True
    mask[film.rows // 2, film.cols // 2] = True
    mask[-1, -1] = True
    return Review(mask=PackedMask.pack(mask), verdict="edited")


def test_results_of_real_films_are_valid_and_come_back_bit_for_bit(shared_dir: Path, tmp_path: Path) -> None:
    if not (shared_dir / "dicom").is_dir():
        pytest.skip("the DICOM files do not lie beside this checkout")
    validated = shutil.which("dciodvfy") is not None
    written = 0
    for path, film in films_below(shared_dir / "dicom"):
        review = edited(film)
        answer = answer_of(as_reviewed(film, review), maps(film), INFO, review)
        try:
            files = save_objects(tmp_path / "out", path, film, answer, review, KINDS, Extra("", b"%PDF-1.4"))
        except PtxError as error:
            assert error.reason is Unsaved.NO_STUDY, path.name
            continue
        written += 1
        by_kind = {file.name.split(".")[1]: file for file in files}
        (segmentation,) = read_object(by_kind["seg"]).objects
        (report,) = read_object(by_kind["sr"]).objects
        assert segmentation.own, path.name
        assert np.array_equal(segmentation.regions[0].mask.unpack(), answer.mask), path.name
        assert (report.verdict, report.film_uid) == ("edited", film.study.sop_uid), path.name
        for kind, file in by_kind.items() if validated else ():
            assert not errors_of(file), (path.name, kind)
    assert written > 24 / EVERY
    print(f"{written} films")
    if not validated:
        pytest.skip("dciodvfy (package dicom3tools) is not installed: read back, not validated")
