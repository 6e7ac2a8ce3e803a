"""Figures of merit of the training: those of ``core.statistics``, the calibration error, and their table."""

from __future__ import annotations

import math
from typing import TypedDict

import numpy as np

from ptxviewer.core.statistics import Booleans, Figure, Floats, auc, bootstrap, dice, reliability


def expected_calibration_error(score: Floats, truth: Booleans, bins: int = 10) -> float:
    """Mean distance between score and frequency over equal-width bins, weighted by films (Guo 2017).

    Give it no bootstrap interval: drawing films again adds noise to every bin, so nearly every resample is worse
    calibrated than the films themselves, and no kind of interval makes up for that.
    """
    mean_score, frequency, films = reliability(score, truth, bins)
    return float((np.abs(mean_score - frequency) * films).sum() / films.sum())


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


__all__ = [
    "Booleans",
    "Figure",
    "Floats",
    "Row",
    "Rows",
    "auc",
    "bootstrap",
    "dice",
    "expected_calibration_error",
    "markdown",
    "reliability",
    "row",
]


class Compared(TypedDict):
    """One figure of both networks."""

    old: float
    new: float
    difference: float
    low: float | None
    high: float | None
    films: int


def differences(rows: dict[str, Compared], old: str, new: str) -> str:
    """Return the figures of two networks as a table."""
    lines = [f"| figure | {old} | {new} | difference | 95 % interval | films |", "|---|---|---|---|---|---|"]
    for name, one in rows.items():
        interval = "-" if one["low"] is None else f"{one['low']:+.3f} to {one['high']:+.3f}"
        values = f"{one['old']:.3f} | {one['new']:.3f} | {one['difference']:+.3f}"
        lines.append(f"| {name} | {values} | {interval} | {one['films']} |")
    return "\n".join(lines) + "\n"
