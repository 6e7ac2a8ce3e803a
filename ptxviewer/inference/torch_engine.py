"""The network on this computer: load, choose the device, predict, give way when cancelled. torch is imported inside.

Batch norm is folded into the convolutions and memory is channels-last: together they bring plain torch within a tenth
of specialised engines on a CPU.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ptxviewer.core.errors import Cancelled, ModelUnavailable
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.types import ProbabilityMaps, Radiograph
from ptxviewer.inference import preprocess
from ptxviewer.inference.card import Card, read_card, verify
from ptxviewer.inference.engine import Checkpoint, DeviceChoice, EngineInfo, never_cancelled

if TYPE_CHECKING:
    import torch
    from torch import nn

SAME_MASK_DICE = 0.995
WORTH_IT = 1.3  # bf16 must be this much faster than fp32 to be used


class TorchEngine:
    """``Engine`` on torch. Not thread-safe: one lane owns it."""

    def __init__(self, device: DeviceChoice, bundle: Path) -> None:
        self._wish = device
        self._bundle = bundle
        self._info: EngineInfo | None = None
        self._card: Card | None = None
        self._net: Any = None
        self._device = "cpu"
        self._bf16 = False

    @property
    def info(self) -> EngineInfo | None:
        """See ``Engine.info``."""
        return self._info

    def load(self) -> EngineInfo:
        """See ``Engine.load``."""
        if self._info is None:
            card = read_card(self._bundle)
            weights = verify(self._bundle, card)
            if card.preprocessing != preprocess.NAME:
                raise ModelUnavailable("The model was trained with another preprocessing than this program's.")
            import torch

            torch.set_num_threads(working_threads())
            self._net = load_network(card, weights)
            self._card = card
            self._device, note = choose_device(self._wish)
            self._net.to(self._device)
            self._bf16 = self._device == "cpu" and self._bf16_wins()
            self._describe(note)
        assert self._info is not None
        return self._info

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """See ``Engine.predict``."""
        info = self.load()
        assert self._card is not None
        checkpoint()
        started = time.perf_counter()
        image = preprocess.prepare(film, self._card.size)[None]
        maps, score = self._guarded(image, checkpoint)
        info = self._info or info
        inside = np.zeros(maps.shape[1:], bool)
        inside[GridMap.for_film(film.rows, film.cols, self._card.size).content] = True
        maps = np.where(inside, maps, np.float32(0))  # the letterbox is no film
        return ProbabilityMaps(
            image_key=film.key,
            rows=film.rows,
            cols=film.cols,
            pneumothorax=np.ascontiguousarray(maps[0]),
            score=score,
            lung_image_left=np.ascontiguousarray(maps[1]),
            lung_image_right=np.ascontiguousarray(maps[2]),
            model_id=info.model_id,
            model_sha256=info.model_sha256,
            device=info.device,
            infer_ms=1000 * (time.perf_counter() - started),
        )

    def _guarded(self, image: np.ndarray[Any, Any], checkpoint: Checkpoint) -> tuple[np.ndarray[Any, Any], float]:
        """Run the network; when a graphics card has no memory left, move to the CPU for good and say so."""
        import torch

        try:
            return self._forward(image, checkpoint, self._bf16)
        except torch.OutOfMemoryError:
            if self._device == "cpu":
                raise
        self._net.to("cpu")
        self._device = "cpu"
        self._describe("The graphics card ran out of memory: using the CPU.")
        return self._forward(image, checkpoint, False)

    def _forward(
        self, image: np.ndarray[Any, Any], checkpoint: Checkpoint, bf16: bool
    ) -> tuple[np.ndarray[Any, Any], float]:
        import torch

        x = torch.from_numpy(image).to(self._device, memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16), stages(self._net, checkpoint):
            logits = self._net(x)
        maps = torch.sigmoid(logits.maps[0].float()).cpu().numpy()
        return maps, float(torch.sigmoid(logits.film[0].float()))

    def _bf16_wins(self) -> bool:
        """True where the CPU multiplies bfloat16 in hardware, gains time by it, and the mask stays the same."""
        import torch

        if not torch.cpu._is_avx512_bf16_supported():  # noqa: SLF001 - there is no public question for this
            return False
        assert self._card is not None
        from ptxviewer.core.phantom import PhantomSpec, film_of, make_phantom

        film = film_of(make_phantom(PhantomSpec(size=0.6, seed=3, rows=512, cols=448)))
        image = preprocess.prepare(film, self._card.size)[None]
        masks, seconds = [], []
        for bf16 in (False, True):
            self._forward(image, never_cancelled, bf16)
            started = time.perf_counter()
            maps, _ = self._forward(image, never_cancelled, bf16)
            seconds.append(time.perf_counter() - started)
            masks.append(maps[0] >= self._card.rule.threshold)
        total = int(masks[0].sum()) + int(masks[1].sum())
        same = total == 0 or 2 * int((masks[0] & masks[1]).sum()) / total >= SAME_MASK_DICE
        return same and seconds[0] > WORTH_IT * seconds[1]

    def _describe(self, note: str) -> None:
        assert self._card is not None
        names = {"cpu": "CPU bf16" if self._bf16 else "CPU", "mps": "GPU (MPS)"}
        device = names.get(self._device)
        if device is None:
            import torch

            device = f"GPU {torch.cuda.get_device_name(0)}"
        self._info = EngineInfo(
            self._card.name, self._card.sha256, device, self._card.rule, self._card.calibrated, note
        )


def working_threads() -> int:
    """All cores but one where there are more than two: the window needs one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if cores <= 2 else cores - 1


def load_network(card: Card, weights: Path) -> nn.Module:
    """Build the card's network with its weights, folded and ready to predict. Raises ``ModelUnavailable``."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from ptxviewer.inference.network import NetworkConfig, PneumothoraxNet

    try:
        config = NetworkConfig(**{k: tuple(v) if isinstance(v, list) else v for k, v in card.architecture.items()})
        net = PneumothoraxNet(config)
        state = {name: value.float() for name, value in load_file(weights).items()}
        counters = {k: v for k, v in net.state_dict().items() if k.endswith("num_batches_tracked")}
        net.load_state_dict({**state, **counters}, strict=True)
    except (TypeError, RuntimeError, SafetensorError):
        raise ModelUnavailable("The model's weights do not fit its card and are not used.") from None
    net.eval()
    fold_batch_norm(net)
    folded: nn.Module = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return folded


def fold_batch_norm(net: nn.Module) -> None:
    """Fold every batch norm into the convolution before it, in place; the network must be in evaluation mode."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    for module in net.modules():
        names = [name for name, child in module.named_children() if isinstance(child, nn.BatchNorm2d)]
        for name in names:
            # "bn1" follows "conv1"; in a shortcut "1" follows "0".
            before = name.replace("bn", "conv") if name.startswith("bn") else str(int(name) - 1)
            convolution, norm = getattr(module, before), getattr(module, name)
            setattr(module, before, fuse_conv_bn_eval(convolution, norm))
            setattr(module, name, nn.Identity())


@contextmanager
def stages(net: nn.Module, checkpoint: Checkpoint) -> Iterator[None]:
    """Call ``checkpoint`` before every stage of the network, so that a retired job ends within one stage."""

    def before(_module: nn.Module, _inputs: tuple[torch.Tensor, ...]) -> None:
        checkpoint()

    encoder: Any = net.encoder
    decoder: Any = net.decoder
    watched = [encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4, *decoder]
    handles = [module.register_forward_pre_hook(before) for module in watched]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def choose_device(wish: DeviceChoice) -> tuple[str, str]:
    """Return the device that works and a sentence where it is not the one asked for. A probe decides, not a version."""
    import torch

    mps = getattr(torch.backends, "mps", None)
    offered = {"cuda": torch.cuda.is_available(), "mps": bool(mps and mps.is_available())}
    order = ("cuda", "mps") if wish == "auto" else (wish,) if wish != "cpu" else ()
    for device in order:
        if offered[device] and usable(device):
            return device, ""
    if wish in ("auto", "cpu"):
        broken = wish == "auto" and any(offered.values())
        return "cpu", "The graphics card of this computer is not usable: using the CPU." if broken else ""
    return "cpu", f"{wish.upper()} was asked for but is not usable here: using the CPU."


def usable(device: str) -> bool:
    """True when a small convolution runs on ``device`` and its result comes back."""
    import torch

    try:
        x = torch.ones(1, 1, 8, 8, device=device)
        return bool(torch.nn.functional.conv2d(x, x[:, :, :3, :3]).cpu().sum() == 324)
    except Exception:  # noqa: BLE001 - drivers fail in their own ways; any failure means "not this device"
        return False


__all__ = ["Cancelled", "TorchEngine", "choose_device", "fold_batch_norm", "load_network", "stages", "working_threads"]
