"""Films as the gate may meet them, made by code from frontal ones: turned, tilted, cut, inverted, photographed.

Each is made of the whole film, before the network's first look, so that it goes the way that such a film goes in the
app. What is made here stands in for what was not at hand, and figures on it say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.photographs import photographed
from ptxviewer.core.film import Radiograph
from ptxviewer.inference.preprocess import dense_is_bright

Pixels = NDArray[np.uint8]
Change = Callable[[Pixels, np.random.Generator], Pixels]
HALF, LOWER, CUT = 0.5, 0.6, 0.3  # shares of the film's width, height, height


def turned(quarters: int) -> Change:
    """Quarter turns counter-clockwise."""
    return lambda grey, rng: np.ascontiguousarray(np.rot90(grey, quarters))


def tilted(grey: Pixels, rng: np.random.Generator) -> Pixels:
    """By 10 to 30 degrees about the middle, black beyond the edge."""
    rows, cols = grey.shape
    degrees = float(rng.uniform(10, 30) * rng.choice((-1, 1)))
    matrix = cv2.getRotationMatrix2D((cols / 2, rows / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(grey, matrix, (cols, rows)), np.uint8)


def half(grey: Pixels, rng: np.random.Generator) -> Pixels:
    """One half of the chest alone."""
    middle = int(HALF * grey.shape[1])
    return np.ascontiguousarray(grey[:, :middle] if rng.random() < 0.5 else grey[:, middle:])


KINDS: dict[str, Change] = {
    "as it is": lambda grey, rng: grey,
    "turned by a quarter": turned(1),
    "turned by three quarters": turned(3),
    "upside down": turned(2),
    "tilted by 10 to 30 degrees": tilted,
    "one half of the chest": half,
    "lower two fifths": lambda grey, rng: np.ascontiguousarray(grey[int(LOWER * grey.shape[0]) :]),
    "inverted": lambda grey, rng: np.asarray(255 - grey, np.uint8),
    "apices cut off": lambda grey, rng: np.ascontiguousarray(grey[int(CUT * grey.shape[0]) :]),
    "bases cut off": lambda grey, rng: np.ascontiguousarray(grey[: int((1 - CUT) * grey.shape[0])]),
    "photographed": lambda grey, rng: photographed(rng, grey),
}
SPOILT = (
    "turned by a quarter",
    "turned by three quarters",
    "upside down",
    "one half of the chest",
    "lower two fifths",
    "inverted",
)
"""What is no frontal film any more: it teaches the gate to refuse."""


def grey_of(film: Radiograph) -> Pixels:
    """Return a film as (rows, cols) greys of 8 bits, dense is bright."""
    image, _ = dense_is_bright(film)
    low, high = float(image.min()), float(image.max())
    return np.asarray(np.round(255 * (image - low) / max(high - low, 1e-6)), np.uint8)


def made(film: Radiograph, kind: str, seed: int) -> Radiograph:
    """Return ``film`` as one of ``KINDS``, a film of its own with a key of its own."""
    grey = KINDS[kind](grey_of(film), np.random.default_rng(seed))
    plain = replace(film, key=f"{film.key}-{kind.replace(' ', '-')}", pixels=grey.astype(film.pixels.dtype))
    return replace(plain, inverse=False, slope=1.0, padding=None)
