"""When two outputs of the network count as the same, and the film that this is tried on before films are analysed.

Another precision, another device or another runtime never gives the same numbers; it has to give the same decision.
"""

from __future__ import annotations

import functools

import numpy as np

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import RunResult
from ptxviewer.inference.preprocess import prepare

MIN_DICE = 0.995  # of the masks at the operating point
MAX_SCORE_SHIFT = 0.01  # of the film score
LUNG_THRESHOLD = 0.5


def same_decision(reference: RunResult, other: RunResult, threshold: float) -> bool:
    """Do two outputs give the same masks (pneumothorax at ``threshold``, lungs at 0.5) and about the same film score?

    Two outputs without any mask prove nothing and count as different.
    """
    levels = np.array([threshold, LUNG_THRESHOLD, LUNG_THRESHOLD], np.float32)[:, None, None]
    reference_masks, other_masks = reference.maps >= levels, other.maps >= levels
    if not reference_masks.any() or abs(reference.score - other.score) > MAX_SCORE_SHIFT:
        return False
    for first, second in zip(reference_masks, other_masks, strict=True):
        total = int(first.sum()) + int(second.sum())
        if total and 2 * int((first & second).sum()) / total < MIN_DICE:
            return False
    return True


@functools.lru_cache(maxsize=2)  # another device or rule starts the same network and its first look again
def trial_input(size: int) -> FloatMap:
    """Return the (1, size, size) input of a phantom with a large pneumothorax, on which two outputs are compared.

    The phantom is projected at half the size, because this happens at every start. Nobody may change the array.
    """
    from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom  # not needed before a film is analysed

    side = max(size // 2, 64)
    return prepare(film_of(make_phantom(PhantomSpec(side="right", size=0.8, seed=1, rows=side, cols=side))), size)
