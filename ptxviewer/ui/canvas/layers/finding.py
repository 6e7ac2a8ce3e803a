"""The frame around the finding that is looked at."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from ptxviewer.app.review.finding_selection import chosen
from ptxviewer.core.answer import Lesion
from ptxviewer.core.drawing.colours import CASING
from ptxviewer.core.viewport import Viewport
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene

WHITE = QColor(230, 235, 240)


class FindingLayer(Layer):
    """The corners of a frame; the film in it stays free."""

    @staticmethod
    def _lesion(scene: Scene) -> Lesion | None:
        return chosen(scene.film) if scene.state.overlay.shown else None

    def depends(self, scene: Scene) -> object:
        """The finding and where the film lies."""
        lesion = self._lesion(scene)
        return None if lesion is None else (lesion, scene.lie)

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the frame."""
        lesion = self._lesion(scene)
        if lesion is not None:
            _paint_frame(painter, lesion, scene.port)


def _paint_frame(painter: QPainter, lesion: Lesion, port: Viewport) -> None:
    """Draw the corners of a frame around a finding; the film in it stays free."""
    x, y, width, height = lesion.bbox
    one, other = QPointF(*port.to_screen((x, y))), QPointF(*port.to_screen((x + width, y + height)))
    frame = QRectF(one, other).normalized().adjusted(-8, -8, 8, 8)
    arm = min(12.0, frame.width() / 3, frame.height() / 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for ink, wide in ((QColor(*CASING), 3.0), (WHITE, 1.0)):
        painter.setPen(QPen(ink, wide))
        for corner, right, down in (
            (frame.topLeft(), 1, 1), (frame.topRight(), -1, 1),
            (frame.bottomLeft(), 1, -1), (frame.bottomRight(), -1, -1),
        ):  # fmt: skip
            painter.drawLine(corner, QPointF(corner.x() + right * arm, corner.y()))
            painter.drawLine(corner, QPointF(corner.x(), corner.y() + down * arm))
