"""A film of the window: where it may go, and what goes with its result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from ptxviewer.app.state.film import (
    TRANSITIONS,
    Film,
    FilmStatus,
    Result,
    StrokeInHand,
    WrongTransition,
    moved,
    with_review,
    without_result,
)
from ptxviewer.app.state.screen import State
from ptxviewer.core.drawing.strokes import Stroke
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review

Opening, Waiting, Analysing, Done, Not, Hidden, Failed = FilmStatus
REACHED = {
    Opening: {Waiting, Done, Not, Hidden, Failed},
    Waiting: {Opening, Analysing, Done, Not, Hidden, Failed},
    Analysing: {Opening, Waiting, Done, Not, Hidden},
    Done: {Opening, Waiting, Not, Hidden, Failed},
    Not: {Opening, Waiting, Done, Hidden, Failed},
    Hidden: set(),
    Failed: {Opening},
}


@pytest.mark.parametrize(("start", "to"), list(product(FilmStatus, FilmStatus)))
def test_a_film_moves_only_where_the_table_lets_it(start: FilmStatus, to: FilmStatus) -> None:
    film = Film(1, Path("film"), status=start, why=Reading.FILE_DAMAGED)
    if to is start or to in REACHED[start]:
        after = moved(film, to, Notice.NO_REPORT_YET)
        assert (after.status, after.why) == (to, Notice.NO_REPORT_YET)
        assert moved(film, to).why is not Reading.FILE_DAMAGED, "a reason does not outlive its status"
    else:
        with pytest.raises(WrongTransition):
            moved(film, to)


class CountedFilms(tuple[Film, ...]):
    """A list of films that counts how often it is gone through."""

    walks = 0

    def __iter__(self) -> Iterator[Film]:
        self.walks += 1
        return super().__iter__()


def test_the_film_on_screen_is_looked_up_once_for_each_state() -> None:
    films = CountedFilms(Film(id=n, path=Path("f"), number=n) for n in range(500))
    state = State(films=films, current_id=499)
    for number in range(500):
        assert state.film(number) is films[number]
        assert state.current is films[499]
        assert state.film(499) is state.current
    assert films.walks == 1


def test_the_table_names_every_status() -> None:
    assert set(TRANSITIONS) == set(FilmStatus)


def test_a_result_is_taken_away_with_all_that_belongs_to_it() -> None:
    film = Film(1, Path("film"), result=Result(selected=1), hand=StrokeInHand(Stroke("brush", ((0, 0),), 1.0)))
    bare = without_result(film)
    assert (bare.maps, bare.findings, bare.band, bare.summary, bare.finding, bare.hand) == (None,) * 6


def test_a_review_that_came_with_its_film_cannot_be_undone() -> None:
    film = with_review(Film(1, Path("film")), Review(note="apex"))
    assert film.review.note == "apex"
    assert not film.can_undo
    assert replace(film, history=film.history.push(Review())).can_undo
