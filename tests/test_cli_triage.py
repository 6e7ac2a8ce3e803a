"""``ptxviewer triage``: the most urgent first, no film left out, no name unless asked for."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest

from ptxviewer.bootstrap import ScrubbingFormatter
from ptxviewer.cli import main as cli
from ptxviewer.cli.arrivals import arriving
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.results import tables
from ptxviewer.results.store import ResultStore
from ptxviewer.words import say
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine

NAME = "Planted^Nomen"


class Scoring(FakeEngine):
    """A score of its own for every film; the gate refuses one of 100 rows."""

    RULE = replace(FakeEngine.RULE, frontal_threshold=0.5)

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        if film.rows == 77:
            raise ZeroDivisionError(film.patient.name)
        score = zlib.crc32(film.key.encode()) % 1000 / 1000
        maps = super().predict(film, checkpoint)
        return replace(maps, score=score, frontal=0.1 if film.rows == 100 else 0.9)


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cli, "make_engine", lambda *_: Scoring(size=32))
    folder = tmp_path / "Planted_folder"
    folder.mkdir()
    for number in range(12):
        rows = {9: 100, 10: 77}.get(number, 80 + number)
        tags = {"ViewPosition": "LL" if number == 11 else "PA", "PatientName": NAME, "PatientID": "P"}
        save(dataset(ramp(rows, 70), **tags), folder / f"Planted{number}.dcm")
    (folder / "Planted_torn.dcm").write_bytes((folder / "Planted0.dcm").read_bytes()[:500])
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_most_urgent_first_and_none_left_out(
    films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "list.csv"
    assert cli.main(["triage", str(films), "--out", str(out)]) == 1
    listed = rows(out)
    assert sorted(int(row["film"]) for row in listed) == list(range(1, 14))
    assert [int(row["rank"]) for row in listed] == list(range(1, 14))
    groups = [row["group"] for row in listed]
    assert groups == sorted(groups, key=["above", "no answer", "below"].index)
    for kind in ("above", "below"):
        scores = [float(row["score"]) for row in listed if row["group"] == kind]
        assert scores == sorted(scores, reverse=True)
    without = {row["status"]: row for row in listed if row["group"] == "no answer"}
    assert set(without) == {"failed", "not analysed", "not shown"}
    assert "lateral" in without["not analysed"]["note"]
    assert "film_failed" in {row["reason"] for row in listed}
    assert all(not row["score"] and not row["present"] for row in without.values())
    log = "\n".join(ScrubbingFormatter("%(message)s").format(record) for record in caplog.records)
    assert "ZeroDivisionError" in log
    said = out.read_text() + "".join(capsys.readouterr()).replace(str(out), "") + log
    assert "Planted" not in said
    assert "Nomen" not in said


def test_file_names_and_refused_films_on_demand(films: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    out = tmp_path / "list.csv"
    cli.main(["triage", str(films), "--out", str(out), "--identified", "--force"])
    listed = rows(out)
    assert {Path(row["file"]).name for row in listed} == {path.name for path in films.iterdir()}
    assert {row["status"] for row in listed} == {"analysed", "failed"}
    assert [record.getMessage() for record in caplog.records] == ["A film ended unexpectedly"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there, never bytes")
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".sqlite"])
def test_a_name_that_is_no_utf8_is_spelled_in_every_table(engine: Counting, tmp_path: Path, suffix: str) -> None:
    study(tmp_path / "in", 1)
    (film,) = (tmp_path / "in").iterdir()
    film.rename(os.fsdecode(os.fsencode(film.parent) + b"/caf\xe9.dcm"))
    target = tmp_path / f"list{suffix}"
    assert cli.main(["triage", str(film.parent), "--out", str(target), "--identified"]) == 0
    if suffix == ".csv":
        assert [Path(row["file"]).name for row in rows(target)] == ["caf\\udce9.dcm"]


def test_a_list_that_cannot_be_written_is_said_before_any_film_is_analysed(
    films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["triage", str(films), "--out", str(tmp_path / "missing" / "list.csv")]) == 1
    assert say(NotWritten(Unwritten.LIST, Writing.NO_SUCH_FOLDER)) in capsys.readouterr().err
    assert cli.main(["triage", str(films)]) == 2


class Counting(FakeEngine):
    """Counts its films."""

    def __init__(self) -> None:
        super().__init__(size=32)
        self.films = 0

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        self.films += 1
        return super().predict(film, checkpoint)


class SideBySide(Counting):
    """An engine that takes films from several threads; see ``core.engine.ManyFilms``."""

    def __init__(self) -> None:
        super().__init__()
        self.opencv: set[int] = set()  # with how many threads it would work

    def share_cores(self) -> int:
        self.load()
        return 2

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        self.opencv.add(cv2.getNumThreads())
        return super().predict(film, checkpoint)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr(cli, "make_engine", lambda *_: counting)
    return counting


def study(folder: Path, count: int = 4) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        save(dataset(ramp(80 + number, 70), ViewPosition="PA", PatientID=f"P{number}"), folder / f"{number}.dcm")
    return folder


def films_in(path: Path) -> list[dict[str, Any]]:
    with ResultStore(path, writable=False) as store:
        return [{**row, "analysed_utc": "", "read_ms": 0, "infer_ms": 0} for row in store.films(order="film_id")]


def test_a_store_goes_on_with_what_is_new_or_failed(
    engine: Counting, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = study(tmp_path / "films"), tmp_path / "results.sqlite"
    (folder / "9.dcm").write_bytes((folder / "0.dcm").read_bytes()[:300])
    assert cli.main(["triage", str(folder), "--out", str(out)]) == 1
    assert engine.films == 4
    first = films_in(out)
    assert cli.main(["triage", str(folder), "--out", str(out)]) == 1
    assert engine.films == 4
    assert films_in(out) == first
    save(dataset(ramp(120, 70), ViewPosition="PA"), folder / "9.dcm")
    shutil.copy(folder / "0.dcm", folder / "copy.dcm")
    capsys.readouterr()
    assert cli.main(["triage", str(folder), "--out", str(out)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2  # the second says that a file shows a film of the list
    assert engine.films == 5
    assert [row["film"] for row in sorted(films_in(out), key=lambda row: row["film"])] == [1, 2, 3, 4, 5]
    assert cli.main(["triage", str(folder), "--out", str(out), "--force"]) == 0
    assert engine.films == 5 + 5


def test_films_side_by_side_have_a_core_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        several = SideBySide()
        monkeypatch.setattr(cli, "make_engine", lambda *_: several)
        assert cli.main(["triage", str(study(tmp_path / "films")), "--out", str(tmp_path / "results.sqlite")]) == 0
        assert (several.films, several.opencv, cv2.getNumThreads()) == (4, {1}, 3)
    finally:
        cv2.setNumThreads(before)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_table_is_taken_for_done_when_it_is_asked_for(engine: Counting, tmp_path: Path, suffix: str) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    folder, out = study(tmp_path / "films"), tmp_path / f"list{suffix}"
    assert cli.main(["triage", str(folder), "--out", str(out)]) == 0
    first = list(tables.read(out))
    save(dataset(ramp(120, 70), ViewPosition="PA"), folder / "9.dcm")
    assert cli.main(["triage", str(folder), "--out", str(out), "--resume"]) == 0
    assert engine.films == 5
    again = list(tables.read(out))
    assert len(again) == len(first) + 2  # the film and its finding
    assert cli.main(["triage", str(folder), "--out", str(out)]) == 0
    assert engine.films == 10
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_films_side_by_side_give_the_store_that_they_give_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = study(tmp_path / "films", 9)
    (folder / "torn.dcm").write_bytes((folder / "0.dcm").read_bytes()[:300])
    for name, made in (("one", Counting()), ("many", SideBySide())):
        monkeypatch.setattr(cli, "make_engine", lambda *_, made=made: made)
        assert cli.main(["triage", str(folder), "--out", str(tmp_path / f"{name}.sqlite")]) == 1
    assert films_in(tmp_path / "one.sqlite") == films_in(tmp_path / "many.sqlite")


def test_progress_for_programs_is_a_line_of_json(
    engine: Counting, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = study(tmp_path / "films"), tmp_path / "results.sqlite"
    cli.main(["triage", str(folder), "--out", str(out), "--progress", "json"])
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["done"], last["skipped"], last["failed"], last["total"]) == (4, 0, 0, 4)
    cli.main(["triage", str(folder), "--out", str(out), "--progress", "json"])
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["done"], last["skipped"]) == (0, 4)


def test_a_store_holds_no_name_unless_it_is_asked_for(
    films: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("plain", "named"):
        cli.main(
            ["triage", str(films), "--out", str(tmp_path / f"{name}.sqlite"), *(["--identified"] * (name == "named"))]
        )
    assert b"Planted" not in (tmp_path / "plain.sqlite").read_bytes()
    assert b"Planted" in (tmp_path / "named.sqlite").read_bytes()
    assert caplog.records


def test_watched_folders_give_each_film_once_when_it_is_whole(tmp_path: Path) -> None:
    folder = study(tmp_path / "films", 1)
    whole = (folder / "0.dcm").read_bytes()
    clock = [0.0]
    late = folder / "late.dcm"

    def wait(seconds: float) -> None:
        clock[0] += 1.0
        if clock[0] <= 4:
            late.write_bytes(whole[: int(clock[0]) * len(whole) // 4])
        if clock[0] == 2:
            (folder / "broken.dcm").write_bytes(b"")
            (folder / "notes.txt").write_text("not a film")
            (folder / ".0.dcm.part").write_bytes(whole)
        if clock[0] > 12:
            raise KeyboardInterrupt

    seen: list[tuple[str, float, int]] = []
    found = arriving([folder, tmp_path / "not there yet"], tmp_path, lambda: clock[0], wait)
    with contextlib.suppress(KeyboardInterrupt):
        seen.extend((film.path.name, clock[0], film.path.stat().st_size) for film in found if film is not None)
    assert [(name, size) for name, _, size in seen] == [("0.dcm", len(whole)), ("late.dcm", len(whole))]
    assert seen[1][1] >= 6


@pytest.mark.parametrize("suffix", [".csv", ".sqlite"])
@pytest.mark.parametrize("again", [[], ["--resume"]], ids=["again", "resumed"])
def test_what_a_stopped_run_did_not_come_to_is_analysed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], suffix: str, again: list[str]
) -> None:
    class Stopped(Counting):
        def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
            if self.films == 2:
                raise KeyboardInterrupt
            return super().predict(film, checkpoint)

    folder, out = study(tmp_path / "films"), tmp_path / f"list{suffix}"
    given = ["triage", str(folder), "--out", str(out), *again]
    monkeypatch.setattr(cli, "make_engine", lambda *_: Stopped())
    assert cli.main(given) == 130
    rest = Counting()
    monkeypatch.setattr(cli, "make_engine", lambda *_: rest)
    assert cli.main(given) == 0
    assert rest.films == 2
    found = films_in(out) if suffix == ".sqlite" else [row for kind, row in tables.read(out) if kind == "film"]
    assert {(row["film"], row["status"]) for row in found} == {(number, "analysed") for number in (1, 2, 3, 4)}


def test_ages_are_whole_years_and_those_of_the_oldest_say_no_more(engine: Counting, tmp_path: Path) -> None:
    ages = {"045Y": 45, "007M": 0, "030M": 2, "095Y": 90, "": None}
    for number, age in enumerate(ages):
        save(dataset(ramp(80 + number, 70), ViewPosition="PA", PatientAge=age), tmp_path / f"{number}.dcm")
    assert cli.main(["triage", str(tmp_path), "--out", str(tmp_path / "list.sqlite")]) == 0
    with ResultStore(tmp_path / "list.sqlite", writable=False) as store:
        assert {row["rows_px"]: row["age_years"] for row in store.films()} == {
            80 + number: age for number, age in enumerate(ages.values())
        }
