"""What the lists say of films, and how far all of them are, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from ptxviewer.app.films.worklist import Progress, shown
from ptxviewer.app.state.columns import COLUMNS, Column
from ptxviewer.app.state.facts import Summary
from ptxviewer.app.state.film import Film, FilmStatus, Result, not_analysed
from ptxviewer.app.state.screen import State, Worklist
from ptxviewer.core.answer import DecisionRule, Lesion, Zone
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.reasons.window import Notice
from ptxviewer.ui.film_words import COLUMN_WORDS, cell, progress_text, spoken, spoken_in_strip
from ptxviewer.ui.panels.decision import older_text
from ptxviewer.ui.panels.film_strip import chip
from ptxviewer.ui.panels.findings_table import lesion_cells
from ptxviewer.words import speak
from ptxviewer.words.annotations import part_name


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    speak("en")


def film(found: Summary | None = None, status: FilmStatus = FilmStatus.DONE) -> Film:
    return Film(id=7, path=Path("f"), number=7, status=status, result=None if found is None else Result(summary=found))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "2 of 502, analysing"),
        (5.0, "2 of 502, less than a minute left"),
        (250.0, "2 of 502, about 4 min left"),
        (15000.0, "2 of 502, about 4.2 h left"),
    ],
)
def test_progress_is_no_more_exact_than_it_is_known(seconds: float | None, text: str) -> None:
    assert progress_text(Progress(2, 502, 500, 0, seconds), paused=False) == text


def test_progress_says_what_holds_it_up() -> None:
    assert progress_text(Progress(2, 502, 500, 0, None), paused=True) == "2 of 502, paused"
    assert progress_text(Progress(1, 2, 0, 1, None), paused=False) == "1 of 2, stopped"
    assert progress_text(Progress(2, 2, 0, 0, None), paused=False) == "2 films"
    assert progress_text(Progress(1, 1, 0, 0, None), paused=False) == "1 film"


def test_every_column_of_the_worklist_has_its_row_and_its_words() -> None:
    assert COLUMNS == get_args(Column) == tuple(COLUMN_WORDS)
    leave = sorted(words.leaves for words in COLUMN_WORDS.values() if words.leaves)
    assert leave == list(range(1, len(leave) + 1)), "one after the other"
    assert not COLUMN_WORDS["name"].leaves


CELLS: list[tuple[Film, dict[Column, str]]] = [
    (film(Summary(0.914, True, ("left",), 12.4)), {"score": "0,91", "side": "links", "size": "12 %", "view": ""}),
    (film(Summary(0.914, True, ("right", "left"), None, 1234.0, 99)), {"side": "beide", "size": "12,3 cm²"}),
    (film(Summary(0.914, True, ("unknown",), None, None, 12345)), {"side": "unklar", "size": "12.345 px"}),
    (film(Summary(0.1, False)), {"score": "0,10", "side": "", "size": "", "name": "Aufnahme 7", "verdict": ""}),
    (film(None, FilmStatus.NOT_ANALYSED), {"score": "", "state": "ohne Analyse"}),
]


@pytest.mark.parametrize(("shown_film", "cells"), CELLS)
def test_cells_are_in_the_language_of_the_reader(shown_film: Film, cells: dict[Column, str]) -> None:
    speak("de")
    assert {column: cell(shown_film, column, True) for column in cells} == cells


@pytest.mark.parametrize(
    ("text", "found"), [("fehlerhaft", [1]), ("links 0,91", [2]), ("aufnahme", [2, 1]), ("failed", [])]
)
def test_the_filter_finds_what_the_list_shows(text: str, found: list[int]) -> None:
    speak("de")
    films = (
        replace(film(None, FilmStatus.FAILED), id=1, number=1),
        replace(film(Summary(0.914, True, ("left",), 12.4)), id=2, number=2),
    )
    listed = shown(State(films=films, worklist=Worklist(text=text, cell=cell)))
    assert [one.number for one in listed] == found


def test_the_name_of_an_apex_says_what_is_assumed() -> None:
    assert part_name("apices", left=False, known=True, mirrored=False) == "Right apex"
    assert part_name("bases", left=True, known=False, mirrored=True) == "Left base (usual view assumed), mirrored"


def test_every_column_has_a_cell() -> None:
    assert all(isinstance(cell(film(), column, True), str) for column in COLUMNS)


@pytest.mark.parametrize(
    ("zones", "place"),
    [(("apical", "lateral"), "R apex"), (("medial", "lateral"), "R"), (("basal",), "R base"), ((), "R")],
)
def test_air_from_the_wall_to_the_middle_is_named_by_its_side_alone(zones: tuple[Zone, ...], place: str) -> None:
    assert lesion_cells(Lesion("right", 400, None, 0.9, 0.8, (0, 0, 1, 1), zones=zones))[0] == place


def test_an_older_networks_result_is_told_from_one_of_the_present_network() -> None:
    info = EngineInfo("ptx 0.5", "1" * 64, "", DecisionRule(0.3, 0.2, 0.001), version="0.5", older=True)
    old = Film(id=7, path=Path("f"), number=7, status=FilmStatus.DONE, result=Result(summary=ABOVE, older=info))
    assert cell(old, "state", False) == "older network"
    assert chip(old) == ("0.91 (older)", "accent", False)
    assert "Network 0.5 (older)" in spoken(old, False)
    assert "Network 0.5 (older)" in spoken_in_strip(old)
    assert "again" in older_text(old)
    assert "Analysis cancelled." in older_text(not_analysed(old, Notice.CANCELLED))
    assert older_text(film(ABOVE)) == ""


ABOVE = Summary(0.91, True, ("left",), 12.4)
