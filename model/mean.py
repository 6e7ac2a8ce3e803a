"""Averages the weights of runs and a bundle; the mean is often better than each of them.

``python -m model.mean --run runs/third runs/seed --bundle model/bundle --out runs/mean`` writes a run of its own, which
``model.compare``, ``model.finish`` and ``model.export`` take like any other. Only weights that descend from each other
can be averaged (Wortsman et al., "Model soups", arXiv 2203.05482).
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch

from model.config import tupled
from model.export import config_of, weights_of
from model.tensors import read_tensors
from model.trainer import start_from
from model.viewing import FIRST_LOOK_FILE
from ptxviewer.inference.card import Card, read_card
from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet

Weights = dict[str, torch.Tensor]


def of_bundle(bundle: Path, card: Card, config: NetworkConfig) -> Weights:
    """Return a bundle's weights as a network of ``config`` starts from them; without parts that it does not have."""
    net = PneumothoraxNet(config)
    start_from(net, read_tensors(bundle / card.weights_file))
    state = net.state_dict()
    learned = PneumothoraxNet(NetworkConfig(**tupled(card.architecture))).state_dict()
    # What gathers the places of a half would be random numbers where the bundle decides by the whole film.
    return {name: value for name, value in state.items() if not name.startswith("side_head.gather.") or name in learned}


def mean_of(ours: Weights, theirs: Weights, share: float) -> Weights:
    """Return ``share`` of ``ours`` and the rest of ``theirs``; what only ``ours`` has, and counters, stay."""
    return {
        name: share * value.float() + (1 - share) * theirs[name].float()
        if value.is_floating_point() and name in theirs
        else value
        for name, value in ours.items()
    }


def mean_of_runs(runs: Sequence[Path]) -> Weights:
    """Return the mean of the runs' averaged weights, each with the same share; counters are the first one's."""
    mean = weights_of(runs[0])
    for count, run in enumerate(runs[1:], start=1):
        mean = mean_of(mean, weights_of(run), count / (count + 1))
    return mean


def write_mean(runs: Sequence[Path], bundle: Path, out: Path, share: float = 0.5, size: int | None = None) -> None:
    """Write the mean as a run in ``out``; ``size`` is the side of the grid that it is to be used at.

    ``share`` is that of all ``runs`` together; what the first one's ``run.json`` says stands for all.
    """
    run = runs[0]
    config, trained_size = config_of(run)
    card = read_card(bundle)
    out.mkdir(parents=True, exist_ok=True)
    torch.save(mean_of(mean_of_runs(runs), of_bundle(bundle, card, config), share), out / "average.pt")
    record = json.loads((run / "run.json").read_text())
    record["size"] = size or trained_size
    record["mean"] = {"with": f"{card.id} {card.version}", "sha256": card.sha256, "share": share, "runs": len(runs)}
    (out / "run.json").write_text(json.dumps(record, indent=1))
    for file in (f"{FIRST_LOOK_FILE}.safetensors", f"{FIRST_LOOK_FILE}.json"):
        if (run / file).exists():
            shutil.copyfile(run / file, out / file)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--run", type=Path, nargs="+", required=True, help="runs of one start: all with the same share")
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.5, help="of the runs' weights; the rest are the bundle's")
    parser.add_argument("--size", type=int, help="side of the grid; default: the size of the run's last phase")
    asked = parser.parse_args()
    write_mean(asked.run, asked.bundle, asked.out, asked.share, asked.size)


if __name__ == "__main__":
    main()
