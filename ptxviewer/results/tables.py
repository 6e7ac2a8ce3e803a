"""Tables of results as files: CSV, JSON Lines, Parquet; written page by page, read back for a run that goes on.

JSON Lines hold films and findings in one file; the others have a second file, ``NAME.findings.SUFFIX``.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.files import PART, reason_of_disk
from ptxviewer.core.plaintext import cell, escaped
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.results.schema import BY_NAME, FINDINGS, Column, Record, Value, columns

STORE = ".sqlite"
PAGE = 5_000  # rows of a group of Parquet
LONGEST_FIELD = 1 << 20  # characters of a cell that is read

Rows = Iterable[Record]
Writer = Callable[[Path, Sequence[Column], Rows], None]


@dataclass(frozen=True)
class Format:
    """One format of tables. ``together``: films and findings lie in one file."""

    suffix: str
    name: str
    together: bool = False


FORMATS: tuple[Format, ...] = (
    Format(".csv", "CSV"),
    Format(".jsonl", "JSON Lines", together=True),
    Format(".parquet", "Parquet"),
)


def format_of(path: Path) -> Format | None:
    """Return the format that a file's name asks for, None for another suffix."""
    return next((fmt for fmt in FORMATS if fmt.suffix == path.suffix.lower()), None)


def findings_file(path: Path) -> Path:
    """Return where the findings of a table lie that has a file for each."""
    return path.with_name(f"{path.stem}.findings{path.suffix}")


def check(path: Path) -> None:
    """Raise ``PtxError`` where a table of this name could not be written: no folder, no library for Parquet."""
    if not path.parent.is_dir():
        raise ExportFailed(NotWritten(Unwritten.LIST, Writing.NO_SUCH_FOLDER))
    if path.suffix.lower() == ".parquet":
        _arrow()


def write(path: Path, films: Rows, findings: Rows, *, identified: bool) -> None:
    """Write a table; what was there stays whole until it is. Raises ``ExportFailed``."""
    chosen = columns(identified)
    table_format = format_of(path)
    assert table_format is not None
    if table_format.together:
        with _whole(path) as part:
            _jsonl(part, chosen, films, findings)
        return
    write_one = _csv if table_format.suffix == ".csv" else _parquet
    with _whole(path) as part, _whole(findings_file(path)) as second:
        write_one(part, chosen, films)
        write_one(second, FINDINGS, findings)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a file beside ``path``, which takes its place when all of it is written."""
    part = path.with_name(f"{PART}{os.getpid()}.{secrets.token_hex(6)}.part")
    try:
        try:
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    except OSError as error:
        raise ExportFailed(NotWritten(Unwritten.LIST, reason_of_disk(error))) from None


# ---- CSV


def as_cell(value: Value) -> str:
    """Return a value as a cell: nothing in it is run by a spreadsheet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return cell(value) if isinstance(value, str) else repr(value)


def from_cell(text: str, column: Column) -> Value:
    """Return the value of a cell. Raises ``ValueError``."""
    if column.kind == "text":
        return text[1:] if text.startswith("'") else text
    if not text:
        return None
    if column.kind == "boolean":
        return {"yes": True, "no": False}[text.lower()] if text.lower() in ("yes", "no") else _refused()
    return int(text) if column.kind == "integer" else float(text)


def _refused() -> Value:
    raise ValueError


def _csv(path: Path, table: Sequence[Column], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in table])
        writer.writerows([as_cell(row.get(column.name)) for column in table] for row in rows)


# ---- JSON Lines


def _line(record: str, table: Sequence[Column], row: Record) -> str:
    values = {column.name: _shown(row.get(column.name)) for column in table}
    return json.dumps({"record": record, **values}, allow_nan=False) + "\n"


def _shown(value: Value) -> Value:
    return escaped(value) if isinstance(value, str) else value


def _jsonl(path: Path, table: Sequence[Column], films: Rows, findings: Rows) -> None:
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(_line("film", table, row) for row in films)
        file.writelines(_line("finding", FINDINGS, row) for row in findings)


# ---- Parquet


def _arrow() -> Any:
    """Return pyarrow. Raises ``PtxError`` where it is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        raise PtxError(Results.NO_PARQUET)
    import pyarrow as pa
    import pyarrow.parquet

    return pa


def _arrow_schema(pa: Any, table: Sequence[Column]) -> Any:
    kinds = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return pa.schema([pa.field(column.name, kinds[column.kind], metadata={"about": column.about}) for column in table])


def _parquet(path: Path, table: Sequence[Column], rows: Rows) -> None:
    pa = _arrow()
    schema = _arrow_schema(pa, table)
    rest = iter(rows)
    with pa.parquet.ParquetWriter(str(path), schema) as writer:
        while page := list(islice(rest, PAGE)):
            writer.write_table(
                pa.table({c.name: [_shown(row.get(c.name)) for row in page] for c in table}, schema=schema)
            )


# ---- reading back


def read(path: Path) -> Iterator[tuple[str, Record]]:
    """Yield ("film", row) and ("finding", row) of a table that this program wrote.

    Raises ``PtxError``: no such file, no table of ours, no library for Parquet.
    """
    table_format = format_of(path)
    try:
        if table_format is None:
            raise PtxError(Results.NO_TABLE_OF_OURS)
        if table_format.together:
            yield from _read_jsonl(path)
            return
        read_one = _read_csv if table_format.suffix == ".csv" else _read_parquet
        yield from (("film", row) for row in read_one(path, tuple(BY_NAME.values())))
        second = findings_file(path)
        if second.is_file():
            yield from (("finding", row) for row in read_one(second, FINDINGS))
    except (ValueError, KeyError, TypeError, csv.Error, OSError):
        raise PtxError(Results.NO_TABLE_OF_OURS) from None


def _needed(names: Iterable[str], table: Sequence[Column]) -> list[Column]:
    """Return the columns that a table has, all that is never personal among them. Raises ``KeyError``."""
    known = {column.name: column for column in table}
    there = list(names)
    missing = [c.name for c in table if not c.personal and c.name not in there]
    if missing:
        raise KeyError
    return [known[name] for name in there if name in known]


def _read_csv(path: Path, table: Sequence[Column]) -> Iterator[Record]:
    file: IO[str]
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        heading = next(lines, [])
        _needed(heading, table)
        known = {column.name: column for column in table}
        for line in lines:
            named = zip(heading, line, strict=True)
            yield {name: from_cell(text, known[name]) for name, text in named if name in known}


def _read_jsonl(path: Path) -> Iterator[tuple[str, Record]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            record = row.pop("record")
            table = {"film": tuple(BY_NAME.values()), "finding": FINDINGS}[record]
            _needed(row, table)
            yield record, row


def _read_parquet(path: Path, table: Sequence[Column]) -> Iterator[Record]:
    pa = _arrow()
    try:
        with pa.parquet.ParquetFile(str(path)) as file:
            _needed(file.schema_arrow.names, table)
            for batch in file.iter_batches(PAGE):
                yield from batch.to_pylist()
    except pa.ArrowException:
        raise ValueError from None
