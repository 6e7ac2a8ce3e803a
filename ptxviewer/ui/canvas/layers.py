"""What lies on the canvas as pictures: the film in grey, the overlay, the heat map; each redone only when it changed.

Everything is at device pixels and no layer knows a widget. A layer remembers the last thing it made and what from.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.arrays import FloatMap, GreyImage
from ptxviewer.core.drawing.colours import CASING, CYAN, HEAT_FADE, heat_table
from ptxviewer.core.film import Radiograph, Voi
from ptxviewer.core.findings.decide import Decision
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.sharpen import Sharpening, sharpened
from ptxviewer.core.viewport import Placement, Region, oriented, resampled
from ptxviewer.core.voi import display_lut

PIXELS_FROM = 4.0  # screen pixels per film pixel from which the pixels themselves are shown
LINE, RIM = 2.0, 4.0  # widths in screen pixels of the outline and of the dark rim under it
Picture = tuple[QImage, int, int]  # x, y of its corner on the canvas in device pixels


def _image(data: NDArray[np.uint8] | NDArray[np.int32], kind: QImage.Format) -> QImage:
    """A QImage over ``data`` (rows, cols), which has to outlive it."""
    return QImage(data.data, data.shape[1], data.shape[0], data.strides[0], kind)


class FilmLayer:
    """The film through its window. A window change costs one table, a view change one resampling of what is seen."""

    def __init__(self) -> None:
        self._how: Sharpening = "off"
        self.clear()

    def clear(self) -> None:
        """Forget the film: its pixels may be many."""
        self._source_key: tuple[object, ...] = ()
        self._levels: list[NDArray[np.uint16]] = []  # as it lies on the screen: the film itself, half of it
        self._sharp: dict[tuple[Sharpening, int], NDArray[np.uint16]] = {}  # of the levels, made when they are seen
        self._valid: GreyImage | None = None  # 255 where the film is no padding; None where there is none
        self._whole: NDArray[np.uint16] | None = None  # at its size on the screen, averaged
        self._seen_key: tuple[object, ...] = ()
        self._seen: NDArray[np.uint16] | None = None
        self._table_key: tuple[object, ...] = ()
        self._table: GreyImage | None = None
        self._picture_key: tuple[object, ...] = ()
        self._grey: GreyImage | None = None
        self._picture: QImage | None = None  # over ``_grey``

    def picture(
        self,
        film: Radiograph,
        voi: Voi,
        inverted: bool,
        place: Placement,
        ratio: float,
        moving: bool,
        how: Sharpening = "off",
    ) -> Picture:
        """Return the seen part of the film in grey; while ``moving``, quickly rather than at its best.

        ``how`` sharpens what is drawn: the film itself stays as it is.
        """
        if how != self._how:
            self._how, self._whole, self._seen = how, None, None
        seen = self._resample(film, place, ratio, moving)
        key = (film.key, voi, inverted)
        if key != self._table_key or self._table is None:
            self._table, self._table_key = display_lut(film, voi, inverted), key
        if self._picture is None or self._picture_key != (self._table_key, self._seen_key):
            grey = np.asarray(cv2.LUT(seen, self._table), np.uint8)
            if self._valid is not None:
                valid = resampled(self._valid, (place.width, place.height), place.seen, cv2.INTER_LINEAR)
                grey[valid < 128] = 0
            self._grey = grey
            self._picture = _image(grey, QImage.Format.Format_Grayscale8)
            self._picture_key = (self._table_key, self._seen_key)
        return self._picture, *place.corner

    def _take(self, film: Radiograph, place: Placement) -> None:
        """Turn the film as it lies on the screen, with padding out of the way of the interpolation."""
        key = (film.key, place.quarter_turns, place.flipped)
        if key == self._source_key:
            return
        self.clear()
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

    def _resample(self, film: Radiograph, place: Placement, ratio: float, moving: bool) -> NDArray[np.uint16]:
        self._take(film, place)
        size = place.width, place.height
        rows, cols = self._levels[0].shape
        shrinks = place.width < cols or place.height < rows
        averaged = self._whole is not None and self._whole.shape == size[::-1]
        moving = moving and shrinks and not averaged
        key = (self._source_key, size, place.seen, moving, self._how)
        if self._seen is not None and key == self._seen_key:
            return self._seen
        x0, y0, x1, y1 = place.seen
        if not shrinks:
            per_pixel = place.width / cols / ratio
            kind = cv2.INTER_NEAREST if per_pixel >= PIXELS_FROM else cv2.INTER_CUBIC
            self._seen = resampled(self._shown(0), size, place.seen, kind)
        elif moving:
            self._seen = resampled(self._level(size), size, place.seen, cv2.INTER_LINEAR)
        else:
            whole = self._whole if averaged else None
            if whole is None:
                whole = np.asarray(cv2.resize(self._level(size), size, interpolation=cv2.INTER_AREA), np.uint16)
            self._whole, self._seen = whole, whole[y0:y1, x0:x1]
        self._seen_key = key
        return self._seen

    def _level(self, size: tuple[int, int]) -> NDArray[np.uint16]:
        """The smallest picture of the film that is no smaller than ``size``."""
        rows, cols = self._levels[0].shape
        half = (cols + 1) // 2, (rows + 1) // 2
        if size[0] > half[0] or size[1] > half[1]:
            return self._shown(0)
        if len(self._levels) == 1:
            self._levels.append(np.asarray(cv2.resize(self._levels[0], half, interpolation=cv2.INTER_AREA), np.uint16))
        return self._shown(1)

    def _shown(self, level: int) -> NDArray[np.uint16]:
        """A level as it is drawn: sharpened once, and kept while the film is the same."""
        if self._how == "off":
            return self._levels[level]
        key = (self._how, level)
        if key not in self._sharp:
            self._sharp = {kept: made for kept, made in self._sharp.items() if kept[0] == self._how}
            self._sharp[key] = sharpened(self._levels[level], self._how)
        return self._sharp[key]


def patches(kept: NDArray[np.bool_], place: Placement, margin: int) -> list[Region]:
    """Return rectangles of device pixels, apart from each other, that hold all that ``kept`` (grid cells) can become.

    Interpolation carries a cell one cell further. What lies more than ``margin`` outside the canvas is left out.
    """
    rows, cols = kept.shape
    scale_x, scale_y = place.width / cols, place.height / rows
    bounds = (
        max(place.seen[0] - margin, 0),
        max(place.seen[1] - margin, 0),
        min(place.seen[2] + margin, place.width),
        min(place.seen[3] + margin, place.height),
    )
    borders, _ = cv2.findContours(kept.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[Region] = []
    for x, y, width, height in map(cv2.boundingRect, borders):
        box = (
            max(int((x - 1) * scale_x), bounds[0]),
            max(int((y - 1) * scale_y), bounds[1]),
            min(int((x + width + 1) * scale_x) + 1, bounds[2]),
            min(int((y + height + 1) * scale_y) + 1, bounds[3]),
        )
        found = _joined(found, box)
    return found


def _joined(apart: list[Region], box: Region) -> list[Region]:
    """Add ``box`` to rectangles that lie apart, as one with all that it touches."""
    while box[0] < box[2] and box[1] < box[3]:
        touched = [o for o in apart if o[0] < box[2] and box[0] < o[2] and o[1] < box[3] and box[1] < o[3]]
        apart = [o for o in apart if o not in touched]
        if not touched:
            return [*apart, box]
        left, top, right, bottom = zip(box, *touched, strict=True)
        box = min(left), min(top), max(right), max(bottom)
    return apart


def outlines(mask: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Return the borders of ``mask`` as closed lines (n, 2) of pixel coordinates, without the staircase of its pixels.

    Each point is the mean of nine of the border's pixels, and every fourth is kept: off by less than a pixel on any
    border that curves gently, and an eighth of the time to draw.
    """
    found, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = []
    for contour in found:
        points = contour[:, 0].astype(np.float64) + 0.5
        if len(points) >= 24:
            around = np.concatenate((points[-4:], points, points[:4]))
            sums = np.cumsum(np.concatenate((np.zeros((1, 2)), around)), axis=0)
            points = ((sums[9:] - sums[:-9]) / 9)[::4]
        lines.append(points)
    return lines


class OverlayLayer:
    """The mask of a decision, as outline or filled; redone per decision and view, not per window change."""

    def __init__(self) -> None:
        self._decision: Decision | None = None
        self._key: tuple[object, ...] = ()
        self._pictures: list[Picture] = []

    def pictures(
        self, film: Radiograph, decision: Decision, place: Placement, ratio: float, opacity: float | None
    ) -> list[Picture]:
        """Return the pictures to lay over the film; ``opacity`` of the fill, None for the outline alone.

        The decision's grid is brought to the view and compared there: a mask is never resampled.
        """
        key = (place, ratio, opacity)
        if decision is not self._decision or key != self._key:
            content = GridMap.for_film(film.rows, film.cols, decision.grid.shape[0]).content
            grid = np.ascontiguousarray(oriented(decision.grid[content], place.quarter_turns, place.flipped))
            limit = np.float32(decision.threshold)
            margin = round(2 * RIM * ratio)
            self._pictures = []
            for region in patches(grid >= limit, place, margin):
                score = resampled(grid, (place.width, place.height), region, cv2.INTER_LINEAR)
                image = _drawn((score >= limit).view(np.uint8), ratio, opacity)
                self._pictures.append((image, place.left + region[0], place.top + region[1]))
            self._decision, self._key = decision, key
        return self._pictures


def _drawn(mask: NDArray[np.uint8], ratio: float, opacity: float | None) -> QImage:
    """Outline (and fill) on a transparent ground; the line lies on a dark rim, to be seen on white bone as well."""
    image = QImage(mask.shape[1], mask.shape[0], QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    if opacity is not None:
        fill = QImage(mask.data, mask.shape[1], mask.shape[0], mask.strides[0], QImage.Format.Format_Indexed8)
        fill.setColorTable([0, QColor(*CYAN, round(255 * opacity)).rgba()])
        painter.drawImage(0, 0, fill)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    lines = [QPolygonF([QPointF(x, y) for x, y in line.tolist()]) for line in outlines(mask)]
    for colour, width in ((CASING, RIM), (CYAN, LINE)):
        painter.setPen(QPen(QColor(*colour), width * ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for line in lines:
            painter.drawPolygon(line)
    painter.end()
    return image


class HeatLayer:
    """The scores in colour; redone per view and opacity, neither per window nor per threshold."""

    def __init__(self) -> None:
        self._maps: ProbabilityMaps | None = None
        self._key: tuple[object, ...] = ()
        self._colours: NDArray[np.int32] | None = None
        self._picture: QImage | None = None  # over ``_colours``

    def picture(self, film: Radiograph, maps: ProbabilityMaps, place: Placement, opacity: float) -> Picture:
        """Return the seen part of the heat map, transparent where the network sees nothing."""
        key = (place, opacity)
        if self._picture is None or maps is not self._maps or key != self._key:
            content = GridMap.for_film(film.rows, film.cols, maps.size).content
            grid: FloatMap = maps.pneumothorax[content]
            levels = np.ascontiguousarray(
                oriented(np.rint(grid * 255).astype(np.uint8), place.quarter_turns, place.flipped)
            )
            seen = resampled(levels, (place.width, place.height), place.seen, cv2.INTER_LINEAR)
            self._colours = np.asarray(cv2.LUT(seen, _heat_argb(opacity)), np.int32)
            self._picture = _image(self._colours, QImage.Format.Format_ARGB32_Premultiplied)
            self._maps, self._key = maps, key
        return self._picture, *place.corner


def _heat_argb(opacity: float) -> NDArray[np.int32]:
    """(256,) premultiplied ARGB of the scores 0 to 1, fading out below ``HEAT_FADE`` as on the report."""
    alpha = opacity * np.clip(np.arange(256) / 255 / HEAT_FADE, 0, 1)
    red, green, blue = (np.rint(channel * alpha).astype(np.uint32) for channel in heat_table().T.astype(np.float64))
    argb = np.rint(alpha * 255).astype(np.uint32) << 24 | red << 16 | green << 8 | blue
    return np.asarray(argb.view(np.int32))
