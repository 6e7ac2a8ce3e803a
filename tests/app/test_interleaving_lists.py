"""Lists, comparisons, recalled results and restarts in any order: never one film's result on another.

``RecordingView`` refuses a score that is not the film's own, an urgency that falls, maps under other pixels.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptxviewer.app.display.comparison import change_of, roles_of
from ptxviewer.app.films.worklist import at_rest, ordered
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.film import Patient, Study
from tests.app.rig import AppRig
from tests.fakes import FILM_BYTES, FakeResults, FakeReviews, ScoringEngine

KINDS = ("film", "film", "film", "film", "bad", "lateral", "changed", "sly", "noted")
ACTS = ("drop", "again", "select", "urgent", "unread", "next", "close", "frame", "look", "restart")
STEERS = ("pause", "stop", "go_on", "cancel", "insist", "list", "sort", "threshold", "verdict", "forget")
PAIRS = ("compare", "beside", "exchange", "older", "link", "zoom", "zoom beside", "window")
TURNS = tuple(f"{lane} {what}" for lane in ("disk", "model", "cache") for what in ("crank", "deliver"))
Step = tuple[str, int]


def whose(path: Path) -> Facts:
    """Three patients, one of them without an ID, and dates of which some are the same."""
    number = zlib.crc32(path.name.encode())
    taken = Study(date=f"2026-01-{1 + number % 9:02}")
    return Facts(Patient(id=("", "P1", "P2")[number % 3]), taken, "DX", ("PA", "AP")[number % 2])


class Play:
    """Carries out steps over several sessions that share what is kept."""

    def __init__(self, leaky: bool = False) -> None:
        self.leaky = leaky
        self.results, self.reviews = FakeResults(), FakeReviews()
        self.dropped: list[str] = []
        self.changes: set[object] = set()  # what comparisons said
        self.checked = State()
        self.rig = self._rig()

    def _rig(self) -> AppRig:
        made = AppRig(
            ScoringEngine(size=16), memory_bytes=5 * FILM_BYTES, results=self.results, reviews=self.reviews, facts=whose
        )
        made.presenter.warm_up()
        made.turn(made.model)
        for lane in (made.disk, made.model, made.cache):
            lane.leaky = self.leaky
        return made

    @property
    def kept(self) -> list[str]:
        """Films whose result is kept, and some others."""
        return sorted({mark.split("|")[0] for mark, _ in self.results.entries})[-8:] + self.dropped[-3:]

    def step(self, step: Step) -> None:
        act, number = step
        rig, presenter = self.rig, self.rig.presenter
        films, background = presenter.state.films, presenter.films.background
        some = films[number % len(films)] if films else None
        if act == "drop":
            names = [f"{KINDS[(number + i) % len(KINDS)]}{len(self.dropped) + i}" for i in range(1 + number % 5)]
            self.dropped += names
            rig.open(*names)
        elif act == "again" and self.kept:
            rig.open(*self.kept[number % 11 :])
        elif act == "restart" and number % 5 == 0:
            while rig.cache.jobs:  # what is being kept must be finished, as closing the lane does
                rig.cache.crank()
            presenter.shut_down()
            self.rig = self._rig()
            self.rig.open(*self.kept)
        elif some is not None and act in ("select", "close"):
            (presenter.films.select if act == "select" else presenter.films.close)(some.id)
        elif act == "look":
            presenter.films.thumbnails_in_sight([film.id for film in films[number % 5 : number % 5 + 4]])
        elif act in PAIRS:
            self.pair(act, number)
        elif act == "forget" and number % 20 == 0:
            self.results.grids.clear()
        elif act in TURNS:
            lane, what = act.split()
            getattr({"disk": rig.disk, "model": rig.model, "cache": rig.cache}[lane], what)()
        else:
            {
                "urgent": presenter.films.next_urgent, "unread": presenter.films.next_unread,
                "next": presenter.films.next, "frame": lambda: presenter.films.set_frame(number % 3),
                "pause": background.toggle_pause, "stop": background.stop, "go_on": background.go_on,
                "cancel": presenter.films.cancel, "insist": presenter.films.analyse_anyway,
                "list": presenter.films.list.toggle,
                "sort": lambda: presenter.films.list.sort((None, "score", "name", "state")[number % 4]),
                "threshold": lambda: presenter.review.thresholds.set(0.1 + number % 80 / 100),
                "verdict": lambda: presenter.review.set_verdict("accept"),
            }.get(act, lambda: None)()  # fmt: skip
        self.check()

    def pair(self, act: str, number: int) -> None:
        """Do something to two films side by side."""
        presenter = self.rig.presenter
        state, comparing = presenter.state, presenter.display.comparison
        film = state.prior if act == "zoom beside" else state.current
        if act == "beside" and state.films:
            films = [one for one in state.films if one.status is FilmStatus.DONE] or state.films
            comparing.choose(films[number % len(films)].id)
        elif act.startswith("zoom") and film is not None:
            view = replace(film.view, zoom=(None, 0.5, 2.0)[number % 3], center=(20.0 + number % 7, 15.0))
            presenter.display.view.set_view(film.id, view)
        else:
            {
                "compare": comparing.toggle, "exchange": comparing.exchange, "link": comparing.toggle_link,
                "older": lambda: comparing.step((1, -1)[number % 2]),
                "window": lambda: presenter.display.view.choose_voi(number % 2),
            }.get(act, lambda: None)()  # fmt: skip

    def check(self) -> None:
        state = self.rig.presenter.state
        if state is not self.checked:  # most turns of a lane change nothing
            self.check_pair_and_list(state)
            self.checked = state
        if not self.leaky:
            assert self.rig.model.alive <= 1
            analysing = [film for film in state.films if film.status is FilmStatus.ANALYSING]
            assert len(analysing) == self.rig.model.alive, "the list shows what the network does"

    def check_pair_and_list(self, state: State) -> None:
        roles = roles_of(state)
        assert (roles is None) == (state.prior is None)
        if roles is not None:
            left, right = roles
            assert {left.film.id, right.film.id} == {state.current_id, state.prior_id}
            assert left.film.id != right.film.id
            change = change_of(left.film, right.film)
            assert change.sides or change.reason, "whatever is missing, there is an answer"
            self.changes.add(change.sides or change.reason)
        assert sorted(film.id for film in ordered(state)) == sorted(film.id for film in state.films)

    def end(self) -> None:
        presenter = self.rig.presenter
        if presenter.state.paused:
            presenter.films.background.toggle_pause()
        presenter.films.background.go_on()
        self.rig.settle()
        for film in presenter.state.films:
            assert at_rest(film)
            if film.status is FilmStatus.DONE:
                assert film.summary is not None
        for film in presenter.state.films:
            presenter.films.select(film.id)
            self.rig.settle()
            shown = self.rig.film
            assert shown.id == film.id
            assert at_rest(shown)
            if shown.status is FilmStatus.DONE:
                assert shown.maps is not None
                assert shown.radiograph is not None
                assert shown.maps.image_key == shown.radiograph.key
                assert shown.findings is not None
            others = [film.id for film in presenter.state.films if film.status is FilmStatus.DONE]
            if others:
                presenter.display.comparison.choose(others[0])
            self.rig.settle()
            self.check()


ALL = [*(ACTS * 2), *STEERS, *PAIRS, *(TURNS * 25)]
STEPS = st.lists(st.tuples(st.sampled_from(ALL), st.integers(0, 99)), min_size=60, max_size=150)


@settings(max_examples=25)
@given(STEPS)
def test_any_order(steps: list[Step]) -> None:
    play = Play()
    for step in steps:
        play.step(step)
    play.end()


@pytest.mark.parametrize("leaky", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_long_orders(seed: int, leaky: bool) -> None:
    chosen = random.Random(seed)
    play = Play(leaky)
    for _ in range(1500):
        play.step((chosen.choice(ALL), chosen.randrange(100)))
    assert play.results.hits > 3, "results of earlier sessions were mixed in"
    assert play.results.recalled
    play.end()
    assert len(play.changes) >= 3, "films of one patient and of two, with results and without, were compared"
