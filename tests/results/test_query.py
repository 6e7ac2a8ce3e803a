"""Queries choose films as they are written; nothing in them becomes SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ptxviewer.core.reasons.results import QueryNotUnderstood, UnknownColumn
from ptxviewer.results.query import parse
from ptxviewer.results.store import ResultStore
from tests.refusals import reason_of
from tests.results.made import film, store_of


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ResultStore]:
    path = store_of(tmp_path_factory.mktemp("store") / "a.sqlite", 60)
    with ResultStore(path) as opened:
        opened.add(film(61, institution="St. Mary's", study_date="2026-03-01", file="/x/Ärztehaus.dcm"))
        yield opened


CASES: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
    ("", lambda row: True),
    ("score>=0.5", lambda row: row["score"] >= 0.5),
    ("score>=0.2 score<0.6", lambda row: 0.2 <= row["score"] < 0.6),
    ("side=left and view=AP,PA", lambda row: row["side"] == "left" and row["view"] in ("AP", "PA")),
    ("view!=AP", lambda row: row["view"] != "AP"),
    ("present=no", lambda row: row["present"] is False),
    ("size>20", lambda row: row["percent"] is not None and row["percent"] > 20),
    ("date>=2023", lambda row: row["study_year"] >= 2023),
    ("date=2026-03-01", lambda row: row["study_date"] == "2026-03-01"),
    ("site=site1,site2", lambda row: row["site_id"] in ("site1", "site2")),
    ('site="St. Mary\'s"', lambda row: row["institution"] == "St. Mary's"),
    ("file~haus", lambda row: "haus" in (row["file"] or "")),
    ("view='' verdict=''", lambda row: not row["view"]),
]


@pytest.mark.parametrize(("text", "fits"), CASES)
def test_a_query_chooses_the_films_that_it_says(
    store: ResultStore, text: str, fits: Callable[[dict[str, Any]], bool]
) -> None:
    condition = parse(text)
    chosen = {row["film"] for row in store.films(condition.sql, condition.values)}
    assert chosen == {row["film"] for row in store.films() if fits(row)}
    assert store.count(condition.sql, condition.values) == len(chosen)


@pytest.mark.parametrize(
    "text", ["score", "score>=", "score>=high", "present=perhaps", "score~5", "date>=yesterday", "1=1", "'; DROP"]
)
def test_what_is_no_comparison_is_said(text: str) -> None:
    assert isinstance(reason_of(parse, text), (QueryNotUnderstood, UnknownColumn))


def test_a_column_that_there_is_not_is_named_and_values_never_become_sql(store: ResultStore) -> None:
    assert reason_of(parse, "colour=red") == UnknownColumn("colour")
    assert reason_of(parse, "rank=1") == UnknownColumn("rank")
    condition = parse('side="x\' OR 1=1 --"')
    assert store.count(condition.sql, condition.values) == 0
