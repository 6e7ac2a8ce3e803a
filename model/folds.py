"""Cross-fitted scores: finds labels in doubt and hard films by networks that have not seen them.

``python -m model.folds --pack runs/pack640 --runs runs/fold0 runs/fold1 ...`` asks, for every training film, the run
whose plan left its patient's fold out (``"fold": [k, n]``), and writes the scores into the pack. A label that such a
network contradicts may be wrong, and is to be looked at (Northcutt et al., "Confident learning", arXiv 1911.00068,
without its estimate of the noise); a plan with ``"hard": 2.0`` draws films more often the further label and score lie
apart.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from model.augment import plain
from model.background import add_options, give_way
from model.config import Config, read_config
from model.metrics import auc
from model.pack import FOLDS_FILE, ROOM, Example, Pack
from model.sampler import fold_of
from model.trainer import autocast_on, layout_of
from ptxviewer.inference.torch.network import PneumothoraxNet

BATCH = 8


def left_out(examples: Sequence[Example], fold: tuple[int, int]) -> list[int]:
    """Return the training films with a label whose patients belong to ``fold``: the run never drew them."""
    number, folds = fold
    return [
        index
        for index, example in enumerate(examples)
        if example.split == "train"
        and example.group in ("positive", "negative")
        and fold_of(example.patient, folds) == number
    ]


def scores(films: Pack, chosen: Sequence[int], config: Config, run: Path) -> NDArray[np.float64]:
    """Return the film score of each film in ``chosen`` by the averaged weights of ``run``, at its last phase's size."""
    device = torch.device("cpu")
    net = PneumothoraxNet(config.network)
    net.load_state_dict(torch.load(run / "average.pt", weights_only=True))
    net.eval().to(memory_format=layout_of(device))  # type: ignore[call-overload]
    size, found = config.phases[-1].size, []
    for first in range(0, len(chosen), BATCH):
        some = chosen[first : first + BATCH]
        grids = torch.from_numpy(np.stack([plain(films.image(i), size, ROOM, films.inside(i)) for i in some]))
        with torch.inference_mode(), autocast_on(device):
            logits = net(grids.to(memory_format=layout_of(device)))
        found.extend(torch.sigmoid(logits.film.float()).reshape(-1).tolist())
    return np.array(found)


def judge(folder: Path, runs: Sequence[Path]) -> None:
    """Write the scores of films by runs that have not seen them into the pack in ``folder``; says how good they are.

    Raises:
        ValueError: a run has no fold, or two runs left out the same.
    """
    films = Pack(folder)
    unseen: list[float | None] = [None] * len(films.examples)
    for run in runs:
        config = read_config(run / "run.json")
        if config.fold is None:
            raise ValueError(f"{run} has drawn every film: its plan names no fold")
        chosen = left_out(films.examples, config.fold)
        if any(unseen[index] is not None for index in chosen):
            raise ValueError(f"{run} has left out films that another run has left out, too")
        found = scores(films, chosen, config, run)
        truths = np.array([bool(films.examples[index].present) for index in chosen])
        print(f"{run.name}: {len(chosen)} films not seen, AUC {auc(found, truths):.3f}", flush=True)
        for index, score in zip(chosen, found.tolist(), strict=True):
            unseen[index] = round(score, 4)
    (folder / FOLDS_FILE).write_text(json.dumps(unseen))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of runs that left a fold out")
    add_options(parser)
    asked = parser.parse_args()
    give_way(asked.nice)
    torch.set_num_threads(asked.threads)
    judge(asked.pack, asked.runs)


if __name__ == "__main__":
    main()
