"""Figures of merit and their intervals, in numpy alone: one definition for training, evaluation and the app."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Figure = Callable[[NDArray[np.int64]], float]
"""A figure of the films with these indices."""
NORMAL = NormalDist()
CONFIDENCE = 0.95
MOST_LEFT_OUT = 2_000  # patients: beyond, the acceleration of BCa is far below the noise of the draws


def auc(score: Floats, truth: Booleans) -> float:
    """Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties count half.

    NaN where all films are of one class.
    """
    positive, negative = score[truth], score[~truth]
    if positive.size == 0 or negative.size == 0:
        return math.nan
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left")
    upto = np.searchsorted(ordered, positive, "right")
    return float((below + upto).sum() / 2 / (positive.size * negative.size))


def roc(score: Floats, truth: Booleans) -> tuple[Floats, Floats]:
    """Return false-positive rate and sensitivity at every score, from (0, 0) to (1, 1); both classes must be there."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), score.size - 1)
    hits, false = np.cumsum(truth[order])[last], np.cumsum(~truth[order])[last]
    return np.append(0.0, false / false[-1]), np.append(0.0, hits / hits[-1])


def dice(prediction: Booleans, truth: Booleans) -> float:
    """2 |A and B| / (|A| + |B|); 1 when both are empty (the convention of the SIIM-ACR challenge)."""
    total = int(prediction.sum()) + int(truth.sum())
    return 1.0 if total == 0 else float(2 * int((prediction & truth).sum()) / total)


def reliability(score: Floats, truth: Booleans, bins: int = 10) -> tuple[Floats, Floats, Floats]:
    """Return mean score, frequency and number of films of every equal-width bin that holds any."""
    index = np.minimum((score * bins).astype(int), bins - 1)
    films = np.bincount(index, minlength=bins).astype(float)
    used = films > 0
    mean_score, frequency = (np.bincount(index, values, bins)[used] / films[used] for values in (score, truth))
    return mean_score, frequency, films[used]


def wilson(hits: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's interval (1927) of a share; (0, 1) of nothing."""
    if of == 0:
        return 0.0, 1.0
    z = NORMAL.inv_cdf(0.5 + confidence / 2)
    share, scale = hits / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / scale
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / scale
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == of else middle + half)


def bootstrap(figure: Figure, patients: Sequence[str], draws: int = 1000, seed: int = 0) -> tuple[float, float, float]:
    """Return (figure of all films, lower, upper): 95 % BCa interval (Efron 1987), whole patients drawn.

    Both limits are NaN where the method gives no interval: where every resample gives the same number, where the
    figure is undefined for some resample, and where the interval would not hold the figure itself.
    """
    groups: dict[str, list[int]] = {}
    for index, patient in enumerate(patients):
        groups.setdefault(patient, []).append(index)
    films = [np.array(group) for group in groups.values()]

    def of_patients(drawn: NDArray[np.int64]) -> float:
        return figure(np.concatenate([films[patient] for patient in drawn]))

    value = figure(np.arange(len(patients)))
    if len(films) < 2:
        return value, math.nan, math.nan
    rng = np.random.default_rng(seed)
    everyone = np.arange(len(films))
    drawn = np.array([of_patients(rng.integers(0, len(films), len(films))) for _ in range(draws)])
    left_out = np.empty(0)
    if len(films) <= MOST_LEFT_OUT:
        left_out = np.array([of_patients(np.delete(everyone, index)) for index in everyone])
    low, high = _bca(value, drawn, left_out)
    return (value, low, high) if low <= value <= high else (value, math.nan, math.nan)


def _bca(value: float, drawn: Floats, left_out: Floats) -> tuple[float, float]:
    """Return the limits of bias-corrected and accelerated percentiles; NaN where there are none."""
    if not np.isfinite(drawn).all() or np.ptp(drawn) == 0:
        return math.nan, math.nan
    below = (np.count_nonzero(drawn < value) + np.count_nonzero(drawn <= value)) / (2 * drawn.size)
    if not 0 < below < 1:
        return math.nan, math.nan
    bias = NORMAL.inv_cdf(below)
    acceleration = 0.0
    if left_out.size:
        spread = left_out.mean() - left_out
        cubes, squares = float((spread**3).sum()), float((spread**2).sum())
        if not math.isfinite(cubes) or squares == 0:
            return math.nan, math.nan
        acceleration = cubes / (6 * squares**1.5)
    limits = []
    for tail in ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2):
        z = bias + NORMAL.inv_cdf(tail)
        limits.append(float(np.quantile(drawn, NORMAL.cdf(bias + z / (1 - acceleration * z)))))
    return limits[0], limits[1]
