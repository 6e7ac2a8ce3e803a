"""Which DICOM objects of a result are saved."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ptxviewer.app.exports import OBJECTS
from ptxviewer.ui.commands import capital
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr

WIDTH = 460


class ObjectsDialog(QDialog):
    """A box for each kind; accepted with at least one of them."""

    def __init__(self, kinds: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save results as DICOM"))
        self.setFixedWidth(px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(2)
        self._boxes: dict[str, QCheckBox] = {}
        for row in OBJECTS:
            box = self._boxes[row.id] = QCheckBox(capital(tr(row.name)))
            box.setChecked(row.id in kinds)
            box.setAccessibleDescription(tr(row.help))
            box.toggled.connect(self._show)
            column.addWidget(box)
            help_label = label("quiet", tr(row.help), wrap=True)
            help_label.setContentsMargins(22, 0, 0, 6)
            column.addWidget(help_label)
        column.addSpacing(6)
        column.addWidget(label("amber", tr("They name the patient, as the film does. File names do not."), wrap=True))
        column.addSpacing(8)
        column.addStretch(1)
        row_of_buttons = QHBoxLayout()
        row_of_buttons.addStretch(1)
        self._go_on = QPushButton(tr("Choose folder..."))
        self._go_on.setDefault(True)
        self._go_on.clicked.connect(self.accept)
        cancel = QPushButton(tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row_of_buttons.addWidget(self._go_on)
        row_of_buttons.addWidget(cancel)
        column.addLayout(row_of_buttons)
        self._show()
        self.resize(px(WIDTH), column.heightForWidth(px(WIDTH)))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The kinds that are ticked, in the order of the table."""
        return tuple(kind for kind, box in self._boxes.items() if box.isChecked())

    def _show(self) -> None:
        self._go_on.setEnabled(bool(self.chosen))
