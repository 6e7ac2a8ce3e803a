"""Drop, cancel, choose, close, fail and quit in any order: no result on another film, no lost film, a clean end.

``RecordingView`` refuses every state that shows one film's pixels or maps under another; here are the orders.
"""

from __future__ import annotations

import queue
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.app.jobs import ThreadLane
from ptxviewer.app.ports import Services
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.drawing.handles import Grip
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.spacing import SpacingOrigin
from tests.app.rig import AppRig, RecordingView
from tests.fakes import FILM_BYTES, FakeEngine, FakeReader

AT_REST = (FilmStatus.DONE, FilmStatus.FAILED, FilmStatus.NOT_ANALYSED)
DROPS = ("film", "film", "film", "bad", "lateral", "changed", "noted", "torn", "empty-folder", "again", "several")
ACTS = ("drop", "next", "previous", "select", "close", "close_all", "cancel", "retry", "frame", "threshold", "drag")
EDITS = ("undo", "redo", "verdict", "report", "fail", "band", "limit", "line", "drop_finding", "measure")
TURNS = ("disk crank", "disk deliver", "model crank", "model deliver")
Step = tuple[str, int]


class FlakyEngine(FakeEngine):
    """Fails the next film when told to."""

    fails = False

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        if self.fails:
            self.fails = False
            raise UnreadableFilm(Network.NO_USABLE_RESULT)
        return super().predict(film, checkpoint)


class Play:
    """Carries out steps and remembers what the reader has a right to expect."""

    def __init__(self) -> None:
        self.engine = FlakyEngine(size=16)
        self.rig = AppRig(self.engine, memory_bytes=4 * FILM_BYTES)
        self.dropped = 0
        self.shown: str | None = None  # what must be on screen in the end: the last drop, untouched since
        self.expected: set[str] = set()
        self.checked = State()

    def drop(self, number: int) -> None:
        kind = DROPS[number % len(DROPS)]
        self.dropped += 1
        names = [f"{kind}{self.dropped}"]
        if kind == "empty-folder":
            names = [kind]
        elif kind == "several":
            names = [f"film{self.dropped}-{index}" for index in range(1 + number % 9)]
        elif kind == "again" and self.rig.presenter.state.films:
            films = self.rig.presenter.state.films
            names = [films[number % len(films)].path.name]
        self.rig.open(*names)
        self.shown = None if kind == "empty-folder" else names[0]
        if kind != "empty-folder":
            self.expected |= set(names)

    def step(self, step: Step) -> None:
        act, number = step
        rig, presenter = self.rig, self.rig.presenter
        films = presenter.state.films
        if act == "drop":
            self.drop(number)
        elif act in ("next", "previous"):
            (presenter.films.next if act == "next" else presenter.films.previous)()
            self.shown = None if films else self.shown
        elif act == "select" and films:
            presenter.films.select(films[number % len(films)].id)
            self.shown = None
        elif act == "close" and films:
            film = films[number % len(films)]
            presenter.films.close(film.id)
            self.expected.discard(film.path.name)
            self.shown = None
        elif act == "close_all" and number % 7 == 0:
            presenter.films.close_all()
            self.expected, self.shown = set(), None
        elif act in ("cancel", "retry", "undo", "redo"):
            {
                "cancel": presenter.films.cancel, "retry": presenter.films.retry,
                "undo": presenter.review.undo, "redo": presenter.review.redo,
            }[act]()  # fmt: skip
        elif act == "frame":
            presenter.films.set_frame(number % 3)
        elif act in ("threshold", "drag"):
            presenter.review.thresholds.set(number % 100 / 100, settled=act == "threshold")
        elif act == "verdict":
            presenter.review.set_verdict("accept")
        elif act == "band":
            presenter.display.disagreement.toggle()
        elif act == "limit":
            presenter.review.thresholds.set_score(number / 100, settled=number % 2 == 0)
        elif act == "line":
            presenter.review.distances.begin(True, "b", "both", (5.0, 5.0))
            presenter.review.distances.move((6.0 + number % 9, 5.0))
            if number % 3:
                presenter.review.distances.finish()
        elif act == "measure":
            self.measure(number)
        elif act == "drop_finding":
            presenter.review.findings.next()
            presenter.review.findings.drop()
        elif act == "report":
            presenter.exporting.save()
        elif act == "fail":
            self.engine.fails = True
        elif act in TURNS:
            lane, what = act.split()
            getattr({"disk": rig.disk, "model": rig.model}[lane], what)()
        if presenter.state is not self.checked:  # most turns of a lane change nothing
            self.sizes_are_of_their_film()
            self.checked = presenter.state
        bands = int(presenter.display.disagreement.busy)
        assert rig.model.alive <= 1 + bands, "a job was forgotten that may still deliver"
        analysing = sum(film.status is FilmStatus.ANALYSING for film in presenter.state.films)
        assert analysing + bands == rig.model.alive, "the strip shows what the network does"

    def measure(self, number: int) -> None:
        """One thing that a hand does with a measurement, which may be of a film that is no longer on screen."""
        hand, at = self.rig.presenter.review.measurements, (3.0 + number % 30, 2.0 + number % 7)
        what = number % 8
        if what < 2:
            self.rig.presenter.display.set_tool("calibrate" if what else "length")
            hand.begin(at)
            hand.move((at[0] + 5, at[1] + number % 3))
            hand.place()
            if number % 3:
                hand.calibrate(1.0 + number)
        elif what == 2:
            hand.grab(Grip(number % 3, number % 2), at)
            hand.move((at[0] - 2, at[1] + 9))
        elif what == 3:
            hand.place()
        elif what == 4:
            hand.delete()
        elif what == 5:
            hand.choose(number % 4)
        elif what == 6:
            hand.delete_all()
        else:
            self.rig.presenter.review.settle()

    def sizes_are_of_their_film(self) -> None:
        for film in self.rig.presenter.state.films:
            calibrations = [one for one in film.review.measurements if one.kind == "calibration"]
            assert len(calibrations) <= 1
            if film.radiograph is not None:
                by_reader = film.radiograph.spacing.origin is SpacingOrigin.MANUAL
                assert by_reader == bool(calibrations), "one film's calibration on another, or a forgotten one"
            if film.findings is not None and film.findings.lesions:
                assert (film.findings.area_mm2 is not None) == bool(calibrations)

    def end(self) -> None:
        rig, presenter = self.rig, self.rig.presenter
        rig.settle()
        names = [film.path.name for film in presenter.state.films]
        assert len(names) == len(set(names))
        assert set(names) >= self.expected, "a dropped film was lost"
        assert presenter.state.opening == 0
        for film in presenter.state.films:
            assert film.status in AT_REST
            if film.status is FilmStatus.NOT_ANALYSED:
                assert film.why, "a film that is not analysed says why"
            if film.status is FilmStatus.DONE:
                assert film.findings is not None or film.radiograph is None
        if self.shown is not None:
            assert presenter.state.current is not None
            assert presenter.state.current.path.name == self.shown
            assert presenter.state.current.radiograph is not None or presenter.state.current.status is FilmStatus.FAILED
        self.last_drop_is_analysed()
        self.quit()

    def last_drop_is_analysed(self) -> None:
        self.engine.fails = False
        self.rig.open("last")
        self.rig.settle()
        assert self.rig.film.path.name == "last"
        assert self.rig.film.status is FilmStatus.DONE
        assert self.rig.film.maps is not None

    def quit(self) -> None:
        self.drop(0)
        self.rig.disk.crank()
        shown = self.rig.view.renders
        assert self.rig.presenter.shut_down()
        for lane in (self.rig.disk, self.rig.model):
            assert all(ticket.retired for *_, ticket in [*lane.jobs, *lane.results])
            while not lane.idle:
                self.rig.turn(lane)
        assert self.rig.view.renders == shown


STEPS = st.lists(st.tuples(st.sampled_from([*ACTS, *EDITS, *TURNS, *TURNS]), st.integers(0, 99)), max_size=60)


@given(STEPS)
def test_any_order(steps: list[Step]) -> None:
    play = Play()
    for step in steps:
        play.step(step)
    play.end()


@pytest.mark.parametrize("seed", range(8))
def test_long_orders(seed: int) -> None:
    chosen = random.Random(seed)
    play = Play()
    acts = [*ACTS, *EDITS, *TURNS, *TURNS, *TURNS]
    for _ in range(1200):
        play.step((chosen.choice(acts), chosen.randrange(100)))
    play.end()


@pytest.mark.parametrize("seed", range(8))
def test_no_result_lands_on_another_film_even_when_retired_ones_are_delivered(seed: int) -> None:
    chosen = random.Random(seed)
    rig = AppRig(memory_bytes=4 * FILM_BYTES)
    rig.disk.leaky = rig.model.leaky = True
    presenter = rig.presenter
    for number in range(1200):
        act = chosen.randrange(12)
        if act == 0:
            rig.open(f"{chosen.choice(DROPS[:7])}{number}")
        elif act == 1 and presenter.state.films:
            presenter.films.select(chosen.choice(presenter.state.films).id)
        elif act == 2 and presenter.state.films:
            presenter.films.close(chosen.choice(presenter.state.films).id)
        elif act in (3, 4):
            presenter.films.set_frame(chosen.randrange(3))
        elif act == 5:
            chosen.choice([presenter.films.cancel, presenter.films.retry])()
        else:
            lane = chosen.choice([rig.disk, rig.model])
            chosen.choice([lane.crank, lane.deliver])()


@pytest.mark.parametrize("seed", range(3))
def test_quitting_in_the_middle(seed: int) -> None:
    chosen = random.Random(seed)
    play = Play()
    for _ in range(200):
        play.step((chosen.choice([*ACTS, *TURNS]), chosen.randrange(100)))
    play.quit()


def test_with_real_threads() -> None:
    home: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    disk, model = ThreadLane("disk", home.put), ThreadLane("model", home.put)
    screen = RecordingView()
    services = Services(
        read_film=FakeReader(),
        collect=list,
        engine=FakeEngine(size=16),
        disk=disk,
        model=model,
        exports={"report": lambda _content, _target: None},
        memory_bytes=4 * FILM_BYTES,
    )
    presenter = Presenter(screen, services)
    chosen = random.Random(0)
    presenter.warm_up()
    for number in range(60):
        presenter.films.open([Path(f"film{number}-{index}") for index in range(3)])
        for _ in range(chosen.randrange(4)):
            home.get(timeout=30)()
        if presenter.state.films and chosen.random() < 0.5:
            presenter.films.select(chosen.choice(presenter.state.films).id)
        if chosen.random() < 0.2:
            presenter.films.close()
    presenter.films.open([Path("last")])
    while presenter.state.opening or any(film.status not in AT_REST for film in presenter.state.films):
        home.get(timeout=30)()
    assert screen.state.current is not None
    assert screen.state.current.path.name == "last"
    assert screen.state.current.maps is not None
    presenter.films.open([Path("too late")])
    assert presenter.shut_down(30)
    assert disk.pending == model.pending == 0
    shown = screen.renders
    while not home.empty():
        home.get()()
    assert screen.renders == shown
