"""The list: the most urgent first, no film hidden or lowered, progress that is true, a background that obeys."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.app.films import worklist
from ptxviewer.app.films.queue import Pace
from ptxviewer.app.state import columns
from ptxviewer.app.state.facts import Facts, Summary
from ptxviewer.app.state.film import Film, FilmStatus, Result
from ptxviewer.app.state.screen import EngineStatus, State, Worklist
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.film import Patient, Study
from ptxviewer.core.history import History
from ptxviewer.core.reasons.reading import NotAnalysed, Reading
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review
from tests.app.rig import AppRig
from tests.fakes import ScoringEngine
from tests.films import INFO
from tests.there import there

DONE, WAITING, FAILED = FilmStatus.DONE, FilmStatus.WAITING, FilmStatus.FAILED
READY = EngineStatus("ready", INFO)
COLUMNS = (None, *columns.COLUMNS)


def film(number: int, score: float | None = None, status: FilmStatus = DONE, **changes: Any) -> Film:
    found = None if score is None else Summary(score, score >= 0.4, ("left",), 100 * score, None, 100)
    made = Film(
        id=number,
        path=Path(f"f{number}"),
        number=number,
        status=status,
        result=None if found is None else Result(summary=found),
        urgency=score,
    )
    return replace(made, **changes)


def state(*films: Film, **chosen: Any) -> State:
    return State(films=films, engine=READY, worklist=Worklist(shown=True, **chosen))


def numbers(films: list[Film]) -> list[int]:
    return [one.number for one in films]


STATUSES = st.sampled_from(list(FilmStatus))
SCORES = st.one_of(st.none(), st.floats(0, 1))
FILMS = st.lists(st.tuples(SCORES, STATUSES, st.booleans()), max_size=30)


@given(FILMS, st.sampled_from(COLUMNS), st.booleans())
def test_no_order_drops_or_doubles_a_film(made: Any, sort: Any, reverse: Any) -> None:
    films = [film(number, score, status, seen=seen) for number, (score, status, seen) in enumerate(made, 1)]
    listed = worklist.ordered(state(*films, sort=sort, reverse=reverse))
    assert sorted(numbers(listed)) == numbers(films)
    kinds = worklist.counts(state(*films))
    urgent = numbers(worklist.by_urgency(state(*films)))
    assert sorted(urgent) == numbers(films)
    assert kinds["above"] + kinds["no answer"] + kinds["below"] == kinds["all"] == len(films)


def test_above_threshold_first_then_no_answer_then_below_each_by_score() -> None:
    films = (
        film(1, 0.1), film(2, 0.7), film(3, None, WAITING), film(4, 0.9), film(5, None, FAILED), film(6, 0.3),
        film(7, None, FilmStatus.NOT_ANALYSED),
    )  # fmt: skip
    assert numbers(worklist.by_urgency(state(*films))) == [4, 2, 3, 5, 7, 6, 1]


def test_pictures_that_the_network_is_not_for_stand_at_the_end() -> None:
    kept = NotAnalysed(Reading.NOT_A_RADIOGRAPH)
    films = (
        film(1, None, FilmStatus.NOT_ANALYSED, why=kept), film(2, 0.1), film(3, None, FilmStatus.NOT_ANALYSED,
        why=Notice.CANCELLED), film(4, 0.9),
    )  # fmt: skip
    assert numbers(worklist.by_urgency(state(*films))) == [4, 3, 2, 1]
    assert numbers(worklist.shown(state(*films, kind="no answer"))) == [3, 1], "and still pass the filter"


def test_a_film_that_waits_too_long_rises_until_it_is_read() -> None:
    films = (film(1, 0.05, since=0.0), film(2, 0.2, since=3000.0), film(3, None, WAITING, since=3000.0), film(4, 0.9))
    before = state(*films)
    later = worklist.clocked(before, 3600.0)
    assert numbers(worklist.by_urgency(later)) == [4, 1, 3, 2]
    assert worklist.clocked(later, 3601.0) is later
    read = replace(later, films=(replace(later.films[0], seen=True), *later.films[1:]))
    assert numbers(worklist.by_urgency(read)) == [4, 3, 2, 1]
    never = replace(later, settings=Settings(longest_wait_min=0))
    assert numbers(worklist.by_urgency(worklist.clocked(never, 9e9))) == [4, 3, 2, 1]


def test_films_that_wait_too_long_take_turns_with_those_above_threshold_the_longest_waiting_first() -> None:
    films = (
        film(1, 0.9), film(2, 0.8, seen=True), film(3, 0.7), film(4, 0.6),
        film(5, 0.02, since=20.0, overdue=True), film(6, 0.2, since=30.0, overdue=True),
        film(7, 0.5, since=10.0, overdue=True), film(8, 0.3), film(9, None, WAITING, since=5.0, overdue=True),
    )  # fmt: skip
    assert numbers(worklist.by_urgency(state(*films))) == [1, 9, 2, 3, 7, 4, 5, 6, 8]
    assert numbers(worklist.by_urgency(state(*films[4:7]))) == [7, 5, 6], "also where nothing else is there"


@given(FILMS, st.lists(st.booleans(), min_size=30, max_size=30))
def test_nobody_who_reads_by_urgency_lets_a_film_wait_for_ever(made: Any, overdue: Any) -> None:
    """However many films above threshold keep coming, the next overdue one is at most the second to be read."""
    films = [
        film(number, score, status, seen=seen, overdue=late, since=float(number))
        for number, ((score, status, seen), late) in enumerate(zip(made, overdue, strict=False), 1)
    ]
    read: list[int] = []
    listed = state(*films, film(99, 0.95))
    for number in range(100, 104):
        chosen = worklist.next_urgent(listed)
        if chosen is None:
            break
        read.append(chosen)
        seen = [replace(one, seen=True) if one.id == chosen else one for one in listed.films]
        listed = replace(listed, films=(*seen, film(number, 0.97)), current_id=chosen)
    late = [one.number for one in films if worklist.overdue(one)]
    assert not late or late[0] in read[:2]


@pytest.mark.parametrize(
    "lowered",
    [
        film(1, 0.1, urgency=0.9),  # another frame is shown
        film(1, None, FAILED, urgency=0.9),  # its file has gone
        film(1, None, WAITING, urgency=0.9),
        film(1, 0.9, history=History(Review(verdict="reject"))),
        film(1, 0.9, result=Result(summary=Summary(0.9, False))),  # the reader moved the threshold over it
    ],
)
def test_nothing_lowers_a_film_that_was_above_threshold(lowered: Film) -> None:
    assert numbers(worklist.by_urgency(state(film(2, 0.1), film(3, None, WAITING), film(4, 0.8), lowered)))[0] == 1


def test_the_reader_sorts_by_any_column_and_empty_cells_stay_last() -> None:
    named = [
        film(n, score, facts=Facts(Patient(name=name), Study(date=date), "DX", view))
        for n, score, name, date, view in (
            (1, 0.5, "Beta", "2026-01-02", "PA"), (2, 0.9, "alpha", "2026-03-01", "AP"), (3, 0.1, "Gamma", "", ""),
        )
    ]  # fmt: skip
    for sort, usual, other in (
        ("score", [2, 1, 3], [3, 1, 2]),
        ("size", [2, 1, 3], [1, 2, 3]),
        ("name", [2, 1, 3], [3, 1, 2]),
        ("date", [2, 1, 3], [1, 2, 3]),
        ("view", [2, 1, 3], [1, 2, 3]),
    ):
        assert numbers(worklist.ordered(state(*named, sort=sort))) == usual, sort
        assert numbers(worklist.ordered(state(*named, sort=sort, reverse=True))) == other, sort


def test_films_without_a_name_come_last_and_films_that_are_not_named_are_in_the_order_of_their_numbers() -> None:
    named = film(11, 0.5, facts=Facts(Patient(name="Zeta")))
    films = state(film(10, 0.1), film(2, 0.9), named, sort="name")
    assert numbers(worklist.ordered(replace(films, identified=True))) == [11, 2, 10]
    assert numbers(worklist.ordered(replace(films, identified=False))) == [2, 10, 11]


def test_a_filter_finds_words_of_a_line_and_names_only_while_they_are_on_screen() -> None:
    facts = Facts(Patient(name="Doe, Jane", id="4711"), Study(date="2026-01-02"), "DX", "AP")
    films = film(1, 0.9, facts=facts), film(2, 0.8), film(3, None, FAILED)
    for text, found in (("doe", [1]), ("jane ap", [1]), ("4711", [1]), ("failed", [3]), ("", [1, 3, 2][:0] or None)):
        listed = numbers(worklist.shown(state(*films, text=text)))
        assert listed == found if found is not None else len(listed) == 3
    hidden = replace(state(*films, text="doe"), identified=False)
    assert worklist.shown(hidden) == []
    assert worklist.cell(hidden, films[0], "name") == "1"
    assert worklist.cell(hidden, films[0], "date") == ""
    assert numbers(worklist.shown(state(*films, kind="no answer"))) == [3]


def test_the_next_most_urgent_is_the_first_that_nobody_has_looked_at() -> None:
    films = (
        film(1, 0.5),
        film(2, 0.9, seen=True),
        film(3, 0.8),
        film(4, 0.99, history=History(Review(verdict="accept"))),
    )
    listed = replace(state(*films), current_id=2)
    assert worklist.next_urgent(listed) == 3
    assert worklist.next_unread(listed) == 3
    assert worklist.next_unread(replace(listed, current_id=3)) == 1
    assert worklist.next_urgent(state(film(1, 0.5, seen=True))) is None


def test_progress_says_how_many_and_how_long() -> None:
    waiting = [film(n, None, WAITING) for n in range(3, 503)]
    now = replace(state(film(1, 0.5), film(2, None, FAILED), *waiting), pace_s=0.5)
    assert worklist.progress(now) == worklist.Progress(2, 502, 500, 0, 250.0)
    assert worklist.progress(replace(now, pace_s=None)).seconds_left is None
    assert worklist.progress(replace(now, paused=True)).seconds_left is None
    stopped = film(2, None, FilmStatus.NOT_ANALYSED, why=Notice.CANCELLED)
    assert worklist.progress(state(film(1, 0.5), stopped)) == worklist.Progress(1, 2, 0, 1, None)


def test_the_pace_is_that_of_most_films() -> None:
    pace, now = Pace(), datetime(2026, 1, 1, tzinfo=timezone.utc)
    said = None
    for gap in (1, 1, 600, 1, 2):
        said = pace.tick(now := now + timedelta(seconds=gap))
    assert said == 1.5


# ---- the background, with lanes that are turned by hand


def rig(**changes: Any) -> AppRig:
    made = AppRig(ScoringEngine(size=16), **changes)
    made.presenter.warm_up()
    made.turn(made.model)
    return made


NAMES = [f"film{number}" for number in range(30)]


def test_a_folder_opens_the_list_by_itself_until_the_reader_closes_it() -> None:
    many = rig()
    many.open(*NAMES[:5])
    many.settle()
    assert not many.state.worklist.shown
    many.open(*NAMES)
    many.settle()
    assert many.state.worklist.shown
    many.presenter.films.list.toggle()
    many.presenter.films.close_all()
    many.open(*NAMES)
    many.settle()
    assert not many.state.worklist.shown


def test_a_pause_leaves_only_the_film_on_screen_and_going_on_loses_nothing() -> None:
    many = rig()
    many.open(*NAMES)
    for _ in range(6):
        many.turn(many.disk)
    many.turn(many.model)
    many.presenter.films.background.toggle_pause()
    assert many.model.alive == 0, "what was under way is interrupted at once"
    many.settle()
    done = [film.path.name for film in many.state.films if film.status is DONE]
    assert done == ["film0"]
    many.presenter.films.select(many.named("film20").id)
    many.settle()
    assert many.film.status is DONE, "the film on screen does not wait"
    many.presenter.films.background.toggle_pause()
    many.settle()
    assert all(film.status is DONE for film in many.state.films)


def test_stopping_answers_at_once_keeps_every_film_and_can_be_taken_back() -> None:
    many = rig()
    many.open(*NAMES, "bad", "lateral")
    for _ in range(6):
        many.turn(many.disk)
        many.turn(many.model)
    many.presenter.films.background.stop()
    assert many.model.alive == 0
    assert all(worklist.at_rest(film) for film in many.state.films)
    assert len(many.state.films) == 32
    many.presenter.films.background.go_on()
    many.settle()
    assert {film.status for film in many.state.films} == {DONE, FAILED, FilmStatus.NOT_ANALYSED}
    assert many.named("lateral").why is not Notice.CANCELLED


def test_the_keys_follow_the_list_on_screen() -> None:
    many = rig()
    many.open(*NAMES)
    many.settle()
    order = [film.path.name for film in worklist.by_urgency(many.state)]
    many.presenter.films.next_urgent()
    assert many.film.path.name == next(name for name in order if name != "film0")
    many.presenter.films.select(many.named(order[3]).id)
    many.presenter.films.next()
    assert many.film.path.name == order[4]
    many.presenter.films.list.toggle()
    many.presenter.films.select(many.named("film7").id)
    many.presenter.films.next()
    assert many.film.path.name == "film8"


def test_when_all_was_looked_at_it_is_said() -> None:
    many = rig()
    many.open("a", "b")
    many.settle()
    many.presenter.films.next_unread()
    assert many.film.path.name == "b"
    many.presenter.films.next_urgent()
    assert many.film.path.name == "b"
    assert many.state.message is Notice.ALL_SEEN


def test_in_first_read_mode_the_order_gives_nothing_away() -> None:
    blind = rig(settings=Settings(reading_mode="first"))
    blind.open(*NAMES)
    blind.settle()
    assert numbers(worklist.by_urgency(blind.state)) == list(range(1, 31))
    assert worklist.reading_order(blind.state) == [film.id for film in blind.state.films]
    blind.presenter.films.next_urgent()
    assert blind.film.number == 2


def test_a_film_that_shows_another_frame_is_not_lowered() -> None:
    frames = rig()
    frames.open("a")
    frames.settle()
    seen = []
    for frame in (1, 2, 0):
        frames.presenter.films.set_frame(frame)
        frames.settle()
        seen.append(there(frames.film.maps).score)
    assert frames.film.urgency == max(seen)
