"""From trained weights to the heads that decide: the film score calibrated, "a frontal film at all", "photographed".

``python -m model.finish --run runs/third --data DIR --others DIR``. They are fitted on frozen features and
stored with the run as ``heads.safetensors`` and ``heads.json``, and ``model.export`` puts them into the bundle:

- Platt scaling of the film logit (Platt 1999) on the ``val`` films, whose patients no weight has seen. Its two numbers
  fold into the film head, so the network that ships is calibrated by itself. The calibration error that is reported
  is of a five-fold fit by patient, never of the fit on the same films.
- Logistic regression on the mean of the last encoder stage: frontal films against other pictures (``--others``:
  photographs, slices, other parts of the body), against films of the training set that are not frontal
  (``labels/not_frontal.json``) and against frontal films that were turned, cut in half or inverted (``model.kinds``).
  Frontal films as a camera sees them on a screen count as frontal. Half of the other pictures is for fitting, half for
  measuring. The threshold is chosen on frontal films that the head was not fitted on, since those it was fitted on all
  lie at its upper end; ``val`` measures it.
- Logistic regression on the same mean: films as a camera sees them on a screen (made by code) against the films
  themselves. Its threshold, at which few of the further frontal films are taken for photographs, folds into its bias.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tqdm import tqdm

from model.data import not_frontal, read_index
from model.export import config_of, weights_of
from model.kinds import SPOILT, made
from model.metrics import auc, expected_calibration_error
from model.pack import Example
from model.viewing import Viewer
from ptxviewer.core.errors import PtxError
from ptxviewer.core.film import Radiograph
from ptxviewer.dicom.read import read_film
from ptxviewer.inference.torch.network import PneumothoraxNet
from ptxviewer.inference.torch.processor import has_fast_bf16
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
BUNDLE = Path("model/bundle")  # finds the lungs for a run that has no first look of its own
FRONTAL_LOSS = 0.004  # share of the frontal films that choose the threshold which may be refused
PHOTOGRAPHED_LOSS = 0.01  # share of these that may be taken for photographs of a screen
FITTED_FRONTALS, FITTED_LUNGS, FITTED_PHANTOMS = 300, 60, 12
FITTED_SPOILT, FITTED_PHOTOGRAPHED = 16, 150  # films of each kind; films
MEASURED_SPOILT, MEASURED_PHOTOGRAPHED = 8, 60
CHOOSING_FRONTALS = 250
HEADS = "heads.safetensors"


def fit_logistic(features: Floats, truth: Booleans, penalty: float) -> tuple[Floats, float]:
    """Return weights (F,) and bias of a logistic regression.

    Both classes weigh one half, and ``penalty`` x |w|^2 / 2 is added to the mean loss.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1 / (penalty * len(truth)), class_weight="balanced", max_iter=1000)
    fitted.fit(features, truth)
    return np.asarray(fitted.coef_[0], np.float64), float(fitted.intercept_[0])


def platt() -> LogisticRegression:
    """Return the model of a film's probability given its logit: no penalty, two numbers (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=np.inf)


def fit_platt(logit: Floats, truth: Booleans) -> tuple[float, float]:
    """Return (slope, offset) of the calibrated logit ``slope * logit + offset``, by maximum likelihood."""
    fitted = platt().fit(logit[:, None], truth)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def cross_fitted(logit: Floats, truth: Booleans, patients: list[str], folds: int = 5) -> Floats:
    """Return the probability (N,) of every film from a Platt fit on the other patients."""
    from sklearn.model_selection import GroupKFold, cross_val_predict

    split = GroupKFold(folds)
    predicted = cross_val_predict(platt(), logit[:, None], truth, groups=patients, cv=split, method="predict_proba")
    return np.asarray(predicted[:, 1], np.float64)


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


def other_films(folder: Path) -> list[Radiograph]:
    """Read everything below ``folder`` that opens; what does not is no film to be refused."""
    films = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with contextlib.suppress(PtxError):
            films.append(read_film(path))
    return [film for film in films if min(film.shape) >= 64]


def choose_frontal(
    examples: list[Example], rng: np.random.Generator, not_frontal: Collection[str] = ()
) -> tuple[list[Example], list[Example]]:
    """Return frontal films for fitting (of the training set and of the lung set) and others for the threshold.

    No patient is in both. Films named in ``not_frontal`` are in neither. Of few films a half is for fitting.
    """
    labelled = [e for e in examples if e.split == "train" and e.present is not None and e.film not in not_frontal]
    lungs = [e for e in examples if e.group == "lungs"]
    order = rng.permutation(len(labelled))
    count = min(FITTED_FRONTALS, len(labelled) // 2)
    fitted = [labelled[i] for i in order[:count]]
    patients = {e.patient for e in fitted}
    choosing = [e for i in order[count:] if (e := labelled[i]).patient not in patients][:CHOOSING_FRONTALS]
    return fitted + [lungs[i] for i in rng.permutation(len(lungs))[:FITTED_LUNGS]], choosing


def phantoms(rng: np.random.Generator, count: int = FITTED_PHANTOMS) -> list[Radiograph]:
    """Return phantoms of every kind, frontal films of the sample study's making."""
    sides: tuple[Literal["right", "left", "none"], ...] = ("right", "left", "none")
    specs = [PhantomSpec(side=sides[i % 3], size=float(rng.random()), seed=i, rows=512, cols=448) for i in range(count)]
    return [film_of(make_phantom(spec)) for spec in specs]


def fit_scaled(features: Floats, truth: Booleans) -> tuple[Floats, float]:
    """Fit a logistic regression on features brought to one scale; weights and bias are for them as they are."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    weight, bias = fit_logistic((features - mean) / deviation, truth, penalty=1e-3)
    return weight / deviation, bias - float((weight * mean / deviation).sum())


def finish(run: Path, data: Path, others: Path, threads: int, bundle: Path = BUNDLE) -> dict[str, Any]:
    """Fit all heads for the run's averaged weights, write them beside it, and return what was measured."""
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

    wrong = not_frontal(data)
    fitted, choosing_films = choose_frontal(examples, rng, wrong)
    for_fitting = [read_film(data / e.film) for e in fitted]

    def features(films: Iterable[Radiograph], title: str) -> Floats:
        return summaries(net, (seen(film) for film in tqdm(films, desc=title, mininterval=5)))[0]

    plain = features(for_fitting, "frontal films")
    frontal = np.concatenate((plain, features(phantoms(rng), "phantoms")))
    choosing = features([read_film(data / e.film) for e in choosing_films], "further frontal films")
    other = features(other_films(others), "other pictures")
    unlike = features([read_film(data / film) for film in sorted(wrong)], "films that are not frontal")
    unlike = unlike if wrong else plain[:0]

    def turned_and_cut(films: list[Radiograph], each: int) -> Floats:
        count = each * len(SPOILT)
        return features(
            [made(film, SPOILT[i % len(SPOILT)], i) for i, film in enumerate(films[:count])], "spoilt films"
        )

    def on_a_screen(films: list[Radiograph], count: int) -> Floats:
        return features([made(film, "photographed", i) for i, film in enumerate(films[:count])], "photographed films")

    val_films = [read_film(data / e.film) for e in val[: max(len(SPOILT) * MEASURED_SPOILT, MEASURED_PHOTOGRAPHED)]]
    spoilt, spoilt_val = turned_and_cut(for_fitting, FITTED_SPOILT), turned_and_cut(val_films, MEASURED_SPOILT)
    shown, shown_val = on_a_screen(for_fitting, FITTED_PHOTOGRAPHED), on_a_screen(val_films, MEASURED_PHOTOGRAPHED)

    for_fit = rng.random(len(other)) < 0.5
    fit = np.concatenate((frontal, shown, other[for_fit], unlike, spoilt))
    weight, bias = fit_scaled(fit, np.arange(len(fit)) < len(frontal) + len(shown))
    fit = np.concatenate((shown, plain))
    shown_weight, shown_bias = fit_scaled(fit, np.arange(len(fit)) < len(shown))
    shown_bias -= float(np.quantile(choosing @ shown_weight + shown_bias, 1 - PHOTOGRAPHED_LOSS))

    def score(features: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(features @ weight + bias))))

    def taken(features: Floats) -> int:
        return int((features @ shown_weight + shown_bias > 0).sum())

    threshold = min(0.5, float(np.quantile(score(choosing), FRONTAL_LOSS)))
    save_file(
        {
            "film_slope": torch.tensor(slope),
            "film_offset": torch.tensor(offset),
            "frontal_weight": torch.from_numpy(weight).float(),
            "frontal_bias": torch.tensor(bias),
            "photographed_weight": torch.from_numpy(shown_weight).float(),
            "photographed_bias": torch.tensor(shown_bias),
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
            "val_taken_for_photographs": taken(val_features),
            "others": int((~for_fit).sum()),
            "others_refused": int((score(other[~for_fit]) < threshold).sum()),
            "spoilt": len(spoilt_val),
            "spoilt_refused": int((score(spoilt_val) < threshold).sum()),
            "photographed": len(shown_val),
            "photographed_refused": int((score(shown_val) < threshold).sum()),
            "photographed_recognised": taken(shown_val),
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
    record = finish(arguments.run, arguments.data, arguments.others, arguments.threads)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
