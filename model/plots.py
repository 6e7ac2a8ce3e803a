"""Pictures of a training run and of an evaluation; matplotlib is imported here and nowhere else, when one is drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.statistics import reliability, roc

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Picture = tuple[NDArray[np.uint8], Booleans, NDArray[np.float32]]


def _figure(columns: int, path: Path, draw: list[tuple[str, str, str]]) -> tuple[Figure, list[Axes], Path]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * columns, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(1, columns, index + 1) for index in range(columns)]
    for axis, (title, x, y) in zip(axes, draw, strict=True):
        axis.set(title=title, xlabel=x, ylabel=y)
        axis.grid(alpha=0.3)
    return figure, axes, path


def smoothed(values: Floats, window: int = 25) -> Floats:
    """Running mean over up to ``window`` values before each, of the same length."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(0, ends - window)
    return np.asarray((total[ends] - total[starts]) / (ends - starts))


def training_curves(log: Path, path: Path) -> None:
    """Draw the losses and the looks at the val films of a ``log.jsonl`` of ``model.train``."""
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    steps = [entry for entry in entries if "look" not in entry]
    looks = [entry for entry in entries if "look" in entry]
    figure, (losses, figures), path = _figure(
        2, path, [("Loss (running mean)", "step", ""), ("Val films, averaged weights", "step", "")]
    )
    for name in ("bce", "dice", "film", "side", "lung"):
        if steps and all(name in entry for entry in steps):
            losses.plot([e["step"] for e in steps], smoothed(np.array([e[name] for e in steps])), label=name)
    for name in ("auc_film", "auc_peak", "dice_positive"):
        if looks:
            figures.plot([e["step"] for e in looks], [e[name] for e in looks], marker=".", label=name)
    for axis in (losses, figures):
        if axis.lines:
            axis.legend()
    figure.savefig(path, dpi=120)


def evaluation(score: Floats, truth: Booleans, called: Booleans, area: Floats, dices: Floats, path: Path) -> None:
    """Draw ROC with the operating point, reliability of the score in ten bins, and Dice by size of the positives."""
    figure, (curve, reliability_curve, sizes), path = _figure(
        3,
        path,
        [
            ("ROC of the film score", "false-positive rate", "sensitivity"),
            ("Reliability of the film score", "mean score", "share with a pneumothorax"),
            ("Dice by size (positive films)", "true area, % of film", "Dice"),
        ],
    )
    if truth.any() and not truth.all():
        false_positive_rate, sensitivity = roc(score, truth)
        curve.plot(false_positive_rate, sensitivity)
        curve.plot(called[~truth].mean(), called[truth].mean(), "o", label="shipped rule")
        curve.legend(loc="lower right")
    reliability_curve.plot([0, 1], [0, 1], color="grey", linewidth=1)
    mean_score, frequency, films = reliability(score, truth)
    reliability_curve.scatter(mean_score, frequency, s=4 * films, alpha=0.6)
    sizes.semilogx(100 * area[truth], dices[truth], ".")
    figure.savefig(path, dpi=120)


def contact_sheet(pictures: list[Picture], chosen: list[int], path: Path, side: int = 256) -> None:
    """Draw the chosen ones of films, each (rows, cols) greys, truth and map of scores: truth green, map red."""
    tiles = []
    for index in chosen:
        grey, truth, scores = pictures[index]
        small = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
        tile = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
        for grid, colour in ((truth.astype(np.float32), (0, 220, 0)), (scores, (40, 40, 255))):
            mask = (cv2.resize(grid, (side, side)) >= 0.5).astype(np.uint8)
            contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(tile, contours, -1, colour, 1)
        tiles.append(tile)
    tiles += [np.zeros((side, side, 3), np.uint8)] * (-len(tiles) % 6)
    sheet = np.concatenate([np.concatenate(tiles[i : i + 6], 1) for i in range(0, len(tiles), 6)])
    path.write_bytes(cv2.imencode(".png", sheet)[1].tobytes())
