"""Prints a report: the same page as in files, on the paper that the report is laid out for."""

from __future__ import annotations

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from ptxviewer.report.page import Page
from ptxviewer.ui.report.page import paint_sheet, sheet_of
from ptxviewer.ui.report.paper import DPI, Paper


def printer_for(paper: Paper) -> QPrinter:
    """Return the system's printer, set to a paper without margins of its own: the page has some."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(paper.page_size)
    printer.setFullPage(True)
    printer.setPageMargins(QMarginsF(0, 0, 0, 0))
    return printer


def print_page(report: Page, paper: Paper, printer: QPrinter) -> bool:
    """Print one page, made smaller where the printer's paper is; False where the printer refuses."""
    printer.setDocName("PTXViewer")  # seen by whoever looks at the queue
    sheet = sheet_of(report, paper)
    painter = QPainter()
    if not painter.begin(printer):
        return False
    page = printer.pageLayout().fullRectPixels(printer.resolution())
    scale = min(page.width() / sheet.size.width(), page.height() / sheet.size.height())
    painter.scale(scale, scale)
    paint_sheet(painter, report, sheet, DPI)
    return painter.end()


def ask_and_print(report: Page, paper: Paper, parent: QWidget) -> QPrintDialog:
    """Open the system's dialog; the page is printed when it is accepted."""
    printer = printer_for(paper)
    dialog = QPrintDialog(printer, parent)
    dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, False)
    dialog.accepted.connect(lambda: print_page(report, paper, printer))
    QDialog.open(dialog)
    return dialog
