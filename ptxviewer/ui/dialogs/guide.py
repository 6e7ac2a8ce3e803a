"""The guide: its pages as they ship, read offline beside the film."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QImage,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from ptxviewer.core.msgid import N_
from ptxviewer.ui.controls import ElidedLabel
from ptxviewer.ui.dialogs.fitting import resize_to
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr

SIZE = (1000, 820)
BESIDE = 60  # screen pixels beside a picture: margins of the page and the scroll bar
RESIZED_MS = 150  # after the last change of its size a page is laid out anew
CONTENTS, BACK, CLOSE = N_("Contents"), N_("Back"), N_("Close")
MARKDOWN = QTextDocument.ResourceType.MarkdownResource


class _Pages(QTextBrowser):
    """Pages of Markdown; pictures are as wide as the page, links leave it only for files that ship and for the web."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.anchorClicked.connect(self.follow)
        self.sourceChanged.connect(lambda _url: self._dress())
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(RESIZED_MS)
        self._again.timeout.connect(self._lay_out)
        self._laid_for = 0

    def show_page(self, page: Path) -> None:
        """Show a page that ships with the program."""
        self._laid_for = self.viewport().width()
        self.setSource(QUrl.fromLocalFile(str(page)), MARKDOWN)

    def follow(self, url: QUrl) -> None:
        """Go where a link points to."""
        target = self.source().resolved(url)
        if target.scheme() in ("http", "https"):
            QDesktopServices.openUrl(target)
        elif target.isLocalFile() and Path(target.toLocalFile()).is_file():
            self.setSource(target, MARKDOWN)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Return a resource; a picture no wider than the page, and sharp on a screen of many pixels."""
        found = super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return found
        image, ratio = QImage(self.source().resolved(QUrl(name)).toLocalFile()), self.devicePixelRatioF()
        room = round((self.viewport().width() - BESIDE) * ratio)
        if image.width() > room > 0:
            image = image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(ratio)
        return image

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pictures follow the page, once it rests."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._again.start()

    def _lay_out(self) -> None:
        if self.source().isEmpty() or self._laid_for == self.viewport().width():
            return
        self._laid_for, at = self.viewport().width(), self.verticalScrollBar().value()
        self.reload()
        self.verticalScrollBar().setValue(at)

    def _dress(self) -> None:
        """Qt writes links of Markdown in the blue of white pages, draws tables in white, and leaves nothing between."""
        colour = QTextCharFormat()
        colour.setForeground(QColor(PALETTE["accent"]))
        block = self.document().begin()
        while block.isValid():
            parts = block.begin()
            while not parts.atEnd():
                part = parts.fragment()
                if part.charFormat().isAnchor():
                    cursor = QTextCursor(self.document())
                    cursor.setPosition(part.position())
                    cursor.setPosition(part.position() + part.length(), QTextCursor.MoveMode.KeepAnchor)
                    cursor.mergeCharFormat(colour)
                parts += 1
            cursor = QTextCursor(block)
            lies = block.blockFormat()
            close = cursor.currentTable() or cursor.currentList() or lies.nonBreakableLines()  # the last: code
            lies.setTopMargin(px(18 if lies.headingLevel() else 2 if close else 9))
            cursor.setBlockFormat(lies)
            block = block.next()
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                drawn = frame.format()
                drawn.setBorderBrush(QColor(PALETTE["line"]))
                frame.setFormat(drawn)


class GuideWindow(QDialog):
    """Lies beside the window, which goes on working; ``first`` is the page that it begins with."""

    def __init__(self, first: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Guide"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.pages = _Pages()
        self.pages.setObjectName("guide")
        self.pages.setAccessibleName(tr("Guide"))
        contents, back, close = (QPushButton(tr(name)) for name in (CONTENTS, BACK, CLOSE))
        contents.clicked.connect(lambda: self.pages.show_page(first))
        back.clicked.connect(self.pages.backward)
        back.setEnabled(False)
        self.pages.backwardAvailable.connect(back.setEnabled)
        close.clicked.connect(self.reject)
        for button in (contents, back, close):
            button.setAutoDefault(False)
        self._where = ElidedLabel()
        self._where.setObjectName("quiet")
        self.pages.highlighted.connect(lambda url: self._where.setText(url.toDisplayString()))
        foot = QHBoxLayout()
        foot.addWidget(contents)
        foot.addWidget(back)
        foot.addWidget(self._where, 1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(self.pages, 1)
        column.addLayout(foot)
        resize_to(self, *SIZE)
        self.setMinimumSize(QSize(px(400), px(300)))
        self.pages.show_page(first)
        self.pages.setFocus()
