"""Tables of results: one schema in every format, read back as they were, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.core.reasons.results import Results
from ptxviewer.results import tables
from ptxviewer.results.schema import FILMS, FINDINGS, Record, columns, json_schema
from ptxviewer.results.store import ResultStore
from tests.refusals import reason_of
from tests.results.made import film, findings, store_of
from tools import results_schema

SUFFIXES = [one.suffix for one in tables.FORMATS]
HOSTILE = film(1, note='=cmd|" /C calc"!A0', side="left\n\x1b[2J", view="@SUM(A1)")


def write(path: Path, rows: list[Record], identified: bool = False) -> Path:
    if path.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not installed (extra 'parquet')")
    found = [{**one, "film": row["film"], "film_id": row["film_id"]} for row in rows for one in findings(row)]
    tables.write(path, rows, found, identified=identified)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_is_read_back_as_it_was(tmp_path: Path, suffix: str) -> None:
    with ResultStore(store_of(tmp_path / "a.sqlite", 30)) as store:
        rows = list(store.films())
    path = write(tmp_path / f"list{suffix}", rows)
    back = list(tables.read(path))
    names = [column.name for column in columns(identified=False)]

    def plain(row: Record) -> Record:
        return {name: row[name] or None for name in names}

    assert [plain(row) for kind, row in back if kind == "film"] == [plain(row) for row in rows]
    assert [row["film"] for kind, row in back if kind == "finding"] == [row["film"] for row in rows if row["present"]]


def test_no_cell_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", [HOSTILE])
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["note"].startswith("'=")
    assert row["view"].startswith("'@")
    assert not {"\n", "\x1b"} & set(row["side"])
    (_, back), *_ = tables.read(path)
    assert back["note"] == HOSTILE["note"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_personal_columns_are_there_only_when_asked_for(tmp_path: Path, suffix: str) -> None:
    row = film(1, file="/films/Planted^Nomen.dcm", patient="Planted")
    content = write(tmp_path / f"list{suffix}", [row]).read_bytes()
    assert b"Planted" not in content
    assert b"Planted" in write(tmp_path / f"named{suffix}", [row], identified=True).read_bytes()


def test_every_line_of_json_has_the_keys_of_the_schema(tmp_path: Path) -> None:
    path = write(tmp_path / "list.jsonl", [film(number) for number in range(1, 20)])
    schemas = {schema["properties"]["record"]["const"]: schema for schema in json_schema()["oneOf"]}
    kinds: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        schema = schemas[row["record"]]
        assert set(schema["required"]) <= set(row) <= set(schema["properties"])
        for name, value in row.items():
            if name != "record":
                assert isinstance(value, tuple(kinds[kind] for kind in schema["properties"][name]["type"])), name


def test_schema_file_and_page_are_those_of_the_columns() -> None:
    assert results_schema.SCHEMA.read_text(encoding="utf-8") == results_schema.schema_text()
    page = results_schema.PAGE.read_text(encoding="utf-8")
    assert results_schema.with_tables(page) == page
    assert all(f"`{column.name}`" in page for column in (*FILMS, *FINDINGS))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"name,score\nx,1\n"),
        ("a.jsonl", b"[1, 2]\n"),
        ("a.jsonl", b"{"),
        ("a.csv", b"\xff\xfe\0"),
        ("a.txt", b""),
    ],
)
def test_a_table_of_something_else_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert reason_of(lambda path: list(tables.read(path)), tmp_path / name) is Results.NO_TABLE_OF_OURS


def test_without_the_library_parquet_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert reason_of(tables.check, tmp_path / "a.parquet") is Results.NO_PARQUET


def test_a_table_that_cannot_be_finished_leaves_the_older_one_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", [film(1)])
    before = path.read_bytes()

    def broken() -> Iterator[Any]:
        yield film(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tables.write(path, broken(), [], identified=False)
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["list.csv", "list.findings.csv"]
