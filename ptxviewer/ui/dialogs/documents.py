"""Reports, PDFs and lists of key images that came along with films, as pages of text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.objects import Document, DocumentKind
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.fitting import resize_to
from ptxviewer.words import say, tr

SIZE = (920, 720)
PDF_NAME, PDF_FILTER = "document.pdf", "PDF (*.pdf)"
KINDS: dict[DocumentKind, Msgid] = {
    "report": N_("Structured report"),
    "pdf": N_("PDF"),
    "key objects": N_("Key images"),
}


def heading(document: Document, identified: bool) -> str:
    """Return in one line what a document is, by whom, and of when; whose it is only where names may be shown."""
    parts = (document.title, document.maker, document.made, document.patient if identified else "")
    return ", ".join(part for part in parts if part)


def page_text(document: Document) -> str:
    """Return what is read: the text, or why there is none."""
    if document.text:
        more = tr("(Not all of it is shown.)") if document.cut else ""
        return "\n\n".join(part for part in (document.text, more) if part)
    if document.pdf:
        return tr("This PDF has no text that can be shown here; save it to open it elsewhere.")
    return tr("There is no text in this document.")


class DocumentsDialog(QDialog):
    """A list, and beside it the text of the one that is chosen; a PDF can be saved as it came."""

    def __init__(self, documents: Sequence[Document], identified: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Documents"))
        self._documents, self._identified = tuple(documents), identified
        self._list = QListWidget()
        self._list.setObjectName("choices")
        self._list.setAccessibleName(tr("Documents"))
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for document in self._documents:
            title = " ".join(part for part in (tr(KINDS[document.kind]), document.made[:10]) if part)
            self._list.addItem(f"{title}\n{document.title}" if document.title else title)
        self._heading = label("quiet", wrap=True)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName(tr("Text of the document"))
        self._told = label("amber", wrap=True)
        self._told.hide()
        self._save = QPushButton(tr("Save PDF as..."))
        self._save.setAutoDefault(False)
        self._save.clicked.connect(self._save_pdf)
        close = QPushButton(tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.reject)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 0, 0, 0)
        column.addWidget(label("quiet", tr("As the file says; not checked here."), wrap=True))
        column.addWidget(self._heading)
        column.addWidget(self._text, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._list)
        split.addWidget(page)
        split.setSizes([230, 690])
        split.setChildrenCollapsible(False)
        foot = QHBoxLayout()
        foot.addWidget(self._told, 1)
        foot.addStretch(1)
        foot.addWidget(self._save)
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.setSpacing(10)
        whole.addWidget(split, 1)
        whole.addLayout(foot)
        self._list.currentRowChanged.connect(self._show)
        self._list.setCurrentRow(len(self._documents) - 1)  # the newest
        resize_to(self, *SIZE)
        self._text.setFocus()

    @property
    def _chosen(self) -> Document | None:
        row = self._list.currentRow()
        return self._documents[row] if 0 <= row < len(self._documents) else None

    def _show(self, _row: int) -> None:
        document = self._chosen
        self._told.hide()
        self._heading.setText("" if document is None else heading(document, self._identified))
        self._text.setPlainText("" if document is None else page_text(document))
        self._save.setVisible(document is not None and document.pdf is not None)

    def _save_pdf(self) -> None:
        document = self._chosen
        if document is None or document.pdf is None:
            return
        name, _ = QFileDialog.getSaveFileName(self, tr("Save PDF as..."), PDF_NAME, PDF_FILTER)
        if name:
            try:
                write_atomic(Path(name), document.pdf)
                self._told.setText(tr("Saved: {path}", path=name))
            except ExportFailed as error:
                self._told.setText(say(error.reason))
            self._told.show()
