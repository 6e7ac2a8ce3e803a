"""The ports of the network: ``Engine``, which the app asks about a film, and ``Runner``, a runtime behind an engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.film import Radiograph
from ptxviewer.core.purposes import PurposeChoice
from ptxviewer.core.reason import Reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ptxviewer.core.answer import Band
    from ptxviewer.core.arrays import FloatMap

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
    note: Reason | None = None  # for the status bar: the device that was asked for is not usable
    purpose: PurposeChoice = "balanced"  # which of the card's rules ``rule`` is
    prevalence: float | None = None  # share of films with a pneumothorax for which the score is calibrated
    version: str = ""  # of the network
    older: bool = False  # an earlier network, of which results were kept; never the one that is loaded


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The result of running the golden phantom through the network on this computer (``inference.selftest``)."""

    passed: bool
    reason: Reason  # passed, differs, or why it could not be run
    info: EngineInfo | None = None  # None: the network could not even be loaded
    difference: float | None = None  # largest difference of any score; None: there was nothing to compare
    took_ms: float | None = None


@dataclass(frozen=True, eq=False)
class RunResult:
    """The output of a network for one input.

    ``maps`` (3, S, S) float32 scores of pneumothorax, lung on the left and lung on the right of the picture; ``score``
    of the film, and ``frontal`` and ``photographed`` where the network judges whether the film is one, and whether a
    camera took it from a screen; all in [0, 1].
    """

    maps: NDArray[np.float32]
    score: float
    frontal: float | None = None
    photographed: float | None = None


class OutOfMemory(Exception):
    """The device has no memory left for this input; the CPU may have."""


class Runner(Protocol):
    """A network, loaded and ready on one device. One thread at a time calls it."""

    @property
    def device(self) -> str:
        """The device as shown: "CPU", "CPU bf16", "CUDA NVIDIA ..."."""
        ...

    @property
    def note(self) -> Reason | None:
        """See ``EngineInfo.note``."""
        ...

    def run(self, grid: FloatMap, checkpoint: Checkpoint = never_cancelled) -> RunResult:
        """Return the output for a (1, S, S) float32 input, normalised by ``preprocess``.

        Raises ``OutOfMemory``, and ``Cancelled`` from the checkpoint, which is called as often as the runtime allows.
        """
        ...

    def move_to_cpu(self) -> None:
        """Leave the device for good, after ``OutOfMemory``."""
        ...

    def share_cores(self) -> int:
        """See ``ManyFilms.share_cores``; 1 where one thread at a time may call ``run``."""
        ...


class Engine(Protocol):
    """What the app asks about films. One thread at a time calls it: the model lane."""

    def load(self) -> EngineInfo:
        """Import the heavy libraries, verify and load the weights, choose the device; a second call is free.

        Raises ``ModelUnavailable``.
        """
        ...

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """Return the maps of one film; ``maps.image_key == film.key``. Raises ``Cancelled`` from a checkpoint."""
        ...

    def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
        """Return where augmented views of one film disagree; takes several times as long as ``predict``."""
        ...

    @property
    def info(self) -> EngineInfo | None:
        """None until loaded. May change after a prediction, when out of memory moved the work to the CPU."""
        ...


@runtime_checkable
class ManyFilms(Protocol):
    """An engine whose ``predict`` takes several films at once, from as many threads: for archives."""

    def share_cores(self) -> int:
        """Load the network, and give every film one core from now on; returns how many threads may call at once.

        One film on one core takes longer, many take less time together: nothing waits for the slowest part.
        """
        ...
