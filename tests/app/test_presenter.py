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
from tests.app.rig import AppRig
from tests.fakes import FILM_BYTES, FakeEngine
from tests.there import there


def test_a_dropped_film_is_shown_then_analysed() -> None:
    rig = AppRig()
    rig.presenter.films.open([Path("a")])
    assert rig.view.state.current is None
    rig.disk.crank()
    rig.disk.deliver()
    assert rig.view.state.current is not None
    assert rig.view.state.current.status is FilmStatus.OPENING
    rig.settle()
    film = rig.view.state.current
    assert film is not None
    assert film.status is FilmStatus.DONE
    assert film.findings is not None
    assert film.findings.lesions[0].side == "right"


def test_a_drop_takes_the_old_film_off_the_screen_at_once() -> None:
    rig = AppRig()
    rig.presenter.films.open([Path("a")])
    rig.settle()
    rig.presenter.films.open([Path("bad")])
    assert rig.view.state.current is None
    rig.settle()
    assert rig.view.state.current is not None
    assert rig.view.state.current.status is FilmStatus.FAILED
    assert rig.view.state.banner is not None


def test_other_views_wait_until_the_reader_insists() -> None:
    rig = AppRig()
    rig.presenter.films.open([Path("lateral")])
    rig.settle()
    assert rig.view.state.current is not None
    assert rig.view.state.current.maps is None
    rig.presenter.films.analyse_anyway()
    rig.settle()
    assert rig.view.state.current.maps is not None


def test_no_sentence_lies_over_a_film_on_which_nothing_is_marked() -> None:
    rig = AppRig(FakeEngine(score=0.1))
    rig.presenter.films.open([Path("a")])
    rig.settle()
    assert rig.view.state.current is not None
    assert rig.view.state.current.findings is not None
    assert rig.view.state.banner is None, "the panel says it"


def test_without_a_model_films_are_still_shown() -> None:
    engine = FakeEngine()
    engine.load = lambda: (_ for _ in ()).throw(ModelUnavailable(Network.WEIGHTS_MISSING))  # type: ignore[method-assign]
    rig = AppRig(engine)
    rig.presenter.films.open([Path("a")])
    rig.settle()
    film = rig.view.state.current
    assert film is not None
    assert film.radiograph is not None
    assert film.status is FilmStatus.NOT_ANALYSED
    assert rig.view.state.engine.phase == "failed"


def test_a_drag_is_one_undo_step() -> None:
    rig = AppRig()
    rig.presenter.films.open([Path("a")])
    rig.settle()
    for value in (0.5, 0.6, 0.7):
        rig.presenter.review.thresholds.set(value, settled=False)
    rig.presenter.review.thresholds.set(0.7, settled=True)
    rig.presenter.review.undo()
    film = rig.view.state.current
    assert film is not None
    assert film.review.threshold is None
    assert not film.can_undo
    rig.presenter.review.redo()
    assert there(rig.view.state.current).review.threshold == 0.7


def test_hundreds_of_films_do_not_fill_the_memory() -> None:
    rig = AppRig(memory_bytes=5 * FILM_BYTES)
    rig.presenter.films.open([Path(f"film{i}") for i in range(60)])
    for _ in range(2000):
        for lane in (rig.disk, rig.model):
            lane.crank()
            lane.deliver()
        assert sum(film.radiograph is not None for film in rig.view.state.films) <= 10
    assert all(film.maps is not None for film in rig.view.state.films)


@pytest.mark.parametrize("seed", range(6))
def test_random_interleavings(seed: int) -> None:
    rng = random.Random(seed)
    rig = AppRig(memory_bytes=4 * FILM_BYTES)
    presenter = rig.presenter
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
            lane = rng.choice([rig.disk, rig.model])
            rng.choice([lane.crank, lane.deliver])()
        assert presenter.state.current_id is None or presenter.state.current is not None
    rig.settle()
    if last is not None:
        film = next(film for film in presenter.state.films if film.path == last)
        assert film.status in (FilmStatus.DONE, FilmStatus.FAILED, FilmStatus.NOT_ANALYSED)
    for film in presenter.state.films:
        assert film.status not in (FilmStatus.OPENING, FilmStatus.WAITING, FilmStatus.ANALYSING)
    assert presenter.shut_down()
    assert rig.disk.closed
    assert rig.model.closed


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
    rig = AppRig()
    rig.open("a")
    rig.settle()
    seen = []
    for by in (1, 1, 1, -1, -1, -1):
        rig.presenter.films.step_frame(by)
        rig.settle()
        assert rig.film.radiograph is not None
        seen.append(rig.film.radiograph.frame)
    assert seen == [1, 2, 2, 1, 0, 0]


def test_a_message_ends_with_what_it_spoke_of() -> None:
    rig = AppRig()
    rig.presenter.films.open([Path("a"), Path("b")])
    rig.settle()
    for ends in (
        rig.presenter.display.aids.toggle_magnifier,
        lambda: rig.presenter.display.aids.toggle_pair("apices"),
        lambda: rig.presenter.review.set_note("seen"),
        lambda: rig.presenter.display.set_tool("zoom"),
        rig.presenter.films.next,
    ):
        rig.presenter.display.set_tool("fill")
        rig.presenter.review.mask.begin((0.0, 0.0), False)
        assert rig.view.state.message is Notice.NO_HOLE
        ends()
        assert rig.view.state.message is not Notice.NO_HOLE
