"""The page of a report before it is printed or saved: as it will be, on grey in place of white."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.exports import EXPORTS, Content, Export
from ptxviewer.ui.controls import label
from ptxviewer.ui.exports import page_of
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.report.page import paint_report
from ptxviewer.ui.report.paper import PAPERS, paper_of
from ptxviewer.words import tr

Write = Callable[[Content, Export, Path | None], None]
Target = Callable[[QWidget], tuple[Export, Path] | None]
WANTED = QSize(860, 900)
EDGE = 12  # around the page
WHITE = QColor("#a9adb1")  # of the page: paper's own would be the brightest thing in a reading room
FINEST = 1500  # pixels of a page's width from which it is made smaller: letters on the film stay legible
PNG, PDF = EXPORTS[0], next(export for export in EXPORTS if export.id == "report_pdf")


class _Sheet(QWidget):
    """The page at the width that there is, or whole; painted again where the screen has other pixels."""

    def __init__(self, paint: Callable[[int], QImage], area: QScrollArea) -> None:
        super().__init__()
        self._paint, self._area = paint, area
        self._image: QImage | None = None
        self._aspect = 1.4
        self.whole = False

    def refresh(self) -> None:
        """Paint the page anew."""
        self._image = None
        self.fit()

    def fit(self) -> None:
        """Take the size that the room allows."""
        room = self._area.viewport().size()
        width = max(100, room.width())
        if self.whole:
            width = max(100, min(width, round((room.height() - 2 * EDGE) / self._aspect) + 2 * EDGE))
        self.setFixedSize(width, round((width - 2 * EDGE) * self._aspect) + 2 * EDGE)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the page."""
        ratio = self.devicePixelRatioF()
        wide = round((self.width() - 2 * EDGE) * ratio)
        if self._image is None or self._image.width() != wide:
            self._image = self._paint(wide)
            aspect = self._image.height() / max(1, self._image.width())
            if abs(aspect - self._aspect) > 0.001:
                self._aspect = aspect
                self.fit()
        self._image.setDevicePixelRatio(ratio)
        painter = QPainter(self)
        painter.drawImage(EDGE, EDGE, self._image)


class _Area(QScrollArea):
    """Tells the page when the room changes."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Page of the report"))
        self.setObjectName("drop")  # black around the page
        self.viewport().setAutoFillBackground(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page into the new room."""
        super().resizeEvent(event)
        sheet = self.widget()
        if isinstance(sheet, _Sheet):
            sheet.fit()


class PreviewDialog(QDialog):
    """Shows ``content`` as a page; what is saved and printed is what is seen."""

    def __init__(self, content: Content, write: Write, target: Target, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Report"))
        self._content, self._write, self._target = content, write, target
        self._area = _Area()
        self._sheet = _Sheet(self._painted, self._area)
        self._area.setWidget(self._sheet)
        self._sheet.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(self._options())
        column.addWidget(self._area, 1)
        column.addLayout(self._buttons())
        screen = self.screen().availableSize()
        self.resize(WANTED.boundedTo(screen - QSize(40, 60)))
        self._area.setFocus()

    @property
    def content(self) -> Content:
        """What is saved now."""
        return self._content

    def _options(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._named = QCheckBox(tr("Patient data"))
        self._named.setToolTip(plain_tip(tr("Name, ID, date of birth and study on the page")))
        self._named.setChecked(self._content.identified)
        self._named.toggled.connect(lambda on: self._change(replace(self._content, identified=on)))
        self._paper = QComboBox()
        self._paper.setAccessibleName(tr("Paper"))
        for one, name in (("a4", tr("A4")), ("letter", tr("Letter"))):
            self._paper.addItem(name, one)
        self._paper.setCurrentIndex(list(PAPERS).index(paper_of(self._content.paper).id))
        self._paper.currentIndexChanged.connect(
            lambda _index: self._change(replace(self._content, paper=self._paper.currentData()))
        )
        whole = QCheckBox(tr("Whole page"))
        whole.toggled.connect(self._show_whole)
        row.addWidget(self._named)
        row.addSpacing(12)
        row.addWidget(label("quiet", tr("Paper")))
        row.addWidget(self._paper)
        row.addStretch(1)
        row.addWidget(whole)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, act, stretch in (
            (tr("Print..."), self._print, 0),
            (tr("Save as..."), self._save_as, 0),
            (tr("Save PNG"), lambda: self._save(PNG), 1),
            (tr("Save PDF"), lambda: self._save(PDF), 0),
            (tr("Close"), self.reject, 0),
        ):
            row.addStretch(stretch)
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(act)
            row.addWidget(button)
        return row

    def _painted(self, wide: int) -> QImage:
        paper = paper_of(self._content.paper)
        page = paint_report(page_of(self._content), paper, max(wide, FINEST) / paper.width_mm * 25.4, WHITE)
        return page.scaledToWidth(wide, Qt.TransformationMode.SmoothTransformation)

    def _change(self, content: Content) -> None:
        self._content = content
        self._sheet.refresh()

    def _show_whole(self, whole: bool) -> None:
        self._sheet.whole = whole
        self._sheet.fit()

    def _save(self, export: Export, target: Path | None = None) -> None:
        self._write(self._content, export, target)
        self.accept()

    def _save_as(self) -> None:
        chosen = self._target(self)
        if chosen is not None:
            self._save(*chosen)

    def _print(self) -> None:
        from ptxviewer.ui.report.printing import ask_and_print

        ask_and_print(page_of(self._content), paper_of(self._content.paper), self)
