"""The whole behaviour of the window without a window: a presenter between fakes, and a view that checks each state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone
from pathlib import Path

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.exports import EXPORTS, Content
from ptxviewer.app.ports import PacsServices, Services
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.objects import Brought
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from tests.fake_shell import FakeShell
from tests.fakes import (
    FakeEngine,
    FakeNetwork,
    FakeReader,
    FakeResults,
    FakeReviews,
    HandLane,
    ScoringEngine,
)


class RecordingView:
    """Refuses every state in which one film's result lies on another."""

    def __init__(self, scoring: bool = False) -> None:
        self.state = State()
        self.renders = 0
        self.banners: list[Reason] = []  # what was said over the film, one after the other
        self.renaming = False  # files change their names, by which films are known here
        self.scoring = scoring  # a ``ScoringEngine`` is at work
        self.urgencies: dict[tuple[int, str], float] = {}
        self._held: dict[int, Film] = {}  # what held of a film holds until another value takes its place

    def render(self, state: State) -> None:
        if state.banner is not None and (self.state.banner is None or self.state.banner.reason != state.banner.reason):
            self.banners.append(state.banner.reason)
        self.state = state
        self.renders += 1
        assert state.current_id is None or state.current is not None
        assert len({film.id for film in state.films}) == len(state.films)
        before, self._held = self._held, {film.id: film for film in state.films}
        for film in state.films:
            assert film.hand is None or film.id == state.current_id
            if before.get(film.id) is film:
                continue
            if film.radiograph is not None:
                assert film.radiograph.key == film.key
                assert film.radiograph.frame == film.view.frame
            if film.key and not self.renaming:
                assert film.key.split("|")[:2] == [film.path.name, str(film.view.frame)]
            if film.band is not None:
                assert film.band.image_key == film.key
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


def nowhere() -> PacsServices:
    """A network that nobody starts."""
    none = Path("nowhere")
    return PacsServices(FakeNetwork(), HandLane(), HandLane(), Outbox(none), none, post=lambda call: call())


class AppRig:
    """A presenter with everything around it. ``broken`` says why neither reports nor settings can be written."""

    def __init__(
        self,
        engine: FakeEngine | None = None,
        memory_bytes: int | None = None,
        settings: Settings | None = None,
        reviews: FakeReviews | None = None,
        results: FakeResults | None = None,
        facts: Callable[[Path], Facts | None] | None = None,
        sample: tuple[Path, ...] = (Path("sample"),),
        clock: Callable[[], datetime] = lambda: datetime(2026, 5, 6, 7, 8, tzinfo=timezone.utc),
        pacs: PacsServices | None = None,
        earlier: tuple[EngineInfo, ...] = (),
    ) -> None:
        self.view, self.disk, self.model, self.reader = (
            RecordingView(isinstance(engine, ScoringEngine)), HandLane(), HandLane(), FakeReader()
        )  # fmt: skip
        self.reader.facts = facts
        self.cache = HandLane()
        self.engine = engine or FakeEngine(size=16)
        self.keep, self.reviews = HandLane(), reviews or FakeReviews()
        self.reports: list[Content] = []
        self.targets: list[Path] = []
        self.objects: list[tuple[Content, Path, Collection[str]]] = []
        self.saved: list[Settings] = []
        self.shell = FakeShell()
        self.broken: Writing | None = None
        self.objects_named = {"objects"}  # files that belong to films
        self.brought: list[Brought] = []  # by them
        self.bring: Callable[[Sequence[Path]], list[Brought]] = lambda _paths: self.brought
        self.presenter = Presenter(
            self.view,
            Services(
                read_film=self.reader,
                collect=self._collect,
                is_object=lambda path: path.name in self.objects_named,
                read_objects=self._bring,
                engine=self.engine,
                disk=self.disk,
                model=self.model,
                exports={export.id: self._save for export in EXPORTS},
                objects=self._save_objects,
                save_settings=self._remember,
                sample=sample,
                memory_bytes=memory_bytes,
                reviews=self.reviews,
                keep=self.keep,
                results=results,
                cache=self.cache,
                fingerprint=self.reader.fingerprint,
                read_facts=facts,
                now=clock,
                pacs=pacs or nowhere(),
                earlier=earlier,
            ),
            settings,
        )

    def _bring(self, paths: Sequence[Path]) -> list[Brought]:
        return self.bring(paths)

    @staticmethod
    def _collect(paths: Sequence[Path]) -> list[Path]:
        return [path for path in paths if path.name != "empty-folder"]

    def _save(self, content: Content, target: Path) -> None:
        if self.broken:
            raise ExportFailed(NotWritten(Unwritten.REPORT, self.broken))
        self.reports.append(content)
        self.targets.append(target)

    def _save_objects(self, content: Content, target: Path, kinds: Collection[str]) -> tuple[Path, ...]:
        self.objects.append((content, target, kinds))
        return (target,)

    def _remember(self, settings: Settings) -> None:
        if self.broken:
            raise ExportFailed(NotWritten(Unwritten.SETTINGS, self.broken))
        self.saved.append(settings)

    @property
    def state(self) -> State:
        return self.view.state

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
