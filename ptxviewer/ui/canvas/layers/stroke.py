"""What shows the hand that draws on the mask: the size of its brush, the polygon so far."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ptxviewer.app.state.screen import SHAPES
from ptxviewer.core.drawing.colours import AMBER, CASING
from ptxviewer.core.drawing.outline import LINE, RIM
from ptxviewer.core.drawing.strokes import Stroke
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene

DASHES = [3.0, 2.0]


class PolygonLayer(Layer):
    """The corners so far with a knob at the first one, and the line that the next corner would make."""

    @staticmethod
    def _polygon(scene: Scene) -> Stroke | None:
        live = scene.film.stroke
        return live if live is not None and live.shape == "polygon" else None

    def depends(self, scene: Scene) -> object:
        """The polygon, the pointer, and where the film lies."""
        polygon = self._polygon(scene)
        return None if polygon is None else (polygon, scene.hover, scene.lie)

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the lines."""
        polygon = self._polygon(scene)
        if polygon is None:
            return
        corners = [QPointF(*scene.screen(point)) for point in polygon.points]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dashed = QPen(QColor(*AMBER), LINE)
        dashed.setDashPattern(DASHES)
        for pen in (QPen(QColor(*CASING), RIM), dashed):
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(corners))
            painter.drawEllipse(corners[0], 4, 4)
        if scene.hover is None:
            return
        for pen in (QPen(QColor(*CASING), 3.0), QPen(QColor(*AMBER), 1.2, Qt.PenStyle.DotLine)):
            painter.setPen(pen)
            painter.drawLine(corners[-1], QPointF(*scene.hover))


class BrushLayer(Layer):
    """A ring of the brush's size round the pointer; the eraser's is dashed."""

    def depends(self, scene: Scene) -> object:
        """The tool, its size, the pointer; nothing where there is no mask to draw on."""
        tool = scene.state.tool
        if scene.hover is None or SHAPES.get(tool) not in ("brush", "shrink") or scene.film.maps is None:
            return None
        return tool, scene.state.brush, scene.hover, scene.lie

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the ring."""
        if scene.hover is None:
            return
        radius = max(scene.state.brush * scene.port.zoom, 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((CASING, 3.0), (AMBER, 1.2)):
            dashed = scene.state.tool == "erase" and colour == AMBER
            painter.setPen(QPen(QColor(*colour), width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
            painter.drawEllipse(QPointF(*scene.hover), radius, radius)
