"""Figures of merit, each a pure function, the bootstrap by patient that gives their intervals, and their table."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Figure = Callable[[NDArray[np.int64]], float]
"""A figure of the films with these indices."""


def auc(score: Floats, truth: Booleans) -> float:
    """Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties count half.

    NaN where all films are of one class. In numpy alone, since a machine that only trains has nothing else.
    """
    positive, negative = score[truth], score[~truth]
    if positive.size == 0 or negative.size == 0:
        return math.nan
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left")
    upto = np.searchsorted(ordered, positive, "right")
    return float((below + upto).sum() / 2 / (positive.size * negative.size))


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


def expected_calibration_error(score: Floats, truth: Booleans, bins: int = 10) -> float:
    """Mean distance between score and frequency over equal-width bins, weighted by films (Guo 2017).

    Give it no bootstrap interval: drawing films again adds noise to every bin, so nearly every resample is worse
    calibrated than the films themselves, and no kind of interval makes up for that.
    """
    mean_score, frequency, films = reliability(score, truth, bins)
    return float((np.abs(mean_score - frequency) * films).sum() / films.sum())


def bootstrap(figure: Figure, patients: Sequence[str], draws: int = 1000, seed: int = 0) -> tuple[float, float, float]:
    """Return (figure of all films, lower, upper): 95 % BCa interval (Efron 1987), whole patients drawn.

    Both limits are NaN where the method gives no interval: where every resample gives the same number, where the
    figure is undefined for some resample, and where the interval would not hold the figure itself.
    """
    from scipy import stats

    groups: dict[str, list[int]] = {}
    for index, patient in enumerate(patients):
        groups.setdefault(patient, []).append(index)
    films = [np.array(group) for group in groups.values()]

    def of_patients(drawn: NDArray[np.int64]) -> float:
        return figure(np.concatenate([films[patient] for patient in drawn]))

    value = figure(np.arange(len(patients)))
    if len(films) < 2:
        return value, math.nan, math.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # a jackknife without spread, and NaN among the resamples
        interval = stats.bootstrap(
            (np.arange(len(films)),),
            of_patients,
            n_resamples=draws,
            method="BCa",
            vectorized=False,
            rng=np.random.default_rng(seed),
        ).confidence_interval
    low, high = float(interval.low), float(interval.high)
    return (value, low, high) if low <= value <= high else (value, math.nan, math.nan)


class Row(TypedDict):
    """One figure: ``low`` and ``high`` are the 95 % interval, None where there is none."""

    value: float
    low: float | None
    high: float | None
    films: int


Rows = dict[str, Row]


def row(value: float, low: float, high: float, films: int) -> Row:
    """Return a figure whose limits may be NaN, which JSON does not know."""
    return {"value": value, "low": _finite(low), "high": _finite(high), "films": films}


def _finite(limit: float) -> float | None:
    return limit if math.isfinite(limit) else None


def markdown(rows: Rows) -> str:
    """Return the figures as a table."""
    lines = ["| figure | value | 95 % interval | films |", "|---|---|---|---|"]
    for name, figure in rows.items():
        low, high = figure["low"], figure["high"]
        interval = "-" if low is None or high is None else f"{low:.3f} to {high:.3f}"
        lines.append(f"| {name} | {figure['value']:.3f} | {interval} | {figure['films']} |")
    return "\n".join(lines) + "\n"
