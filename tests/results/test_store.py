"""A store of results: each film once, the most urgent first, nothing of another program's files touched."""

from __future__ import annotations

import sqlite3
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.results.schema import Record
from ptxviewer.results.store import By, ResultStore, Stamp
from tests.refusals import reason_of
from tests.results.made import film, findings, stamp, store_of


def test_the_most_urgent_film_comes_first_and_films_without_an_answer_before_those_below(tmp_path: Path) -> None:
    path = store_of(tmp_path / "a.sqlite", 40)
    with ResultStore(path) as store:
        store.add({**film(99), "group": "no answer", "score": None, "present": None, "status": "failed"})
        listed = list(store.films())
    groups = [row["group"] for row in listed]
    assert groups == sorted(groups, key=lambda group: ["above", "no answer", "below"].index(str(group)))
    above = [float(row["score"] or 0) for row in listed if row["group"] == "above"]
    assert above == sorted(above, reverse=True)
    assert [row["rank"] for row in listed] == list(range(1, 42))


def test_a_film_keeps_its_number_and_has_one_row_however_often_it_is_written(tmp_path: Path) -> None:
    with ResultStore(tmp_path / "a.sqlite") as store:
        for number in (1, 2, 3):
            store.add(film(number), findings(film(number)), stamp(film(number)))
        changed = film(2, score=0.75, present=True, film=None)
        store.add(changed, findings(changed), Stamp("a copy of it", 10, 1))
        rows = {row["film"]: row["score"] for row in store.films()}
        assert store.count() == 3
        assert rows[2] == 0.75
        assert len(store.findings_of(2)) == 1


def test_a_file_that_was_half_written_leaves_no_row_when_it_is_whole(tmp_path: Path) -> None:
    half = film(1, film_id="half", status="failed", film=None)
    with ResultStore(tmp_path / "a.sqlite") as store:
        store.add(half, (), Stamp("file", 5, 1))
        store.add(film(2), findings(film(2)), Stamp("other", 5, 1))
        store.add(film(1, film_id="whole", film=None), (), Stamp("file", 10, 2))
        assert [row["film_id"] for row in store.films(order="film")] == ["whole", "film0000002"]
        store.add(film(2, film=None), (), Stamp("file", 11, 3))  # and it becomes the film that another file shows
        assert [row["film_id"] for row in store.films()] == ["film0000002"]


def test_what_is_done_is_that_state_of_a_file_by_that_network(tmp_path: Path) -> None:
    with ResultStore(store_of(tmp_path / "a.sqlite", 1)) as store:
        assert store.done(Stamp("file1", 10, 1), By("a" * 64, "balanced"))
        assert not store.done(Stamp("file1", 11, 1), By("a" * 64, "balanced"))
        assert not store.done(Stamp("file1", 10, 2), By("a" * 64, "balanced"))
        assert not store.done(Stamp("file1", 10, 1), By("b" * 64, "balanced"))
        assert not store.done(Stamp("file1", 10, 1), By("a" * 64, "balanced", True))
        assert not store.done(Stamp("file1", 10, 1), By("a" * 64, "sensitive"))
        assert store.number_of("film0000001", By("a" * 64, "balanced")) == 1
        store.add(film(1, status="failed"), (), Stamp("file1", 10, 1))
        assert not store.done(Stamp("file1", 10, 1), By("a" * 64, "balanced"))


def test_nothing_is_there_of_a_film_whose_transaction_did_not_end(tmp_path: Path) -> None:
    path = store_of(tmp_path / "a.sqlite", 2)
    with ResultStore(path) as store:
        broken: Record = film(3) | {"side": object()}
        with pytest.raises(sqlite3.Error):
            store.add(film(3), [{"finding": 1}, broken], stamp(film(3)))
        assert store.count() == 2
        assert not store.has("file3")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"film,score\n" * 100, Results.STORE_NOT_OURS),
        (None, Results.STORE_NOT_OURS),
        (b"SQLite format 3\0" * 99, None),
    ],
)
def test_a_file_of_something_else_stays_as_it_is(tmp_path: Path, content: bytes | None, reason: Results | None) -> None:
    path = tmp_path / "a.sqlite"
    if content is None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE films (film INTEGER)")
        other.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    given = reason_of(ResultStore, path)
    assert given is reason or (reason is None and isinstance(given, Results))
    assert path.read_bytes() == before


def test_what_cannot_be_opened_has_its_reason(tmp_path: Path) -> None:
    assert reason_of(ResultStore, tmp_path / "none" / "a.sqlite") == NotWritten(
        Unwritten.RESULTS, Writing.NO_SUCH_FOLDER
    )
    assert reason_of(lambda path: ResultStore(path, writable=False), tmp_path / "a.sqlite") is Results.STORE_MISSING
    assert reason_of(lambda path: ResultStore(path, writable=False), tmp_path) is Results.STORE_MISSING
    assert reason_of(ResultStore, tmp_path) == NotWritten(Unwritten.RESULTS, Writing.FOLDER_HAS_THAT_NAME)
    newer = store_of(tmp_path / "newer.sqlite", 1)
    with sqlite3.connect(newer) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    assert reason_of(ResultStore, newer) is Results.STORE_NEWER


@pytest.mark.parametrize("writable", [True, False])
def test_a_store_of_an_earlier_version_gets_the_columns_that_have_come_since(tmp_path: Path, writable: bool) -> None:
    path = store_of(tmp_path / "a.sqlite", 3)
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE films DROP COLUMN posture")
    other.close()
    with ResultStore(path, writable=writable) as store:
        assert [row["posture"] for row in store.films()] == [None] * 3


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size there")
def test_a_full_disk_has_its_sentence_and_the_store_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connect, opened = store_of(tmp_path / "a.sqlite", 50), sqlite3.connect, []

    def connected(*of: Any, **how: Any) -> sqlite3.Connection:
        opened.append(connect(*of, **how))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", connected)
    with ResultStore(path) as store:
        [file] = opened
        file.execute(f"PRAGMA max_page_count = {file.execute('PRAGMA page_count').fetchone()[0]}")

        def fill(store: ResultStore, numbers: range) -> None:
            for number in numbers:
                store.add(film(number), findings(film(number)), stamp(film(number)))

        full = reason_of(fill, store, range(51, 2000), kind=ExportFailed)
        assert full == NotWritten(Unwritten.RESULTS, Writing.DISK_FULL)
        done = store.count()
        file.execute("PRAGMA max_page_count = 100000")
        fill(store, range(1, 200))
        assert done >= 50
        assert store.count() == 199


def test_listing_a_store_takes_no_memory_for_its_films(tmp_path: Path) -> None:
    with ResultStore(store_of(tmp_path / "a.sqlite", 5000)) as store:
        next(store.films())
        tracemalloc.start()
        try:
            assert sum(1 for _ in store.films()) == 5000
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3_000_000


def test_a_store_in_a_folder_that_is_read_only_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store_of(tmp_path / "a.sqlite", 3)
    monkeypatch.setattr("os.access", lambda *_: False)
    with ResultStore(path, writable=False) as store:
        assert store.count() == 3
    assert [one.name for one in tmp_path.iterdir()] == ["a.sqlite"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no file that is open")
@pytest.mark.parametrize("again", [False, True])
def test_a_store_that_is_deleted_under_a_run_takes_no_more_films_in_silence(tmp_path: Path, again: bool) -> None:
    path = tmp_path / "a.sqlite"
    with ResultStore(path) as store:
        store.add(film(1))
        path.unlink()
        if again:
            path.write_bytes(b"of somebody else")
        assert reason_of(store.add, film(2)) is Results.STORE_GONE
