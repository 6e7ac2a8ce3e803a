"""The rectangle over whose values the window is to be set, while it is dragged."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ptxviewer.core.drawing.colours import CASING
from ptxviewer.core.geometry import Point
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene

INK = QColor(230, 235, 240)


@dataclass
class RegionDrag:
    """What the tool drags: two corners as film points, None while it drags nothing."""

    corners: tuple[Point, Point] | None = None


class RegionLayer(Layer):
    """Draws the rectangle."""

    def __init__(self, drag: RegionDrag) -> None:
        self._drag = drag

    def depends(self, scene: Scene) -> object:
        """The corners, and where the film lies."""
        return None if self._drag.corners is None else (self._drag.corners, scene.lie)

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw its edge; the film in it stays free."""
        if self._drag.corners is None:
            return
        one, other = (QPointF(*scene.screen(corner)) for corner in self._drag.corners)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width in ((QColor(*CASING), 3.0), (INK, 1.2)):
            painter.setPen(QPen(ink, width))
            painter.drawRect(QRectF(one, other).normalized())
