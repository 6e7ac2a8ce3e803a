"""Lines, handles and labels as they are drawn over a film, on the screen and in the report.

Hit-testing and places of labels are in ``core.drawing.handles``.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ptxviewer.core.drawing.colours import CASING
from ptxviewer.core.drawing.handles import Drawn, segments
from ptxviewer.core.geometry import Box, Point
from ptxviewer.ui.canvas.annotations import CHIP, LABEL, font_of
from ptxviewer.ui.platform.text_size import px

HANDLE = 4.5  # radius in screen pixels
PAD_X, PAD_Y, LINE_STEP = 6.0, 3.0, 16.0
Colour = tuple[int, int, int]


def paint_line(painter: QPainter, drawn: Drawn, colour: Colour, width: float, dashed: bool = False) -> None:
    """Draw a line on a dark rim, seen on white bone and on black air."""
    # Lines with ends of their own are drawn ten times as fast as a polygon, which Qt turns into an area first.
    pieces = [QLineF(QPointF(*start), QPointF(*end)) for start, end in segments(drawn)]
    angular = drawn.closed and len(drawn.line) <= 4  # its corners would be notched
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, wide in ((CASING, width + 2.4), (colour, width)):
        pen = QPen(QColor(*shade), wide)  # opaque: Qt strokes a translucent line six times as slowly
        pen.setCapStyle(Qt.PenCapStyle.SquareCap if angular else Qt.PenCapStyle.FlatCap)
        if dashed and shade != CASING:
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawLines(pieces)


def paint_handles(painter: QPainter, points: Sequence[Point], colour: Colour, hot: int | None = None) -> None:
    """Draw round handles with an open middle, so that the place itself stays visible; number ``hot`` is larger."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number, (x, y) in enumerate(points):
        radius = HANDLE + 1.5 if number == hot else HANDLE
        for shade, wide in ((CASING, 4.0), (colour, 1.6)):
            painter.setPen(QPen(QColor(*shade), wide))
            painter.drawEllipse(QPointF(x, y), radius, radius)


def label_size(painter: QPainter, lines: Sequence[str]) -> tuple[float, float]:
    """Return the size of a label; sets the font that ``paint_label`` writes with."""
    painter.setFont(font_of(painter.font(), px(LABEL)))
    metrics = QFontMetricsF(painter.font())
    wide = max((metrics.horizontalAdvance(line) for line in lines), default=0.0)
    return wide + 2 * PAD_X, px(LINE_STEP) * len(lines) + 2 * PAD_Y


def paint_label(painter: QPainter, place: Box, lines: Sequence[str], colour: Colour) -> None:
    """Write lines on a dark plate: legible whatever lies below."""
    frame = QRectF(QPointF(place[0], place[1]), QPointF(place[2], place[3]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(CHIP)
    painter.drawRoundedRect(frame, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(*colour))
    ascent = QFontMetricsF(painter.font()).ascent()
    for row, line in enumerate(lines):
        painter.drawText(QPointF(frame.left() + PAD_X, frame.top() + PAD_Y + ascent + row * px(LINE_STEP)), line)
