"""``ptxviewer deidentify``: films out without their patients, nothing blacked out unasked; what leaves is clean."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import UID

from ptxviewer.cli import main as cli
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.dicom.read import read_film
from ptxviewer.paths import secrets_folder
from ptxviewer.words import say
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine
from tests.ui.test_deidentify import film_with_text

NAMES = {
    "PatientName": "Plantedname^Nomen", "PatientID": "PLANTED4711", "PatientBirthDate": "19010203",
    "AccessionNumber": "PLANTEDACC", "InstitutionName": "Plantedhospital", "StudyDescription": "Plantedstudy",
    "StudyInstanceUID": "1.2.826.0.1.3680043.10.9999.1", "SeriesInstanceUID": "1.2.826.0.1.3680043.10.9999.2",
    "SOPInstanceUID": "1.2.826.0.1.3680043.10.9999.3", "StudyDate": "20240506", "StudyTime": "070809",
    "StudyID": "PLANTED", "ReferringPhysicianName": "Planted^Doctor",
}  # fmt: skip
SR = "1.2.840.10008.5.1.4.1.1.88.34"
TRACES = (b"lanted", b"LANTED", b"19010203", b"9999.", b"20240506")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path / "settings"))
    monkeypatch.setattr(cli, "make_engine", lambda *_chosen: FakeEngine(size=32))


def traces(content: bytes) -> list[bytes]:
    return [trace for trace in TRACES if trace in content or trace.decode().encode("utf-16-le") in content]


def test_films_go_out_without_their_patients_and_the_rest_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "films", tmp_path / "out"
    folder.mkdir()
    save(dataset(ramp(100, 90), **NAMES), folder / "Planted.dcm")
    (folder / "b.png").write_bytes(cli_png())
    (folder / "c.dcm").write_bytes((folder / "Planted.dcm").read_bytes()[:700])
    assert cli.main(["deidentify", str(folder), "--out", str(out)]) == 1
    said = capsys.readouterr()
    (film,) = out.iterdir()
    assert traces(film.read_bytes()) == []
    assert "anted" not in film.name
    assert say(Unsaved.NOT_DICOM) in said.err
    assert "c.dcm" in said.err
    assert pydicom.dcmread(film).PatientIdentityRemoved == "YES"
    assert cli.main(["deidentify", str(folder / "Planted.dcm"), "--out", str(out)]) == 0
    films = sorted(out.iterdir())
    assert len(films) == 2, "nothing is overwritten"
    assert films[0].read_bytes() == films[1].read_bytes(), "the same film is the same film again"


def test_what_belongs_to_a_film_and_is_left_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "films", tmp_path / "out"
    folder.mkdir()
    save(dataset(ramp(100, 90), **NAMES), folder / "film.dcm")
    report = dataset(ramp(8, 8), Modality="SR", SOPClassUID=SR)
    report.file_meta.MediaStorageSOPClassUID = UID(SR)
    save(report, folder / "report.dcm")
    assert cli.main(["deidentify", str(folder), "--out", str(out)]) == 0
    assert len(list(out.iterdir())) == 1
    assert "left out" in capsys.readouterr().err


def cli_png() -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", ramp(100, 90, 255).astype("uint8"))[1].tobytes())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps users apart by other means")
def test_the_secret_is_private(tmp_path: Path) -> None:
    save(dataset(ramp(100, 90), **NAMES), tmp_path / "a.dcm")
    cli.main(["deidentify", str(tmp_path / "a.dcm"), "--out", str(tmp_path / "out")])
    (key,) = secrets_folder().iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    key.chmod(0o644)
    assert cli.main(["deidentify", str(tmp_path / "a.dcm"), "--out", str(tmp_path / "out")]) == 1


def test_text_is_told_and_blacked_out_only_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(film_with_text(tmp_path / "a.dcm"))
    before = read_film(Path(path)).pixels
    runs: dict[str, list[str]] = {"left": [], "text": ["--black-out-text"], "place": ["--black-out", "10,400,50,20"]}
    for name, options in runs.items():
        assert cli.main(["deidentify", path, "--out", str(tmp_path / name), *options]) == 0
        assert re.search(r"\d+,\d+,\d+,\d+", capsys.readouterr().err), "where it stands is said"
    left, text, place = (read_film(tmp_path / name / "film1.dcm").pixels for name in runs)
    assert (left == before).all()
    assert not (text[20:60, 20:330] > 4000).any()
    assert not place[400:420, 10:60].any()
    assert (place[420:] == before[420:]).all()
    for wrong in ("1,2,3", "a,b,c,d", "0,0,0,5", "-1,0,5,5"):
        assert cli.main(["deidentify", path, "--out", str(tmp_path / "x"), f"--black-out={wrong}"]) == 2


def test_what_leaves_of_a_deidentified_film_names_nobody(tmp_path: Path, qapp: object) -> None:
    """Reports, JSON, pictures and DICOM objects of the new film; PNG and PDF with what stands beside their pages."""
    save(dataset(ramp(200, 180), **NAMES), tmp_path / "a.dcm")
    clean, out = tmp_path / "clean", tmp_path / "out"
    assert cli.main(["deidentify", str(tmp_path / "a.dcm"), "--out", str(clean)]) == 0
    film = str(clean / "film1.dcm")
    assert cli.main(["export", film, "--out", str(out)]) == 0
    assert cli.main(["predict", film, "--out", str(out)]) == 0
    for suffix in (".png", ".pdf", ".film.png"):
        assert cli.main(["report", film, "-o", str(out / f"report{suffix}"), "--identified"]) == 0
    written = list(out.iterdir())
    assert {path.suffixes[-2] for path in written if path.suffix == ".dcm"} >= {".sr", ".seg", ".gsps", ".sc"}
    for path in written:
        assert traces(path.read_bytes()) == [], path.name
    assert json.loads((out / "film1.json").read_text())["status"] == "ok"


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".film.png"])
def test_a_report_that_is_to_name_nobody_has_no_name_beside_its_page(tmp_path: Path, qapp: object, suffix: str) -> None:
    film = save(dataset(ramp(200, 180), **NAMES), tmp_path / "a.dcm")
    target = tmp_path / f"report{suffix}"
    assert cli.main(["report", str(film), "-o", str(target)]) == 0
    assert traces(target.read_bytes()) == []
