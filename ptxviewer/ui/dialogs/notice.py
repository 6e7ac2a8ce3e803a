"""Shown once, at the first start: what this program is not for, where reports go, what the network runs on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ptxviewer.app.state.screen import EngineStatus
from ptxviewer.core.msgid import N_
from ptxviewer.ui.controls import ElidedLabel, hairline, label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, sentences, tr

SENTENCES = (
    N_(
        "PTXViewer is for research and education. It is not a medical device and must not be used for diagnosis or "
        "treatment."
    ),
    N_(
        "The network looks for a pneumothorax on frontal chest radiographs of adults. It misses some, above all "
        "small ones and those of patients lying down, and marks some where there is none. Nothing above threshold does "
        "not exclude a pneumothorax."
    ),
    N_("Films stay on this computer. Reports contain no patient data unless the settings say otherwise."),
)
LATER = N_("Both can be changed in the settings.")
WIDTH = 520


def device_text(engine: EngineStatus) -> str:
    """Return what the network runs on, as far as it is known yet."""
    if engine.info is not None:
        return engine.info.device + (f". {say(engine.info.note)}" if engine.info.note is not None else "")
    return sentences(engine.why) or tr("being prepared ...")


class FirstRunNotice(QDialog):
    """Accepted once; rejecting it ends the program. ``reports`` is the folder chosen here, or the one given."""

    def __init__(self, reports: Path, engine: EngineStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Research use only"))
        self.setFixedWidth(px(WIDTH))
        self.reports = reports
        self._folder = ElidedLabel()
        self._device = ElidedLabel()  # one line: a label that wraps may be given no height when its text comes late
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(label("number", tr("Research use only")))
        for sentence in SENTENCES:
            column.addWidget(label("text", tr(sentence), wrap=True))
        column.addSpacing(2)
        column.addWidget(hairline())
        column.addLayout(self._choices())
        column.addWidget(label("quiet", tr(LATER)))
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        leave = QPushButton(tr("Quit"))
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        accept = QPushButton(tr("I understand"))
        accept.setDefault(True)
        accept.clicked.connect(self.accept)
        row.addWidget(leave)
        row.addWidget(accept)
        column.addStretch(1)
        column.addLayout(row)
        self._show_folder(reports)
        self.show_engine(engine)
        self.resize(px(WIDTH), column.heightForWidth(px(WIDTH)))
        accept.setFocus()

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        choose = QPushButton(tr("Change ..."))
        choose.setObjectName("small")
        choose.setAutoDefault(False)
        choose.setAccessibleName(tr("Change where reports are saved"))
        choose.clicked.connect(self._choose)
        grid.addWidget(label("quiet", tr("Reports are saved in")), 0, 0)
        grid.addWidget(self._folder, 0, 1)
        grid.addWidget(choose, 0, 2)
        grid.addWidget(label("quiet", tr("The network runs on")), 1, 0)
        grid.addWidget(self._device, 1, 1, 1, 2)
        return grid

    def show_engine(self, engine: EngineStatus) -> None:
        """Say what the network runs on: it is loaded while this page is read."""
        self._device.setText(device_text(engine))

    def _show_folder(self, folder: Path) -> None:
        self.reports = folder
        self._folder.setText(str(folder))

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Save reports in"), str(self.reports))
        if name:
            self._show_folder(Path(name))
