"""Start the shipped network with PyTorch; torch is imported inside functions, on the model lane."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.core.cpu import cores
from ptxviewer.core.devices import DeviceChoice
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.heap import keep_freed_memory
from ptxviewer.core.purposes import PurposeChoice
from ptxviewer.core.reasons.network import Network
from ptxviewer.inference.card import Card
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.torch.preload import preload_torch, wait_asleep

if TYPE_CHECKING:
    from ptxviewer.inference.torch.network import PneumothoraxNet
    from ptxviewer.inference.torch.runner import TorchRunner


def torch_engine(
    device: DeviceChoice = "auto",
    bundle: Path | None = None,
    *,
    exact: bool = False,
    purpose: PurposeChoice = "balanced",
) -> BundleEngine:
    """Return the engine that runs a bundle (the shipped one by default) with PyTorch; nothing is imported yet.

    ``exact`` keeps a CPU at float32 even where bfloat16 is faster: what the fast way is measured against.
    """
    from ptxviewer.paths import bundle_dir

    return BundleEngine(bundle or bundle_dir(), partial(start, device=device, exact=exact), purpose)


def start(card: Card, weights: bytes, device: DeviceChoice = "auto", exact: bool = False) -> TorchRunner:
    """Import torch and return the card's network on ``device``. Raises ``ModelUnavailable``."""
    wait_asleep()
    keep_freed_memory()
    preload_torch()
    try:
        import torch

        from ptxviewer.inference.torch.runner import TorchRunner, choose_device, has_fast_bf16
    except (ImportError, OSError):
        raise ModelUnavailable(Network.LIBRARY_UNUSABLE) from None
    torch.set_num_threads(thread_count())
    choice = choose_device(device)
    runner = TorchRunner(network_of(card, weights), choice)
    if choice.device.type == "cpu" and not exact and has_fast_bf16():
        from ptxviewer.inference.equivalence import trial_input  # imports the phantom: not before the window is there

        runner.try_bf16(trial_input(card.size), card.rule.threshold)
    return runner


def thread_count() -> int:
    """All cores that this process may use; with more than two, one is left to the window.

    Where OMP_NUM_THREADS asks for fewer, as on computers that many programs share, so many it is.
    """
    free = cores() - 1 if cores() > 2 else cores()
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()  # the rest of a list is for nested regions
    return min(free, max(1, int(asked))) if asked.isdecimal() else free


def network_of(card: Card, weights: bytes) -> PneumothoraxNet:
    """Build the card's network with ``weights`` (safetensors), every tensor accounted for.

    Raises ``ModelUnavailable`` where weights and card do not fit.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet

    def ready(value: torch.Tensor) -> torch.Tensor:
        """In the type and order of the convolutions at once: every further copy of the weights costs as much."""
        layout = torch.channels_last if value.ndim == 4 else torch.contiguous_format
        return value.to(torch.float32, memory_format=layout)

    try:
        with torch.device("meta"):  # without numbers: drawing random ones first takes longer than reading ours
            net = PneumothoraxNet(NetworkConfig(**card.architecture))
        # Batch norm's counters mean nothing to a network that no longer learns: the export leaves them out.
        counters = (name for name in net.state_dict() if name.endswith("num_batches_tracked"))
        state = {name: torch.zeros((), dtype=torch.long) for name in counters}
        state |= {name: ready(value) for name, value in load(weights).items()}
        net.load_state_dict(state, assign=True)
    except (SafetensorError, RuntimeError, TypeError, ValueError, KeyError):
        raise ModelUnavailable(Network.WEIGHTS_DO_NOT_FIT) from None
    return net
