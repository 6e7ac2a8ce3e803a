"""Paints a report: the film as displayed, beside it the film with the outline, below them what was found and how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPen

from ptxviewer.core.arrays import GreyImage, Mask
from ptxviewer.core.drawing.graphics import with_graphics
from ptxviewer.core.drawing.outline import border_zone, drawn, rejected
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.view import scale_bar, side_letters, voi_of
from ptxviewer.core.viewport import oriented, pixel_aspect, placement
from ptxviewer.core.voi import display_lut
from ptxviewer.report.page import Page, Table
from ptxviewer.ui.canvas.annotations import paint_scale_bar
from ptxviewer.ui.canvas.images import colour_image, grey_image
from ptxviewer.ui.canvas.layers.mask import mask_on_screen
from ptxviewer.ui.report.measure import draw_measurements, film_on_page
from ptxviewer.words.annotations import bar_label

WIDTH = 2000
MARGIN = 48
COLUMN = (WIDTH - 3 * MARGIN) // 2
RIGHT = 2 * MARGIN + COLUMN
TALLEST_FILM = 1150
LABEL = 200  # width of the labels of facts
OUTLINE = 1.5  # times the width of the outline on a screen
LONGEST_BAR = 0.3  # of the film's width
INK, QUIET, LINE = QColor("#16191d"), QColor("#5c6670"), QColor("#c9d0d6")


@contextmanager
def offscreen_application() -> Iterator[None]:
    """Provide the Qt application that fonts need, without a window, where there is none yet."""
    application = QGuiApplication.instance()
    if application is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        application = QGuiApplication([])
    yield
    del application


def _font(size_px: int, bold: bool = False) -> QFont:
    font = QGuiApplication.font()
    font.setPixelSize(size_px)
    font.setBold(bold)
    return font


class _Page:
    """A painter with a pen that moves down the page; text wraps at the width it is given."""

    def __init__(self, painter: QPainter) -> None:
        self.painter = painter

    def text(
        self, x: int, y: int, width: int, text: str, size_px: int, colour: QColor = INK, *, bold: bool = False
    ) -> int:
        """Write ``text`` from the top left corner (x, y), wrapped; returns the y below it."""
        if not text:
            return y
        self.painter.setFont(_font(size_px, bold))
        self.painter.setPen(colour)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        room = QRect(x, y, width, 4000)
        height = self.painter.boundingRect(room, flags, text).height()
        self.painter.drawText(QRect(x, y, width, height), flags, text)
        return y + height

    def line(self, x: int, y: int, width: int) -> None:
        """Draw a hairline."""
        self.painter.setPen(QPen(LINE, 2))
        self.painter.drawLine(x, y, x + width, y)

    def pairs(self, pairs: tuple[tuple[str, str], ...], x: int, y: int, width: int) -> int:
        """Write labels and values below each other; returns the y below them."""
        for label, value in pairs:
            below = self.text(x, y, LABEL, label, 25, QUIET)
            y = max(below, self.text(x + LABEL, y, width - LABEL, value, 25)) + 8
        return y

    def table(self, table: Table, x: int, y: int, width: int) -> int:
        """Write the findings; returns the y below them."""
        step = width // len(table.columns)
        for index, name in enumerate(table.columns):
            self.text(x + index * step, y, step, name, 22, QUIET)
        y += 38
        self.line(x, y, width)
        y += 12
        for row in table.rows:
            y = max(self.text(x + index * step, y, step, value, 25) for index, value in enumerate(row)) + 8
        return self.text(x, y, width, table.more, 22, QUIET)


def _film_image(report: Page) -> QImage:
    film, view = report.film, report.view
    grey = display_lut(film, voi_of(film, view), view.inverted)[film.pixels]
    return grey_image(oriented(with_graphics(grey, film.graphics), view.quarter_turns, view.flipped))


def _film_size(report: Page) -> QSize:
    """Return the size of the film on the page; pixels that are not square are shown as they are on the patient."""
    film = report.film
    size = QSizeF(film.cols, film.rows * pixel_aspect(film.spacing))
    if report.view.quarter_turns % 2:
        size.transpose()
    size.scale(QSizeF(COLUMN, TALLEST_FILM), Qt.AspectRatioMode.KeepAspectRatio)
    return QSize(max(1, round(size.width())), max(1, round(size.height())))


def _levels(report: Page, mask: Mask) -> GreyImage:
    """A mask as 0 and 255, turned as the film lies."""
    levels = mask.view(np.uint8) * np.uint8(255)
    return np.ascontiguousarray(oriented(levels, report.view.quarter_turns, report.view.flipped))


def _draw_outline(painter: QPainter, report: Page, place: QRect) -> None:
    """Draw the mask as the screen does, with lines that are thicker on the larger page."""
    lie = placement(film_on_page(report.film, report.view, place), 1.0)
    zone = None
    if report.edited:
        network = np.zeros(report.film.shape, bool) if report.network is None else report.network
        zone = border_zone(mask_on_screen(_levels(report, network), lie), OUTLINE)
    mask = mask_on_screen(_levels(report, report.mask), lie)
    levels = rejected(mask, OUTLINE) if report.rejected else drawn(mask, OUTLINE, zone=zone)
    painter.drawImage(place.topLeft(), colour_image(levels))


def _draw_letters(painter: QPainter, letters: tuple[str, str, str, str], place: QRect) -> None:
    painter.setFont(_font(40, bold=True))
    inner = place.adjusted(16, 10, -16, -10)
    centre = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignHCenter
    edges = (
        Qt.AlignmentFlag.AlignLeft | centre[0],
        Qt.AlignmentFlag.AlignRight | centre[0],
        Qt.AlignmentFlag.AlignTop | centre[1],
        Qt.AlignmentFlag.AlignBottom | centre[1],
    )
    for edge, letter in zip(edges, letters, strict=True):
        _on_film(painter, inner, int(edge), letter)


def _on_film(painter: QPainter, room: QRect, flags: int, text: str) -> None:
    """Write white on a dark rim: legible on black background and on white bone."""
    painter.setPen(QColor(0, 0, 0))
    for dx in (-2, 0, 2):
        for dy in (-2, 0, 2):
            painter.drawText(room.translated(dx, dy), flags, text)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(room, flags, text)


def _draw_scale_bar(painter: QPainter, report: Page, place: QRect) -> None:
    port = film_on_page(report.film, report.view, place)
    bar = scale_bar(report.film.spacing, report.view, port.zoom, LONGEST_BAR * place.width())
    if bar is not None:
        label = bar_label(bar, report.film.spacing)
        paint_scale_bar(painter, QRectF(place), bar.length, label, scale=2.0, right=True)


def _films(page: _Page, report: Page, y: int) -> int:
    """Draw the film as displayed, and beside it with the outline; returns the y below them."""
    painter, view = page.painter, report.view
    size = _film_size(report)
    small = _film_image(report).scaled(
        size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    letters = side_letters(report.film, view)
    for x in (MARGIN, RIGHT):
        painter.fillRect(x, y, COLUMN, size.height(), Qt.GlobalColor.black)
        place = QRect(QPoint(x + (COLUMN - size.width()) // 2, y), size)
        painter.drawImage(place.topLeft(), small)
        if x == RIGHT:
            _draw_outline(painter, report, place)
            draw_measurements(painter, report.film, report.measurements, place, view)
        _draw_letters(painter, letters, place)
        _draw_scale_bar(painter, report, place)
    y += size.height() + 12
    below = page.text(MARGIN, y, COLUMN, report.film_caption, 22, QUIET)
    return max(below, page.text(RIGHT, y, COLUMN, report.outline_caption, 22, QUIET))


def _draw(page: _Page, report: Page) -> int:
    """Draw the page from top to bottom; returns its height."""
    width = WIDTH - 2 * MARGIN
    y = page.text(MARGIN, 36, width, report.title, 24, QUIET)
    y = page.text(MARGIN, y + 6, width, report.headline, 46, bold=True)
    y = page.text(MARGIN, y + 4, width, report.remark, 26, QUIET)
    y = _films(page, report, y + 24) + 36
    left = page.pairs(report.patient, MARGIN, y, COLUMN)
    page.line(MARGIN, left + 6, COLUMN)
    left = page.pairs(report.facts, MARGIN, left + 20, COLUMN)
    right = y if report.table is None else page.table(report.table, RIGHT, y, COLUMN) + 28
    right = page.text(RIGHT, right, COLUMN, report.text_by, 22, QUIET)
    right = page.text(RIGHT, right + 6, COLUMN, report.text, 27)
    y = max(left, right) + 28
    page.line(MARGIN, y, width)
    y = page.text(MARGIN, y + 20, width, report.research_use, 25, bold=True)
    return page.text(MARGIN, y + 8, width, report.provenance, 20, QUIET) + 36


def paint_report(report: Page) -> QImage:
    """Return the page, 2,000 pixels wide, black on white so that it prints."""
    page = QImage(WIDTH, 2 * WIDTH, QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    height = _draw(_Page(painter), report)
    painter.end()
    return page.copy(0, 0, WIDTH, height)


def write_png(image: QImage, path: Path) -> Path:
    """Write the page beside its place and move it there. Raises ``ExportFailed``."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ExportFailed(NotWritten(Unwritten.REPORT, Writing.PNG_NOT_ENCODED))
    write_atomic(path, bytes(content.data()))
    return path
