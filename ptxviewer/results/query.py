"""A query in one line, ``score>=0.5 side=left view=AP,PA``, as a condition of SQL; values are never in its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ptxviewer.core.errors import PtxError
from ptxviewer.core.reasons.results import QueryNotUnderstood, UnknownColumn
from ptxviewer.results.schema import BY_NAME, Column, Value

PART = re.compile(r"""([a-z_0-9]+)\s*(>=|<=|!=|=|>|<|~)\s*("[^"]*"|'[^']*'|[^\s"']+)""")
DATE = re.compile(r"\d{4}(-\d\d){0,2}")  # a year, a month, a day
ALIASES = {
    "size": "percent", "area": "area_cm2", "site": "site_id", "date": "study_year", "year": "study_year",
    "age": "age_years", "patient": "patient_id", "network": "network_id",
}  # fmt: skip
"""Short names; ``site``, ``date`` and ``patient`` also mean the personal column where the store has it."""
PERSONAL = {"site_id": "institution", "study_year": "study_date", "patient_id": "patient"}


@dataclass(frozen=True)
class Condition:
    """SQL with question marks, and the values for them; "" is every film."""

    sql: str = ""
    values: tuple[Value, ...] = ()


def parse(text: str) -> Condition:
    """Return the condition that all parts of a query make together.

    A part is NAME OPERATOR VALUE; ``=`` and ``!=`` take several values with commas, ``~`` looks for a part of a text.
    Raises ``PtxError`` with ``QueryNotUnderstood`` or ``UnknownColumn``.
    """
    pieces: list[str] = []
    values: list[Value] = []
    rest = text.strip()
    while rest:
        match = PART.match(rest)
        if match is None:
            raise PtxError(QueryNotUnderstood(rest))
        rest = re.sub(r"^\s*(and\b|,)?\s*", "", rest[match.end() :], flags=re.IGNORECASE)
        sql, own = _comparison(match[1], match[2], match[3], match[0])
        pieces.append(sql)
        values += own
    return Condition(" AND ".join(pieces), tuple(values))


def _comparison(name: str, sign: str, given: str, part: str) -> tuple[str, list[Value]]:
    written = given.strip("\"'")
    column = BY_NAME.get(ALIASES.get(name, name))
    if column is None or column.computed:
        raise PtxError(UnknownColumn(name))
    personal = PERSONAL.get(column.name) if name in ALIASES else None
    if personal == "study_date" and any(one and not DATE.fullmatch(one) for one in written.split(",")):
        raise PtxError(QueryNotUnderstood(part))
    if personal and (column.kind == "text" or not written.isdigit()):
        first, own = _compare(BY_NAME[personal], sign, written, part)
        if column.kind != "text":
            return first, own
        second, also = _compare(column, sign, written, part)
        return f"({first} {'AND' if sign == '!=' else 'OR'} {second})", own + also
    return _compare(column, sign, written, part)


def _compare(column: Column, sign: str, written: str, part: str) -> tuple[str, list[Value]]:
    quoted = f'"{column.name}"'
    if sign == "~":
        if column.kind != "text":
            raise PtxError(QueryNotUnderstood(part))
        return f"instr(lower(coalesce({quoted}, '')), lower(?)) > 0", [written]
    try:
        if sign in ("=", "!="):
            own = [_value(column, one) for one in written.split(",")]
            marks = ", ".join("?" * len(own))
            empty = "''" if column.kind == "text" else "NULL"
            inside = f"coalesce({quoted}, {empty})" if column.kind == "text" else quoted
            if sign == "=":
                return f"{inside} IN ({marks})", own
            return f"({inside} NOT IN ({marks}) OR {quoted} IS NULL)", own
        return f"{quoted} {sign} ?", [_value(column, written)]
    except ValueError:
        raise PtxError(QueryNotUnderstood(part)) from None


def _value(column: Column, written: str) -> Value:
    """Return what is compared with a column. Raises ``ValueError``."""
    if column.kind == "text":
        return written
    if column.kind == "boolean":
        if written.lower() not in ("yes", "no", "true", "false", "1", "0"):
            raise ValueError
        return int(written.lower() in ("yes", "true", "1"))
    return int(written) if column.kind == "integer" else float(written)
