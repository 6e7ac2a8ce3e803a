"""Whatever is dropped, cancelled or closed: no result on another film, no lost film, a clean end."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ptxviewer.app.commands import COMMANDS
from ptxviewer.app.jobs import Outcome, ThreadLane
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.reasons.window import Notice
from tests.app.house import FILM_BYTES, House
from tests.fakes import FakeEngine


def test_a_dropped_film_is_shown_then_analysed() -> None:
    house = House()
    house.presenter.films.open([Path("a")])
    assert house.screen.state.current is None
    house.disk.crank()
    house.disk.deliver()
    assert house.screen.state.current is not None
    assert house.screen.state.current.status is FilmStatus.OPENING
    house.settle()
    film = house.screen.state.current
    assert film is not None
    assert film.status is FilmStatus.DONE
    assert film.findings is not None
    assert film.findings.lesions[0].side == "right"


def test_a_drop_takes_the_old_film_off_the_screen_at_once() -> None:
    house = House()
    house.presenter.films.open([Path("a")])
    house.settle()
    house.presenter.films.open([Path("bad")])
    assert house.screen.state.current is None
    house.settle()
    assert house.screen.state.current is not None
    assert house.screen.state.current.status is FilmStatus.FAILED
    assert house.screen.state.banner is not None


def test_other_views_wait_until_the_reader_insists() -> None:
    house = House()
    house.presenter.films.open([Path("lateral")])
    house.settle()
    assert house.screen.state.current is not None
    assert house.screen.state.current.maps is None
    house.presenter.films.analyse_anyway()
    house.settle()
    assert house.screen.state.current.maps is not None


def test_nothing_found_is_said_and_never_called_an_exclusion() -> None:
    house = House(FakeEngine(score=0.1))
    house.presenter.films.open([Path("a")])
    house.settle()
    assert house.screen.state.banner is not None
    assert house.screen.state.banner.reason is Notice.NOTHING_FOUND


def test_without_a_model_films_are_still_shown() -> None:
    engine = FakeEngine()
    engine.load = lambda: (_ for _ in ()).throw(ModelUnavailable(Network.WEIGHTS_MISSING))  # type: ignore[method-assign]
    house = House(engine)
    house.presenter.films.open([Path("a")])
    house.settle()
    film = house.screen.state.current
    assert film is not None
    assert film.radiograph is not None
    assert film.status is FilmStatus.NOT_ANALYSED
    assert house.screen.state.engine.phase == "failed"


def test_a_drag_is_one_undo_step() -> None:
    house = House()
    house.presenter.films.open([Path("a")])
    house.settle()
    for value in (0.5, 0.6, 0.7):
        house.presenter.review.thresholds.set(value, settled=False)
    house.presenter.review.thresholds.set(0.7, settled=True)
    house.presenter.review.undo()
    film = house.screen.state.current
    assert film is not None
    assert film.review.threshold is None
    assert not film.can_undo
    house.presenter.review.redo()
    assert house.screen.state.current.review.threshold == 0.7


def test_hundreds_of_films_do_not_fill_the_memory() -> None:
    house = House(memory_bytes=5 * FILM_BYTES)
    house.presenter.films.open([Path(f"film{i}") for i in range(60)])
    for _ in range(2000):
        for lane in (house.disk, house.model):
            lane.crank()
            lane.deliver()
        assert sum(film.radiograph is not None for film in house.screen.state.films) <= 10
    assert all(film.maps is not None for film in house.screen.state.films)


@pytest.mark.parametrize("seed", range(6))
def test_random_interleavings(seed: int) -> None:
    rng = random.Random(seed)
    house = House(memory_bytes=4 * FILM_BYTES)
    presenter = house.presenter
    last: Path | None = None
    for step in range(1200):
        act = rng.randrange(14)
        if act == 0:
            last = Path(f"{rng.choice(['film', 'film', 'bad', 'lateral'])}{step}")
            presenter.films.open([last])
        elif act == 1:
            presenter.films.next()
        elif act == 2:
            presenter.films.previous()
        elif act == 3 and presenter.state.films:
            presenter.films.select(rng.choice(presenter.state.films).id)
        elif act == 4:
            presenter.films.cancel()
        elif act == 5 and len(presenter.state.films) > 3:
            film = rng.choice(presenter.state.films)
            if film.path != last:
                presenter.films.close(film.id)
        elif act == 6:
            presenter.review.thresholds.set(rng.random(), settled=rng.random() < 0.5)
        elif act == 7:
            presenter.films.set_frame(rng.randrange(3))
        elif act == 8:
            presenter.films.retry()
        elif act == 9:
            presenter.review.undo()
        else:
            lane = rng.choice([house.disk, house.model])
            rng.choice([lane.crank, lane.deliver])()
        assert presenter.state.current_id is None or presenter.state.current is not None
    house.settle()
    if last is not None:
        film = next(film for film in presenter.state.films if film.path == last)
        assert film.status in (FilmStatus.DONE, FilmStatus.FAILED, FilmStatus.NOT_ANALYSED)
    for film in presenter.state.films:
        assert film.status not in (FilmStatus.OPENING, FilmStatus.WAITING, FilmStatus.ANALYSING)
    assert presenter.shut_down()
    assert house.disk.closed
    assert house.model.closed


def test_a_thread_lane_ends_and_delivers_nothing_afterwards() -> None:
    posted: list[Callable[[], None]] = []
    lane = ThreadLane("test", posted.append)
    got: list[Outcome[int]] = []
    for _ in range(20):
        lane.submit(lambda _checkpoint: 1, got.append)
    assert lane.close(5.0)
    for deliver in posted:
        deliver()
    assert not got
    assert lane.submit(lambda _checkpoint: 1, got.append).retired


def test_no_key_means_two_things() -> None:
    keys = [key for row in COMMANDS for key in row.keys]
    assert len(keys) == len(set(keys))
    assert len({row.id for row in COMMANDS}) == len(COMMANDS)


def test_frames_are_stepped_one_by_one_and_the_ends_hold() -> None:
    house = House()
    house.open("a")
    house.settle()
    seen = []
    for by in (1, 1, 1, -1, -1, -1):
        house.presenter.films.step_frame(by)
        house.settle()
        assert house.film.radiograph is not None
        seen.append(house.film.radiograph.frame)
    assert seen == [1, 2, 2, 1, 0, 0]
