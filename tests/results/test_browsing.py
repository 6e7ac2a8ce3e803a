"""A store as a list: what the filter leaves out, in which order the rest comes, and which file a row belongs to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.core.engine import never_cancelled
from ptxviewer.core.errors import Cancelled, PtxError
from ptxviewer.core.reasons.results import UnknownColumn
from ptxviewer.results import browsing
from ptxviewer.results.browsing import COLUMNS, Filter, Rows
from ptxviewer.results.store import ResultStore
from tests.results.made import film, findings

FILMS = 600


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browsing") / "r.sqlite"
    with ResultStore(path) as made, made.transaction():
        for number in range(1, FILMS + 1):
            verdict = "accept" if number % 10 == 0 else ""
            row = film(number, verdict=verdict, institution="Ward" if number % 4 == 0 else None, study_date=None)
            made.put(row, findings(row))
    return path


def listed(store: Path, wanted: Filter = browsing.EVERYTHING, order: str = browsing.order_of(None)) -> list[int]:
    return list(browsing.ordered(store, wanted.condition(), order, never_cancelled).numbers)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Filter(group="above"), lambda row: row["group"] == "above"),
        (Filter(side="left"), lambda row: row["side"] == "left"),
        (Filter(view="AP"), lambda row: row["view"] == "AP"),
        (Filter(verdict="accept"), lambda row: row["verdict"] == "accept"),
        (Filter(site="Ward"), lambda row: row["film"] % 4 == 0),
        (Filter(site="site1"), lambda row: row["site_id"] == "site1" and row["film"] % 4 != 0),
        (Filter(score_from=0.9), lambda row: row["score"] >= 0.9),
        (Filter(percent_from=30), lambda row: (row["percent"] or 0) >= 30),
        (Filter(year_from=2021, year_to=2022), lambda row: row["study_year"] in (2021, 2022)),
        (Filter(query="score>=0.5 view=PA"), lambda row: row["score"] >= 0.5 and row["view"] == "PA"),
        (Filter(side="right", query="view!=PA"), lambda row: row["side"] == "right" and row["view"] != "PA"),
    ],
)
def test_a_filter_leaves_out_what_does_not_fit(store: Path, wanted: Filter, fits: Any) -> None:
    expected = set()
    for number in range(1, FILMS + 1):
        row = film(number, verdict="accept" if number % 10 == 0 else "")
        if fits(row):
            expected.add(number)
    assert set(listed(store, wanted)) == expected
    assert expected


def test_a_query_that_is_not_understood_is_told() -> None:
    with pytest.raises(PtxError) as told:
        Filter(query="foo>1").condition()
    assert told.value.reason == UnknownColumn("foo")


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_orders_both_ways_and_loses_no_film(store: Path, column: browsing.Column) -> None:
    up, down = (listed(store, order=browsing.order_of(column, descending=way)) for way in (False, True))
    assert sorted(up) == sorted(down) == list(range(1, FILMS + 1))
    scores = {number: film(number)["score"] for number in up}
    if column == "score":
        assert [scores[number] for number in down] == sorted(scores.values(), reverse=True)


def test_rows_come_by_the_page_in_their_order(store: Path) -> None:
    found = browsing.ordered(store, Filter().condition(), browsing.order_of(None), never_cancelled, first=True)
    assert (len(found.numbers), found.whole, found.total) == (browsing.FIRST, False, FILMS)
    rows = Rows(store)
    rows.use(found.numbers)
    assert rows.at(450) is not None
    rest = listed(store)
    rows.use(rest, longer=True)
    told = [rows.at(place) for place in range(FILMS)]
    assert [row and row["film"] for row in told] == rest
    rows.close()


def test_an_order_that_is_not_wanted_any_more_ends(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancelled() -> None:
        raise Cancelled

    monkeypatch.setattr(browsing, "CHECK_EVERY", 100)
    with pytest.raises(Cancelled):
        browsing.ordered(store, Filter().condition(), browsing.order_of(None), cancelled)


def test_choices_are_what_the_films_have(store: Path) -> None:
    assert browsing.choices(store) == browsing.Choices(("AP", "PA"), ("Ward", "site1", "site2", "site3"))


def test_a_film_is_found_again_by_size_and_time_under_another_mount(tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b", "twin", "other twin")):
        path = tmp_path / "deep" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * (10 + min(number, 2)))
        os.utime(path, ns=(5, 5))
    places = browsing.places_in(tmp_path)
    assert browsing.place_of({"file_bytes": 10, "file_mtime_ns": 5}, places) == tmp_path / "deep" / "a"
    assert browsing.place_of({"file_bytes": 12, "file_mtime_ns": 5}, places) is None  # which of the two?
    assert browsing.place_of({"file_bytes": 10, "file_mtime_ns": 0}, places) is None
    assert browsing.place_of({"file": str(tmp_path / "deep" / "b")}, {}) == tmp_path / "deep" / "b"
    (tmp_path / "deep" / "a").unlink()
    assert browsing.place_of({"file_bytes": 10, "file_mtime_ns": 5}, places) is None
