"""The scores in colour, and the bar that says which colour is which score."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.drawing.colours import HEAT_FADE, heat_table
from ptxviewer.core.viewport import Placement, oriented, resampled
from ptxviewer.ui.canvas.annotations import heat_bar_place, paint_heat_bar
from ptxviewer.ui.canvas.images import colour_through
from ptxviewer.ui.canvas.layers.base import Layer, Picture, PictureLayer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.platform.text_size import factor


def _heat(scene: Scene) -> ProbabilityMaps | None:
    state = scene.state
    return scene.film.maps if state.overlay.shown and state.settings.overlay_mode == "heat" else None


class HeatBarLayer(Layer):
    """The colours of the scores 0 to 1 at the right edge, with the threshold on them."""

    def depends(self, scene: Scene) -> object:
        """Nothing where there is no heat map."""
        return None if _heat(scene) is None else (self._threshold(scene), scene.lie)

    @staticmethod
    def _threshold(scene: Scene) -> float | None:
        info = scene.state.network_of(scene.film)
        return None if info is None else scene.film.threshold(info.rule)

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the bar."""
        place = heat_bar_place(scene.area, scene.taken)
        if place is not None:
            paint_heat_bar(painter, scene.area, self._threshold(scene), place, factor())


class HeatLayer(PictureLayer):
    """The scores in colour; redone per view and opacity, neither per window nor per threshold."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of the maps."""
        self._maps: ProbabilityMaps | None = None
        self._key: tuple[object, ...] = ()
        self._picture: QImage | None = None

    def depends(self, scene: Scene) -> object:
        """The maps, how strongly they are laid over the film, and where that lies."""
        maps = _heat(scene)
        return None if maps is None else (maps, scene.state.settings.overlay_opacity, scene.lie)

    def pictures(self, scene: Scene) -> Sequence[Picture]:
        """Return the seen part of the heat map, transparent where the network sees nothing."""
        maps, place, opacity = _heat(scene), scene.place, scene.state.settings.overlay_opacity
        if maps is None:
            return []
        key = (place, opacity)
        if self._picture is None or maps is not self._maps or key != self._key:
            self._picture = heat_picture(maps, place, opacity)
            self._maps, self._key = maps, key
        return [(self._picture, *place.corner)]


def heat_picture(maps: ProbabilityMaps, place: Placement, opacity: float) -> QImage:
    """Return the seen part of the scores of a film, in colour."""
    grid: FloatMap = maps.pneumothorax[maps.grid_map.content]
    levels = np.ascontiguousarray(oriented(np.rint(grid * 255).astype(np.uint8), place.quarter_turns, place.flipped))
    visible = resampled(levels, (place.width, place.height), place.seen, cv2.INTER_LINEAR)
    return colour_through(visible, _heat_argb(opacity))


@lru_cache(maxsize=8)
def _heat_argb(opacity: float) -> NDArray[np.int32]:
    """(256,) premultiplied ARGB of the scores 0 to 1, fading out below ``HEAT_FADE`` as on the report."""
    alpha = opacity * np.clip(np.arange(256) / 255 / HEAT_FADE, 0, 1)
    red, green, blue = (np.rint(channel * alpha).astype(np.uint32) for channel in heat_table().T.astype(np.float64))
    argb = np.rint(alpha * 255).astype(np.uint32) << 24 | red << 16 | green << 8 | blue
    return np.asarray(argb.view(np.int32))
