"""The engine that runs the shipped network with PyTorch; torch is imported inside functions, on the model lane."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ptxviewer.core.band import Band, band_of
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.types import FloatMap, ProbabilityMaps, Radiograph
from ptxviewer.inference.boxed import View, view_of, whole_view
from ptxviewer.inference.card import Card, FirstLook, read_card, verify
from ptxviewer.inference.engine import Checkpoint, DeviceChoice, EngineInfo, never_cancelled
from ptxviewer.inference.preload import keep_buffers, preload_torch, wait_asleep
from ptxviewer.inference.preprocess import prepare

if TYPE_CHECKING:
    from ptxviewer.inference.network import PneumothoraxNet
    from ptxviewer.inference.runtime import Runner

OUT_OF_MEMORY = "The graphics card ran out of memory: using the CPU."


class TorchEngine:
    """See ``inference.engine.Engine``. ``bundle`` is the folder with metadata.json and weights.safetensors.

    ``exact`` keeps a CPU at float32 even where bfloat16 is faster: what the fast way is measured against.
    """

    def __init__(self, device: DeviceChoice = "auto", bundle: Path | None = None, *, exact: bool = False) -> None:
        if bundle is None:
            from ptxviewer.paths import bundle_dir

            bundle = bundle_dir()
        self._device: DeviceChoice = device
        self._bundle = bundle
        self._exact = exact
        self._card: Card | None = None
        self._runner: Runner | None = None
        self._first: Runner | None = None  # finds the lungs, where the card says that they are looked at
        self._info: EngineInfo | None = None

    @property
    def info(self) -> EngineInfo | None:
        """See ``Engine.info``."""
        return self._info

    def load(self) -> EngineInfo:
        """See ``Engine.load``. The first call takes seconds: it imports torch."""
        if self._info is not None:
            return self._info
        card = read_card(self._bundle)
        weights = verify(self._bundle, card)
        wait_asleep()
        keep_buffers()
        preload_torch()
        try:
            import torch

            from ptxviewer.inference.runtime import Choice, Runner, choose_device, has_fast_bf16
        except (ImportError, OSError):
            raise ModelUnavailable("PyTorch cannot be loaded, so films are shown but not analysed.") from None
        torch.set_num_threads(thread_count())
        choice = choose_device(self._device)
        runner = Runner(network_of(card, weights), choice)
        if choice.device.type == "cpu" and not self._exact and has_fast_bf16():
            runner.try_bf16(trial_input(card.size), card.rule.threshold)
        if card.first_look is not None:
            # On the CPU in float32 wherever the rest runs: milliseconds, and the box does not depend on the device.
            self._first = Runner(first_network_of(card.first_look, weights), Choice(torch.device("cpu"), "CPU"))
        self._card, self._runner = card, runner
        self._info = EngineInfo(
            model_id=f"{card.id} {card.version}",
            model_sha256=card.sha256,
            device=runner.name,
            rule=card.rule,
            calibrated=card.calibrated,
            note=choice.note,
        )
        return self._info

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """See ``Engine.predict``.

        Running out of the graphics card's memory, and only that, moves the work to the CPU for good.
        Raises ``ModelUnavailable`` where the network's output is not a number: that must never read as "nothing found".
        """
        info = self.load()
        card, runner = self._card, self._runner
        if card is None or runner is None:
            raise RuntimeError("a loaded engine has a card and a runner")
        checkpoint()
        started = time.perf_counter()
        view = self._view(film, card, checkpoint)
        from ptxviewer.inference.runtime import OutOfMemory

        result = None
        with contextlib.suppress(OutOfMemory):
            result = runner.run(view.grid, checkpoint)
        if result is None:  # outside the handler, whose traceback would keep the card's memory
            runner.move_to_cpu()
            self._info = info = replace(info, device=runner.name, note=OUT_OF_MEMORY)
            result = runner.run(view.grid, checkpoint)
        maps = view.onto_film(result.maps)
        if not (np.isfinite(result.score) and np.isfinite(maps).all()):
            raise ModelUnavailable("The network gave no usable result for this film.")
        return ProbabilityMaps(
            image_key=film.key,
            rows=film.rows,
            cols=film.cols,
            pneumothorax=maps[0],
            score=result.score,
            frontal=result.frontal,
            lung_image_left=maps[1],
            lung_image_right=maps[2],
            model_id=info.model_id,
            model_sha256=info.model_sha256,
            device=info.device,
            infer_ms=1000 * (time.perf_counter() - started),
        )

    def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
        """See ``Engine.band``. A graphics card without room for it is not left: the band is then not to be had."""
        self.load()
        card, runner = self._card, self._runner
        if card is None or runner is None:
            raise RuntimeError("a loaded engine has a card and a runner")
        checkpoint()
        from ptxviewer.inference.looks import all_looks
        from ptxviewer.inference.runtime import OutOfMemory

        view, looks = self._view(film, card, checkpoint), None
        with contextlib.suppress(OutOfMemory):
            looks = all_looks(view.grid, lambda grid: runner.run(grid, checkpoint).maps[0])
        if looks is None or not all(np.isfinite(look).all() for look in looks):
            raise ModelUnavailable("The network gave no usable result for this film.")
        return band_of(film.key, list(view.onto_film(np.stack(looks))))

    def _view(self, film: Radiograph, card: Card, checkpoint: Checkpoint) -> View:
        """What the network is shown of a film: all of it, or its lungs."""
        first, runner = card.first_look, self._first
        if first is None or runner is None:
            return whole_view(film, card.size)
        return view_of(film, card.size, first.maps_size, lambda grid: runner.run(grid, checkpoint).maps, first.size)


def thread_count() -> int:
    """All cores that this process may use; with more than two, one is left to the window."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return cores - 1 if cores > 2 else max(1, cores)


FIRST_LOOK_PREFIX = "first_look."  # of the names of its weights in the bundle's file


def network_of(card: Card, weights: bytes) -> PneumothoraxNet:
    """Build the card's network with ``weights`` (safetensors), every tensor accounted for.

    Raises ``ModelUnavailable`` where weights and card do not fit.
    """
    return _network(card.architecture, weights, "", FIRST_LOOK_PREFIX if card.first_look is not None else None)


def first_network_of(first_look: FirstLook, weights: bytes) -> PneumothoraxNet:
    """Build the network that finds the lungs from the same file; as ``network_of``."""
    return _network(first_look.architecture, weights, FIRST_LOOK_PREFIX, None)


def _network(architecture: dict[str, Any], weights: bytes, prefix: str, other: str | None) -> PneumothoraxNet:
    """Build a network from the tensors whose names start with ``prefix`` and not with ``other``."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    from ptxviewer.inference.network import NetworkConfig, PneumothoraxNet

    def ready(value: torch.Tensor) -> torch.Tensor:
        """In the type and order of the convolutions at once: every further copy of the weights costs as much."""
        layout = torch.channels_last if value.ndim == 4 else torch.contiguous_format
        return value.to(torch.float32, memory_format=layout)

    try:
        with torch.device("meta"):  # without numbers: drawing random ones first takes longer than reading ours
            net = PneumothoraxNet(NetworkConfig(**architecture))
        # Batch norm's counters say nothing to a network that no longer learns: the export leaves them out.
        counters = (name for name in net.state_dict() if name.endswith("num_batches_tracked"))
        state = {name: torch.zeros((), dtype=torch.long) for name in counters}
        state |= {
            name.removeprefix(prefix): ready(value)
            for name, value in load(weights).items()
            if name.startswith(prefix) and not (other and name.startswith(other))
        }
        net.load_state_dict(state, assign=True)
    except (SafetensorError, RuntimeError, TypeError, ValueError, KeyError):
        raise ModelUnavailable("The model file does not fit its card.") from None
    return net


def trial_input(size: int) -> FloatMap:
    """Return the (1, size, size) input of a phantom with a large pneumothorax: what bfloat16 is tried on.

    Projected at half the size, since it is made at every start.
    """
    from ptxviewer.core.phantom import PhantomSpec, film_of, make_phantom

    side = max(size // 2, 64)
    return prepare(film_of(make_phantom(PhantomSpec(side="right", size=0.8, seed=1, rows=side, cols=side))), size)


__all__ = ["FIRST_LOOK_PREFIX", "TorchEngine", "first_network_of", "network_of", "thread_count", "trial_input"]
