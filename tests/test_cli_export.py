"""``ptxviewer export`` and ``predict --dicom``: objects in a folder, what failed in one sentence, nothing half done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from ptxviewer.cli import main as cli
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.words import say
from tests.dicom.made import in_study, ramp, save
from tests.fakes import FakeEngine


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: FakeEngine())


def film(folder: Path, name: str = "film.dcm", **tags: object) -> Path:
    return save(in_study(ramp(300, 240), **tags), folder / name)


def kinds(folder: Path) -> set[str]:
    return {path.name.removesuffix(".dcm").split(".")[-1] for path in folder.iterdir()}


def test_all_kinds_where_none_is_named(tmp_path: Path) -> None:
    assert cli.main(["export", str(film(tmp_path)), "--out", str(tmp_path / "out")]) == 0
    assert {"sr", "gsps", "sc"} <= kinds(tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        assert pydicom.dcmread(path).SeriesDescription == "AI pneumothorax, research use only"


def test_only_the_kinds_that_are_named(tmp_path: Path) -> None:
    assert cli.main(["export", str(film(tmp_path)), "--sr", "--gsps", "--out", str(tmp_path / "out")]) == 0
    assert kinds(tmp_path / "out") == {"sr", "gsps"}


def test_a_film_of_no_study_is_told_and_the_others_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), (ramp(300, 240) // 16).astype(np.uint8))
    lateral = film(tmp_path, "b.dcm", ViewPosition="LL")
    good = film(tmp_path, "c.dcm")
    out = tmp_path / "out"
    assert cli.main(["export", str(picture), str(lateral), str(good), "--sr", "--out", str(out)]) == 1
    assert [path.name for path in out.iterdir()] == ["c.sr.dcm"]
    said = capsys.readouterr().err
    assert say(Unsaved.NO_STUDY) in said
    assert "b.dcm" in said
    assert say(NotAnalysed(Unsaved.NO_STUDY)) not in said


def test_predict_writes_objects_beside_its_json(tmp_path: Path) -> None:
    out, objects = tmp_path / "out", tmp_path / "objects"
    assert cli.main(["predict", str(film(tmp_path)), "--out", str(out), "--dicom", str(objects)]) == 0
    assert [path.name for path in out.iterdir()] == ["film.json"]
    assert "sr" in kinds(objects)


def test_a_film_without_a_study_keeps_its_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), (ramp(300, 240) // 16).astype(np.uint8))
    out, objects = tmp_path / "out", tmp_path / "objects"
    assert cli.main(["predict", str(picture), "--out", str(out), "--dicom", str(objects)]) == 1
    assert (out / "a.json").exists()
    assert say(Unsaved.NO_STUDY) in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("a file")
    assert cli.main(["export", str(film(tmp_path)), "--out", str(tmp_path / "out" / "x")]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_highdicom_is_not_imported_before_objects_are_made() -> None:
    rooms = "ptxviewer.dicom.write, ptxviewer.dicom.read, ptxviewer.ui.exports, ptxviewer.cli.export"
    code = f"import sys, {rooms}; print('highdicom' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
