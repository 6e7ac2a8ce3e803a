"""Trains the network: resumable, seeded, logged. ``python -m model.train --data DIR --run runs/first``.

A batch is a pure function of (seed, step), the state of everything else is in the checkpoint: a run that was
stopped and continued ends with the weights of one that was not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from tqdm import tqdm

from model.augment import plain
from model.config import Config, read_config
from model.data import Films, fingerprint, read_index
from model.folded import hold_statistics
from model.losses import total_loss
from model.metrics import auc, dice
from model.plots import training_curves
from model.sampler import Batch, Sampler
from ptxviewer.inference.torch.network import PneumothoraxNet, load_rgb_encoder
from ptxviewer.inference.torch.runner import has_fast_bf16

LOOK_EVERY = 400  # steps
# Without bf16 units, oneDNN is faster on plain tensors: a step of 8 films at 384 px took 3.1 s, 4.2 s channels-last.
LAYOUT = torch.channels_last if has_fast_bf16() else torch.contiguous_format


class Trainer:
    """Network, its running average, optimiser and step: what a checkpoint holds."""

    def __init__(self, config: Config, encoder: Path | None = None, weights: Path | None = None) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.net = PneumothoraxNet(config.network).to(memory_format=LAYOUT)  # type: ignore[call-overload]
        if encoder is not None:
            load_rgb_encoder(self.net.encoder, torch.load(encoder, weights_only=True))
        if weights is not None:
            # The head of the gate is fitted after the training (``finish``), so a new run has none.
            state = {n: v.float() for n, v in load_file(weights).items() if not n.startswith("frontal_head.")}
            counters = {n: v for n, v in self.net.state_dict().items() if n.endswith("num_batches_tracked")}
            # A film head that reads more than the bundle's goes on from what that one had learned.
            head, learned = torch.zeros_like(self.net.film_head.weight), state["film_head.weight"]
            head[:, : learned.shape[1]] = learned
            self.net.load_state_dict(counters | state | {"film_head.weight": head})
        self.frozen = [self.net.encoder.get_submodule(name) for name in config.frozen]
        for module in self.frozen:
            module.requires_grad_(False)
        if config.held:
            hold_statistics(self.net)
        self.average = {name: value.clone() for name, value in self.net.state_dict().items()}
        groups = [
            {"params": list(self.net.encoder.parameters()), "scale": config.encoder_rate},
            {"params": [p for n, p in self.net.named_parameters() if not n.startswith("encoder.")], "scale": 1.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=config.rate, weight_decay=config.weight_decay)
        self.step = 0

    def train_step(self, batch: Batch) -> dict[str, float]:
        """One step of gradient descent; returns the parts of the loss."""
        self.net.train()
        for module in self.frozen:
            module.eval()
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.rate_at(self.step) * group["scale"]
        with torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bf16()):
            logits = self.net(batch.images.to(memory_format=LAYOUT))
        logits = logits._replace(maps=logits.maps.float(), film=logits.film.float())
        loss, parts = total_loss(logits, batch.targets, batch.present, batch.known)
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
        """A network with the averaged weights, in evaluation mode."""
        net = PneumothoraxNet(self.config.network)
        net.load_state_dict(self.average)
        return net.to(memory_format=LAYOUT).eval()  # type: ignore[call-overload, no-any-return]

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
        state = torch.load(path, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]


def quick_look(net: PneumothoraxNet, films: Films, size: int) -> dict[str, float]:
    """AUC of film score and mask peak, Dice on positives at 0.5, on the val films: to watch a run, not to quote."""
    chosen = [(i, e) for i, e in enumerate(films.examples) if e.split == "val"]
    scores, peaks, dices = [], [], []
    with torch.inference_mode():
        for index, example in chosen:
            image = torch.from_numpy(plain(np.asarray(films.images[index]), size))[None]
            with torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bf16()):
                logits = net(image.to(memory_format=LAYOUT))
            pixel = torch.sigmoid(logits.maps[0, 0].float()).numpy()
            scores.append(float(logits.film))
            peaks.append(float(pixel.max()))
            if example.present:
                truth = cv2.resize(np.asarray(films.masks[index, 0]), (size, size), interpolation=cv2.INTER_AREA) > 127
                dices.append(dice(pixel >= 0.5, truth))
    truth_all = np.array([bool(e.present) for _, e in chosen])
    return {
        "auc_film": auc(np.array(scores), truth_all),
        "auc_peak": auc(np.array(peaks), truth_all),
        "dice_positive": float(np.mean(dices)) if dices else float("nan"),
    }


def run(
    config: Config,
    data: Path,
    folder: Path,
    cache: Path,
    encoder: Path | None,
    weights: Path | None = None,
    pseudo: Path | None = None,
) -> None:
    """Train to the end of ``config``, continuing from ``folder`` where it holds a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    films = Films(data, read_index(data, pseudo=pseudo), cache)
    trainer = Trainer(config, encoder, weights)
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        trainer.load(checkpoint)
    record = {
        "config": asdict(config),
        "data": fingerprint(films.examples),
        "code": _code_version(),
        "threads": torch.get_num_threads(),
        "start": _start(encoder, weights),
        "pseudo": pseudo is not None,
    }
    (folder / "run.json").write_text(json.dumps(record, indent=1))
    sampler = Sampler(films, config)
    log = (folder / "log.jsonl").open("a")
    started = time.monotonic()

    def note(entry: dict[str, float | int | str]) -> None:
        log.write(json.dumps(entry) + "\n")
        log.flush()

    with (
        ThreadPoolExecutor(1) as pool,
        tqdm(total=config.steps, initial=trainer.step, unit="step", mininterval=10) as bar,
    ):
        coming = pool.submit(sampler.batch, trainer.step)
        while trainer.step < config.steps:
            batch = coming.result()
            coming = pool.submit(sampler.batch, trainer.step + 1)
            parts = trainer.train_step(batch)
            bar.update()
            bar.set_postfix(loss=f"{parts['loss']:.3f}")
            note({"step": trainer.step, "seconds": round(time.monotonic() - started, 1), **parts})
            if trainer.step % 25 == 0:
                trainer.save(checkpoint)
            if trainer.step % LOOK_EVERY == 0 or trainer.step == config.steps:
                look = quick_look(trainer.averaged(), films, config.phase(trainer.step - 1).size)
                note({"step": trainer.step, "look": 1, **look})
                training_curves(folder / "log.jsonl", folder / "curves.png")
                bar.write(f"step {trainer.step}: " + "  ".join(f"{k} {v:.3f}" for k, v in look.items()))
    trainer.save(checkpoint)
    torch.save(trainer.average, folder / "average.pt")


def _start(encoder: Path | None, weights: Path | None) -> str:
    """What the run started from, in words for the card."""
    if weights is not None:
        return f"a bundle with sha256 {hashlib.sha256(weights.read_bytes()).hexdigest()[:16]}"
    return "ImageNet weights" if encoder is not None else "random weights"


def _code_version() -> str:
    try:
        command: Callable[..., Any] = subprocess.run
        return str(
            command(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def keep_memory() -> None:
    """Start this program again with an allocator that keeps what it was given (glibc only; it reads this once).

    By default every large tensor goes back to the system and is fetched, page by page, a moment later: on two cores
    a step at 320 px took 6.4 s so, and 4.2 s when the memory is kept.
    """
    settings = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 36), "MALLOC_TOP_PAD_": str(1 << 28)}
    if sys.platform == "linux" and "MALLOC_MMAP_MAX_" not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | settings)


def main() -> None:
    """Command line of the training."""
    keep_memory()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with index.csv")
    parser.add_argument("--encoder", type=Path, help="colour ResNet weights to start from")
    parser.add_argument("--weights", type=Path, help="a bundle's weights.safetensors to start from")
    parser.add_argument("--pseudo", type=Path, help="folder of masks by model.pseudo")
    parser.add_argument("--run", type=Path, default=Path("runs/first"), help="folder of checkpoint and log")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    parser.add_argument("--config", type=Path, help="JSON with fields of Config that differ from the default")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--nice", type=int, default=15, help="how far other programs go first, up to 19")
    arguments = parser.parse_args()
    if hasattr(os, "nice"):
        os.nice(arguments.nice)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    run(
        read_config(arguments.config),
        arguments.data,
        arguments.run,
        arguments.cache,
        arguments.encoder,
        arguments.weights,
        arguments.pseudo,
    )


if __name__ == "__main__":
    main()
