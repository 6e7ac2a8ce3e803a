"""Averages the weights of runs that started from the same network: ``python -m model.soup --runs A B --out RUN``.

Runs that began at one settled network and differ in seed and augmentation end in one valley; the mean of their weights
errs less than each of them, at the price of one (Wortsman et al., arXiv 2203.05482). What comes out is a run like any
other, for ``model.finish``, ``model.export`` and ``model.evaluate``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from model.export import config_of, notes_of, weights_of


def mean_of(states: list[dict[str, torch.Tensor]], shares: list[float]) -> dict[str, torch.Tensor]:
    """Return the weighted mean of weights with the same names and shapes; counters are taken from the first."""
    total = sum(shares)
    return {
        name: sum((s[name] * (share / total) for s, share in zip(states, shares, strict=True)), torch.zeros_like(value))
        if value.dtype.is_floating_point
        else value
        for name, value in states[0].items()
    }


def soup(runs: list[Path], out: Path, shares: list[float] | None = None) -> None:
    """Write the mean of ``runs`` as a run. Raises ``ValueError`` for networks of different shape or start."""
    records: list[dict[str, Any]] = [json.loads((run / "run.json").read_text()) for run in runs]
    if len({repr(config_of(run)[0]) for run in runs}) > 1 or len({record["start"] for record in records}) > 1:
        raise ValueError("only runs of one network that started from the same weights can be averaged")
    shares = shares or [1.0] * len(runs)
    out.mkdir(parents=True, exist_ok=True)
    torch.save(mean_of([weights_of(run) for run in runs], shares), out / "average.pt")
    (out / "run.json").write_text(json.dumps(records[0], indent=1))
    told = [
        f"{share:g} of a run with seed {record['config']['seed']} and "
        f"{sum(phase['steps'] for phase in record['config']['phases'])} steps"
        for record, share in zip(records, shares, strict=True)
    ]
    (out / "notes.txt").write_text(f"The weights are a mean: {', '.join(told)}.{notes_of(runs[0])}\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, nargs="+", required=True)
    parser.add_argument("--shares", type=float, nargs="+", help="of each run; default: equal")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    soup(arguments.runs, arguments.out, arguments.shares)


if __name__ == "__main__":
    main()
