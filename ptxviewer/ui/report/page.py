"""Paints a report: the film as displayed, beside it the film with what was found, below them what it is and how.

The same painter for the window, for paper and for files; its dots are those of ``paper``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen

from ptxviewer.report.page import Page
from ptxviewer.ui.report.films import film_picture
from ptxviewer.ui.report.layout import LINE, Sheet, laid_out, unwritable
from ptxviewer.ui.report.paper import DPI, Paper
from ptxviewer.words import sentences, tr

WHITE = QColor("#ffffff")
DOTS_PER_METRE = round(DPI / 0.0254)
SCREEN = 130  # pixels per inch that drawings on the film are made for: their letters are then 6 to 7 points high


@contextmanager
def offscreen_application() -> Iterator[None]:
    """Provide the Qt application that fonts need, without a window, where there is none yet."""
    application = QGuiApplication.instance()
    if application is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        application = QGuiApplication([])
    yield
    del application


def sheet_of(report: Page, paper: Paper) -> Sheet:
    """Return a page laid out; it says so where the fonts of this computer lack letters."""
    sheet = laid_out(report, paper)
    if not unwritable(sheet):
        return sheet
    warning = tr("No font on this computer has some of the letters: they appear as boxes.")
    return laid_out(replace(report, remark=sentences(report.remark, warning)), paper)


def paint_sheet(painter: QPainter, report: Page, sheet: Sheet, dots_per_inch: float = DPI) -> None:
    """Paint a page in its dots. ``dots_per_inch``: how finely the pictures of the film are drawn."""
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing
        | QPainter.RenderHint.SmoothPixmapTransform
        | QPainter.RenderHint.LosslessImageRendering
    )
    finer = dots_per_inch / DPI
    for drawings, place in enumerate(sheet.films):
        size = QSize(max(1, round(place.width() * finer)), max(1, round(place.height() * finer)))
        painter.drawImage(
            QRectF(place), film_picture(report, size, drawings=bool(drawings), ratio=dots_per_inch / SCREEN)
        )
    painter.setPen(QPen(LINE, 2))
    for rule in sheet.rules:
        painter.drawLine(rule.start, rule.end)
    for words in sheet.words:
        painter.setPen(words.colour)
        words.layout.draw(painter, words.place)


def paint_report(report: Page, paper: Paper, dots_per_inch: float = DPI, white: QColor = WHITE) -> QImage:
    """Return the page as a picture, black on white; its physical size is that of the paper."""
    sheet = sheet_of(report, paper)
    scale = dots_per_inch / DPI
    size = QSize(round(sheet.size.width() * scale), round(sheet.size.height() * scale))
    page = QImage(size, QImage.Format.Format_RGB32)
    page.setDotsPerMeterX(round(DOTS_PER_METRE * scale))
    page.setDotsPerMeterY(round(DOTS_PER_METRE * scale))
    page.fill(white)
    painter = QPainter(page)
    painter.scale(scale, scale)
    paint_sheet(painter, report, sheet, dots_per_inch)
    painter.end()
    return page
