"""Draws the reader's measurements on the film of a report, numbered as in the list beside it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetricsF, QPainter

from ptxviewer.core.drawing.handles import Drawn, label_place
from ptxviewer.core.drawing.measure import handles_of, line_of
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Box, Point
from ptxviewer.core.review import Measurement
from ptxviewer.core.view import FilmView, film_viewport
from ptxviewer.core.viewport import Viewport
from ptxviewer.ui.canvas.annotations import font_of
from ptxviewer.ui.canvas.drawing import Colour, paint_label, paint_line

INK: Colour = (255, 255, 255)
NUMBER = 26  # height of the numbers in pixels of the page


def film_on_page(film: Radiograph, view: FilmView, place: QRect) -> Viewport:
    """Return the map of a film that covers ``place``, turned and flipped as in ``view``, from the place's corner."""
    whole = replace(view, zoom=None, center=None)
    return film_viewport(film, whole, (float(place.width()), float(place.height())))


def draw_measurements(
    painter: QPainter,
    film: Radiograph,
    measurements: tuple[Measurement, ...],
    place: QRect,
    view: FilmView,
) -> None:
    """Draw lines and numbers on the film that covers ``place``, turned and flipped as it is shown."""
    port = film_on_page(film, view, place)

    def on_page(point: Point) -> Point:
        x, y = port.to_screen(point)
        return x + place.x(), y + place.y()

    area: Box = (place.left(), place.top(), place.right(), place.bottom())
    taken: list[Box] = []
    painter.save()
    painter.setClipRect(place)
    for number, one in enumerate(measurements, 1):
        drawn = Drawn(tuple(map(on_page, handles_of(one))), tuple(map(on_page, line_of(one))), one.region)
        paint_line(painter, drawn, INK, 3.0, dashed=one.kind == "calibration")
        painter.setFont(font_of(painter.font(), NUMBER, bold=True))
        size = QFontMetricsF(painter.font()).horizontalAdvance(str(number)) + 12, NUMBER + 12.0
        spot = label_place(size, drawn, taken, area)
        taken.append(spot)
        paint_label(painter, spot, (str(number),), INK)
    painter.restore()
