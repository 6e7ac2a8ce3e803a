"""The disagreement band on the canvas: where the network marks the film at some looks and not at others."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.drawing.colours import CYAN
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import Decision
from ptxviewer.core.findings.disagreement import Band, limits_of
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.viewport import Placement, oriented, resampled
from ptxviewer.ui.canvas.layers import Picture, patches

INK = 105  # of 255: the band's opacity, so that the film is read through it
STRIPES = 4  # device pixels per stripe at a ratio of 1: seen in grey print and without colour vision


class BandLayer:
    """Redone per decision, band and view; never at film resolution."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._made: tuple[Band, Decision] | None = None
        self._pictures: list[Picture] = []

    def pictures(
        self, film: Radiograph, band: Band, decision: Decision, place: Placement, ratio: float
    ) -> list[Picture]:
        """Return the pictures to lay over the film, under the outline."""
        same = self._made is not None and self._made[0] is band and self._made[1] is decision
        if not same or self._key != (place, ratio):
            content = GridMap.for_film(film.rows, film.cols, decision.grid.shape[0]).content
            inner, outer = (
                np.ascontiguousarray(oriented(grid[content], place.quarter_turns, place.flipped))
                for grid in limits_of(band, decision)
            )
            self._pictures = _drawn(inner, outer, np.float32(decision.threshold), place, ratio)
            self._made, self._key = (band, decision), (place, ratio)
        return self._pictures


def _drawn(inner: FloatMap, outer: FloatMap, limit: np.float32, place: Placement, ratio: float) -> list[Picture]:
    pictures: list[Picture] = []
    size = place.width, place.height
    for region in patches(outer >= limit, place, 0):
        wide = resampled(outer, size, region, cv2.INTER_LINEAR) >= limit
        narrow = resampled(inner, size, region, cv2.INTER_LINEAR) >= limit
        mask: NDArray[np.uint8] = (wide & ~narrow).view(np.uint8)
        stripe = max(1, round(STRIPES * ratio))
        y, x = np.ogrid[region[1] : region[3], region[0] : region[2]]
        striped = np.ascontiguousarray(mask * (1 + ((x + y) // stripe % 2).astype(np.uint8)))
        rows, cols = striped.shape
        image = QImage(striped.data, cols, rows, striped.strides[0], QImage.Format.Format_Indexed8)
        image.setColorTable([0, QColor(*CYAN, INK).rgba(), QColor(*CYAN, INK // 2).rgba()])
        copied = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)  # owns its pixels
        pictures.append((copied, place.left + region[0], place.top + region[1]))
    return pictures
