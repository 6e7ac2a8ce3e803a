"""What other programs drew on the film, and earlier results: outlines and lines with the name of their maker.

A layer of its own: nothing of it is the network's answer, nothing is measured, and one key hides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ptxviewer.app.state.objects import objects_of
from ptxviewer.core.drawing.colours import CASING, VIOLET
from ptxviewer.core.drawing.labels import free_place
from ptxviewer.core.drawing.outline import outlines
from ptxviewer.core.geometry import Point
from ptxviewer.core.objects import FilmObject, Region
from ptxviewer.ui.canvas import annotations as written
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words.objects import caption

INK = QColor(*VIOLET)
PLACE = 5.0  # half the size of the cross at a place, in screen pixels
MOST_LABELS = 40
RANK = {"presentation state": 0, "report": 1, "segmentation": 2}
Line = tuple[tuple[Point, ...], bool]
"""Film points, and whether the line is closed."""


def shown_objects(scene: Scene) -> tuple[FilmObject, ...]:
    """Return the objects of the film that are drawn now."""
    overlay = scene.state.overlay
    if not (overlay.others and overlay.shown) or not scene.state.objects:
        return ()
    return drawn_of(objects_of(scene.state, scene.film))


def drawn_of(objects: Sequence[FilmObject]) -> tuple[FilmObject, ...]:
    """Return what is drawn of the objects of a film: of earlier results, which come in several forms, the best one."""
    own = [item for item in objects if item.own and item.drawn]
    by_rank = max(own, key=lambda one: (RANK[one.kind], one.made), default=None)
    return tuple(item for item in objects if item.drawn and (not item.own or item is by_rank))


class OthersLayer(Layer):
    """Dotted lines in a colour of their own, each object with its maker's name once."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of the outlines."""
        self._outlines: dict[int, tuple[Region, tuple[Line, ...]]] = {}

    def depends(self, scene: Scene) -> object:
        """The objects and where the film lies."""
        shown = shown_objects(scene)
        return (tuple(one.uid for one in shown), scene.radiograph.shape, scene.labels, scene.lie) if shown else None

    def described(self, scene: Scene) -> str:
        """Return whose drawings are on the film."""
        return "; ".join(dict.fromkeys(caption(item) for item in shown_objects(scene)))

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the lines, then the names."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(written.font_of(painter.font(), px(written.LABEL)))
        labels: list[tuple[Point, str]] = []
        for item in shown_objects(scene):
            name = caption(item)
            for points, closed, text, only_text in self._lines(item, scene.radiograph.shape):
                on_screen = [QPointF(*scene.screen(point)) for point in points]
                if not only_text:
                    _draw(painter, on_screen, closed)
                said = ": ".join(part for part in (name, text) if part)
                if said and on_screen:
                    top = min(on_screen, key=lambda point: point.y())
                    labels.append(((top.x() + 6, top.y() - 6), said))
                name = ""  # once for each object
        if scene.labels:
            _write(painter, scene, labels[:MOST_LABELS])

    def _lines(self, one: FilmObject, shape: tuple[int, int]) -> Iterator[tuple[tuple[Point, ...], bool, str, bool]]:
        for region in one.regions:
            if region.mask.shape != shape:
                continue  # of other pixels than this film has: nowhere on it
            for number, (points, closed) in enumerate(self._outline(region)):
                yield points, closed, "" if number or one.own else region.label, False
        for mark in one.marks:
            if not (one.own and mark.only_text):
                yield mark.points, mark.closed, "" if one.own else mark.text, mark.only_text

    def _outline(self, region: Region) -> tuple[Line, ...]:
        kept = self._outlines.get(id(region))
        if kept is None or kept[0] is not region:
            mask = region.mask.unpack().view(np.uint8)
            x, y, width, height = cv2.boundingRect(mask)
            part = np.ascontiguousarray(mask[y : y + height, x : x + width])
            corner = np.array((x, y), np.float64)
            lines = tuple((tuple((u, v) for u, v in (line + corner).tolist()), True) for line in outlines(part))
            kept = self._outlines[id(region)] = (region, lines)
        return kept[1]


def _draw(painter: QPainter, points: list[QPointF], closed: bool) -> None:
    if len(points) == 1:
        x, y = points[0].x(), points[0].y()
        pieces = [QLineF(x - PLACE, y, x + PLACE, y), QLineF(x, y - PLACE, x, y + PLACE)]
    else:
        ends = [*points[1:], points[0]] if closed else points[1:]
        pieces = [QLineF(start, end) for start, end in zip(points, ends, strict=False)]
    for ink, width in ((QColor(*CASING), 3.6), (INK, 1.6)):
        pen = QPen(ink, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines(pieces)


def _write(painter: QPainter, scene: Scene, labels: list[tuple[Point, str]]) -> None:
    """Write the names where nothing else is written."""
    metrics, (width, height) = painter.fontMetrics(), scene.port.canvas
    for (x, y), text in labels:
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width * 0.4))
        size = (float(metrics.horizontalAdvance(shown)), float(metrics.height()))
        place = free_place(size, ((x, y - metrics.ascent()),), scene.taken, (4.0, 4.0, width - 4, height - 4))
        if place is not None:
            scene.taken.append(place)
            written.write(painter, QPointF(place[0], place[1] + metrics.ascent()), shown, INK)
