"""From trained weights to the heads that decide: the film score calibrated, and a head for "a frontal film at all".

``python -m model.finish --run runs/third --data DIR --others DIR``. Both are fitted on frozen features, both are
stored with the run as ``heads.safetensors`` and ``heads.json``, and ``model.export`` puts them into the bundle:

- Platt scaling of the film logit (Platt 1999) on the ``val`` films, whose patients no weight has seen. Its two numbers
  fold into the film head, so the network that ships is calibrated by itself. The calibration error that is reported
  is of a five-fold fit by patient, never of the fit on the same films.
- Logistic regression on the mean of the last encoder stage: frontal films against other pictures (``--others``:
  photographs, slices, other parts of the body) and against frontal films that were turned, cut in half or
  inverted. Half of the other pictures is for fitting, half for measuring. The threshold is chosen on frontal films
  that the head was not fitted on, since those it was fitted on all lie at its upper end; ``val`` measures it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from model.data import read_index
from model.export import config_of, weights_of
from model.metrics import auc, expected_calibration_error
from model.pack import Example
from model.photographs import photographed
from model.viewing import Viewer
from ptxviewer.core.errors import PtxError
from ptxviewer.core.phantom import PhantomSpec, film_of, make_phantom
from ptxviewer.core.types import Radiograph
from ptxviewer.dicom.read import read_film
from ptxviewer.inference.network import PneumothoraxNet
from ptxviewer.inference.preprocess import dense_is_bright
from ptxviewer.inference.runtime import has_fast_bf16

Floats = NDArray[np.float64]
BUNDLE = Path("model/bundle")  # finds the lungs for a run that has no first look of its own
FRONTAL_LOSS = 0.004  # share of the frontal films that choose the threshold which may be refused
FITTED_FRONTALS, FITTED_LUNGS, FITTED_PHANTOMS = 300, 60, 12
CHOOSING_FRONTALS = 250
HEADS = "heads.safetensors"


def fit_logistic(features: Floats, truth: NDArray[np.bool_], penalty: float) -> tuple[Floats, float]:
    """Return weights (F,) and bias of a logistic regression, classes balanced, ``penalty`` x |w|^2 / 2 (L-BFGS)."""
    x = torch.from_numpy(features)
    y = torch.from_numpy(truth.astype(np.float64))
    share = torch.where(y > 0, 0.5 / y.sum().clamp(min=1), 0.5 / (1 - y).sum().clamp(min=1))
    weight = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = (F.binary_cross_entropy_with_logits(x @ weight + bias, y, reduction="none") * share).sum()
        loss = loss + penalty * (weight**2).sum() / 2
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return weight.detach().numpy(), float(bias.detach())


def fit_platt(logit: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Return (slope, offset) of the calibrated logit ``slope * logit + offset``, by maximum likelihood."""
    x, y = torch.from_numpy(logit), torch.from_numpy(truth.astype(np.float64))
    both = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([both], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(both[0] * x + both[1], y)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return float(both[0].detach()), float(both[1].detach())


def cross_fitted(logit: Floats, truth: NDArray[np.bool_], patients: list[str], folds: int = 5) -> Floats:
    """Return the probability of every film from a Platt fit on the other patients."""
    names = sorted(set(patients))
    order = np.random.default_rng(0).permutation(len(names))
    fold_of = {name: int(place) % folds for name, place in zip(names, order, strict=True)}
    fold = np.array([fold_of[patient] for patient in patients])
    result = np.empty(len(patients))
    for number in range(folds):
        slope, offset = fit_platt(logit[fold != number], truth[fold != number])
        result[fold == number] = 1 / (1 + np.exp(-(slope * logit[fold == number] + offset)))
    return result


@torch.inference_mode()
def summaries(net: PneumothoraxNet, inputs: Iterable[NDArray[np.float32]]) -> tuple[Floats, Floats]:
    """Return the mean of the last encoder stage (N, F) and the film logit (N,)."""
    features, logits = [], []
    for grid in inputs:
        image = torch.from_numpy(grid)[None]
        with torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bf16()):
            result = net(image.to(memory_format=torch.channels_last))
        features.append(result.summary[0].double().numpy())
        logits.append(float(result.film))
    return np.array(features), np.array(logits)


def spoilt(grid: NDArray[np.float32], kind: int) -> NDArray[np.float32]:
    """Make something that is no frontal film out of a (1, S, S) input: turned, upside down, half of it, inverted."""
    image = grid[0]
    size = image.shape[0]
    if kind < 3:
        image = np.rot90(image, kind + 1)
    elif kind < 5:
        half = image[:, : size // 2] if kind == 3 else image[:, size // 2 :]
        image = cv2.resize(np.ascontiguousarray(half), (size, size))
    elif kind == 5:
        image = image.max() + image.min() - image
    else:
        image = cv2.resize(np.ascontiguousarray(image[3 * size // 5 :]), (size, size))
    return np.ascontiguousarray(image, np.float32)[None]


PHOTOGRAPHED = 60  # films of val that the gate is shown as a camera sees them on a screen
SPOILT_KINDS = 7
# Seen by eye: the index lists them as frontal, but two are taken from the side, one shows the abdomen, one nothing.
NOT_FRONTAL = ("labelled/x1529.webp", "positive_only/u1054.webp", "ensemble/t2031.webp", "ensemble/t2995.webp")


def on_a_screen(film: Radiograph, seed: int) -> Radiograph:
    """Return a film as a camera sees it on a screen (``model.photographs``)."""
    image, _ = dense_is_bright(film)
    low, high = float(image.min()), float(image.max())
    grey = np.round(255 * (image - low) / max(high - low, 1e-6)).astype(np.uint8)
    taken = photographed(np.random.default_rng(seed), grey)
    return replace(film, pixels=taken.astype(film.pixels.dtype), inverse=False, slope=1.0, padding=None)


def other_films(folder: Path) -> list[Radiograph]:
    """Read everything below ``folder`` that opens; what does not is no film to be refused."""
    films = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with contextlib.suppress(PtxError):
            films.append(read_film(path))
    return [film for film in films if min(film.shape) >= 64]


def frontal_films(
    data: Path, examples: list[Example], rng: np.random.Generator
) -> tuple[list[Radiograph], list[Radiograph]]:
    """Frontal films for fitting (of the training set, of the lung set, phantoms) and others for the threshold.

    No patient is in both.
    """
    labelled = [e for e in examples if e.split == "train" and e.present is not None and e.film not in NOT_FRONTAL]
    lungs = [e for e in examples if e.group == "lungs"]
    order = rng.permutation(len(labelled))
    fitted = [labelled[i] for i in order[:FITTED_FRONTALS]]
    patients = {e.patient for e in fitted}
    choosing = [e for i in order[FITTED_FRONTALS:] if (e := labelled[i]).patient not in patients][:CHOOSING_FRONTALS]
    fitted += [lungs[i] for i in rng.permutation(len(lungs))[:FITTED_LUNGS]]
    sides = ("right", "left", "none")
    specs = [
        PhantomSpec(side=sides[i % 3], size=float(rng.random()), seed=i, rows=512, cols=448)  # type: ignore[arg-type]
        for i in range(FITTED_PHANTOMS)
    ]
    return (
        [read_film(data / e.film) for e in fitted] + [film_of(make_phantom(spec)) for spec in specs],
        [read_film(data / e.film) for e in choosing],
    )


def finish(run: Path, data: Path, others: Path, threads: int, bundle: Path = BUNDLE) -> dict[str, Any]:
    """Fit both heads for the run's averaged weights, write them beside it, and return what was measured."""
    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    config, size = config_of(run)
    net = PneumothoraxNet(config)
    net.load_state_dict(weights_of(run), strict=False)
    net = net.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    examples = read_index(data)
    viewer = Viewer(run, size, bundle)

    def seen(film: Radiograph) -> NDArray[np.float32]:
        return viewer.view(film).grid

    val = [e for e in examples if e.split == "val"]
    val_inputs = [seen(read_film(data / e.film)) for e in tqdm(val, desc="val films", mininterval=5)]
    val_features, val_logits = summaries(net, val_inputs)
    truth = np.array([bool(e.present) for e in val])
    slope, offset = fit_platt(val_logits, truth)
    honest = cross_fitted(val_logits, truth, [e.patient for e in val])

    for_fitting, for_choosing = frontal_films(data, examples, rng)
    frontal_inputs = [seen(film) for film in for_fitting]
    frontal, _ = summaries(net, tqdm(frontal_inputs, desc="frontal features", mininterval=5))
    choosing, _ = summaries(net, (seen(film) for film in tqdm(for_choosing, desc="further frontal films")))
    other_inputs = [seen(film) for film in other_films(others)]
    other, _ = summaries(net, tqdm(other_inputs, desc="other features", mininterval=5))
    made = [spoilt(grid, i % SPOILT_KINDS) for i, grid in enumerate(frontal_inputs[: 14 * SPOILT_KINDS])]
    made_features, _ = summaries(net, tqdm(made, desc="spoilt features", mininterval=5))
    made_val = [spoilt(grid, i % SPOILT_KINDS) for i, grid in enumerate(val_inputs[: 6 * SPOILT_KINDS])]
    made_val_features, _ = summaries(net, made_val)
    shown = [seen(on_a_screen(read_film(data / e.film), number)) for number, e in enumerate(val[:PHOTOGRAPHED])]
    shown_features, _ = summaries(net, tqdm(shown, desc="photographed films", mininterval=5))

    for_fit = rng.random(len(other)) < 0.5
    fit = np.concatenate((frontal, other[for_fit], made_features))
    label = np.arange(len(fit)) < len(frontal)
    mean, deviation = fit.mean(0), fit.std(0) + 1e-6
    weight, bias = fit_logistic((fit - mean) / deviation, label, penalty=1e-3)
    weight, bias = weight / deviation, bias - float((weight * mean / deviation).sum())

    def score(features: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(features @ weight + bias))))

    threshold = min(0.5, float(np.quantile(score(choosing), FRONTAL_LOSS)))
    save_file(
        {
            "film_slope": torch.tensor(slope),
            "film_offset": torch.tensor(offset),
            "frontal_weight": torch.from_numpy(weight).float(),
            "frontal_bias": torch.tensor(bias),
        },
        run / HEADS,
    )
    record = {
        "frontal_threshold": round(threshold, 5),
        "calibration": {
            "slope": slope,
            "offset": offset,
            "ece_cross_fitted": expected_calibration_error(honest, truth),
            "auc": auc(val_logits, truth),
        },
        "gate": {
            "val_films": len(val),
            "val_refused": int((score(val_features) < threshold).sum()),
            "others": int((~for_fit).sum()),
            "others_refused": int((score(other[~for_fit]) < threshold).sum()),
            "spoilt": len(made_val),
            "spoilt_refused": int((score(made_val_features) < threshold).sum()),
            "photographed": len(shown),
            "photographed_refused": int((score(shown_features) < threshold).sum()),
        },
    }
    (run / "heads.json").write_text(json.dumps(record, indent=1))
    return record


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--others", type=Path, required=True, help="folder of pictures that are no frontal chest films")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    print(json.dumps(finish(arguments.run, arguments.data, arguments.others, arguments.threads), indent=1))


if __name__ == "__main__":
    main()
