"""Trains the network: resumable, seeded, logged. ``python -m model.train --pack runs/pack --run runs/first``.

A batch is a pure function of (seed, step), the state of everything else is in the checkpoint: a run that was
stopped and continued ends with the weights of one that was not. It runs on the CPU, on CUDA and on MPS, and a run that
began on one goes on on another. PyTorch and numpy are all it needs (``docs/training.md``).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from model.augment import middle_of, plain
from model.background import add_options, give_way
from model.config import Config, read_config
from model.metrics import auc, dice
from model.pack import ROOM, Pack
from model.sampler import Batch, Sampler, Stack
from model.trainer import Trainer, autocast_on, device_named

LOOK_EVERY = 400  # steps
SAVE_EVERY = 50
TELL_EVERY_S = 20.0
TRIED_STEPS = 12  # from which the speed of a computer is known


def quick_look(trainer: Trainer, films: Pack, size: int) -> dict[str, float]:
    """AUC of film score and mask peak, Dice on positives at 0.5, on the val films: to watch a run, not to quote.

    Both are judged on the grid over the lungs' box.
    """
    net, device = trainer.averaged(), trainer.device
    scores, peaks, dices, truths = [], [], [], []
    for index, example in enumerate(films.examples):
        if example.split != "val":
            continue
        image = torch.from_numpy(plain(films.image(index), size, ROOM, films.inside(index)))[None].to(device)
        with torch.inference_mode(), autocast_on(device):
            logits = net(image.to(memory_format=trainer.layout))
        pixel = torch.sigmoid(logits.maps[0, 0].float()).cpu().numpy()
        scores.append(float(logits.film))
        peaks.append(float(pixel.max()))
        truths.append(bool(example.present))
        if example.present:
            middle = middle_of(films.side, ROOM)
            mask = torch.from_numpy(films.mask(index)[middle, middle].astype(np.float32))
            truth = F.adaptive_avg_pool2d(mask[None], (size, size))[0].numpy() > 127
            dices.append(dice(pixel >= 0.5, truth))
    present = np.array(truths, bool)
    return {
        "auc_film": auc(np.array(scores), present),
        "auc_peak": auc(np.array(peaks), present),
        "dice_positive": float(np.mean(dices)) if dices else float("nan"),
    }


@contextmanager
def asked_to_stop() -> Iterator[Event]:
    """Yield what is set by Ctrl+C and where the system wants the program to end; a second time it ends at once."""
    stop = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(
    config: Config,
    films: Pack,
    folder: Path,
    encoder: Path | None = None,
    weights: Path | None = None,
    device: torch.device | None = None,
) -> bool:
    """Train to the end of ``config``, continuing from ``folder`` where it holds a checkpoint; False: it was stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config, encoder, weights, device)
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        trainer.load(checkpoint)
    record = {
        "config": asdict(config),
        "data": films.fingerprint,
        "boxes": films.boxes,
        "code": _code_version(),
        "device": str(trainer.device),
        "threads": torch.get_num_threads(),
        "start": _start(encoder, weights),
    }
    (folder / "run.json").write_text(json.dumps(record, indent=1))
    sampler = Sampler(films, config)
    on_cpu = trainer.device.type == "cpu"
    # A graphics card changes the films itself, and waits for nothing but their unpacking; on the CPU one thread does
    # both while the other trains.
    loaders = 1 if on_cpu else max(1, min(8, (os.cpu_count() or 2) - 1))
    make: Callable[[int], Batch | Stack] = sampler.batch if on_cpu else sampler.stack
    log = (folder / "log.jsonl").open("a")
    started, first = time.monotonic(), trainer.step

    def note(entry: dict[str, float | int | str]) -> None:
        log.write(json.dumps(entry) + "\n")
        log.flush()

    with log, asked_to_stop() as stop, ThreadPoolExecutor(loaders) as pool:
        coming = deque(pool.submit(make, step) for step in range(first, min(config.steps, first + loaders + 1)))
        reported = started
        while trainer.step < config.steps and not stop.is_set():
            batch = coming.popleft().result()
            following = trainer.step + loaders + 1
            if following < config.steps:
                coming.append(pool.submit(make, following))
            parts = trainer.train_step(batch if isinstance(batch, Batch) else batch.on(trainer.device))
            now = time.monotonic()
            note({"step": trainer.step, "seconds": round(now - started, 1), **parts})
            if now - reported >= TELL_EVERY_S or trainer.step == config.steps:
                reported = now
                print(progress(trainer.step, config.steps, (now - started) / (trainer.step - first), parts), flush=True)
            if trainer.step % SAVE_EVERY == 0 or trainer.step == config.steps or stop.is_set():
                trainer.save(checkpoint)
            if trainer.step % LOOK_EVERY == 0 or trainer.step == config.steps:
                look = quick_look(trainer, films, config.phase(trainer.step - 1).size)
                note({"step": trainer.step, "look": 1, **look})
                print(f"step {trainer.step}: " + ", ".join(f"{k} {v:.3f}" for k, v in look.items()), flush=True)
                draw_curves(folder)
        for unused in coming:
            unused.cancel()
    if trainer.step < config.steps:
        print(f"Stopped behind step {trainer.step} of {config.steps}; the same command goes on from there.", flush=True)
        return False
    torch.save({name: value.cpu() for name, value in trainer.average.items()}, folder / "average.pt")
    return True


def progress(step: int, steps: int, seconds: float, parts: dict[str, float]) -> str:
    """One line for whoever waits: how far, how well, how long still at ``seconds`` a step."""
    left = round(seconds * (steps - step) / 60)
    bar = "#" * (20 * step // steps)
    return (
        f"[{bar:<20}] step {step} of {steps}, loss {parts['loss']:.3f}, {seconds:.2f} s a step, "
        f"{left // 60} h {left % 60:02d} min left"
    )


def draw_curves(folder: Path) -> None:
    """Draw the log, where there is something to draw with."""
    try:
        from model.plots import training_curves
    except ImportError:
        return
    training_curves(folder / "log.jsonl", folder / "curves.png")


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


def fitted(config: Config, seconds: float, per_step: float, spent: float = 0.0) -> Config:
    """Return ``config`` with as many steps as fit into ``seconds``, phases in proportion.

    A step of the first phase takes ``per_step`` seconds, one of another as much more as it has more pixels.
    """
    pixels = [phase.batch * phase.size**2 for phase in config.phases]
    costs = [phase.steps * per_step * count / pixels[0] for phase, count in zip(config.phases, pixels, strict=True)]
    share = max(0.0, seconds - spent) / sum(costs)
    phases = (replace(phase, steps=max(1, round(share * phase.steps))) for phase in config.phases)
    return replace(config, phases=tuple(phases))


def timed(config: Config, films: Pack, device: torch.device) -> float:
    """Seconds that a step of the first phase takes here, its films included; the network is thrown away."""
    trainer, sampler = Trainer(config, device=device), Sampler(films, config)
    seconds = []
    for step in range(TRIED_STEPS):
        started = time.monotonic()
        trainer.train_step(sampler.batch(step, device))  # the loss comes back as a number, so the device is waited for
        seconds.append(time.monotonic() - started)
    return float(np.median(seconds[TRIED_STEPS // 2 :]))


def main() -> None:
    """Command line of the training."""
    keep_memory()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pack", type=Path, help="folder that model.pack has written; default: runs/pack512 for 512 px"
    )
    parser.add_argument("--data", type=Path, help="folder with index.csv: packs it first, where there is no pack yet")
    parser.add_argument("--first-look", type=Path, help="with --data: folder with first_look.safetensors")
    parser.add_argument("--encoder", type=Path, help="colour ResNet weights to start from")
    parser.add_argument("--weights", type=Path, help="a bundle's weights.safetensors, or a checkpoint's, to start from")
    parser.add_argument("--run", type=Path, default=Path("runs/first"), help="folder of checkpoint and log")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--config", type=Path, help="JSON with fields of Config that differ from the default")
    parser.add_argument("--minutes", type=float, help="as many steps as fit into this time on this computer")
    add_options(parser, threads=0)
    asked = parser.parse_args()
    give_way(asked.nice)
    if asked.threads:
        torch.set_num_threads(asked.threads)
    # A run that was stopped goes on by its own plan, unless another one is given.
    plan = asked.run / "run.json"
    config = read_config(plan if asked.config is None and plan.exists() else asked.config)
    size = max(phase.size for phase in config.phases)
    packed = asked.pack or Path(f"runs/pack{size}")
    if asked.data is not None and not (packed / "pack.json").exists():
        from model.pack import pack

        pack(asked.data, packed, size, threads=asked.threads, first_look=asked.first_look)
    films, device = Pack(packed), device_named(asked.device)
    if asked.data is not None and config.drains is not None and films.drains is None:
        from model.drains import judge

        judge(packed)
        films = Pack(packed)
    if films.size < size:
        print(
            f"The pack's boxes have {films.size} px, the plan goes up to {size} px: nothing finer is seen so.",
            flush=True,
        )
    if asked.minutes and not (asked.run / "checkpoint.pt").exists():
        started = time.monotonic()
        per_step = timed(config, films, device)
        config = fitted(config, 60 * asked.minutes, per_step, time.monotonic() - started)
        print(f"{per_step:.2f} s a step here: {config.steps} steps", flush=True)
    if not run(config, films, asked.run, asked.encoder, asked.weights, device):
        raise SystemExit(130)  # as a shell says of what was stopped by hand


if __name__ == "__main__":
    main()
