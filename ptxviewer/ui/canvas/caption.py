"""A line of text under a picture that leaves the window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap

from ptxviewer.ui.canvas.annotations import AMBER, BODY, font_of
from ptxviewer.ui.platform.style import PALETTE

HEIGHT = 28  # screen pixels


def with_line(picture: QPixmap, text: str) -> QPixmap:
    """Return the picture with a line of text under it, as sharp as the picture is."""
    ratio = picture.devicePixelRatio()
    width, height = picture.width() / ratio, picture.height() / ratio
    whole = QPixmap(picture.width(), picture.height() + round(HEIGHT * ratio))
    whole.setDevicePixelRatio(ratio)
    whole.fill(QColor(PALETTE["canvas"]))
    painter = QPainter(whole)
    painter.drawPixmap(0, 0, picture)
    painter.setFont(font_of(QGuiApplication.font(), BODY))
    painter.setPen(AMBER)
    painter.drawText(QRectF(14, height, width - 28, HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
    return whole
