"""A mask that a reader changes, as pictures on the canvas; while the hand draws, only screen pixels are worked on.

What the model drew stays cyan, what the reader changed is amber and dashed.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from ptxviewer.core.drawing.colours import AMBER, CASING, CYAN
from ptxviewer.core.drawing.strokes import Stroke, covered
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import Decision
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.viewport import Placement, Viewport, oriented, resampled
from ptxviewer.ui.canvas.layers import LINE, RIM, Picture, outlines

NEAR = 7  # screen pixels within which two outlines are one
DASHES = [3.0, 2.0]
LONG = 500  # points of an outline, four screen pixels apart, from which it is drawn plainly while the hand moves


class EditLayer:
    """The edited mask with the stroke under way; a longer stroke costs its new part and one outline."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._base = np.zeros((0, 0), np.uint8)  # the seen part of the mask before the stroke
        self._edge = np.zeros((0, 0), np.uint8)  # around the model's own outline
        self._live: NDArray[np.uint8] | None = None
        self._levels: tuple[tuple[object, ...], NDArray[np.uint8]] | None = None  # of the mask, as it lies on screen
        self._drawn = 0  # points of the stroke that ``_live`` holds

    def pictures(
        self,
        film: Radiograph,
        mask: PackedMask | None,
        decision: Decision,
        live: Stroke | None,
        port: Viewport,
        place: Placement,
        ratio: float,
        opacity: float | None,
    ) -> list[Picture]:
        """Return the pictures to lay over the film; ``mask`` None: the model's is what is being changed."""
        key = (film.key, mask, decision, place)
        if key != self._key:
            model = _model(film, decision, place)
            size = round(NEAR * ratio) | 1
            edge = cv2.morphologyEx(model, cv2.MORPH_GRADIENT, np.ones((size, size), np.uint8))
            self._edge = np.asarray(edge, np.uint8)
            self._base = model if mask is None else self._seen(mask, place)
            self._key, self._live = key, None
        now = self._base
        if live is None or live.shape != "brush":
            self._live = None
        else:
            now = self._with(live, port, place, ratio)
        pictures = self._drawing(now, place, ratio, opacity, live is not None)
        if live is not None and live.shape == "polygon":
            pictures.append(_open_polygon(live, port, place, ratio))
        return pictures

    def _seen(self, mask: PackedMask, place: Placement) -> NDArray[np.uint8]:
        key = (mask, place.quarter_turns, place.flipped)
        if self._levels is None or self._levels[0] != key:
            levels = mask.unpack().view(np.uint8) * np.uint8(255)
            self._levels = key, np.ascontiguousarray(oriented(levels, place.quarter_turns, place.flipped))
        turned = self._levels[1]
        kind = cv2.INTER_AREA if place.width < turned.shape[1] else cv2.INTER_LINEAR
        levels = resampled(turned, (place.width, place.height), place.seen, kind)
        return np.asarray(levels >= 128, np.uint8)

    def _with(self, stroke: Stroke, port: Viewport, place: Placement, ratio: float) -> NDArray[np.uint8]:
        if self._live is None or self._drawn > len(stroke.points):
            self._live, self._drawn = self._base.copy(), 0
        fresh = stroke.points[max(self._drawn - 1, 0) :]
        self._drawn = len(stroke.points)
        points = tuple(_on_screen(port, place, ratio, point) for point in fresh)
        part = covered(Stroke("brush", points, stroke.radius * port.zoom * ratio), *self._live.shape)
        if part is not None:
            (x0, y0, x1, y1), inside = part
            self._live[y0:y1, x0:x1][inside] = 0 if stroke.removes else 1
        return self._live

    def _drawing(
        self, mask: NDArray[np.uint8], place: Placement, ratio: float, opacity: float | None, moving: bool
    ) -> list[Picture]:
        x, y, width, height = cv2.boundingRect(mask)
        if width == 0:
            return []
        pad = round(RIM * ratio) + 1
        image = QImage(width + 2 * pad, height + 2 * pad, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        part = np.ascontiguousarray(mask[y : y + height, x : x + width])
        painter = QPainter(image)
        painter.translate(pad, pad)
        if opacity is not None:
            fill = QImage(part.data, width, height, part.strides[0], QImage.Format.Format_Indexed8)
            fill.setColorTable([0, QColor(*CYAN, round(255 * opacity)).rgba()])
            painter.drawImage(0, 0, fill)
        edge = self._edge[y : y + height, x : x + width]
        runs = [run for line in outlines(part) for run in _runs(line, edge)]
        # Smooth lines cost three times as much: a long outline is smooth again when the hand rests.
        smooth = not moving or sum(line.size() for line, _own in runs) < LONG * ratio
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.setPen(QPen(QColor(*CASING), RIM * ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for line, _own in runs:
            painter.drawPolyline(line)
        for line, own in runs:
            painter.setPen(_pen(own, ratio))
            painter.drawPolyline(line)
        painter.end()
        left, top = place.corner
        return [(image, left + x - pad, top + y - pad)]


def _pen(changed: bool, ratio: float) -> QPen:
    pen = QPen(QColor(*(AMBER if changed else CYAN)), LINE * ratio)
    if changed:
        pen.setDashPattern(DASHES)
    return pen


def _runs(line: NDArray[np.float64], edge: NDArray[np.uint8]) -> list[tuple[QPolygonF, bool]]:
    """Cut a closed line where it leaves the model's own outline; True for the parts that the reader made."""
    closed = np.concatenate((line, line[:1]))
    rows = np.clip(closed[:, 1].astype(np.int64), 0, edge.shape[0] - 1)
    cols = np.clip(closed[:, 0].astype(np.int64), 0, edge.shape[1] - 1)
    own = edge[rows, cols] == 0
    cuts = [0, *(np.flatnonzero(own[1:-1] != own[:-2]) + 1).tolist(), len(closed) - 1]
    return [
        (QPolygonF([QPointF(x, y) for x, y in closed[first : last + 1].tolist()]), bool(own[first]))
        for first, last in pairwise(cuts)
    ]


def _on_screen(port: Viewport, place: Placement, ratio: float, point: tuple[float, float]) -> tuple[float, float]:
    """A film point in device pixels from the corner of the seen part."""
    x, y = port.to_screen(point)
    left, top = place.corner
    return x * ratio - left, y * ratio - top


def _model(film: Radiograph, decision: Decision, place: Placement) -> NDArray[np.uint8]:
    content = GridMap.for_film(film.rows, film.cols, decision.grid.shape[0]).content
    grid = np.ascontiguousarray(oriented(decision.grid[content], place.quarter_turns, place.flipped))
    score = resampled(grid, (place.width, place.height), place.seen, cv2.INTER_LINEAR)
    return np.asarray(score >= np.float32(decision.threshold), np.uint8)


def _open_polygon(stroke: Stroke, port: Viewport, place: Placement, ratio: float) -> Picture:
    """The corners so far, with a knob at the first one."""
    image = QImage(
        place.seen[2] - place.seen[0], place.seen[3] - place.seen[1], QImage.Format.Format_ARGB32_Premultiplied
    )
    image.fill(Qt.GlobalColor.transparent)
    line = QPolygonF([QPointF(*_on_screen(port, place, ratio, point)) for point in stroke.points])
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in (QPen(QColor(*CASING), RIM * ratio), _pen(True, ratio)):
        painter.setPen(pen)
        painter.drawPolyline(line)
        painter.drawEllipse(line.at(0), 4 * ratio, 4 * ratio)
    painter.end()
    return image, *place.corner


def paint_rubber(painter: QPainter, start: tuple[float, float], at: QPointF) -> None:
    """Draw the line that the next corner of a polygon would make."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in (QPen(QColor(*CASING), 3.0), QPen(QColor(*AMBER), 1.2, Qt.PenStyle.DotLine)):
        painter.setPen(pen)
        painter.drawLine(QPointF(*start), at)


def paint_brush(painter: QPainter, at: QPointF, radius: float, removes: bool) -> None:
    """Draw the size of the brush round the pointer; the eraser's is dashed."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((CASING, 3.0), (AMBER, 1.2)):
        style = Qt.PenStyle.DashLine if removes and colour == AMBER else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(*colour), width, style))
        painter.drawEllipse(at, max(radius, 1.0), max(radius, 1.0))
