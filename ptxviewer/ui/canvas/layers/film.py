"""The film in grey: resampled once per view, sent through one table per window."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter

from ptxviewer.app.state.settings import Interpolation
from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.film import Radiograph, Voi
from ptxviewer.core.sharpen import Sharpening, sharpened
from ptxviewer.core.view import voi_of
from ptxviewer.core.viewport import Placement, oriented, resampled
from ptxviewer.core.voi import display_lut
from ptxviewer.ui.canvas.images import grey_through, grey_view
from ptxviewer.ui.canvas.layers.base import Picture, PictureLayer
from ptxviewer.ui.canvas.scene import Scene

KINDS: dict[Interpolation, int] = {
    "automatic": cv2.INTER_CUBIC,
    "smooth": cv2.INTER_CUBIC,
    "linear": cv2.INTER_LINEAR,
    "pixels": cv2.INTER_NEAREST,
}
PIXELS_FROM = 4.0  # screen pixels per film pixel from which the pixels themselves are shown
HALF_UPTO = 0.6  # of the film's size: up to there a zoom draws from half of it


class FilmLayer(PictureLayer):
    """The film through its window. A window change costs one table, a view change one resampling of what is seen."""

    def __init__(self) -> None:
        self._how: Sharpening = "off"
        self._enlarged: Interpolation = "automatic"
        self.forget()

    def forget(self) -> None:
        """Forget the film: its pixels may be many."""
        self._source_key: tuple[object, ...] = ()
        self._levels: list[NDArray[np.uint16]] = []  # as it lies on the screen: the film itself, half of it
        self._sharp: dict[tuple[Sharpening, int], NDArray[np.uint16]] = {}  # of the levels, made when they are seen
        self._valid: GreyImage | None = None  # 255 where the film is no padding; None where there is none
        self._whole: NDArray[np.uint16] | None = None  # at its size on the screen, averaged
        self._grey: tuple[tuple[object, ...], GreyImage] | None = None  # a level through its window, to zoom with
        self._seen_key: tuple[object, ...] = ()
        self._seen: NDArray[np.uint16] | None = None
        self._table_key: tuple[object, ...] = ()
        self._table: GreyImage | None = None
        self._picture_key: tuple[object, ...] = ()
        self._picture: QImage | None = None
        self._viewed: GreyImage | None = None  # the pixels of a picture that does not own them

    def depends(self, scene: Scene) -> object:
        """The film's pixels, its window and where it lies."""
        view = scene.film.view
        drawn = scene.state.sharpening, scene.state.settings.interpolation
        window = voi_of(scene.radiograph, view), view.inverted, *drawn
        return scene.radiograph.key, *window, scene.moving, scene.lie

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the film, and black around it."""
        _paint_surround(painter, scene)
        super().paint(painter, scene)

    def pictures(self, scene: Scene) -> Sequence[Picture]:
        """Return the seen part of the film in grey; while the scene is moving, quickly rather than at its best.

        Sharpening changes what is drawn: the film itself stays as it is.
        """
        film, place, inverted = scene.radiograph, scene.place, scene.film.view.inverted
        voi: Voi = voi_of(film, scene.film.view)
        if scene.state.sharpening != self._how:
            self._how, self._whole, self._seen = scene.state.sharpening, None, None
        if scene.state.settings.interpolation != self._enlarged:
            self._enlarged, self._seen = scene.state.settings.interpolation, None
        self._take(film, place)
        key = (film.key, voi, inverted)
        if key != self._table_key or self._table is None:
            self._table, self._table_key = display_lut(film, voi, inverted), key
        quickly = scene.moving and self._shrinks(place) and not self._averaged(place)
        view = (self._source_key, place.width, place.height, place.seen, scene.ratio, self._how, self._enlarged)
        wanted = (self._table_key, *view, quickly)
        if self._picture is None or self._picture_key != wanted:
            outside: NDArray[np.bool_] | None = None
            if self._valid is not None:
                outside = resampled(self._valid, (place.width, place.height), place.seen, cv2.INTER_LINEAR) < 128
            if quickly:
                grey = self._quick(place, self._table)
                self._viewed = grey if outside is None else np.where(outside, np.uint8(0), grey)
                self._picture = grey_view(self._viewed)
            else:
                self._picture, grey = grey_through(self._resample(place, scene.ratio), self._table)
                if outside is not None:
                    grey[outside] = 0
            self._picture_key = wanted
        return [(self._picture, *place.corner)]

    def _take(self, film: Radiograph, place: Placement) -> None:
        """Turn the film as it lies on the screen, with padding out of the way of the interpolation."""
        key = (film.key, place.quarter_turns, place.flipped)
        if key == self._source_key:
            return
        self.forget()
        pixels = film.pixels
        if film.padding is not None:
            valid = (pixels < film.padding[0]) | (pixels > film.padding[1])
            if valid.any() and not valid.all():
                dark = pixels[valid].max() if film.inverse != (film.slope < 0) else pixels[valid].min()
                pixels = np.where(valid, pixels, dark)
                mask = np.where(valid, np.uint8(255), np.uint8(0))
                self._valid = np.ascontiguousarray(oriented(mask, place.quarter_turns, place.flipped))
        self._levels = [np.ascontiguousarray(oriented(pixels, place.quarter_turns, place.flipped))]
        self._source_key = key

    def _shrinks(self, place: Placement) -> bool:
        rows, cols = self._levels[0].shape
        return bool(place.width < cols or place.height < rows)

    def _averaged(self, place: Placement) -> bool:
        """True when the whole film is there at its best at this size."""
        return self._whole is not None and self._whole.shape == (place.height, place.width)

    def _quick(self, place: Placement, table: GreyImage) -> GreyImage:
        """The seen part while the hand zooms: the grey of the film, made once per window, is resampled.

        Nearer to the film at rest than its pixels resampled linearly and sent through the table, in half the time:
        half the film, averaged, is nearer up to ``HALF_UPTO`` of its size.
        """
        rows, cols = self._levels[0].shape
        size = place.width, place.height
        smaller = size[0] <= HALF_UPTO * cols and size[1] <= HALF_UPTO * rows
        level = self._shown(1) if smaller else self._shown(0)
        key = (self._source_key, self._how, smaller, self._table_key)
        if self._grey is None or self._grey[0] != key:
            self._grey = key, np.asarray(cv2.LUT(level, table), np.uint8)
        return resampled(self._grey[1], size, place.seen, cv2.INTER_LINEAR)

    def _resample(self, place: Placement, ratio: float) -> NDArray[np.uint16]:
        size = place.width, place.height
        cols = self._levels[0].shape[1]
        key = (self._source_key, size, place.seen, self._how)
        if self._seen is not None and key == self._seen_key:
            return self._seen
        x0, y0, x1, y1 = place.seen
        if self._shrinks(place):
            whole = self._whole if self._averaged(place) else None
            if whole is None:
                whole = np.asarray(cv2.resize(self._level(size), size, interpolation=cv2.INTER_AREA), np.uint16)
            self._whole, self._seen = whole, whole[y0:y1, x0:x1]
        else:
            own = place.width / cols / ratio >= PIXELS_FROM if self._enlarged == "automatic" else False
            kind = cv2.INTER_NEAREST if own else KINDS[self._enlarged]
            self._seen = resampled(self._shown(0), size, place.seen, kind)
        self._seen_key = key
        return self._seen

    def _level(self, size: tuple[int, int]) -> NDArray[np.uint16]:
        """The smallest picture of the film that is no smaller than ``size``."""
        rows, cols = self._levels[0].shape
        return self._shown(0 if size[0] > (cols + 1) // 2 or size[1] > (rows + 1) // 2 else 1)

    def _shown(self, level: int) -> NDArray[np.uint16]:
        """A level, 0 the film and 1 half of it, as it is drawn: sharpened once, kept while the film is the same."""
        if level == len(self._levels):
            rows, cols = self._levels[0].shape
            half = (cols + 1) // 2, (rows + 1) // 2
            self._levels.append(np.asarray(cv2.resize(self._levels[0], half, interpolation=cv2.INTER_AREA), np.uint16))
        if self._how == "off":
            return self._levels[level]
        key = (self._how, level)
        if key not in self._sharp:
            self._sharp = {kept: made for kept, made in self._sharp.items() if kept[0] == self._how}
            self._sharp[key] = sharpened(self._levels[level], self._how)
        return self._sharp[key]


def _paint_surround(painter: QPainter, scene: Scene) -> None:
    """Black around the film only: under it, it would cost as much as the film."""
    area, place, ratio = scene.area, scene.place, scene.ratio
    if place.empty:
        painter.fillRect(area, Qt.GlobalColor.black)
        return
    width, height = math.ceil(area.width() * ratio), math.ceil(area.height() * ratio)
    (x, y), (x0, y0, x1, y1) = place.corner, place.seen
    right, bottom = x + x1 - x0, y + y1 - y0
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)
    for strip in (
        QRect(0, 0, width, y),
        QRect(0, bottom, width, height - bottom),
        QRect(0, y, x, bottom - y),
        QRect(right, y, width - right, bottom - y),
    ):
        painter.fillRect(strip, Qt.GlobalColor.black)
    painter.restore()
