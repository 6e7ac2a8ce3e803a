"""Cursors that tell the tool, drawn from its icon."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QIcon, QPainter, QPixmap

from ptxviewer.app.state import Tool
from ptxviewer.ui.icons import icon

SIDE = 20  # screen pixels


@lru_cache(maxsize=8)
def _drawn(name: str, ratio: float) -> QCursor:
    """The icon on a dark rim, so that it is seen on white bone as well."""
    big = round((SIDE + 4) * ratio)
    picture = QPixmap(big, big)
    picture.fill(Qt.GlobalColor.transparent)
    light = icon(name).pixmap(round(SIDE * ratio), round(SIDE * ratio))
    dark = QPixmap(light)
    tint = QPainter(dark)
    tint.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    tint.fillRect(dark.rect(), Qt.GlobalColor.black)
    tint.end()
    painter = QPainter(picture)
    middle, step = round(2 * ratio), max(1, round(ratio))
    for dx in (-step, 0, step):
        for dy in (-step, 0, step):
            painter.drawPixmap(QPoint(middle + dx, middle + dy), dark)
    painter.drawPixmap(QPoint(middle, middle), light)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return QCursor(picture)


def cursor_for(tool: Tool, dragging: bool, ratio: float) -> QCursor:
    """Return the cursor of a tool; a hand that holds while panning."""
    if tool == "pan":
        return QCursor(Qt.CursorShape.ClosedHandCursor if dragging else Qt.CursorShape.OpenHandCursor)
    drawing: QIcon = icon(tool)
    return QCursor(Qt.CursorShape.CrossCursor) if drawing.isNull() else _drawn(tool, ratio)
