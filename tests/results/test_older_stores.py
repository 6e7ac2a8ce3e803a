"""Stores with pseudonyms of an earlier version: no film twice, none analysed again, compared all the same."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.cli import main as cli
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, EngineInfo
from ptxviewer.core.film import Radiograph
from ptxviewer.core.keys import key_of, older_key
from ptxviewer.dicom import read
from ptxviewer.results.store import ResultStore
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine


class Counting(FakeEngine):
    """Counts its films; ``network``: the hash of another one."""

    network = ""
    films = 0

    def load(self) -> EngineInfo:
        info = super().load()
        return replace(info, model_sha256=self.network) if self.network else info

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        self.films += 1
        return super().predict(film, checkpoint)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting(size=32)
    monkeypatch.setattr(cli, "make_engine", lambda *_: counting)
    monkeypatch.setattr(read, "key_of", older_key)
    return counting


@pytest.fixture
def now(engine: Counting, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Until it is called, the program gives the keys of the version before."""

    def end() -> None:
        monkeypatch.setattr(read, "key_of", key_of)
        engine.films = 0

    return end


def study(folder: Path, count: int = 4) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        film = dataset(ramp(100, 70 + number), ViewPosition="PA", SOPInstanceUID=f"1.2.3.{number}")
        save(film, folder / f"{number}.dcm")
    (folder / "text.dcm").write_text("no film; a torn one would be read in a child process")
    return folder


def triage(out: Path, *folders: Path) -> None:
    assert cli.main(["triage", *map(str, folders), "--out", str(out)]) == 1  # one is no film


def ids(store: Path) -> list[str]:
    with ResultStore(store, writable=False) as opened:
        return [str(row["film_id"]) for row in opened.films("status = 'analysed'")]


def test_a_store_goes_on_and_its_films_are_known_where_they_lie_now(engine: Counting, now: Any, tmp_path: Path) -> None:
    out, folder = tmp_path / "list.sqlite", study(tmp_path / "films")
    triage(out, folder)
    before = ids(out)
    now()
    triage(out, folder)
    assert engine.films == 0
    moved = folder.rename(tmp_path / "moved")
    triage(out, moved)
    assert engine.films == 0
    assert ids(out) == before, "rows keep their names"
    study(moved, 6)
    triage(out, moved)
    assert engine.films == 2
    assert len(ids(out)) == 6
    assert [name[0] for name in ids(out)].count("k") == 2


def test_another_network_replaces_the_rows(engine: Counting, now: Any, tmp_path: Path) -> None:
    out, folder = tmp_path / "list.sqlite", study(tmp_path / "films")
    triage(out, folder)
    before = ids(out)
    now()
    engine.network = "cd" * 32
    triage(out, folder.rename(tmp_path / "moved"))
    assert engine.films == 4
    assert sorted(ids(out)) == sorted(before)


def test_a_table_is_resumed(engine: Counting, now: Any, tmp_path: Path) -> None:
    out, folder = tmp_path / "list.csv", study(tmp_path / "films")
    triage(out, folder)
    now()
    moved = folder.rename(tmp_path / "moved")
    assert cli.main(["triage", str(moved), "--out", str(out), "--resume"]) == 1
    assert engine.films == 0
    with out.open(newline="") as file:
        assert sum(row["status"] == "analysed" for row in csv.DictReader(file)) == 4


def test_stores_of_both_versions_are_compared_by_sop_instance(
    engine: Counting, now: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study(tmp_path / "films")
    for number, rows in ((8, 90), (9, 80)):  # two films under one SOP instance: nobody knows which is which
        save(dataset(ramp(rows, 70), ViewPosition="PA", SOPInstanceUID="1.2.3.9"), folder / f"{number}.dcm")
    triage(tmp_path / "a.sqlite", folder)
    now()
    triage(tmp_path / "b.sqlite", folder)
    assert not set(ids(tmp_path / "a.sqlite")) & set(ids(tmp_path / "b.sqlite"))
    truth = tmp_path / "truth.csv"
    truth.write_text("sop_instance_uid,present\n" + "".join(f"1.2.3.{n},{n % 2}\n" for n in range(4)))
    capsys.readouterr()
    given = ["results", str(tmp_path / "a.sqlite"), "--compare", str(tmp_path / "b.sqlite"), "--truth", str(truth)]
    assert cli.main([*given, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    agreed = found["agreement"]
    assert (agreed["by"], agreed["films"], agreed["only_first"], agreed["only_second"]) == ("sop_id", 4, 2, 2)
    assert agreed["largest_difference"] == 0
    assert {one["films"] for one in found["differences"]} == {4}
    assert cli.main(given) == 0
    assert "SOP" in capsys.readouterr().out
