"""A report as a file: PNG with its physical size, PDF with its language and title; written whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF
from PySide6.QtGui import QImage, QPainter, QPdfWriter

from ptxviewer import __version__
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.report.page import Page
from ptxviewer.ui.report.page import paint_sheet, sheet_of
from ptxviewer.ui.report.paper import DPI, Paper
from ptxviewer.words import language

PNG_QUALITY = 60
"""By which Qt chooses how hard zlib tries: a page is there in three fifths of the usual time, and a seventh larger."""


def png_of(image: QImage) -> bytes:
    """Return a picture as a PNG. Raises ``ExportFailed``."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG", PNG_QUALITY):  # type: ignore[call-overload]
        raise ExportFailed(NotWritten(Unwritten.REPORT, Writing.PNG_NOT_ENCODED))
    return bytes(content.data())


def write_png(image: QImage, path: Path) -> Path:
    """Write a page beside its place and move it there. Raises ``ExportFailed``."""
    write_atomic(path, png_of(image), Unwritten.REPORT)
    return path


def pdf_of(report: Page, paper: Paper) -> bytes:
    """Return the page as a PDF: letters as text in embedded fonts, the film without loss; no name beyond the page."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setPageSize(paper.page_size)
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(report.title)
    writer.setCreator(f"PTXViewer {__version__}")
    painter = QPainter(writer)
    paint_sheet(painter, report, sheet_of(report, paper))
    painter.end()
    buffer.close()
    return with_language(bytes(content.data()), language())


def write_pdf(report: Page, paper: Paper, path: Path) -> Path:
    """Write a page as PDF beside its place and move it there. Raises ``ExportFailed``."""
    write_atomic(path, pdf_of(report, paper), Unwritten.REPORT)
    return path


def with_language(pdf: bytes, spoken: str) -> bytes:
    """Return a PDF of Qt with the language of its texts, which Qt cannot set; a window shows its title.

    Appended as an incremental update of the catalogue (ISO 32000-1, 7.5.6); a file of another make is left alone.
    """
    trailer = re.search(rb"trailer\s*<<(?P<keys>.*?)>>\s*startxref\s+(?P<start>\d+)\s+%%EOF\s*$", pdf, re.DOTALL)
    root = trailer and re.search(rb"/Root\s+(\d+)\s+0\s+R", trailer["keys"])
    if not trailer or not root:
        return pdf
    number = int(root[1])
    catalogue = re.search(rb"(?:^|\n)%d 0 obj\s*<<(.*?)>>\s*endobj" % number, pdf, re.DOTALL)
    if catalogue is None:
        return pdf
    keys = re.sub(rb"\s*/Prev\s+\d+", b"", trailer["keys"]).strip()
    extra = b"/Lang (%s)\n/ViewerPreferences << /DisplayDocTitle true >>" % spoken.encode("ascii", "ignore")
    update = b"%d 0 obj\n<<\n%s\n%s\n>>\nendobj\n" % (number, catalogue[1].strip(), extra)
    start = len(pdf)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, start)
    end = b"trailer\n<<\n%s\n/Prev %s\n>>\nstartxref\n%d\n%%%%EOF\n" % (keys, trailer["start"], start + len(update))
    return pdf + update + table + end
