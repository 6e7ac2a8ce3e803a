"""Self-training: soft masks, by a network trained so far, for films that show a pneumothorax which nobody outlined.

``python -m model.pseudo --run runs/fourth --data DIR --out runs/pseudo`` writes one 8-bit PNG a film (255 = score 1);
``model.train --pseudo runs/pseudo`` then trains on them as on any mask. Only films known to be positive get one: the
network adds where the air is, never that there is any. A film on which it sees nothing stays as it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from model.data import CACHE_SIZE, read_index
from model.export import config_of, weights_of
from model.pack import Example
from ptxviewer.core.types import FloatMap
from ptxviewer.dicom.read import read_film
from ptxviewer.inference.network import PneumothoraxNet
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.runtime import Choice, Runner, has_fast_bf16
from ptxviewer.inference.torch_engine import trial_input

SEEN = 0.4  # a map whose peak is below this says that the network does not know either
SILENT = 0.1  # scores below this are noise and become 0


def wanted(examples: list[Example]) -> list[Example]:
    """Films for training that show a pneumothorax without a mask."""
    return [e for e in examples if e.split == "train" and e.present and e.mask is None]


def soft_mask(score_map: FloatMap) -> NDArray[np.uint8] | None:
    """(S, S) scores to an 8-bit mask of the same size, or None where the network saw nothing."""
    if float(score_map.max()) < SEEN:
        return None
    return np.round(np.where(score_map < SILENT, 0, score_map) * 255).astype(np.uint8)


def outline(run: Path, data: Path, out: Path) -> tuple[int, int]:
    """Write the soft masks of every wanted film; returns how many were written and how many films were looked at."""
    config, size = config_of(run)
    net = PneumothoraxNet(config)
    net.load_state_dict(weights_of(run), strict=False)
    runner = Runner(net, Choice(torch.device("cpu"), "CPU"))
    if has_fast_bf16():
        runner.try_bf16(trial_input(size), threshold=0.5)
    out.mkdir(parents=True, exist_ok=True)
    films, written = wanted(read_index(data)), 0
    for example in tqdm(films, desc="films without a mask", unit="film", mininterval=5):
        mask = soft_mask(runner.run(prepare(read_film(data / example.film), size)).maps[0])
        if mask is not None:
            large = cv2.resize(mask, (CACHE_SIZE, CACHE_SIZE), interpolation=cv2.INTER_LINEAR)
            (out / f"{Path(example.film).stem}.png").write_bytes(cv2.imencode(".png", large)[1].tobytes())
            written += 1
    return written, len(films)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    written, films = outline(arguments.run, arguments.data, arguments.out)
    print(f"{written} of {films} films were outlined")


if __name__ == "__main__":
    main()
