"""Sharpening for display only: network, pixel probe, measurements and reports never use its output."""

from __future__ import annotations

from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

Sharpening = Literal["off", "unsharp", "clahe"]
SHARPENINGS: tuple[Sharpening, ...] = get_args(Sharpening)

FINEST = 500  # the blur that is taken away has a sigma of 1 / FINEST of the film's longer side: 0.9 mm on 43 cm
AMOUNT = 1.6
TILES = 8  # across and down, in each of which CLAHE evens out the histogram
CLIP = 2.0  # times an even histogram, above which CLAHE cuts (Zuiderveld 1994): noise is not blown up
BLEND = 0.6  # of the evened picture; the rest is the film


def sharpened(pixels: NDArray[np.uint16], how: Sharpening) -> NDArray[np.uint16]:
    """Return (rows, cols) pixels as a sharpening shows them, within the range of the film; "off" returns them as is.

    "unsharp" lifts edges (a pleural line), "clahe" lifts contrast where the film is evenly dark or evenly bright.
    """
    if how == "off":
        return pixels
    low, high, _, _ = cv2.minMaxLoc(pixels)
    if high <= low:
        return pixels
    if how == "unsharp":
        sigma = max(pixels.shape) / FINEST
        blurred = cv2.GaussianBlur(pixels, (0, 0), max(sigma, 0.8))
        lifted = cv2.addWeighted(pixels, 1 + AMOUNT, blurred, -AMOUNT, 0.0, dtype=cv2.CV_16U)
        return np.clip(np.asarray(lifted, np.uint16), int(low), int(high))
    spread = 65535.0 / (high - low)
    full = cv2.addWeighted(pixels, spread, pixels, 0.0, -low * spread, dtype=cv2.CV_16U)
    if spread >= 2:
        # CLAHE counts 65,536 levels: noise below a film's last bit fills the gaps between those that it has.
        full = cv2.add(full, np.random.default_rng(0).integers(0, int(spread), pixels.shape, np.uint16))
    even = cv2.createCLAHE(CLIP, (TILES, TILES)).apply(np.asarray(full, np.uint16))
    mixed = cv2.addWeighted(pixels, 1 - BLEND, even, BLEND / spread, BLEND * low, dtype=cv2.CV_16U)
    return np.clip(np.asarray(mixed, np.uint16), int(low), int(high))
