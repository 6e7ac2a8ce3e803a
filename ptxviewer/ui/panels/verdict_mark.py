"""The reader's verdict as a small mark, drawn: fonts differ in which signs they have. Form tells it, not colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ptxviewer.core.review import Verdict
from ptxviewer.ui.platform.style import PALETTE

SIZE = 12  # screen pixels
LINES: dict[Verdict, tuple[tuple[tuple[float, float], ...], ...]] = {
    "accept": (((0.1, 0.55), (0.4, 0.85), (0.9, 0.2)),),  # a tick
    "edited": (((0.15, 0.85), (0.25, 0.6), (0.75, 0.1), (0.9, 0.25), (0.4, 0.75), (0.15, 0.85)),),  # a pencil
    "reject": (((0.2, 0.2), (0.8, 0.8)), ((0.8, 0.2), (0.2, 0.8))),  # a cross
    "unsure": (  # a question mark
        ((0.25, 0.3), (0.35, 0.12), (0.65, 0.12), (0.75, 0.3), (0.5, 0.55), (0.5, 0.68)),
        ((0.5, 0.86), (0.5, 0.92)),
    ),
}  # fmt: skip
"""In a square of side 1, from its top left corner."""


def paint_verdict(painter: QPainter, verdict: Verdict, at: QPointF, plate: bool = False) -> None:
    """Draw the mark of a verdict around ``at``; nothing where there is none. ``plate``: it lies on a picture."""
    lines = LINES.get(verdict)
    if lines is None:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    square = QRectF(at.x() - SIZE / 2, at.y() - SIZE / 2, SIZE, SIZE)
    if plate:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 205))
        painter.drawRoundedRect(square.adjusted(-3, -3, 3, 3), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(PALETTE["text"]), 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for line in lines:
        painter.drawPolyline([QPointF(square.x() + SIZE * x, square.y() + SIZE * y) for x, y in line])
    painter.restore()
