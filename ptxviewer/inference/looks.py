"""Other looks at one film: mirrored, a little smaller, a little larger; and their maps brought back to its grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from ptxviewer.core.arrays import FloatMap
from ptxviewer.inference.preprocess import MEAN, STD

SCALES = (1.0, 0.95, 1.05)
BLACK = -MEAN / STD  # what the network sees beside the film


@dataclass(frozen=True)
class Look:
    """How the film is changed before the network sees it."""

    scale: float
    mirrored: bool


LOOKS = tuple(Look(scale, mirrored) for scale in SCALES for mirrored in (False, True))


def _about_the_middle(size: int, scale: float) -> FloatMap:
    shift = (1 - scale) * (size - 1) / 2
    return np.array([[scale, 0, shift], [0, scale, shift]], np.float32)


def as_seen(grid: FloatMap, look: Look) -> FloatMap:
    """Return the (1, S, S) input of a look."""
    seen = grid[0]
    if look.scale != 1:
        size = seen.shape[0]
        warp = _about_the_middle(size, look.scale)
        seen = cv2.warpAffine(seen, warp, (size, size), flags=cv2.INTER_LINEAR, borderValue=BLACK)
    return np.ascontiguousarray(seen[:, ::-1] if look.mirrored else seen, np.float32)[None]


def brought_back(found: FloatMap, look: Look, beyond: FloatMap) -> FloatMap:
    """Return a look's map (S, S) on the film's own grid; ``beyond`` (S, S) is taken where the look did not reach."""
    found = np.ascontiguousarray(found[:, ::-1] if look.mirrored else found)
    if look.scale == 1:
        return found
    size = found.shape[0]
    warp = _about_the_middle(size, 1 / look.scale)
    back = cv2.warpAffine(found, warp, (size, size), flags=cv2.INTER_LINEAR, borderValue=-1)
    return np.where(back < 0, beyond, back).astype(np.float32)


def all_looks(grid: FloatMap, run: Callable[[FloatMap], FloatMap]) -> tuple[FloatMap, ...]:
    """Return the pneumothorax map (S, S) of every look at a (1, S, S) input; ``run`` is the network, once."""
    maps: list[FloatMap] = []
    for look in LOOKS:
        found = run(as_seen(grid, look))
        maps.append(brought_back(found, look, maps[0] if maps else found))
    return tuple(maps)
