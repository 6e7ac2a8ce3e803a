"""The small picture of a film that the strip shows; made where the film is read, so that the window never waits."""

from __future__ import annotations

import cv2
import numpy as np

from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.film import Radiograph
from ptxviewer.core.voi import display_lut

LONGER_SIDE = 176  # pixels: sharp in an 88 pixel square on a screen of ratio 2


def thumbnail(film: Radiograph) -> GreyImage:
    """Return the film through its default window, (rows, cols) with a longer side of ``LONGER_SIDE``, read-only."""
    step = max(1, min(film.shape) // (2 * LONGER_SIDE))
    coarse = np.ascontiguousarray(film.pixels[::step, ::step])
    factor = LONGER_SIDE / max(film.shape)
    size = max(1, round(film.cols * factor)), max(1, round(film.rows * factor))
    small = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_AREA), np.uint16)
    lut = display_lut(film, film.vois[film.default_voi], levels=int(small.max()) + 1)
    grey = np.ascontiguousarray(lut[small])
    grey.setflags(write=False)
    return grey
