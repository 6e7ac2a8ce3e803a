"""Stand-ins for what tests do not want to run: engines, the window, the disk, the lanes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ptxviewer.app.disk.result_file import Entry, entry_bytes, entry_from, maps_bytes, maps_from
from ptxviewer.app.disk.review_file import NOTHING, ReviewFolder, Saved, review_name
from ptxviewer.app.jobs import Outcome, Ticket, outcome_of
from ptxviewer.app.state.facts import Facts
from ptxviewer.core.answer import Band, DecisionRule, ProbabilityMaps
from ptxviewer.core.archive import Fetched, FoundSeries, Query
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import Checkpoint, EngineInfo, RunResult, never_cancelled
from ptxviewer.core.errors import ExportFailed, PtxError, UnreadableFilm
from ptxviewer.core.film import Acquisition, Radiograph, Window
from ptxviewer.core.findings.disagreement import band_of
from ptxviewer.core.pacs import Delivery, Node, Station
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing

SIDE = 40
FILM_BYTES = SIDE * SIDE * 2


class FakeEngine:
    """Says that a disc in the upper left part of the film is a pneumothorax: instant, deterministic, for tests."""

    RULE = DecisionRule(threshold=0.5, score_threshold=0.4, min_area=0.0005)

    def __init__(
        self, size: int = 64, score: float = 0.9, error: Exception | None = None, note: Reason | None = None
    ) -> None:
        self.size = size
        self.score = score
        self.error = error
        self.note = note
        self._info: EngineInfo | None = None

    @property
    def info(self) -> EngineInfo | None:
        """See ``Engine.info``."""
        return self._info

    def load(self) -> EngineInfo:
        """See ``Engine.load``."""
        if self._info is None:
            self._info = EngineInfo("fake", "0" * 64, "CPU", self.RULE, note=self.note)
        return self._info

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """See ``Engine.predict``."""
        info = self.load()
        checkpoint()
        if self.error is not None:
            raise self.error
        y, x = np.mgrid[0 : self.size, 0 : self.size].astype(np.float32) / self.size
        disc = np.clip(1.5 - 8 * np.hypot(x - 0.3, y - 0.3), 0, 1).astype(np.float32)
        checkpoint()
        return ProbabilityMaps(
            image_key=film.key,
            rows=film.rows,
            cols=film.cols,
            pneumothorax=disc * np.float32(self.score),
            score=self.score,
            lung_image_left=((x > 0.24) & (x < 0.45) & (y > 0.2)).astype(np.float32),
            lung_image_right=((x > 0.55) & (x < 0.9)).astype(np.float32),
            model_id=info.model_id,
            model_sha256=info.model_sha256,
            device=info.device,
            infer_ms=1.0,
        )

    def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
        """See ``Engine.band``."""
        maps = self.predict(film, checkpoint).pneumothorax
        return band_of(film.key, [maps * np.float32(0.8), maps])


class FakeRunner:
    """A runtime without a network: the pneumothorax map is the film itself, scaled to [0, 1].

    ``failures`` are raised by the first runs, in this order; ``output`` replaces every result.
    """

    def __init__(
        self,
        device: str = "CPU",
        failures: Sequence[Exception] = (),
        output: RunResult | None = None,
        note: Reason | None = None,
    ) -> None:
        self.device = device
        self.note = note
        self.runs: list[str] = []  # the device of each
        self._failures = list(failures)
        self._output = output

    def run(self, grid: FloatMap, checkpoint: Checkpoint = never_cancelled) -> RunResult:
        """See ``Runner.run``."""
        checkpoint()
        self.runs.append(self.device)
        if self._failures:
            raise self._failures.pop(0)
        bright = (grid[0] - grid.min()) / max(float(np.ptp(grid)), 1e-6)
        lungs = np.full_like(bright, 0.25)
        return self._output or RunResult(np.stack((bright, lungs, lungs)), 0.5, 0.75)

    def move_to_cpu(self) -> None:
        """See ``Runner.move_to_cpu``."""
        self.device = "CPU"

    def share_cores(self) -> int:
        """See ``Runner.share_cores``."""
        return 1


class FakeReviews:
    """Keeps reviews in memory; ``broken`` says why nothing can be written."""

    def __init__(self) -> None:
        self.kept: dict[str, Saved] = {}
        self.broken: Writing | None = None
        self.writes = 0

    def name_of(self, film: Radiograph) -> str:
        return review_name(film)

    def load(self, name: str, shape: tuple[int, int]) -> Saved | None:
        return self.kept.get(name)

    def save(self, name: str, saved: Saved, base: Saved = NOTHING) -> Reason | None:
        if self.broken:
            raise ExportFailed(NotWritten(Unwritten.REVIEW, self.broken))
        self.writes += 1
        self.kept[name] = saved
        return None


class ReviewsOnDisk(FakeReviews):
    """Reviews in a folder, as the program keeps them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = ReviewFolder(folder)

    def load(self, name: str, shape: tuple[int, int]) -> Saved | None:
        return self.folder.load(name, shape)

    def save(self, name: str, saved: Saved, base: Saved = NOTHING) -> Reason | None:
        return self.folder.save(name, saved, base)


class FakeResults:
    """Keeps results in memory, as files would: what comes back is never the same object.

    ``broken``: see ``FakeReviews``.
    """

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], bytes] = {}
        self.grids: dict[tuple[str, str], bytes] = {}
        self.broken: Writing | None = None
        self.hits = self.recalled = 0  # entries and maps that came back

    def find(self, mark: str, model: str) -> Entry | None:
        content = self.entries.get((mark, model))
        self.hits += content is not None
        return None if content is None else entry_from(content)

    def maps(
        self, key: str, shape: tuple[int, int], model: str, older: Callable[[], str] | None = None
    ) -> ProbabilityMaps | None:
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


class FakeNetwork:
    """A hospital in which everything goes well until ``why`` says what does not; see ``core.archive.Network``."""

    def __init__(self) -> None:
        self.why: Reason | None = None
        self.sent: list[tuple[str, list[bytes]]] = []  # (node, contents)
        self.outcomes: list[Delivery] = []  # of the next objects, in their order; then all arrive
        self.found: list[FoundSeries] = []
        self.queries: list[Query] = []
        self.fetched: list[FoundSeries] = []
        self.listening: list[tuple[Station, tuple[str, ...]]] = []
        self.arrived: Callable[[Path], None] = lambda _path: None

    def _answer(self) -> None:
        if self.why is not None:
            raise PtxError(self.why)

    def echo(self, node: Node, station: Station) -> None:
        self._answer()

    def send(self, node: Node, station: Station, files: Sequence[Path], checkpoint: Checkpoint) -> list[Delivery]:
        checkpoint()
        self._answer()
        self.sent.append((node.name, [file.read_bytes() for file in files]))
        return [self.outcomes.pop(0) if self.outcomes else Delivery("stored", None, True) for _ in files]

    def find(self, node: Node, station: Station, query: Query, checkpoint: Checkpoint) -> list[FoundSeries]:
        self._answer()
        self.queries.append(query)
        return self.found

    def fetch(self, node: Node, station: Station, series: FoundSeries, folder: Path, checkpoint: Checkpoint) -> Fetched:
        self._answer()
        self.fetched.append(series)
        return Fetched((folder / f"{series.series_uid}.dcm",))

    def listen(
        self, station: Station, callers: Sequence[str], folder: Path, arrived: Callable[[Path], None]
    ) -> Callable[[], None]:
        self._answer()
        self.listening.append((station, tuple(callers)))
        self.arrived = arrived
        return self.listening.clear


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


class FakeReader:
    """Films by name: ``bad`` cannot be read, ``lateral`` is not analysed, ``changed`` is another film every time.

    ``sly`` is, too, and its fingerprint does not tell.
    """

    def __init__(self) -> None:
        self.read: list[str] = []
        self.gone: set[str] = set()  # names of files that were taken away
        self.rewritten: list[str] = []  # names of files, once for each time that another program wrote them
        self.facts: Callable[[Path], Facts | None] | None = None

    def __call__(self, path: Path, frame: int) -> Radiograph:
        self.read.append(path.name)
        if path.name in self.gone:
            raise UnreadableFilm(Reading.FILE_GONE)
        if "bad" in path.name or ("torn" in path.name and frame == 2):
            raise UnreadableFilm(Reading.FILE_DAMAGED)
        if "bug" in path.name:
            raise ZeroDivisionError("Doe^Jane")
        edition = self.read.count(path.name) if "changed" in path.name or "sly" in path.name else 0
        edition += self.rewritten.count(path.name)
        facts = (self.facts(path) if self.facts is not None else None) or Facts()
        return Radiograph(
            f"{path.name}|{frame}|{edition}",
            np.tile(np.arange(SIDE, dtype=np.uint16), (SIDE, 1)),
            vois=(Window(20, 40), Window(10, 20)),
            frames=3,
            patient=facts.patient,
            study=facts.study,
            frame=frame,
            acquisition=Acquisition(may_carry_text="captured" in path.name),
            not_analysed=Reading.LATERAL_VIEW if "lateral" in path.name else None,
            notes=(Reading.WINDOW_SHOWS_NOTHING,) if "noted" in path.name else (),
        )

    def fingerprint(self, path: Path) -> str:
        if "bad" in path.name:
            raise FileNotFoundError
        return (
            f"{path.name}|{self.read.count(path.name) if 'changed' in path.name else self.rewritten.count(path.name)}"
        )
