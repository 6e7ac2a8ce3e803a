"""The magnifier: a round piece of the film under the pointer, through the same window and with the same overlay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from ptxviewer.app.state.screen import State
from ptxviewer.core.drawing.colours import CASING
from ptxviewer.core.viewport import Viewport
from ptxviewer.ui.canvas.annotations import LABEL, font_of, write
from ptxviewer.ui.platform.style import PALETTE

if TYPE_CHECKING:
    from ptxviewer.ui.canvas.canvas import Canvas

SIDE = 280  # screen pixels across
POWER = 2.5  # times the zoom of the film around it


def draw_lens(painter: QPainter, lens: Canvas, state: State, port: Viewport, at: QPointF) -> None:
    """Draw the film around the pointer ``at``, enlarged; ``lens`` is a canvas that is never shown by itself."""
    film = state.current
    if film is None:
        return
    ratio = lens.devicePixelRatioF()
    view = replace(film.view, zoom=port.zoom * POWER, center=port.to_film((at.x(), at.y())))
    lens.resize(SIDE, SIDE)
    bare = replace(state.settings, annotations=False)
    lens.set_state(replace(state.with_film(replace(film, view=view)), settings=bare, magnifier=False))
    # On whole device pixels: a picture between two of them would be blurred.
    corner = QPointF(round((at.x() - SIDE / 2) * ratio) / ratio, round((at.y() - SIDE / 2) * ratio) / ratio)
    circle = QRectF(corner.x() + 2, corner.y() + 2, SIDE - 4, SIDE - 4)
    path = QPainterPath()
    path.addEllipse(circle)
    painter.save()
    painter.setClipPath(path)
    painter.translate(corner)
    lens.draw(painter)
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(*CASING), 4.0), (QColor(PALETTE["quiet"]), 1.5)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(circle)
    painter.setFont(font_of(painter.font(), LABEL))
    write(painter, QPointF(circle.center().x() - 14, circle.bottom() - 14), f"x {POWER:g}")
