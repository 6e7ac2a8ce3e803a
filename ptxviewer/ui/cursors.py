"""Cursors that tell the tool, drawn from its icon."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QIcon, QPainter, QPen, QPixmap

from ptxviewer.app.measuring import KIND_OF
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


@lru_cache(maxsize=4)
def _cross(ratio: float) -> QCursor:
    """A thin cross with an open middle: what is measured stays visible."""
    side = 27
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    picture.setDevicePixelRatio(ratio)
    painter = QPainter(picture)
    middle, arm, open_to = side / 2, 12.0, 4.0
    for colour, width in ((Qt.GlobalColor.black, 3.0), (Qt.GlobalColor.white, 1.0)):
        painter.setPen(QPen(colour, width))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = QPointF(middle + dx * open_to, middle + dy * open_to)
            painter.drawLine(start, QPointF(middle + dx * arm, middle + dy * arm))
    painter.end()
    return QCursor(picture)


def cursor_for(tool: Tool, dragging: bool, ratio: float) -> QCursor:
    """Return the cursor of a tool; a hand that holds while panning."""
    if tool == "pan":
        return QCursor(Qt.CursorShape.ClosedHandCursor if dragging else Qt.CursorShape.OpenHandCursor)
    if tool in KIND_OF:
        return _cross(ratio)
    drawing: QIcon = icon(tool)
    return QCursor(Qt.CursorShape.CrossCursor) if drawing.isNull() else _drawn(tool, ratio)
