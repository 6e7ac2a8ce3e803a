"""A loaded network on a device: its convolutions fused, precision chosen, stages that can be interrupted.

This module imports torch at its top; ``loading`` imports it inside functions, on the model lane.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import torch
from torch import Tensor, nn

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.cpu import cores
from ptxviewer.core.devices import DEVICES, DeviceChoice, batch_of, name_of
from ptxviewer.core.engine import Checkpoint, OutOfMemory, RunResult, never_cancelled
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.network import DeviceRefused, DeviceUnusable
from ptxviewer.inference.batches import Batches
from ptxviewer.inference.equivalence import same_decision
from ptxviewer.inference.torch.fused import can_fuse, fold_batch_norm, fuse
from ptxviewer.inference.torch.network import PneumothoraxNet
from ptxviewer.inference.torch.processor import has_fast_bf16

BF16_MIN_GAIN = 1.3  # times faster than float32, or it stays off


@dataclass(frozen=True)
class Choice:
    """A device that has been tried. ``note`` says why it is not the one that was asked for."""

    device: torch.device
    name: str
    note: Reason | None = None


CARDS: dict[DeviceChoice, ModuleType] = {"cuda": torch.cuda, "mps": torch.backends.mps}
"""Graphics cards, each with the module of torch that says whether there is one."""


def works(device: torch.device) -> bool:
    """Try a tiny convolution and wait for it: a device may be listed and yet have no kernels for its driver."""
    try:
        result = nn.functional.conv2d(torch.ones(1, 1, 8, 8, device=device), torch.ones(1, 1, 3, 3, device=device))
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return float(result.sum().cpu()) == 36 * 9
    except (RuntimeError, AssertionError, NotImplementedError):
        return False


def choose_device(wanted: DeviceChoice) -> Choice:
    """Return a device that works: the wanted one, or for "auto" the first graphics card, or else the CPU."""
    note: Reason | None = None
    for device in DEVICES:
        kind = device.id
        card = CARDS.get(kind)
        if card is None or wanted not in ("auto", kind):
            continue
        available = card.is_available()
        if available and works(torch.device(kind)):
            model = card.get_device_name() if hasattr(card, "get_device_name") else ""
            return Choice(torch.device(kind), f"{device.name} {model}".strip())
        if wanted == kind:
            note = DeviceRefused(kind)
        elif available:
            note = DeviceUnusable(kind)
    return Choice(torch.device("cpu"), name_of("cpu"), note)


def _lacks_memory(error: RuntimeError) -> bool:
    """True where a device has no memory left; MPS has no class of its own for that."""
    return isinstance(error, torch.cuda.OutOfMemoryError) or str(error).startswith("MPS backend out of memory")


class TorchRunner:
    """``core.engine.Runner`` with PyTorch. One thread at a time, unless cores or batches are shared out."""

    def __init__(self, net: PneumothoraxNet, choice: Choice, batch: int | None = None) -> None:
        """``batch``: films of one pass where there are many; None is what the device's row says."""
        self.device = choice.name
        self.note = choice.note
        self._on = choice.device
        self._checkpoint: Checkpoint = never_cancelled
        self._cores = 1  # that are shared out, each film on one
        self._batch = batch_of(choice.device.type) if batch is None else batch
        self._batches: Batches | None = None  # of several threads, once these are told of
        self._net = fold_batch_norm(net.eval()).requires_grad_(False)
        encoder = self._net.encoder
        stages = (encoder, encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4)
        for stage in (*stages, *self._net.decoder):
            stage.register_forward_pre_hook(self._before_stage)
        self._move(choice.device)

    def run(self, grid: FloatMap, checkpoint: Checkpoint = never_cancelled) -> RunResult:
        """See ``Runner.run``."""
        if self._batches is not None:
            return self._batches.run(grid)
        return self.run_many([grid], checkpoint)[0]

    def run_many(self, grids: Sequence[FloatMap], checkpoint: Checkpoint = never_cancelled) -> list[RunResult]:
        """Return the output for each of several inputs, from one pass; errors as ``run``."""
        if self._cores > 1:  # of this thread: each has a number of its own
            torch.set_num_threads(1)
        self._checkpoint = checkpoint
        try:
            with torch.inference_mode():
                images = torch.from_numpy(np.stack(grids)).to(self._on, self._net.encoder.conv1.weight.dtype)
                logits = self._net(images.contiguous(memory_format=torch.channels_last))
                film, frontal, photographed = (
                    [None] * len(grids) if one is None else torch.sigmoid(one.float()).tolist()
                    for one in (logits.film, logits.frontal, logits.photographed)
                )
                maps = torch.sigmoid(logits.maps.float()).contiguous().cpu().numpy()
                return [RunResult(*one) for one in zip(maps, film, frontal, photographed, strict=True)]
        except RuntimeError as error:
            if "can't allocate memory" in str(error):  # of this computer: no other device has any
                raise MemoryError from None
            if not _lacks_memory(error):
                raise
            raise OutOfMemory from None
        finally:
            self._checkpoint = never_cancelled

    def move_to_cpu(self) -> None:
        """See ``Runner.move_to_cpu``."""
        with contextlib.nullcontext() if self._batches is None else self._batches.turn:
            left = self._on
            if left.type == "cpu":  # another thread has been here
                return
            self._move(torch.device("cpu"))
            self.device = "CPU"
            if self._batches is not None:
                self._batches.most = 1
            if left.type == "cuda":
                torch.cuda.empty_cache()

    def share_cores(self) -> int:
        """See ``ManyFilms.share_cores``. No thread then has a checkpoint of its own."""
        if self._batch > 1:
            self._batches = self._batches or Batches(self.run_many, self._batch)
            return 2 * self._batch  # one batch is on the device, the next comes together
        if self._on.type != "cpu":
            return 1
        self._cores = cores()
        return self._cores

    def try_bf16(
        self,
        grid: FloatMap,
        threshold: float,
        *,
        repeats: int = 2,
        min_gain: float = BF16_MIN_GAIN,
        same: Callable[[RunResult, RunResult, float], bool] = same_decision,
    ) -> bool:
        """Change to bfloat16 if it is faster on ``grid`` and gives the same masks; returns whether it did."""
        plain, plain_seconds = self._timed(grid, 1)
        exact = self._net
        # The memo leaves this runner itself uncopied: the hooks of the copy ask the same checkpoint.
        self._net = copy.deepcopy(exact, {id(self): self})
        self._net.encoder.to(torch.bfloat16)
        self._net.decoder.to(torch.bfloat16)
        # The first layer stays exact: it sees the film itself, and 8 bits of its greys are a third of the whole error.
        stem = self._net.encoder.conv1 = copy.deepcopy(exact.encoder.conv1, {id(self): self})
        stem.register_forward_hook(lambda _module, _inputs, output: output.to(torch.bfloat16))
        net = self._net
        for head in (net.map_head, net.film_head, net.side_head, net.frontal_head, net.photographed_head):
            if head is None:
                continue
            # The heads stay exact: they are small.
            head.register_forward_pre_hook(lambda _module, inputs: tuple(x.float() for x in inputs))
        brief, brief_seconds = self._timed(grid, repeats)
        if plain_seconds / brief_seconds > min_gain and same(plain, brief, threshold):
            self.device = "CPU bf16"
            return True
        self._net = exact
        return False

    def _timed(self, grid: FloatMap, repeats: int) -> tuple[RunResult, float]:
        result = self.run(grid)  # the first run chooses kernels and is not timed
        best = float("inf")
        for _ in range(repeats):
            start = time.perf_counter()
            result = self.run(grid)
            best = min(best, time.perf_counter() - start)
        return result, best

    def _move(self, device: torch.device) -> None:
        self._on = device
        self._net = self._net.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if device.type == "cpu" and can_fuse():
            fuse(self._net)

    def _before_stage(self, _module: nn.Module, _inputs: tuple[Tensor, ...]) -> None:
        self._checkpoint()


__all__ = ["BF16_MIN_GAIN", "Choice", "TorchRunner", "choose_device", "has_fast_bf16", "works"]
