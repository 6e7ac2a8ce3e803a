"""A house without a screen: hand-cranked lanes, a view that checks every state it is shown, films made of names."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.disk.result_file import Entry, entry_bytes, entry_from, maps_bytes, maps_from
from ptxviewer.app.disk.review_file import Saved
from ptxviewer.app.exports import EXPORTS, Content
from ptxviewer.app.jobs import Outcome, Ticket, outcome_of
from ptxviewer.app.ports import Services
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.errors import ExportFailed, UnreadableFilm
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from tests.fakes import FakeEngine, FakeShell

SIDE = 40
FILM_BYTES = SIDE * SIDE * 2


class Drawer:
    """Keeps reviews in memory; ``broken`` says why nothing can be written."""

    def __init__(self) -> None:
        self.reviews: dict[str, Saved] = {}
        self.broken: Writing | None = None
        self.writes = 0

    def load(self, name: str, shape: tuple[int, int]) -> Saved | None:
        return self.reviews.get(name)

    def save(self, name: str, saved: Saved) -> None:
        if self.broken:
            raise ExportFailed(NotWritten(Unwritten.REVIEW, self.broken))
        self.writes += 1
        self.reviews[name] = saved


class Cupboard:
    """Keeps results in memory, as files would: what comes back is never the same object. ``broken``: see ``Drawer``."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], bytes] = {}
        self.grids: dict[tuple[str, str], bytes] = {}
        self.broken: Writing | None = None
        self.hits = self.recalled = 0  # entries and maps that came back

    def find(self, mark: str, model: str) -> Entry | None:
        content = self.entries.get((mark, model))
        self.hits += content is not None
        return None if content is None else entry_from(content)

    def maps(self, key: str, shape: tuple[int, int], model: str) -> ProbabilityMaps | None:
        content = self.grids.get((key, model))
        self.recalled += content is not None
        return None if content is None else maps_from(content)

    def save(self, mark: str, model: str, entry: Entry, maps: ProbabilityMaps | None) -> None:
        if self.broken:
            raise ExportFailed(NotWritten(Unwritten.RESULTS, self.broken))
        if maps is not None:
            self.grids[maps.image_key, model] = maps_bytes(maps)
        if mark:
            self.entries[mark, model] = entry_bytes(entry)

    def clear(self) -> None:
        self.entries.clear()
        self.grids.clear()


class ScoringEngine(FakeEngine):
    """Gives every film a score of its own, so that a result on the wrong film is seen."""

    @staticmethod
    def score_of(key: str) -> float:
        return 0.5 + zlib.crc32(key.encode()) % 1000 / 2100

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        return replace(super().predict(film, checkpoint), score=self.score_of(film.key))


class HandLane:
    """Jobs wait until the test cranks them; results wait until the test delivers them."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Callable[..., Any], Callable[..., None], Ticket]] = []
        self.results: list[tuple[Outcome[Any], Callable[..., None], Ticket]] = []
        self.tickets: list[Ticket] = []
        self.closed = False
        self.leaky = False  # deliver what was retired, too: the second line of defence must hold alone

    def submit(self, work: Callable[..., Any], done: Callable[..., None], *, must_finish: bool = False) -> Ticket:
        ticket = Ticket()
        self.tickets.append(ticket)
        if self.closed:
            ticket.cancel()
        else:
            self.jobs.append((work, done, ticket))
        return ticket

    def crank(self) -> None:
        if self.jobs:
            work, done, ticket = self.jobs.pop(0)
            outcome = outcome_of(work, Ticket() if self.leaky else ticket)
            if outcome is not None:
                self.results.append((outcome, done, ticket))

    def deliver(self) -> None:
        if self.results:
            outcome, done, ticket = self.results.pop(0)
            if self.leaky or not ticket.retired:
                done(outcome)

    @property
    def alive(self) -> int:
        """Jobs that may still deliver."""
        return sum(not ticket.retired for *_, ticket in [*self.jobs, *self.results])

    @property
    def idle(self) -> bool:
        return not self.jobs and not self.results

    def close(self, timeout_s: float) -> bool:
        self.closed = True
        for *_, ticket in [*self.jobs, *self.results]:
            ticket.cancel()
        return True


class Screen:
    """Refuses every state in which one film's result lies on another."""

    def __init__(self, scoring: bool = False) -> None:
        self.state = State()
        self.renders = 0
        self.renaming = False  # files change their names, by which films are known here
        self.scoring = scoring  # a ``ScoringEngine`` is at work
        self.urgencies: dict[tuple[int, str], float] = {}

    def render(self, state: State) -> None:
        self.state = state
        self.renders += 1
        assert state.current_id is None or state.current is not None
        assert len({film.id for film in state.films}) == len(state.films)
        for film in state.films:
            if film.radiograph is not None:
                assert film.radiograph.key == film.key
                assert film.radiograph.frame == film.view.frame
            if film.key and not self.renaming:
                assert film.key.split("|")[:2] == [film.path.name, str(film.view.frame)]
            if film.band is not None:
                assert film.band.image_key == film.key
            assert film.hand is None or film.id == state.current_id
            if film.maps is not None:
                assert film.maps.image_key == film.key
                assert film.status is FilmStatus.DONE
            if self.scoring and film.key:
                for found in (film.maps, film.findings, film.summary):
                    assert found is None or found.score == ScoringEngine.score_of(film.key)
            if self.renaming:
                continue  # read anew under another name, a film is another film here
            assert film.urgency is None or film.urgency >= self.urgencies.get((film.id, film.path.name), 0)
            if film.urgency is not None and "changed" not in film.path.name and "sly" not in film.path.name:
                self.urgencies[film.id, film.path.name] = film.urgency


class Shelf:
    """Films by name: ``bad`` cannot be read, ``lateral`` is not analysed, ``changed`` is another film every time.

    ``sly`` is, too, and its fingerprint does not tell.
    """

    def __init__(self) -> None:
        self.read: list[str] = []
        self.facts: Callable[[Path], Facts | None] | None = None

    def __call__(self, path: Path, frame: int) -> Radiograph:
        self.read.append(path.name)
        if "bad" in path.name or ("torn" in path.name and frame == 2):
            raise UnreadableFilm(Reading.FILE_DAMAGED)
        if "bug" in path.name:
            raise ZeroDivisionError("Doe^Jane")
        edition = self.read.count(path.name) if "changed" in path.name or "sly" in path.name else 0
        facts = (self.facts(path) if self.facts is not None else None) or Facts()
        return Radiograph(
            f"{path.name}|{frame}|{edition}",
            np.tile(np.arange(SIDE, dtype=np.uint16), (SIDE, 1)),
            vois=(Window(20, 40), Window(10, 20)),
            frames=3,
            patient=facts.patient,
            study=facts.study,
            frame=frame,
            not_analysed=Reading.LATERAL_VIEW if "lateral" in path.name else None,
            notes=(Reading.WINDOW_SHOWS_NOTHING,) if "noted" in path.name else (),
        )

    def fingerprint(self, path: Path) -> str:
        if "bad" in path.name:
            raise FileNotFoundError
        return f"{path.name}|{self.read.count(path.name) if 'changed' in path.name else 0}"


class House:
    """A presenter with everything around it. ``broken`` says why neither reports nor settings can be written."""

    def __init__(
        self,
        engine: FakeEngine | None = None,
        memory_bytes: int | None = None,
        settings: Settings | None = None,
        drawer: Drawer | None = None,
        cupboard: Cupboard | None = None,
        facts: Callable[[Path], Facts | None] | None = None,
        sample: tuple[Path, ...] = (Path("sample"),),
        clock: Callable[[], datetime] = lambda: datetime(2026, 5, 6, 7, 8, tzinfo=timezone.utc),
    ) -> None:
        self.screen, self.disk, self.model, self.shelf = (
            Screen(isinstance(engine, ScoringEngine)), HandLane(), HandLane(), Shelf()
        )  # fmt: skip
        self.shelf.facts = facts
        self.cache = HandLane()
        self.engine = engine or FakeEngine(size=16)
        self.keep, self.drawer = HandLane(), drawer or Drawer()
        self.reports: list[Content] = []
        self.targets: list[Path] = []
        self.saved: list[Settings] = []
        self.shell = FakeShell()
        self.broken: Writing | None = None
        self.presenter = Presenter(
            self.screen,
            Services(
                read_film=self.shelf,
                collect=self._collect,
                engine=self.engine,
                disk=self.disk,
                model=self.model,
                exports={export.id: self._save for export in EXPORTS},
                save_settings=self._remember,
                sample=sample,
                memory_bytes=memory_bytes,
                reviews=self.drawer,
                keep=self.keep,
                results=cupboard,
                cache=self.cache,
                fingerprint=self.shelf.fingerprint,
                read_facts=facts,
                now=clock,
            ),
            settings,
        )

    @staticmethod
    def _collect(paths: Sequence[Path]) -> list[Path]:
        return [path for path in paths if path.name != "empty-folder"]

    def _save(self, content: Content, target: Path) -> None:
        if self.broken:
            raise ExportFailed(NotWritten(Unwritten.REPORT, self.broken))
        self.reports.append(content)
        self.targets.append(target)

    def _remember(self, settings: Settings) -> None:
        if self.broken:
            raise ExportFailed(NotWritten(Unwritten.SETTINGS, self.broken))
        self.saved.append(settings)

    @property
    def state(self) -> State:
        return self.screen.state

    def do(self, command_id: str) -> None:
        """Run a command as the window does."""
        BY_ID[command_id].run(self.presenter, self.shell)

    @property
    def film(self) -> Film:
        assert self.state.current is not None
        return self.state.current

    def named(self, name: str) -> Film:
        return next(film for film in self.state.films if film.path.name == name)

    def open(self, *names: str) -> None:
        self.presenter.films.open([Path(name) for name in names])

    def turn(self, lane: HandLane) -> None:
        lane.crank()
        lane.deliver()

    def settle(self) -> None:
        for _ in range(5000):
            if self.disk.idle and self.model.idle and self.keep.idle and self.cache.idle:
                return
            self.turn(self.keep)
            self.turn(self.cache)
            self.turn(self.disk)
            self.turn(self.model)
        raise AssertionError("the lanes never came to rest")
