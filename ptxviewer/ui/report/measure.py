"""Draws the reader's measurements on the film of a report, numbered as in the list beside it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QFontMetricsF, QPainter

from ptxviewer.core.drawing.handles import Drawn, label_place
from ptxviewer.core.drawing.measure import gaps_of, handles_of, line_of
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Box
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.view import FilmView, film_viewport
from ptxviewer.core.viewport import Viewport
from ptxviewer.ui.canvas.annotations import font_of
from ptxviewer.ui.canvas.drawing import Colour, paint_label, paint_line

INK: Colour = (255, 255, 255)
NUMBER = 12  # height of the numbers in screen pixels


def film_on_page(film: Radiograph, view: FilmView, canvas: tuple[float, float]) -> Viewport:
    """Return the map of a film that fits into ``canvas``, turned and flipped as in ``view``."""
    return film_viewport(film, replace(view, zoom=None, center=None), canvas)


def draw_measurements(painter: QPainter, measurements: tuple[Measurement, ...], port: Viewport) -> None:
    """Draw lines and numbers on the film that ``port`` maps."""
    area: Box = (0.0, 0.0, *port.canvas)
    taken: list[Box] = []
    for number, one in enumerate(measurements, 1):
        drawn = Drawn(
            tuple(map(port.to_screen, handles_of(one))),
            tuple(map(port.to_screen, line_of(one))),
            one.region,
            gaps_of(one),
        )
        paint_line(painter, drawn, INK, 1.4, dashed=one.kind == "calibration")
        painter.setFont(font_of(painter.font(), NUMBER, bold=True))
        size = QFontMetricsF(painter.font()).horizontalAdvance(str(number)) + 12, NUMBER + 6.0
        spot = label_place(size, drawn, taken, area)
        taken.append(spot)
        paint_label(painter, spot, (str(number),), INK)
