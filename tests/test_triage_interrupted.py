"""A run of ``triage`` that is killed, or meets a full disk, goes on where it was: the store is that of a whole run."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.cli import main as cli
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.results.store import ResultStore
from ptxviewer.words import say
from tests.dicom.made import dataset, ramp, save
from tests.triage_process import CheapEngine, rows_by_key, started

FILMS = 24


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for number in range(FILMS):
        save(dataset(ramp(80 + number, 70), ViewPosition="PA"), folder / f"{number:02}.dcm")
    (folder / "torn.dcm").write_bytes((folder / "00.dcm").read_bytes()[:300])
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where all runs have their settings; the network is a cheap one."""
    folder = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "make_engine", lambda *_: CheapEngine())
        patch.setenv("PTXVIEWER_SETTINGS_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def whole(films: Path, settings: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The rows of a run that nothing interrupts."""
    store = tmp_path_factory.mktemp("whole") / "whole.sqlite"
    assert cli.main(["triage", str(films), "--out", str(store)]) == 1
    return rows_by_key(store)


def test_killed_at_any_film_a_run_goes_on_where_it_was(
    films: Path, settings: Path, whole: list[dict[str, Any]], tmp_path: Path
) -> None:
    out, chance, kept = tmp_path / "killed.sqlite", random.Random(20), 0
    for _ in range(2):
        with started(films, out, settings) as process:
            assert process.stdout is not None
            process.stdout.read(chance.randint(1, FILMS // 3))
            process.kill()
        with ResultStore(out, writable=False) as store:
            assert kept <= store.count() < FILMS
            kept = store.count()
    assert cli.main(["triage", str(films), "--out", str(out)]) == 1
    assert rows_by_key(out) == whole


def test_a_full_disk_stops_with_a_sentence_and_resumes(
    films: Path,
    whole: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, connect = tmp_path / "full.sqlite", sqlite3.connect

    def small(*arguments: Any, **options: Any) -> sqlite3.Connection:
        database = connect(*arguments, **options)
        database.execute("PRAGMA max_page_count = 9")  # 8 hold an empty store
        return database

    monkeypatch.setattr(sqlite3, "connect", small)
    assert cli.main(["triage", str(films), "--out", str(out)]) == 1
    assert say(NotWritten(Unwritten.RESULTS, Writing.DISK_FULL)) in capsys.readouterr().err
    monkeypatch.setattr(sqlite3, "connect", connect)
    with ResultStore(out, writable=False) as store:
        assert 0 < store.count() < FILMS
    assert cli.main(["triage", str(films), "--out", str(out)]) == 1
    assert rows_by_key(out) == whole
