"""Cursors that tell the tool, drawn from its icon."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QIcon, QPainter, QPen, QPixmap

from ptxviewer.app.state.screen import KIND_OF, SHAPES, Tool
from ptxviewer.ui.platform.icons import icon

SIDE = 20  # screen pixels
SMALL = 15  # of an icon beside a cross
ARM, OPEN = 12.0, 4.0  # of the cross: its reach, and the middle that stays free


def _on_rim(painter: QPainter, name: str, left: int, top: int, side: int, ratio: float) -> None:
    """Draw an icon on a dark rim, so that it is seen on white bone as well; all but ``ratio`` in device pixels."""
    light = icon(name).pixmap(side, side)
    dark = QPixmap(light)
    tint = QPainter(dark)
    tint.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    tint.fillRect(dark.rect(), Qt.GlobalColor.black)
    tint.end()
    step = max(1, round(ratio))
    for dx in (-step, 0, step):
        for dy in (-step, 0, step):
            painter.drawPixmap(QPoint(left + dx, top + dy), dark)
    painter.drawPixmap(QPoint(left, top), light)


@lru_cache(maxsize=8)
def _drawn(name: str, ratio: float) -> QCursor:
    """The icon alone, for tools of which it does not matter where exactly they are."""
    big = round((SIDE + 4) * ratio)
    picture = QPixmap(big, big)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _on_rim(painter, name, round(2 * ratio), round(2 * ratio), round(SIDE * ratio), ratio)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return QCursor(picture)


@lru_cache(maxsize=16)
def _cross(name: str, ratio: float) -> QCursor:
    """A thin cross with an open middle, so that the place stays visible, and the icon of the tool beside it."""
    side = 27 if not name else 27 + SMALL - 4
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    if name:
        at = round((side - SMALL - 1) * ratio)
        _on_rim(painter, name, at, at, round(SMALL * ratio), ratio)
    painter.scale(ratio, ratio)
    middle = 13.5
    for colour, width in ((Qt.GlobalColor.black, 3.0), (Qt.GlobalColor.white, 1.0)):
        painter.setPen(QPen(colour, width))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = QPointF(middle + dx * OPEN, middle + dy * OPEN)
            painter.drawLine(start, QPointF(middle + dx * ARM, middle + dy * ARM))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return QCursor(picture, 13, 13)


def cursor_for(tool: Tool, dragging: bool, ratio: float) -> QCursor:
    """Return the cursor of a tool; a hand that holds while panning, a cross where the exact place matters."""
    if tool == "pan":
        return QCursor(Qt.CursorShape.ClosedHandCursor if dragging else Qt.CursorShape.OpenHandCursor)
    if tool in KIND_OF:
        return _cross("", ratio)
    if tool in SHAPES:
        return _cross(tool, ratio)
    drawing: QIcon = icon(tool)
    return QCursor(Qt.CursorShape.CrossCursor) if drawing.isNull() else _drawn(tool, ratio)
