"""Shown once, at the first start: what this program is not for."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ptxviewer.ui.controls import label

SENTENCES = (
    "PTXViewer is for research and education. It is not a medical device and must not be used for diagnosis or "
    "treatment.",
    "The model looks for a pneumothorax on frontal chest radiographs of adults. It misses some, above all small ones "
    "and those of patients lying down, and marks some where there is none. Nothing above threshold does not exclude a "
    "pneumothorax.",
    "Films stay on this computer. Reports leave patient data out unless the settings say otherwise.",
)
WIDTH = 520


class FirstRunNotice(QDialog):
    """Accepted once; rejecting it ends the program."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Research use only")
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(label("number", "Research use only"))
        for sentence in SENTENCES:
            column.addWidget(label("text", sentence, wrap=True))
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        leave = QPushButton("Quit")
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        accept = QPushButton("I understand")
        accept.setDefault(True)
        accept.clicked.connect(self.accept)
        row.addWidget(leave)
        row.addWidget(accept)
        column.addStretch(1)
        column.addLayout(row)
        self.resize(WIDTH, column.heightForWidth(WIDTH))
