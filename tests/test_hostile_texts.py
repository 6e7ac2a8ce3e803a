"""What a file or its name says does nothing to terminal, log and tables; a rescale that overflows is refused."""

from __future__ import annotations

import csv
import json
import logging
import sys
from pathlib import Path

import pytest
from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from ptxviewer.bootstrap import ScrubbingFormatter
from ptxviewer.cli import main as cli
from ptxviewer.core.reasons.reading import Reading, WindowsLeftOut
from ptxviewer.dicom.bounds import MOST_WINDOWS
from ptxviewer.dicom.read import read_film, read_here
from ptxviewer.words import say
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine
from tests.refusals import reason_of

ESCAPE = "\x1b]0;owned\x07\x1b[31m\u202e"
unix_names = pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: FakeEngine(size=32))


def unprintable(text: str) -> list[str]:
    return [one for one in text if not one.isprintable() and one != "\n"]


@unix_names
def test_no_name_of_a_file_reaches_the_terminal_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / f"films{ESCAPE}"
    folder.mkdir()
    (folder / f"torn{ESCAPE}\n.dcm").write_bytes(b"DICM" * 40)
    save(dataset(ramp(100, 90)), folder / f"good{ESCAPE}.dcm")
    for command in (
        ["predict", str(folder), "--out", str(tmp_path / f"out{ESCAPE}")],
        ["triage", str(folder), "--out", str(tmp_path / f"list{ESCAPE}.csv")],
        ["export", str(folder), "--out", str(tmp_path / "objects")],
        ["report", str(folder / "gone\x1b[2J.dcm"), "-o", str(tmp_path / "a.png")],
        ["render", str(folder), "-o", f"wrong{ESCAPE}.suffix"],
        [f"{ESCAPE}.dcm", "--unknown\x1b[2J"],
    ):
        cli.main(command)
        said = capsys.readouterr()
        assert said.out + said.err, command[0]
        assert unprintable(said.out + said.err) == [], command[0]


@unix_names
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_a_list_with_file_names_runs_nothing_in_a_spreadsheet(
    tmp_path: Path, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    monkeypatch.chdir(folder)
    name = f"{start}cmd{ESCAPE}\n|'calc'!A0.dcm"
    save(dataset(ramp(100, 90)), Path(name))
    out = tmp_path / "list.csv"
    assert cli.main(["triage", "--out", str(out), "--identified", "--", name]) == 0
    (row,) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert unprintable(out.read_text(encoding="utf-8")) == []
    for cell in row.values():
        assert cell.lstrip()[:1] not in ("=", "+", "-", "@")
    assert "calc" in row["file"], "it is still the film's name"


def test_no_escape_reaches_the_log() -> None:
    record = logging.LogRecord("ptxviewer", logging.INFO, "", 0, "%s is odd", (f"a{ESCAPE}\nINFO forged",), None)
    line = ScrubbingFormatter("%(message)s").format(record)
    assert unprintable(line) == []


def test_texts_of_a_film_are_plain_lines(tmp_path: Path) -> None:
    ds = dataset(ramp(100, 90), SpecificCharacterSet="ISO_IR 192")
    for keyword, vr, value in (
        ("StudyDescription", "LO", f"chest{ESCAPE}\r\nsecond"),
        ("Manufacturer", "LO", "x" * 60_000),
        ("PatientName", "PN", f"Doe{ESCAPE}^Jane"),
        ("SOPClassUID", "UI", "1.2.<img src=x>"),
    ):
        ds[keyword] = DataElement(keyword, vr, value, validation_mode=IGNORE)
    film = read_here(save(ds, tmp_path / "a.dcm"))
    shown = (film.study.description, film.patient.name, film.acquisition.manufacturer, film.acquisition.sop_class)
    assert unprintable("".join(shown)) == []
    assert film.study.description == "chest]0;owned[31m second"
    assert len(film.acquisition.manufacturer) < 2000
    assert film.acquisition.sop_class == ""


@pytest.mark.parametrize("count", [MOST_WINDOWS, MOST_WINDOWS + 1, 1000])
@pytest.mark.parametrize("kind", ["windows", "tables", "both"])
def test_the_first_hundred_windows_are_kept_and_it_says_so(tmp_path: Path, count: int, kind: str) -> None:
    ds = dataset(ramp(100, 90))
    tables = {"windows": 0, "tables": count, "both": 60}[kind]
    windows = count - tables
    ds.VOILUTSequence = [Dataset() for _ in range(tables)]
    for number, table in enumerate(ds.VOILUTSequence):
        table.add_new(0x00283002, "US", [64, 0, 12])
        table.add_new(0x00283006, "OW", ramp(1, 64).tobytes())
        table.LUTExplanation = f"table {number}"
    ds.WindowCenter, ds.WindowWidth = [str(2000 + one % 90) for one in range(windows)], ["3000"] * windows
    ds.WindowCenterWidthExplanation = [f"window {one}" for one in range(windows)]
    film = read_film(save(ds, tmp_path / "a.dcm"))
    assert len(film.vois) == MOST_WINDOWS + 1, "and an automatic one"
    told = WindowsLeftOut(MOST_WINDOWS)
    assert (told in film.notes) is (count > MOST_WINDOWS)
    assert str(MOST_WINDOWS) in say(told)


RESCALES = (
    {"RescaleSlope": "1e308"},
    {"RescaleSlope": "-1e308"},
    {"RescaleSlope": "1e309"},
    {"RescaleSlope": "1e-300"},
    {"RescaleIntercept": "1e308"},
    {"RescaleIntercept": "-1e309"},
    {"RescaleIntercept": "1e20"},
)


def overflowing(path: Path, tags: dict[str, str]) -> Path:
    ds = dataset(ramp(100, 90))
    for keyword, value in tags.items():
        ds[keyword] = DataElement(keyword, "DS", value, validation_mode=IGNORE)
    return save(ds, path)


@pytest.mark.parametrize("tags", RESCALES, ids=str)
def test_a_rescale_that_no_film_has_is_refused(tmp_path: Path, tags: dict[str, str]) -> None:
    assert reason_of(read_here, overflowing(tmp_path / "a.dcm", tags)) is Reading.RESCALE_UNUSABLE


def test_every_command_refuses_it_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = str(overflowing(tmp_path / "a.dcm", RESCALES[0]))
    told = say(Reading.RESCALE_UNUSABLE)
    out, listed = tmp_path / "out", tmp_path / "list.csv"
    for command in (
        ["predict", film, "--out", str(out)],
        ["export", film, "--out", str(out)],
        ["triage", film, "--out", str(listed)],
        ["render", film, "-o", str(tmp_path / "a.png")],
        ["report", film, "-o", str(tmp_path / "b.png")],
    ):
        assert cli.main(command) == 1, command[0]
        said = capsys.readouterr().err
        if command[0] != "triage":
            assert said.count(told) == 1, command[0]
            assert len(said.splitlines()) == 1, command[0]
    assert json.loads((out / "a.json").read_text())["reason"]["code"] == Reading.RESCALE_UNUSABLE.code
    (row,) = csv.DictReader(listed.read_text(encoding="utf-8").splitlines())
    assert row["reason"] == Reading.RESCALE_UNUSABLE.code
    assert not list(tmp_path.glob("*.png"))
