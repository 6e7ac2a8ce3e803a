"""Writes what is derived from the columns of results: the JSON Schema in the package and the tables in docs/results.md.

python tools/results_schema.py
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ptxviewer.results.schema import FILMS, FINDINGS, Column, json_schema

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEMA = REPOSITORY / "ptxviewer" / "results" / "results.schema.json"
PAGE = REPOSITORY / "docs" / "results.md"
MARKS = (("films", FILMS), ("findings", FINDINGS))


def schema_text() -> str:
    """Return the JSON Schema as a file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def table(columns: Sequence[Column]) -> str:
    """Return columns as a table of Markdown."""
    lines = ["| column | kind | holds |", "|---|---|---|"]
    for column in columns:
        kind = f"{column.kind}, with `--identified`" if column.personal else column.kind
        lines.append(f"| `{column.name}` | {kind} | {column.about} |")
    return "\n".join(lines)


def with_tables(page: str) -> str:
    """Return the page with its tables made anew."""
    for name, columns in MARKS:
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{table(columns)}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
