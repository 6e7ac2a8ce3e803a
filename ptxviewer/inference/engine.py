"""What the rest of the house knows of the network: a protocol, and a fake of it for tests. No torch here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from ptxviewer.core.band import Band, band_of
from ptxviewer.core.errors import Cancelled
from ptxviewer.core.types import DecisionRule, ProbabilityMaps, Radiograph

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]
Checkpoint = Callable[[], None]
"""Called before each stage of the network; raises ``Cancelled`` when the work has been retired."""


def never_cancelled() -> None:
    """A checkpoint that lets everything pass."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is shown of a loaded network."""

    model_id: str
    model_sha256: str
    device: str  # as shown: "CPU", "CPU bf16", "CUDA NVIDIA ..."
    rule: DecisionRule  # the model's operating point
    calibrated: bool = False  # may the image score be called a probability?
    note: str = ""  # a sentence for the status bar: "CUDA was asked for but is not usable: using the CPU."


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What came of running the golden phantom through the network on this computer (``inference.selftest``)."""

    passed: bool
    sentence: str  # for the reader
    info: EngineInfo | None = None  # None: the network could not even be loaded
    difference: float | None = None  # largest difference of any score; None: there was nothing to compare
    took_ms: float | None = None


class Engine(Protocol):
    """A network behind a door. One thread at a time calls it: the model lane."""

    def load(self) -> EngineInfo:
        """Import the heavy libraries, verify and load the weights, choose the device; a second call is free.

        Raises ``ModelUnavailable`` with one sentence.
        """
        ...

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """Return the maps of one film; ``maps.image_key == film.key``. Raises ``Cancelled`` from a checkpoint."""
        ...

    def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
        """Look at one film again, mirrored and scaled; takes several times as long as ``predict``."""
        ...

    @property
    def info(self) -> EngineInfo | None:
        """None until loaded. May change after a prediction, when out of memory moved the work to the CPU."""
        ...


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


__all__ = [
    "Cancelled",
    "Checkpoint",
    "DeviceChoice",
    "Engine",
    "EngineInfo",
    "FakeEngine",
    "SelfTest",
    "never_cancelled",
]
