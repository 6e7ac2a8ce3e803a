"""Paints a report: the film as displayed, beside it the film with the outline, below them what was found and how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QImage, QPainter, QPen, QPolygonF

from ptxviewer.core.compose import CASING, CYAN
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.findings import patient_side
from ptxviewer.core.types import Mask, Radiograph
from ptxviewer.core.voi import display_lut
from ptxviewer.report.model import COLUMNS, ReportModel

WIDTH = 2000
MARGIN = 48
FILM_HEIGHT = 1120
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


def _film_image(film: Radiograph, model: ReportModel) -> QImage:
    voi = model.window or film.vois[film.default_voi]
    grey = np.ascontiguousarray(display_lut(film, voi, model.inverted)[film.pixels])
    image = QImage(grey.data, film.cols, film.rows, grey.strides[0], QImage.Format.Format_Grayscale8)
    return image.copy()


def _draw_film(painter: QPainter, image: QImage, frame: QRect) -> QRectF:
    painter.fillRect(frame, Qt.GlobalColor.black)
    size = image.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(0, 0, size.width(), size.height())
    place.moveCenter(frame.center())
    small = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    painter.drawImage(place.topLeft(), small)
    return QRectF(place)


def _draw_outline(painter: QPainter, mask: Mask, place: QRectF) -> None:
    scale_x, scale_y = place.width() / mask.shape[1], place.height() / mask.shape[0]
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    lines = [
        QPolygonF([QPointF(place.x() + (x + 0.5) * scale_x, place.y() + (y + 0.5) * scale_y) for [[x, y]] in contour])
        for contour in contours
    ]
    for colour, width in ((CASING, 6.0), (CYAN, 3.0)):
        painter.setPen(
            QPen(QColor(*colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        for line in lines:
            painter.drawPolygon(line)


def _draw_letters(painter: QPainter, film: Radiograph, place: QRectF) -> None:
    """Side letters; in brackets where no tag supports them and the usual way of showing a film is assumed."""
    painter.setFont(_font(40, bold=True))
    for on_left in (True, False):
        letter = "R" if patient_side(on_left, film.mirrored) == "right" else "L"
        text = letter if film.orientation_known else f"({letter})"
        x = place.left() + 18 if on_left else place.right() - 18 - painter.fontMetrics().horizontalAdvance(text)
        for colour, shift in ((QColor(0, 0, 0), 2), (QColor("#ffffff"), 0)):
            painter.setPen(colour)
            painter.drawText(QPointF(x + shift, place.top() + 54 + shift), text)


def _pairs(painter: QPainter, pairs: tuple[tuple[str, str], ...], x: int, y: int, width: int) -> int:
    painter.setFont(_font(25))
    metrics = QFontMetrics(painter.font())
    for label, value in pairs:
        painter.setPen(QUIET)
        painter.drawText(x, y, label)
        painter.setPen(INK)
        painter.drawText(x + 190, y, metrics.elidedText(value, Qt.TextElideMode.ElideRight, width - 190))
        y += 38
    return y


def _table(painter: QPainter, rows: tuple[tuple[str, ...], ...], x: int, y: int, width: int) -> int:
    step = width // len(COLUMNS)
    painter.setFont(_font(22))
    painter.setPen(QUIET)
    for index, name in enumerate(COLUMNS):
        painter.drawText(x + index * step, y, name)
    painter.setPen(QPen(LINE, 2))
    painter.drawLine(x, y + 12, x + width, y + 12)
    painter.setFont(_font(25))
    painter.setPen(INK)
    for row in rows:
        y += 40
        for index, value in enumerate(row):
            painter.drawText(x + index * step, y, value)
    return y + 40


def paint_report(model: ReportModel, film: Radiograph, mask: Mask) -> QImage:
    """Return the page, 2,000 pixels wide, black on white so that it prints."""
    column = (WIDTH - 3 * MARGIN) // 2
    below = 170 + FILM_HEIGHT + 64
    lines = max(len(model.patient) + len(model.facts) + 1, len(model.rows) + 5)
    height = below + 40 * lines + 190
    page = QImage(WIDTH, height, QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(INK)
    painter.setFont(_font(46, bold=True))
    painter.drawText(MARGIN, 84, model.headline)
    painter.setFont(_font(26))
    painter.setPen(QUIET)
    room = QFontMetrics(painter.font()).elidedText(model.remark, Qt.TextElideMode.ElideRight, WIDTH - 2 * MARGIN)
    painter.drawText(MARGIN, 130, room)
    image = _film_image(film, model)
    left = _draw_film(painter, image, QRect(MARGIN, 170, column, FILM_HEIGHT))
    right = _draw_film(painter, image, QRect(2 * MARGIN + column, 170, column, FILM_HEIGHT))
    _draw_outline(painter, mask, right)
    for place in (left, right):
        _draw_letters(painter, film, place)
    painter.setFont(_font(22))
    painter.setPen(QUIET)
    painter.drawText(MARGIN, 170 + FILM_HEIGHT + 32, "Film as displayed")
    convention = (
        "" if film.orientation_known else "   Letters in brackets: no orientation in the file, usual view assumed."
    )
    painter.drawText(2 * MARGIN + column, 170 + FILM_HEIGHT + 32, f"Outline: model's mask.{convention}")
    y = _pairs(painter, model.patient, MARGIN, below + 40, column)
    _pairs(painter, model.facts, MARGIN, y + 12, column)
    if model.rows:
        _table(painter, model.rows, 2 * MARGIN + column, below + 40, column)
    painter.setPen(QPen(LINE, 2))
    painter.drawLine(MARGIN, height - 112, WIDTH - MARGIN, height - 112)
    painter.setFont(_font(25, bold=True))
    painter.setPen(INK)
    painter.drawText(MARGIN, height - 72, model.research_use)
    painter.setFont(_font(20))
    painter.setPen(QUIET)
    painter.drawText(MARGIN, height - 36, model.provenance)
    painter.end()
    return page


def write_png(image: QImage, path: Path) -> Path:
    """Write the page beside its place and move it there. Raises ``ExportFailed``."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ExportFailed("The report could not be encoded as PNG.")
    write_atomic(path, bytes(content.data()))
    return path
