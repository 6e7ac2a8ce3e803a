"""A store of results: one SQLite file, one row a film, one a finding, written as the films are analysed.

Every film is one transaction in the write-ahead log, so a program that is killed loses at most the film in its hand.
A film is known by its pseudonym (SOP instance and pixels), a file by that of its path with size and time of change:
a later run skips what is there. The order of urgency is an index; no list of films is ever in memory.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.results.database import connected, identity, told_why
from ptxviewer.results.schema import FINDINGS, VERSION, Column, Record, Value, as_kind, kept

APPLICATION = 0x50545856  # "PTXV", in the header of the file
SQL_TYPES = {"text": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
ORDER = "CASE \"group\" WHEN 'above' THEN 0 WHEN 'no answer' THEN 1 ELSE 2 END"
URGENT = f"{ORDER}, score DESC, film"
"""SQL: the most urgent first, as ``app.films.urgency.rank``; a film without a score counts as 0 in its group."""
SETTLED = f"status != 'failed' AND coalesce(reason, '') != '{Command.STOPPED.value}'"
"""SQL: not to be tried again."""
NEW = "k"  # with which pseudonyms of films begin; those of earlier versions, of other keys, are hexadecimal digits
NEWER, OLDER = f"film_id >= '{NEW}'", f"film_id < '{NEW}' AND rows_px IS NOT NULL"
"""SQL: of films that were read, by the kind of their pseudonym."""
_FILMS, _FINDINGS = kept(), FINDINGS
_PAGE = 500  # rows that are read at once


@dataclass(frozen=True)
class Stamp:
    """A state of a file: its pseudonym, size in bytes and time of change in ns."""

    file_id: str
    size: int
    mtime_ns: int


def stamp_in(row: Record) -> Stamp | None:
    """Return the state of a film's file by its row, None where it names none."""
    file_id, size, time = row.get("file_id"), row.get("file_bytes"), row.get("file_mtime_ns")
    if not isinstance(file_id, str) or not file_id or not isinstance(size, int) or not isinstance(time, int):
        return None
    return Stamp(file_id, size, time)


@dataclass(frozen=True)
class By:
    """What an answer depends on besides the film: the network, which of its rules, whether refusals were overridden."""

    network_sha256: str
    rule: str = ""
    forced: bool = False


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _definition(columns: Iterable[Column]) -> str:
    return ", ".join(f'"{column.name}" {SQL_TYPES[column.kind]}' for column in columns)


def _tables() -> str:
    films = _definition(column for column in _FILMS if column.name != "film")
    return f"""
        CREATE TABLE runs (run INTEGER PRIMARY KEY, started_utc TEXT, program TEXT, network_id TEXT,
            network_sha256 TEXT, device TEXT, rule TEXT, forced INTEGER);
        CREATE TABLE films (film INTEGER PRIMARY KEY, {films});
        CREATE UNIQUE INDEX films_by_id ON films (film_id);
        CREATE INDEX films_by_urgency ON films ({URGENT});
        CREATE TABLE findings ({_definition(_FINDINGS)}, PRIMARY KEY (film, finding)) WITHOUT ROWID;
        CREATE TABLE files (file_id TEXT PRIMARY KEY, bytes INTEGER, mtime_ns INTEGER, film INTEGER) WITHOUT ROWID;
        CREATE INDEX files_by_film ON files (film);
        PRAGMA application_id = {APPLICATION};
        PRAGMA user_version = {VERSION};
    """


class ResultStore:
    """One store, open until its context ends. Any thread may ask it and write to it, one at a time."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        """Open a store, or make one. Raises ``ExportFailed`` and ``PtxError`` with a reason of ``Results``."""
        if writable and not path.parent.is_dir():
            raise ExportFailed(NotWritten(Unwritten.RESULTS, Writing.NO_SUCH_FOLDER))
        if writable and path.is_dir():
            raise ExportFailed(NotWritten(Unwritten.RESULTS, Writing.FOLDER_HAS_THAT_NAME))
        if not writable and not path.is_file():
            raise PtxError(Results.STORE_MISSING)
        self._guard = threading.RLock()
        self._path = path
        self._file: tuple[int, int] | None = None  # which file is written to
        new = not path.is_file() or path.stat().st_size == 0
        try:
            with told_why():
                self._db = connected(path, writable)
                try:
                    self._open(new, writable)
                    self._file = identity(path) if writable else None
                except BaseException:
                    self._db.close()
                    raise
        except ExportFailed:
            if writable:
                raise
            raise PtxError(Results.STORE_UNREADABLE) from None

    def _open(self, new: bool, writable: bool) -> None:
        if new and writable:
            self._db.execute("PRAGMA journal_mode = WAL")
            with self.transaction():
                for statement in _tables().split(";"):
                    self._db.execute(statement)
        ours, version = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if ours != APPLICATION:
            raise PtxError(Results.STORE_NOT_OURS)
        if version > VERSION:
            raise PtxError(Results.STORE_NEWER)
        self._add_columns(writable)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -16000")  # KB
        self._db.execute("PRAGMA temp_store = FILE")  # sorting a million rows is the disk's

    def _add_columns(self, writable: bool) -> None:
        """Give a store of an earlier version the columns that have come since, empty."""
        columns = {row[1] for row in self._db.execute("PRAGMA table_info(films)")}
        new = [column for column in _FILMS if column.name not in columns]
        if new and not writable:
            with ResultStore(self._path):
                return
        if new:
            with self.transaction():
                for column in new:
                    self._db.execute(f'ALTER TABLE films ADD COLUMN "{column.name}" {SQL_TYPES[column.kind]}')

    def __enter__(self) -> ResultStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what the log holds goes into it."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written in this context, or nothing. Raises ``ExportFailed``, ``PtxError``."""
        with self._guard, told_why():
            if self._file is not None and self._file != identity(self._path):
                raise PtxError(Results.STORE_GONE)  # POSIX writes on into a file that has no name any more
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back by itself
                    self._db.execute("ROLLBACK")
                raise

    # ---- writing

    def begin(self, run: Record) -> None:
        """Note a run: ``started_utc``, ``program``, and the network with its settings."""
        with self.transaction():
            self._db.execute(
                f"INSERT INTO runs ({_quoted(run)}) VALUES ({', '.join('?' * len(run))})", tuple(run.values())
            )

    def add(self, film: Record, findings: Sequence[Record] = (), stamp: Stamp | None = None) -> None:
        """Write a film and its findings in the place of what was there of it; the film keeps its number.

        ``stamp``: the file it came from. A row that this file had left behind (it was half written then) goes.
        """
        with self.transaction():
            self.put(film, findings, stamp)

    def put(self, film: Record, findings: Sequence[Record] = (), stamp: Stamp | None = None) -> None:
        """As ``add``, within a transaction of the caller."""
        numbers = self._db.execute("SELECT film FROM films WHERE film_id = ?", (film["film_id"],)).fetchone()
        before = None
        if stamp is not None:
            before = self._db.execute("SELECT film FROM files WHERE file_id = ?", (stamp.file_id,)).fetchone()
        wanted = numbers or (before if before and self._only_of(before[0], stamp) else None)
        number = wanted[0] if wanted else film.get("film") or self._next()
        if not wanted and self._db.execute("SELECT 1 FROM films WHERE film = ?", (number,)).fetchone():
            number = self._next()
        values = {**film, "film": number}
        names = [column.name for column in _FILMS]
        self._db.execute(
            f"INSERT OR REPLACE INTO films ({_quoted(names)}) VALUES ({', '.join('?' * len(names))})",
            [values.get(name) for name in names],
        )
        self._db.execute("DELETE FROM findings WHERE film = ?", (number,))
        for finding in findings:
            self.put_finding({**finding, "film": number, "film_id": film["film_id"]})
        if stamp is not None:
            self.seen(stamp, int(number))
            if before and before[0] != number and not self._files_of(before[0]):
                self._db.execute("DELETE FROM films WHERE film = ?", before)
                self._db.execute("DELETE FROM findings WHERE film = ?", before)

    def put_finding(self, finding: Record) -> None:
        """Write one finding of a film that is there; within a transaction of the caller."""
        names = [column.name for column in _FINDINGS]
        self._db.execute(
            f"INSERT INTO findings ({_quoted(names)}) VALUES ({', '.join('?' * len(names))})",
            [finding.get(name) for name in names],
        )

    def seen(self, stamp: Stamp, film: int) -> None:
        """Note that a file shows a film that is there; within a transaction of the caller."""
        self._db.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (stamp.file_id, stamp.size, stamp.mtime_ns, film)
        )

    def _next(self) -> int:
        return int(self._db.execute("SELECT coalesce(max(film), 0) + 1 FROM films").fetchone()[0])

    def _files_of(self, film: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM files WHERE film = ?", (film,)).fetchone()[0])

    def _only_of(self, film: int, stamp: Stamp | None) -> bool:
        """True where no other file shows that film."""
        assert stamp is not None
        others = self._db.execute(
            "SELECT 1 FROM files WHERE film = ? AND file_id != ? LIMIT 1", (film, stamp.file_id)
        ).fetchone()
        return others is None

    # ---- what is done

    def done(self, stamp: Stamp, by: By) -> bool:
        """True where this state of a file was answered so; what failed is tried again."""
        if not stamp.mtime_ns:  # of an archive's member nobody knows
            return False
        row = self._one(
            "SELECT 1 FROM files JOIN films USING (film) WHERE files.file_id = ? AND bytes = ? AND mtime_ns = ?"
            f" AND network_sha256 = ? AND rule = ? AND forced = ? AND {SETTLED}",
            (stamp.file_id, stamp.size, stamp.mtime_ns, by.network_sha256, by.rule, by.forced),
        )
        return row is not None

    def has(self, file_id: str) -> bool:
        """True where a file has a row, whatever came of it."""
        return self._one("SELECT 1 FROM files WHERE file_id = ?", (file_id,)) is not None

    def holds(self, film_id: str) -> bool:
        """True where a film has a row, whatever came of it."""
        return self._one("SELECT 1 FROM films WHERE film_id = ?", (film_id,)) is not None

    def holds_older(self) -> bool:
        """True where films have pseudonyms that an earlier version gave them."""
        return self._one(f"SELECT 1 FROM films WHERE {OLDER} LIMIT 1", ()) is not None

    def holds_newer(self) -> bool:
        """True where films have pseudonyms of this version."""
        return self._one(f"SELECT 1 FROM films WHERE {NEWER} LIMIT 1", ()) is not None

    def number_of(self, film_id: str, by: By) -> int | None:
        """Return the number of a film that was answered so, None where it was not."""
        row = self._one(
            "SELECT film FROM films WHERE film_id = ? AND network_sha256 = ? AND rule = ? AND forced = ?"
            f" AND {SETTLED}",
            (film_id, by.network_sha256, by.rule, by.forced),
        )
        return None if row is None else int(row[0])

    # ---- reading

    def count(self, where: str = "", values: Sequence[Value] = ()) -> int:
        """Return the number of films that fit the SQL condition."""
        row = self._one(f"SELECT count(*) FROM films{_where(where)}", values)
        assert row is not None
        return int(row[0])

    def films(
        self, where: str = "", values: Sequence[Value] = (), order: str = URGENT, limit: int = -1, offset: int = 0
    ) -> Iterator[Record]:
        """Yield films that fit, the most urgent first, with their ``rank`` in this order; a page is in memory."""
        names = [column.name for column in _FILMS]
        asked = f"SELECT {_quoted(names)} FROM films{_where(where)} ORDER BY {order} LIMIT ? OFFSET ?"
        for rank, row in enumerate(self._rows(asked, (*values, limit, offset)), offset + 1):
            yield {"rank": rank, **_record(_FILMS, row)}

    def findings(self, where: str = "", values: Sequence[Value] = ()) -> Iterator[Record]:
        """Yield the findings of the films that fit, in the order of the films' numbers."""
        names = [column.name for column in _FINDINGS]
        chosen = f" WHERE film IN (SELECT film FROM films{_where(where)})" if where else ""
        for row in self._rows(f"SELECT {_quoted(names)} FROM findings{chosen} ORDER BY film, finding", values):
            yield _record(_FINDINGS, row)

    def findings_of(self, film: int) -> list[Record]:
        """Return the findings of one film."""
        return list(self.findings("film = ?", (film,)))

    def runs(self) -> list[Record]:
        """Return the runs, the first one first."""
        with told_why():
            asked = self._db.execute("SELECT * FROM runs ORDER BY run")
            names = [described[0] for described in asked.description]
            return [dict(zip(names, row, strict=True)) for row in asked]

    def values_of(
        self, names: Sequence[str], where: str = "", values: Sequence[Value] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield these columns of the films that fit, in the order of their numbers."""
        yield from self._rows(f"SELECT {_quoted(names)} FROM films{_where(where)} ORDER BY film", values)

    def numbers(
        self, where: str = "", values: Sequence[Value] = (), order: str = URGENT, limit: int = -1
    ) -> Iterator[int]:
        """Yield the numbers of the films that fit, in an order."""
        asked = f"SELECT film FROM films{_where(where)} ORDER BY {order} LIMIT ?"
        for (number,) in self._rows(asked, (*values, limit)):
            yield number

    def distinct(self, expression: str) -> list[Any]:
        """Return the values that an SQL expression over a film has, empty ones left out, in order."""
        asked = f"SELECT DISTINCT {expression} AS value FROM films WHERE value IS NOT NULL AND value != '' ORDER BY 1"
        return [value for (value,) in self._rows(asked, ())]

    def by_id(self, names: Sequence[str], where: str = "", values: Sequence[Value] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield these columns of the films that fit, in the order of the first of them."""
        yield from self._rows(
            f"SELECT {_quoted(names)} FROM films{_where(where)} ORDER BY {_quoted(names[:1])}", values
        )

    def one(self, where: str, values: Sequence[Value]) -> int | None:
        """Return the number of the one film that fits; None where none does, or several do."""
        with self._guard, told_why():
            found = self._db.execute(f"SELECT film FROM films{_where(where)} LIMIT 2", values).fetchall()
        return int(found[0][0]) if len(found) == 1 else None

    def of_file(self, file_id: str) -> int | None:
        """Return the number of the film that a file shows."""
        row = self._one("SELECT film FROM files WHERE file_id = ?", (file_id,))
        return None if row is None else int(row[0])

    def _one(self, asked: str, values: Sequence[Value]) -> tuple[Any, ...] | None:
        with self._guard, told_why():
            row: tuple[Any, ...] | None = self._db.execute(asked, values).fetchone()
            return row

    def _rows(self, asked: str, values: Sequence[Value]) -> Iterator[tuple[Any, ...]]:
        with told_why():
            cursor = self._db.execute(asked, values)
            while page := cursor.fetchmany(_PAGE):
                yield from page


def _record(columns: Sequence[Column], row: tuple[Any, ...]) -> Record:
    return {column.name: as_kind(column.kind, value) for column, value in zip(columns, row, strict=True)}


def _where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""
