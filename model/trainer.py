"""What is trained and what a checkpoint holds: network, running average, optimiser and step, on one device."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from model.config import Config
from model.folded import hold_statistics
from model.losses import total_loss
from model.sampler import Batch
from model.tensors import read_tensors
from ptxviewer.inference.torch.network import PneumothoraxNet, load_rgb_encoder
from ptxviewer.inference.torch.processor import has_fast_bf16


def layout_of(device: torch.device) -> torch.memory_format:
    """Return the order of the numbers in which convolutions are fastest on ``device``.

    Without bf16 units, oneDNN is faster on plain tensors: a step of 8 films at 384 px took 3.1 s, 4.2 s channels-last.
    """
    plain_is_faster = device.type == "cpu" and not has_fast_bf16()
    return torch.contiguous_format if plain_is_faster else torch.channels_last


def autocast_on(device: torch.device) -> torch.autocast:
    """Half precision where ``device`` has units for it: bfloat16, which needs no scaling of the loss."""
    usable = has_fast_bf16() if device.type == "cpu" else device.type != "cuda" or torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=usable)


class Trainer:
    """Network, its running average, optimiser and step: what a checkpoint holds. Works on ``device``."""

    def __init__(
        self,
        config: Config,
        encoder: Path | None = None,
        weights: Path | None = None,
        device: torch.device | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.device = device or torch.device("cpu")
        self.layout = layout_of(self.device)
        net = PneumothoraxNet(config.network)
        if encoder is not None:
            load_rgb_encoder(net.encoder, torch.load(encoder, weights_only=True))
        if weights is not None:
            start_from(net, read_tensors(weights))
        self.net = net.to(self.device, memory_format=self.layout)  # type: ignore[call-overload]
        self.frozen = [self.net.encoder.get_submodule(name) for name in config.frozen]
        for module in self.frozen:
            module.requires_grad_(False)
        if config.held:
            hold_statistics(self.net)
        self.average = {name: value.clone() for name, value in self.net.state_dict().items()}
        groups: dict[str, list[Tensor]] = {"encoder": [], "rest": [], "head": []}
        for name, parameter in self.net.named_parameters():
            new = name.startswith(("side_head.gather.", "side_head.place."))
            groups["encoder" if name.startswith("encoder.") else "head" if new else "rest"].append(parameter)
        scales = {"encoder": config.encoder_rate, "rest": 1.0, "head": config.head_rate}
        self.optimiser = torch.optim.AdamW(
            [{"params": members, "scale": scales[name]} for name, members in groups.items() if members],
            lr=config.rate,
            weight_decay=config.weight_decay,
        )
        self.step = 0

    def train_step(self, batch: Batch) -> dict[str, float]:
        """One step of gradient descent; returns the parts of the loss."""
        self.net.train()
        for module in self.frozen:
            module.eval()
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.rate_at(self.step) * group["scale"]
        images, targets, present, known = (
            one.to(self.device, non_blocking=True) for one in (batch.images, batch.targets, batch.present, batch.known)
        )
        with autocast_on(self.device):
            logits = self.net(images.to(memory_format=self.layout))
        logits = logits._replace(maps=logits.maps.float(), film=logits.film.float())
        loss, parts = total_loss(logits, targets, present, known)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        decay = min(self.config.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                if value.dtype.is_floating_point:
                    self.average[name].lerp_(value, 1 - decay)
                else:
                    self.average[name].copy_(value)
        self.step += 1
        return {"loss": float(loss.detach()), **parts}

    def averaged(self) -> PneumothoraxNet:
        """A network with the averaged weights, in evaluation mode, on the same device."""
        net = PneumothoraxNet(self.config.network)
        net.load_state_dict(self.average)
        return net.to(self.device, memory_format=self.layout).eval()  # type: ignore[call-overload, no-any-return]

    def save(self, path: Path) -> None:
        """Write the checkpoint beside its place and move it over: a stop never leaves half a file."""
        part = path.with_suffix(".part")
        state = {
            "step": self.step,
            "net": self.net.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Continue from a checkpoint."""
        state = torch.load(path, weights_only=True, map_location="cpu")
        self.net.load_state_dict(state["net"])
        self.average = {name: value.to(self.device) for name, value in state["average"].items()}
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]


def device_named(name: str) -> torch.device:
    """Return "cpu", "cuda" or "mps" as a device; "auto" is the fastest that there is."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name == "cuda":
        torch.backends.cudnn.benchmark = True
    return torch.device(name)


def start_from(net: PneumothoraxNet, weights: dict[str, Tensor]) -> None:
    """Start from a bundle's weights; only the parts that decide by the halves of the chest may be new.

    The heads of the gate are fitted after the training (``finish``), so a new run has none.
    """
    fitted_later = ("frontal_head.", "photographed_head.")
    state = {name: value.float() for name, value in weights.items() if not name.startswith(fitted_later)}
    fresh = net.state_dict()
    state |= {name: value for name, value in fresh.items() if name.endswith("num_batches_tracked")}
    new: tuple[str, ...] = ()
    head = "film_head" if net.film_head is not None else "side_head.read"
    if "film_head.weight" in state:  # a head that reads more goes on from what this one had learned
        learned, bias = state.pop("film_head.weight"), state.pop("film_head.bias")
        wider = torch.zeros_like(fresh[f"{head}.weight"])
        wider[:, : learned.shape[1]] = learned
        state |= {f"{head}.weight": wider, f"{head}.bias": bias}
        new = ("side_head.gather.", "side_head.place.")
    state |= {name: value for name, value in fresh.items() if name.startswith(new) and name not in state}
    net.load_state_dict(state)
