"""What is said of distances and sizes, where they are not measurable and where they contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ptxviewer.core.answer import Distances, HemithoraxFinding, Line
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.spacing import NO_SPACING
from ptxviewer.words import measures, say, speak
from tests.films import AT_DETECTOR, ORIENTED, film

FILM = film(spacing=AT_DETECTOR, acquisition=ORIENTED)
LINE = Line((0.0, 0.0), (0.0, 100.0))  # 2 cm
LEVEL, CUPOLA = Finding.AIR_NOT_AT_LEVEL, Finding.AIR_NOT_AT_CUPOLA


@pytest.fixture(params=["en", "de"], autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    speak(request.param)
    yield request.param
    speak("en")


def half(distances: Distances, percent: float = 20.0) -> HemithoraxFinding:
    return HemithoraxFinding("right", True, 1000, percent, distances=distances)


def test_a_dash_stands_for_what_is_not_measurable_and_the_reason_is_said_once(language: str) -> None:
    apical = half(Distances(LINE, LEVEL, LEVEL, LEVEL, LINE))
    number = "2,0" if language == "de" else "2.0"
    assert measures.distances(apical, FILM.spacing) == f"A {number}   B –   C – cm"
    assert measures.distances(apical, NO_SPACING) == "A 100   B –   C – px"
    (line,) = measures.missing_lines(apical)
    assert line.startswith("B, C, ")
    assert line.endswith(say(LEVEL))
    assert measures.disagreements(FILM, [apical]) == ""


def test_without_any_distance_there_are_only_reasons() -> None:
    none = half(Distances(CUPOLA, LEVEL, LEVEL, LEVEL, LINE), 61.0)
    assert measures.distances(none, FILM.spacing) == ""
    assert len(measures.missing_lines(none)) == 2
    assert "61 %" in measures.disagreements(FILM, [none])


def test_nothing_is_missing_where_all_was_measured() -> None:
    assert measures.missing_lines(half(Distances(*[LINE] * 5))) == ()
