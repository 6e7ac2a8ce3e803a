"""The disagreement band: where the network marks the film at some looks and not at others."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from ptxviewer.core.answer import Band
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.drawing.colours import CYAN
from ptxviewer.core.drawing.outline import patches
from ptxviewer.core.findings.disagreement import limits_of
from ptxviewer.core.viewport import resampled
from ptxviewer.ui.canvas.images import colour_through
from ptxviewer.ui.canvas.layers.base import Picture, PictureLayer
from ptxviewer.ui.canvas.layers.mask import grid_on_screen
from ptxviewer.ui.canvas.scene import Scene

INK = 105  # of 255: the band's opacity, so that the film is read through it
STRIPES = 4  # device pixels per stripe at a ratio of 1: seen in grey print and without colour vision


def _table() -> NDArray[np.int32]:
    """(256,) premultiplied ARGB of no stripe, a strong and a weak one."""
    shades = [QColor(0, 0, 0, 0), QColor(*CYAN, INK), QColor(*CYAN, INK // 2)]
    table = np.zeros((256, 4), np.uint8)
    for level, shade in enumerate(shades):
        alpha = shade.alpha()
        table[level] = [round(c * alpha / 255) for c in (shade.blue(), shade.green(), shade.red())] + [alpha]
    return table.view(np.int32).ravel()


class BandLayer(PictureLayer):
    """Under the outline; redone per decision, band and view, never at film resolution."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of the band."""
        self._key: tuple[object, ...] = ()
        self._pictures: list[Picture] = []

    @staticmethod
    def _band(scene: Scene) -> Band | None:
        overlay = scene.state.overlay
        review = scene.film.review
        wanted = overlay.shown and overlay.band and review.mask is None and review.verdict != "reject"
        return scene.film.band if wanted else None

    def depends(self, scene: Scene) -> object:
        """The band, the decision whose outline it belongs to, and where the film lies."""
        band = self._band(scene)
        return None if band is None or scene.decision is None else (band, scene.decision, scene.lie)

    def pictures(self, scene: Scene) -> Sequence[Picture]:
        """Return the pictures to lay over the film."""
        band, decision, place = self._band(scene), scene.decision, scene.place
        key = (band, decision, place, scene.ratio)
        if band is not None and decision is not None and key != self._key:
            inner, outer = (grid_on_screen(grid, scene.radiograph, place) for grid in limits_of(band, decision))
            self._pictures = _striped(inner, outer, np.float32(decision.threshold), scene)
            self._key = key
        return self._pictures


def _striped(inner: FloatMap, outer: FloatMap, limit: np.float32, scene: Scene) -> list[Picture]:
    pictures: list[Picture] = []
    place = scene.place
    size, stripe = (place.width, place.height), max(1, round(STRIPES * scene.ratio))
    for region in patches(outer >= limit, place, 0):
        wide = resampled(outer, size, region, cv2.INTER_LINEAR) >= limit
        narrow = resampled(inner, size, region, cv2.INTER_LINEAR) >= limit
        mask: NDArray[np.uint8] = (wide & ~narrow).view(np.uint8)
        y, x = np.ogrid[region[1] : region[3], region[0] : region[2]]
        levels = np.ascontiguousarray(mask * (1 + ((x + y) // stripe % 2).astype(np.uint8)))
        pictures.append((colour_through(levels, _table()), place.left + region[0], place.top + region[1]))
    return pictures
