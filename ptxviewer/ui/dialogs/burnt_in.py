"""Asks whether text is burnt into a film before it is saved in a form that is to name nobody."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ptxviewer.core.msgid import N_
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, tr

WIDTH = 460
REMARK = N_(
    "What is saved shows the film's pixels as they are. Look at its edges before you save it without patient data."
)


class BurntInText(QDialog):
    """Accepted where the reader has looked and saves the film all the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Burnt-in text"))
        self.setFixedWidth(px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(label("text", say(Reading.MAY_CARRY_TEXT), wrap=True))
        column.addWidget(label("quiet", tr(REMARK), wrap=True))
        column.addSpacing(8)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        back = QPushButton(tr("Back to the film"))
        back.setDefault(True)
        back.clicked.connect(self.reject)
        save = QPushButton(tr("No name in it: save"))
        save.setAutoDefault(False)
        save.clicked.connect(self.accept)
        row.addWidget(save)
        row.addWidget(back)
        column.addLayout(row)
        self.resize(px(WIDTH), column.heightForWidth(px(WIDTH)))
        back.setFocus()
