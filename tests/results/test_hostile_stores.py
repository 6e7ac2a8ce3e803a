"""Stores that are damaged, of others, or made to harm: a list or one reason, and what is there stays as it is."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ptxviewer.core.errors import PtxError
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.results import Results
from ptxviewer.results import tables
from ptxviewer.results.schema import LONGEST_TEXT, VERSION
from ptxviewer.results.store import APPLICATION, ResultStore
from tests.results.made import film, store_of

FILMS = 30
OURS = (f"PRAGMA application_id = {APPLICATION}", f"PRAGMA user_version = {VERSION}")
ENDLESS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS film FROM c"


def changed(path: Path, *statements: str) -> Path:
    """Run SQL over a store, or make a file by it."""
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()
    return path


def listed(path: Path) -> int:
    """Read all that a list and every table of it need."""
    with ResultStore(path, writable=False) as store:
        films, findings = list(store.films()), list(store.findings())
        for name in ("out.csv", "out.jsonl", "out.parquet"):
            tables.write(path.with_name(name), iter(films), iter(findings), identified=True)
        return len(films)


def why_not(call: Callable[[], object]) -> Reason:
    with pytest.raises(PtxError) as caught:
        call()
    return caught.value.reason


@pytest.mark.parametrize(
    "cells",
    [
        "view = x'00ff', score = x'00ff', study_year = x'01', present = x'', status = x'ff'",
        "score = 'high', percent = 'much', study_year = 'long ago', present = 'maybe', \"group\" = 7, side = 3.5",
        "score = 9e999, percent = -9e999, area_px = 9e999, read_ms = 9e999",
        "note = cast(x'ff80fe' AS TEXT), view = cast(x'c3' AS TEXT)",
        "note = 'a' || char(0) || char(27) || '[31m' || char(10), file = char(0)",
        "file_bytes = -1, file_mtime_ns = -9223372036854775808, study_year = 9223372036854775807",
    ],
)
def test_cells_of_another_kind_are_empty_and_every_table_of_them_is_written(tmp_path: Path, cells: str) -> None:
    path = changed(store_of(tmp_path / "s.sqlite", FILMS), f"UPDATE films SET {cells} WHERE film < 9")
    assert listed(path) == FILMS


def test_a_text_as_long_as_a_book_is_cut(tmp_path: Path) -> None:
    path = changed(store_of(tmp_path / "s.sqlite", 3), "UPDATE films SET note = printf('%.*c', 1000000, 'x')")
    with ResultStore(path, writable=False) as store:
        assert {len(str(row["note"])) for row in store.films()} == {LONGEST_TEXT}


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE x (a)", *OURS),
        (f"CREATE VIEW films AS {ENDLESS}", *OURS),
        ("CREATE TABLE films (film INTEGER PRIMARY KEY)", "INSERT INTO films VALUES (1)", *OURS),
    ],
)
def test_a_file_that_only_says_it_is_a_store_is_called_damaged(
    tmp_path: Path, statements: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    path = changed(tmp_path / "s.sqlite", *statements)
    assert why_not(lambda: listed(path)) is Results.STORE_DAMAGED


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE films",
        "DROP TABLE findings",
        "DROP TABLE files",
        "CREATE TRIGGER t AFTER INSERT ON films BEGIN SELECT RAISE(ABORT, 'no'); END",
        "UPDATE films SET film = 9223372036854775807 WHERE film = 1",
    ],
)
def test_a_store_that_cannot_take_a_film_is_called_damaged(
    tmp_path: Path, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = changed(store_of(tmp_path / "s.sqlite", FILMS), statement)

    def written() -> None:
        with ResultStore(path) as store:
            store.add(film(FILMS + 1) | {"film": 2})
            store.has("file1")

    assert why_not(written) is Results.STORE_DAMAGED


def test_a_file_of_noise_is_left_as_it_is(tmp_path: Path) -> None:
    for name, start in (("a.sqlite", b""), ("b.sqlite", b"SQLite format 3\0")):
        path = tmp_path / name
        path.write_bytes(start + random.Random(1).randbytes(5000))
        before = path.read_bytes()
        assert why_not(partial(listed, path)) is Results.STORE_NOT_OURS
        assert why_not(partial(ResultStore, path)) is Results.STORE_NOT_OURS
        assert path.read_bytes() == before


def test_half_a_store_is_called_damaged(tmp_path: Path) -> None:
    path = store_of(tmp_path / "s.sqlite", 2000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert why_not(lambda: listed(path)) is Results.STORE_DAMAGED


def test_the_log_of_another_store_costs_no_film(tmp_path: Path) -> None:
    path = store_of(tmp_path / "s.sqlite", FILMS)
    for end in ("-wal", "-shm"):
        path.with_name(f"{path.name}{end}").write_bytes(random.Random(2).randbytes(40_000))
    assert listed(path) == FILMS


def test_what_cannot_be_read_is_not_said_to_be_unwritten(tmp_path: Path) -> None:
    path = store_of(tmp_path / "s.sqlite", FILMS)
    path.with_name(f"{path.name}-wal").mkdir()
    assert why_not(lambda: listed(path)) is Results.STORE_UNREADABLE


def test_a_link_in_a_circle_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.symlink_to(path.name)
    assert why_not(lambda: ResultStore(path, writable=False)) is Results.STORE_MISSING
    assert why_not(lambda: ResultStore(path))


def test_a_reader_does_not_wait_long_for_a_program_that_keeps_a_store_to_itself(tmp_path: Path) -> None:
    path = changed(store_of(tmp_path / "s.sqlite", FILMS), "PRAGMA journal_mode = DELETE")
    keeper = sqlite3.connect(path, isolation_level=None)
    keeper.execute("BEGIN EXCLUSIVE")
    try:
        assert why_not(lambda: listed(path)) is Results.STORE_BUSY
    finally:
        keeper.close()
    assert listed(path) == FILMS
