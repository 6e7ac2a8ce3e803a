"""Trains the first look: a small network that finds the lungs on the whole film, on a coarse grid.

``python -m model.first_look --data DIR --bundle model/bundle --out runs/first-look`` lets the bundle's network mark the
lungs on every film for training (hand-drawn masks where there are some), and teaches a network of a hundredth of its
size to do the same at 192 px. The box of ``core.lungbox`` needs no more than that. Films of ``val`` and
``val_patients`` are only looked at, at the end: how far its boxes are from the bundle's.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch.nn import functional as F
from tqdm import tqdm

from model.augment import Augmentation, augment, changes, plain, warp
from model.background import add_options, give_way
from model.cutting import Cutter
from model.data import read_grey, read_index, split_lungs
from model.losses import soft_dice
from model.train import keep_memory
from model.trainer import autocast_on, layout_of
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.lungbox import LungBox, lung_box
from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet

SIZE = 192
TEACHER_SIZE = 384
BATCH = 16
CONFIG = NetworkConfig(
    blocks=(1, 1, 1, 1),
    planes=(12, 24, 32, 48),
    stem=16,
    decoder=(32, 24, 16, 16),
    stride_on_conv1=False,
    block="basic",
)
# A film may show a whole child, or little more than one lung: wide ranges.
AUGMENTATION = Augmentation(rotation_deg=20, aspect=1.3, scale=(0.6, 1.35), shift=0.12, gamma=(0.5, 1.8))


def cached(cutter: Cutter, folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return every film, (N, S, S), and its lungs, (N, 2, S, S), letterboxed to ``SIZE``; made once."""
    images_file, lungs_file, done = folder / "images.npy", folder / "lungs.npy", folder / "cached"
    if not done.exists():
        films = read_index(cutter.data)
        count = len(films)
        images = np.lib.format.open_memmap(images_file, "w+", np.uint8, (count, SIZE, SIZE))
        lungs = np.lib.format.open_memmap(lungs_file, "w+", np.uint8, (count, 2, SIZE, SIZE))
        for number, example in enumerate(tqdm(films, desc="films", unit="film", mininterval=10)):
            grey = read_grey(cutter.data / example.film)
            images[number] = _letterboxed(grey.astype(np.float32))
            if example.lungs:
                for channel, lung in enumerate(split_lungs(read_grey(cutter.data / example.lungs))):
                    lungs[number, channel] = _letterboxed(lung.astype(np.float32))
            else:
                maps = cutter.maps(grey, TEACHER_SIZE)
                for channel in (0, 1):
                    small = cv2.resize(maps[1 + channel], (SIZE, SIZE), interpolation=cv2.INTER_AREA)
                    lungs[number, channel] = np.round(255 * small)
        images.flush()
        lungs.flush()
        done.touch()
    return np.load(images_file, mmap_mode="r"), np.load(lungs_file, mmap_mode="r")


def _letterboxed(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(GridMap.for_film(image.shape[0], image.shape[1], SIZE).to_grid(image)).astype(np.uint8)


def overlap(one: LungBox, other: LungBox) -> float:
    """Intersection over union of two boxes."""
    height = min(one.top + one.side, other.top + other.side) - max(one.top, other.top)
    width = min(one.left + one.side, other.left + other.side) - max(one.left, other.left)
    both = max(0, height) * max(0, width)
    return both / (one.side**2 + other.side**2 - both)


def judged(
    net: PneumothoraxNet, cutter: Cutter, images: NDArray[np.uint8], lungs: NDArray[np.uint8]
) -> dict[str, float]:
    """Compare the boxes on films that were not trained on with those of the teacher's own lungs."""
    shares, whole, whole_before = [], 0, 0
    for number, example in enumerate(read_index(cutter.data)):
        if example.split == "train":
            continue
        image = torch.from_numpy(plain(images[number], SIZE))[None]
        with torch.inference_mode(), autocast_on(image.device):
            scores = torch.sigmoid(net(image).maps[0].float()).numpy()
        own = lung_box(768, 768, scores[1], scores[2])
        left, right = (np.asarray(lung / np.float32(255), np.float32) for lung in lungs[number])
        theirs = lung_box(768, 768, left, right)
        whole, whole_before = whole + own.whole, whole_before + theirs.whole
        shares.append(overlap(own, theirs))
    low, middle = np.quantile(shares, (0.05, 0.5))
    return {
        "films": len(shares),
        "overlap_median": float(middle),
        "overlap_5th_percentile": float(low),
        "whole": whole,
        "whole_by_teacher": whole_before,
    }


def train(cutter: Cutter, folder: Path, steps: int, rate: float = 3e-3, seed: int = 1) -> PneumothoraxNet:
    """Train for ``steps`` batches; prints the loss on the way."""
    images, lungs = cached(cutter, folder)
    torch.manual_seed(seed)
    device = torch.device("cpu")
    net = PneumothoraxNet(CONFIG)
    net.to(memory_format=layout_of(device))  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps)
    films = read_index(cutter.data)
    chosen = np.array([i for i, example in enumerate(films) if example.split == "train"])
    by_hand = np.array([i for i in chosen if films[i].lungs])
    started, recent = time.monotonic(), 0.0
    for step in range(steps):
        rng = np.random.default_rng((seed, step))
        picked = np.where(rng.random(BATCH) < 0.2, rng.choice(by_hand, BATCH), rng.choice(chosen, BATCH))
        matrices = np.stack([warp(rng, AUGMENTATION, SIZE, SIZE, SIZE) for _ in picked])
        masks = np.stack([np.concatenate((lungs[i][:1] * 0, lungs[i])) for i in picked])
        every = np.tile([0, SIZE, 0, SIZE], (BATCH, 1))
        x, y = augment(
            torch.from_numpy(np.stack([images[i] for i in picked])),
            torch.from_numpy(masks),
            every,
            SIZE,
            1.0,
            changes(rng, AUGMENTATION, matrices),
        )
        x = x.to(memory_format=layout_of(device))
        with autocast_on(device):
            maps = net(x).maps
        maps = maps.float()
        losses = [
            F.binary_cross_entropy_with_logits(maps[:, c], y[:, c]) + soft_dice(maps[:, c], y[:, c]).mean()
            for c in (1, 2)
        ]
        loss = torch.stack(losses).sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        recent += 0.02 * (float(loss.detach()) - recent)
        if step % 200 == 199:
            print(f"step {step + 1} of {steps}: loss {recent:.4f}, {time.monotonic() - started:.0f} s", flush=True)
    net.eval()
    # Only the lungs were taught: the map of the pneumothorax must not be taken for one.
    with torch.no_grad():
        net.map_head.weight[0].zero_()
        assert net.map_head.bias is not None
        net.map_head.bias[0] = -10
    record = {"network": asdict(CONFIG), "size": SIZE, "steps": steps, "judged": judged(net, cutter, images, lungs)}
    state = {name: value.contiguous() for name, value in net.state_dict().items() if value.is_floating_point()}
    save_file(state, folder / "first_look.safetensors")
    (folder / "first_look.json").write_text(json.dumps(record, indent=1))
    print(json.dumps(record["judged"], indent=1))
    return net


def main() -> None:
    """Command line."""
    keep_memory()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with index.csv")
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"), help="whose lungs are learned")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    add_options(parser, nice=19)
    asked = parser.parse_args()
    give_way(asked.nice)
    asked.out.mkdir(parents=True, exist_ok=True)
    train(Cutter(asked.data, asked.bundle, TEACHER_SIZE, asked.threads), asked.out, asked.steps)


if __name__ == "__main__":
    main()
