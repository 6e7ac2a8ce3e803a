"""Figures of merit, each a pure function, and the bootstrap by patient that gives their intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def auc(score: Floats, truth: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties count half."""
    positive, negative = score[truth], score[~truth]
    if positive.size == 0 or negative.size == 0:
        return float("nan")
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left")
    upto = np.searchsorted(ordered, positive, "right")
    return float((below + upto).sum() / 2 / (positive.size * negative.size))


def dice(prediction: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """2 |A and B| / (|A| + |B|); 1 when both are empty (the convention of the SIIM-ACR challenge)."""
    total = int(prediction.sum()) + int(truth.sum())
    return 1.0 if total == 0 else float(2 * int((prediction & truth).sum()) / total)


def expected_calibration_error(score: Floats, truth: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance between score and frequency over equal-width bins, weighted by films (Guo 2017)."""
    which = np.minimum((score * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(score[which == b].mean() - truth[which == b].mean()) * (which == b).mean()
            for b in range(bins)
            if (which == b).any()
        )
    )


def bootstrap(
    figure: Callable[[NDArray[np.int64]], float], patients: Sequence[str], draws: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Return (figure of all films, lower, upper): 95 % percentile interval, whole patients drawn with replacement.

    ``figure`` takes the indices of the films to look at.
    """
    rng = np.random.default_rng(seed)
    groups: dict[str, list[int]] = {}
    for index, patient in enumerate(patients):
        groups.setdefault(patient, []).append(index)
    films = [np.array(group) for group in groups.values()]
    values = [figure(np.concatenate([films[i] for i in rng.integers(0, len(films), len(films))])) for _ in range(draws)]
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return figure(np.arange(len(patients))), float(low), float(high)
