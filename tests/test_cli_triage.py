"""``ptxviewer triage``: the most urgent first, no film left out, no name unless asked for."""

from __future__ import annotations

import csv
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from ptxviewer.bootstrap import ScrubbingFormatter
from ptxviewer.cli import main as cli
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.words import say
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine

NAME = "Planted^Nomen"


class Scoring(FakeEngine):
    """A score of its own for every film; the gate refuses one of 100 rows."""

    RULE = replace(FakeEngine.RULE, frontal_threshold=0.5)

    def predict(self, film, checkpoint=lambda: None):
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


def test_the_most_urgent_first_and_none_left_out(films: Path, tmp_path: Path, capsys, caplog) -> None:
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


def test_file_names_and_refused_films_on_demand(films: Path, tmp_path: Path, caplog) -> None:
    out = tmp_path / "list.csv"
    cli.main(["triage", str(films), "--out", str(out), "--identified", "--force"])
    listed = rows(out)
    assert {Path(row["file"]).name for row in listed} == {path.name for path in films.iterdir()}
    assert {row["status"] for row in listed} == {"analysed", "failed"}
    assert [record.getMessage() for record in caplog.records] == ["A film ended unexpectedly"]


def test_a_list_that_cannot_be_written_is_said_before_any_film_is_analysed(films: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["triage", str(films), "--out", str(tmp_path / "missing" / "list.csv")]) == 1
    assert say(NotWritten(Unwritten.LIST, Writing.NO_SUCH_FOLDER)) in capsys.readouterr().err
    assert cli.main(["triage", str(films)]) == 2
