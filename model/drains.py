"""Which films of a pack show a chest drain, so that the training can draw drained and undrained films alike.

``python -m model.drains --pack runs/pack640`` fits a linear classifier on what the encoder of a bundle sees of the
films whose drains were read by eye (``model/labels/drains.json``), and writes its probability for every film into the
pack. Of positive films three in four carry a drain, of negative ones one in ten: a network that is shown them as they
come learns the drain instead of the air.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from model.augment import plain
from model.background import add_options, give_way
from model.config import Config
from model.data import chest_drain, read_drains
from model.metrics import auc
from model.pack import DRAINS_FILE, ROOM, Example, Pack
from model.tensors import read_tensors
from ptxviewer.inference.torch.network import Encoder

BUNDLE_WEIGHTS = Path("model/bundle/weights.safetensors")
SIDE = 448  # pixels of the grid on which drains are looked for
BATCH = 4
FOLDS = 5
STRENGTH = 1e-2  # inverse of the penalty (scikit-learn's C) over some 3,000 features


def summaries(films: Pack, weights: Path) -> NDArray[np.float32]:
    """Return (films, F) means and maxima of the encoder's last two stages, on the grid over the lungs' box."""
    encoder = Encoder(Config().network).eval()
    stored = {name.removeprefix("encoder."): one.float() for name, one in read_tensors(weights).items()}
    counters = {name: one for name, one in encoder.state_dict().items() if name.endswith("num_batches_tracked")}
    encoder.load_state_dict(counters | {name: one for name, one in stored.items() if name in encoder.state_dict()})
    rows: list[NDArray[np.float32]] = []
    for first in range(0, len(films.films), BATCH):
        indices = range(first, min(first + BATCH, len(films.films)))
        grids = np.stack([plain(films.image(i), SIDE, ROOM, films.inside(i)) for i in indices])
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            stages = encoder(torch.from_numpy(grids))[-2:]
        pooled = [pool for stage in stages for pool in (stage.float().mean((2, 3)), stage.float().amax((2, 3)))]
        rows.extend(torch.cat(pooled, 1).numpy())
    return np.stack(rows)


def drain_read(example: Example) -> bool | None:
    """True where a drain was seen on the film, None where nobody has looked or could say."""
    train = read_drains()["train"]
    if example.film in train["drain"] or example.film in train["none"]:
        return example.film in train["drain"]
    return chest_drain(example)


def probabilities(
    features: NDArray[np.float32], read: list[bool | None], patients: list[str]
) -> tuple[NDArray[np.float64], float]:
    """Return every film's probability of a drain, and the AUC on films of patients that were left out of the fit.

    A film that was read has 0 or 1.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = np.array([one is not None for one in read])
    drained = np.array([bool(one) for one in read])
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=1000))
    groups = np.array(patients)[known]
    held_out = cross_val_predict(
        classifier, features[known], drained[known], groups=groups, cv=GroupKFold(FOLDS), method="predict_proba"
    )
    chances = classifier.fit(features[known], drained[known]).predict_proba(features)[:, 1]
    return np.where(known, drained, chances), auc(held_out[:, 1], drained[known])


def judge(folder: Path, weights: Path = BUNDLE_WEIGHTS) -> None:
    """Write into the pack in ``folder`` how likely each of its films shows a drain; says how well that is known."""
    films = Pack(folder)
    examples = films.examples
    chances, area = probabilities(
        summaries(films, weights),
        [drain_read(example) for example in examples],
        [example.patient for example in examples],
    )
    (folder / DRAINS_FILE).write_text(json.dumps([round(float(chance), 4) for chance in chances]))
    print(f"Drains: AUC {area:.3f} on films of patients left out")
    for group in ("positive", "negative"):
        chosen = [i for i, one in enumerate(examples) if one.group == group and one.split == "train"]
        print(f"{group} training films: {100 * chances[chosen].mean():.0f} % with a drain")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=BUNDLE_WEIGHTS)
    add_options(parser)
    asked = parser.parse_args()
    give_way(asked.nice)
    torch.set_num_threads(asked.threads)
    judge(asked.pack, asked.weights)


if __name__ == "__main__":
    main()
