"""The film of a report as a picture: as displayed, and with what was found and measured drawn on it."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from ptxviewer.core.arrays import GreyImage, Mask
from ptxviewer.core.drawing.outline import border_zone, drawn, rejected
from ptxviewer.core.graphics import presented, with_graphics
from ptxviewer.core.view import scale_bar, side_letters, voi_of
from ptxviewer.core.viewport import Placement, Viewport, oriented, pixel_aspect, placement, resampled
from ptxviewer.core.voi import display_lut
from ptxviewer.report.page import Page
from ptxviewer.ui.canvas.annotations import LABEL, TEXT, font_of, paint_heat_bar, paint_letters, paint_scale_bar
from ptxviewer.ui.canvas.images import colour_image, grey_image
from ptxviewer.ui.canvas.layers.distances import paint_distances
from ptxviewer.ui.canvas.layers.heat import heat_picture
from ptxviewer.ui.canvas.layers.mask import mask_on_screen
from ptxviewer.ui.report.layout import text_layout
from ptxviewer.ui.report.measure import draw_measurements, film_on_page
from ptxviewer.words import sentences
from ptxviewer.words.annotations import bar_label

LONGEST_BAR = 0.3  # of the film's width
LEAST, MOST = 900, 4096  # pixels of the longer side of a picture by itself
MARGIN = 8.0  # around the words below it, in screen pixels
LEAST_WRITTEN = 120.0  # screen pixels of a film's width from which there is room for words on it


def film_picture(report: Page, size: QSize, *, drawings: bool, ratio: float) -> QImage:
    """Return the film as it lies in the report's view, ``size`` dots large, on black.

    ``drawings``: with mask, scores, distances and measurements. ``ratio`` is how many dots a pixel of a screen is wide:
    lines and letters are as many times larger than there.
    """
    canvas = max(1.0, size.width() / ratio), max(1.0, size.height() / ratio)
    port = film_on_page(report.film, report.view, canvas)
    place = placement(port, ratio)
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.drawImage(*place.corner, _grey(report, place))
    if drawings:
        _draw_answer(painter, report, place, ratio)
    painter.end()
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    area = QRectF(0, 0, *canvas)
    painter.setFont(font_of(painter.font(), 12))
    if drawings:
        _draw_lines(painter, report, port)
    if canvas[0] >= LEAST_WRITTEN:
        _write(painter, report, port, area, drawings)
    painter.end()
    image.setDevicePixelRatio(1.0)
    return image


def _grey(report: Page, place: Placement) -> QImage:
    film, view = report.film, report.view
    grey = display_lut(film, voi_of(film, view), view.inverted)[film.pixels]
    lying = np.ascontiguousarray(oriented(with_graphics(grey, presented(film, view)), view.quarter_turns, view.flipped))
    shrinks = place.width < lying.shape[1] or place.height < lying.shape[0]
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return grey_image(np.ascontiguousarray(resampled(lying, (place.width, place.height), place.seen, kind)))


def _levels(report: Page, mask: Mask) -> GreyImage:
    """A mask as 0 and 255, turned as the film lies."""
    levels = mask.view(np.uint8) * np.uint8(255)
    return np.ascontiguousarray(oriented(levels, report.view.quarter_turns, report.view.flipped))


def _draw_answer(painter: QPainter, report: Page, place: Placement, ratio: float) -> None:
    """Lay scores and mask over the film as the screen does, with lines as much thicker as there are more dots."""
    if report.heat is not None:
        painter.drawImage(*place.corner, heat_picture(report.heat, place, report.overlay.opacity))
    zone = None
    if report.edited:
        network = np.zeros(report.film.shape, bool) if report.network is None else report.network
        zone = border_zone(mask_on_screen(_levels(report, network), place), ratio)
    mask = mask_on_screen(_levels(report, report.mask), place)
    fill = report.overlay.opacity if report.overlay.mode == "fill" else None
    levels = rejected(mask, ratio) if report.rejected else drawn(mask, ratio, fill, zone)
    painter.drawImage(*place.corner, colour_image(levels))


def _draw_lines(painter: QPainter, report: Page, port: Viewport) -> None:
    draw_measurements(painter, report.measurements, port)
    paint_distances(painter, report.halves, port, report.film.spacing)


def _write(painter: QPainter, report: Page, port: Viewport, area: QRectF, drawings: bool) -> None:
    paint_letters(painter, area, side_letters(report.film, report.view))
    bar = scale_bar(report.film.spacing, report.view, port.zoom, LONGEST_BAR * area.width())
    if bar is not None:
        paint_scale_bar(painter, area, bar.length, bar_label(bar, report.film.spacing), right=True)
    if drawings and report.heat is not None:
        paint_heat_bar(painter, area, report.threshold)


def whole_picture(report: Page) -> QImage:
    """Return the film by itself, at its own size within bounds, with everything drawn on it; below it what it is.

    What stands below is the decision and that it is for research: a picture that is passed on says so.
    """
    film = report.film
    size = QSizeF(film.cols, film.rows * pixel_aspect(film.spacing))
    if report.view.quarter_turns % 2:
        size.transpose()
    longer = max(size.width(), size.height())
    size *= min(max(longer, LEAST), MOST) / longer
    whole = QSize(max(1, round(size.width())), max(1, round(size.height())))
    ratio = max(1.0, max(whole.width(), whole.height()) / LEAST)
    picture = film_picture(report, whole, drawings=True, ratio=ratio)
    caption = sentences(report.headline, report.research_use)
    layout, height = text_layout(caption, LABEL * ratio, max(1.0, whole.width() - 2 * MARGIN * ratio))
    band = round(height + 2 * MARGIN * ratio)
    image = QImage(whole.width(), whole.height() + band, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.drawImage(0, 0, picture)
    painter.setPen(TEXT)
    layout.draw(painter, QPointF(MARGIN * ratio, whole.height() + MARGIN * ratio))
    painter.end()
    return image
