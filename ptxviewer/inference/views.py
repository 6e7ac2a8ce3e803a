"""Augmented views of one film: mirrored, slightly smaller, slightly larger; and their maps back on its own grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from ptxviewer.core.arrays import FloatMap
from ptxviewer.inference.preprocess import MEAN, STD

SCALES = (1.0, 0.95, 1.05)
BLACK = -MEAN / STD  # the input beside the film


@dataclass(frozen=True)
class AugmentedView:
    """How the film is changed before the network sees it."""

    scale: float
    mirrored: bool


VIEWS = tuple(AugmentedView(scale, mirrored) for scale in SCALES for mirrored in (False, True))


def _scaled_about_centre(size: int, scale: float) -> FloatMap:
    shift = (1 - scale) * (size - 1) / 2
    return np.array([[scale, 0, shift], [0, scale, shift]], np.float32)


def augmented(grid: FloatMap, view: AugmentedView) -> FloatMap:
    """Return the (1, S, S) input of a view of the (1, S, S) input ``grid``."""
    image = grid[0]
    if view.scale != 1:
        size = image.shape[0]
        matrix = _scaled_about_centre(size, view.scale)
        image = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=BLACK)
    return np.ascontiguousarray(image[:, ::-1] if view.mirrored else image, np.float32)[None]


def restored(scores: FloatMap, view: AugmentedView, beyond: FloatMap) -> FloatMap:
    """Return a view's map (S, S) on the film's own grid; where the view does not reach it is ``beyond`` (S, S)."""
    scores = np.ascontiguousarray(scores[:, ::-1] if view.mirrored else scores)
    if view.scale == 1:
        return scores
    size = scores.shape[0]
    matrix = _scaled_about_centre(size, 1 / view.scale)
    own = cv2.warpAffine(scores, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=-1)
    return np.where(own < 0, beyond, own).astype(np.float32)


def maps_of_views(grid: FloatMap, run: Callable[[FloatMap], FloatMap]) -> tuple[FloatMap, ...]:
    """Return the pneumothorax map (S, S) of every view of a (1, S, S) input, on the film's grid; the film's own first.

    ``run`` is one pass of the network, (1, S, S) to (S, S).
    """
    maps: list[FloatMap] = []
    for view in VIEWS:
        scores = run(augmented(grid, view))
        maps.append(restored(scores, view, maps[0] if maps else scores))
    return tuple(maps)
