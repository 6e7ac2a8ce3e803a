"""What the presenter is given and what it gives away: the seams at which Qt, DICOM and torch are plugged in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal, Protocol

from ptxviewer.app.facts import Facts
from ptxviewer.app.first_read import veiled
from ptxviewer.app.gating import gated
from ptxviewer.app.jobs import Lane
from ptxviewer.app.result_file import Entry, fingerprint
from ptxviewer.app.review_file import Saved
from ptxviewer.app.settings import Settings
from ptxviewer.app.state import Banner, Film, Overlay, State
from ptxviewer.core.types import DecisionRule, ProbabilityMaps, Radiograph
from ptxviewer.inference.engine import Checkpoint, Engine, EngineInfo, SelfTest


class View(Protocol):
    """What the presenter needs of a window."""

    def render(self, state: State) -> None:
        """Show ``state``."""
        ...


class Reviews(Protocol):
    """Where reviews are kept; see ``review_file.ReviewFolder``."""

    def load(self, name: str, shape: tuple[int, int]) -> Saved | None:
        """Return the review kept as ``name`` of a film of ``shape``. Raises ``PtxError``."""
        ...

    def save(self, name: str, saved: Saved) -> None:
        """Keep a review as ``name``. Raises ``PtxError``."""
        ...


class Results(Protocol):
    """Where results are kept between sessions; see ``result_file.ResultFolder``."""

    def find(self, mark: str, model: str) -> Entry | None:
        """Return what is known of the file with that fingerprint."""
        ...

    def maps(self, key: str, shape: tuple[int, int], model: str) -> ProbabilityMaps | None:
        """Return the maps of the film with that key."""
        ...

    def save(self, mark: str, model: str, entry: Entry, maps: ProbabilityMaps | None) -> None:
        """Keep the result of a film. Raises ``PtxError``."""
        ...

    def clear(self) -> None:
        """Take everything away."""
        ...


@dataclass(frozen=True)
class ReportRequest:
    """Everything that a report is made of, captured when the key was pressed."""

    film: Film
    overlay: Overlay
    info: EngineInfo
    identified: bool
    reader: str = field(repr=False)
    target: Path | None = field(repr=False)  # None: a neutral name in the reports folder


@dataclass(frozen=True)
class Services:
    """What the composition root hands in, so that nothing here knows DICOM, torch or Qt."""

    read_film: Callable[[Path, int], Radiograph]
    collect: Callable[[Sequence[Path]], Iterable[Path]]
    engine: Engine
    disk: Lane
    model: Lane
    save_report: Callable[[ReportRequest], Path]
    save_settings: Callable[[Settings], None] = lambda _settings: None
    sample: tuple[Path, ...] = ()
    reviews: Reviews | None = None  # None: reviews last as long as the window
    keep: Lane | None = None  # writes the reviews; None: the disk lane does
    results: Results | None = None  # None: results last as long as the window
    cache: Lane | None = None  # finds and keeps the results; None: the disk lane does
    fingerprint: Callable[[Path], str] = fingerprint
    read_facts: Callable[[Path], Facts | None] | None = None  # without decoding the film
    watch: Lane | None = None  # looks at the watched folder; None: the disk lane does
    is_film: Callable[[Path], bool] = lambda _path: True  # by its first bytes; raises ``OSError``
    expected: EngineInfo | None = None  # what the card says of the network that will be loaded
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    self_test: Callable[[Checkpoint], SelfTest] = lambda _checkpoint: SelfTest(False, "There is no self-test here.")
    memory_bytes: int | None = None  # of films kept ready; None: as the settings say


class Store:
    """The one place where the state is kept and shown."""

    def __init__(self, view: View, state: State) -> None:
        self._view = view
        self.state = state
        self.closed = False

    @property
    def rule(self) -> DecisionRule | None:
        """The model's operating point, None until the model is loaded."""
        info = self.state.engine.info
        return info.rule if info else None

    def show(self, state: State) -> None:
        """Replace the state and render it."""
        self.state = state
        if not self.closed:
            self._view.render(gated(veiled(state)))

    def update(self, film: Film) -> None:
        """Replace one film."""
        self.show(self.state.with_film(film))

    def change(self, **changes: object) -> None:
        """Replace fields of the state."""
        self.show(replace(self.state, **changes))  # type: ignore[arg-type]

    def say(self, text: str, level: Literal["info", "warning", "error"] = "error") -> None:
        """Put one sentence over the film."""
        self.change(banner=Banner(text, level))
