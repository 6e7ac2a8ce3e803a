"""The magnifier: a round piece of the film under the pointer, through the same window and with the same overlay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from ptxviewer.core.drawing.colours import CASING
from ptxviewer.core.geometry import Point
from ptxviewer.core.view import film_viewport
from ptxviewer.ui.canvas.annotations import LABEL, font_of, write
from ptxviewer.ui.canvas.layers.base import Layer, paint_layers
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words.quantities import plain

SIDE = 280  # screen pixels across
POWER = 2.5  # times the zoom of the film around it


def enlarged(scene: Scene, at: Point) -> Scene:
    """Return the scene of the lens over a screen point: without words, and drawn quickly."""
    view = replace(scene.film.view, zoom=scene.port.zoom * POWER, center=scene.port.to_film(at))
    port = film_viewport(scene.radiograph, view, (float(SIDE), float(SIDE)))
    film = replace(scene.film, view=view)
    return replace(scene, film=film, port=port, moving=True, hover=None, hot=None, labels=False)


class LensLayer(Layer):
    """Paints layers of its own, which remember what the lens shows while those of the film remember the film."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = tuple(layers)

    def forget(self) -> None:
        """Let go of the film."""
        for layer in self._layers:
            layer.forget()

    def depends(self, scene: Scene) -> object:
        """The pointer; what lies under it repaints the film as well."""
        return (scene.hover, scene.lie) if scene.state.magnifier and scene.hover is not None else None

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the film around the pointer, enlarged."""
        if scene.hover is None:
            return
        at, ratio = scene.hover, scene.ratio
        # On whole device pixels: a picture between two of them would be blurred.
        corner = QPointF(round((at[0] - SIDE / 2) * ratio) / ratio, round((at[1] - SIDE / 2) * ratio) / ratio)
        circle = QRectF(corner.x() + 2, corner.y() + 2, SIDE - 4, SIDE - 4)
        path = QPainterPath()
        path.addEllipse(circle)
        painter.save()
        painter.setClipPath(path)
        painter.translate(corner)
        paint_layers(self._layers, painter, enlarged(scene, at))
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(*CASING), 4.0), (QColor(PALETTE["quiet"]), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(circle)
        painter.setFont(font_of(painter.font(), px(LABEL)))
        write(painter, QPointF(circle.center().x() - 14, circle.bottom() - 14), f"x {plain(POWER)}")
