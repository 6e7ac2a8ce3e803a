"""Stand-ins for what tests do not want to run: an engine, a runtime behind the real engine, the window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import Checkpoint, EngineInfo, RunResult, never_cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.disagreement import Band, band_of
from ptxviewer.core.reasons import Reason


class FakeEngine:
    """Says that a disc in the upper left part of the film is a pneumothorax: instant, deterministic, for tests."""

    RULE = DecisionRule(threshold=0.5, score_threshold=0.4, min_area=0.0005)

    def __init__(self, size: int = 64, score: float = 0.9, error: Exception | None = None) -> None:
        self.size = size
        self.score = score
        self.error = error
        self._info: EngineInfo | None = None

    @property
    def info(self) -> EngineInfo | None:
        """See ``Engine.info``."""
        return self._info

    def load(self) -> EngineInfo:
        """See ``Engine.load``."""
        if self._info is None:
            self._info = EngineInfo("fake", "0" * 64, "CPU", self.RULE)
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
            lung_image_left=((x > 0.1) & (x < 0.45)).astype(np.float32),
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


class FakeShell:
    """Notes what commands ask of the window; see ``app.ports.Shell``."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def open_files(self) -> None:
        self.asked.append(("open_files",))

    def open_folder(self) -> None:
        self.asked.append(("open_folder",))

    def save_as(self) -> None:
        self.asked.append(("save_as",))

    def copy_picture(self) -> None:
        self.asked.append(("copy_picture",))

    def ask_watched_folder(self) -> None:
        self.asked.append(("ask_watched_folder",))

    def ask_prior(self) -> None:
        self.asked.append(("ask_prior",))

    def ask_settings(self) -> None:
        self.asked.append(("ask_settings",))

    def open_palette(self) -> None:
        self.asked.append(("open_palette",))

    def show_shortcuts(self) -> None:
        self.asked.append(("show_shortcuts",))

    def about_film(self) -> None:
        self.asked.append(("about_film",))

    def about_program(self) -> None:
        self.asked.append(("about_program",))

    def look_at_finding(self) -> None:
        self.asked.append(("look_at_finding",))

    def zoom_by(self, factor: float) -> None:
        self.asked.append(("zoom_by", factor))

    def pan_by(self, x: float, y: float) -> None:
        self.asked.append(("pan_by", x, y))

    def go_to_part(self, step: int) -> None:
        self.asked.append(("go_to_part", step))

    def write_note(self) -> None:
        self.asked.append(("write_note",))

    def find_film(self) -> None:
        self.asked.append(("find_film",))

    def quit(self) -> None:
        self.asked.append(("quit",))
