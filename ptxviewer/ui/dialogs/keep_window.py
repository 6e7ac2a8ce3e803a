"""Asks under which name a window is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ptxviewer.core.own_window import OwnWindow
from ptxviewer.core.presets import LONGEST_NAME
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr

WIDTH = 400


class KeepWindowDialog(QDialog):
    """One field; ``keep`` is given the name."""

    def __init__(self, own: Sequence[OwnWindow], keep: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own = {one.name for one in own}
        self._keep = keep
        self.setWindowTitle(tr("Keep this window"))
        self.setFixedWidth(px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(label("text", tr("Name of the window")))
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Name of the window"))
        self.field.setMaxLength(LONGEST_NAME)
        self.field.textChanged.connect(self._typed)
        column.addWidget(self.field)
        self._remark = label("quiet", "", wrap=True)
        column.addWidget(self._remark)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._accept = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._accept.setText(tr("Keep"))
        buttons.accepted.connect(self._done)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._typed("")
        self.field.setFocus()
        self.resize(px(WIDTH), column.heightForWidth(px(WIDTH)))

    def _typed(self, text: str) -> None:
        self._accept.setEnabled(bool(text.strip()))
        name_exists = text.strip() in self._own
        self._remark.setText(
            tr("A window of this name exists and will be replaced.")
            if name_exists
            else tr("It is kept relative to each film's own values, so that it suits films of other devices.")
        )

    def _done(self) -> None:
        if self.field.text().strip():
            self.accept()
            self._keep(self.field.text())
