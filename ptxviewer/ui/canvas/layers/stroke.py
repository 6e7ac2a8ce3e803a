"""Feedback while the mask is drawn: the brush at its size, the polygon so far."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from ptxviewer.app.state.screen import SHAPES
from ptxviewer.core.drawing.colours import AMBER, CASING
from ptxviewer.core.drawing.labels import free_place
from ptxviewer.core.drawing.outline import LINE, RIM
from ptxviewer.core.drawing.strokes import Stroke
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.ui.canvas.annotations import LABEL, font_of, write
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words.quantities import length

DASHES = [3.0, 2.0]


def brush_text(radius: float, spacing: PixelSpacing) -> str:
    """Return the size of a brush as it stands at the pointer: its diameter, in mm where the film supports them."""
    wide = None if spacing.col_mm is None else 2 * radius * spacing.col_mm
    return f"⌀ {length(2 * radius, wide, 0 if wide is None or wide >= 10 else 1)}"


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
        text = brush_text(scene.state.brush, scene.radiograph.spacing)
        painter.setFont(font_of(painter.font(), px(LABEL)))
        metrics = QFontMetricsF(painter.font())
        size, (x, y) = (metrics.horizontalAdvance(text), metrics.height()), scene.hover
        beside = radius * 0.71 + 8
        wishes = ((x + beside, y + beside), (x - beside - size[0], y + beside), (x + beside, y - beside - size[1]))
        place = free_place(size, wishes, scene.taken, (4.0, 4.0, scene.area.right() - 4, scene.area.bottom() - 4))
        if place is not None:
            write(painter, QPointF(place[0], place[1] + metrics.ascent()), text, QColor(*AMBER))
