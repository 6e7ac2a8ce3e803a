"""Asks how long the object is that a line was drawn over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ptxviewer.app.review.measurements import object_length
from ptxviewer.core.msgid import N_
from ptxviewer.core.reasons.window import Notice
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, tr

WIDTH = 400
REMARK = N_(
    "Sizes on this film are then calculated from this object, and say “calibrated by reader”. "
    "They hold in the plane of the object: what lies nearer to the detector is shown smaller."
)


class CalibrationDialog(QDialog):
    """One field; ``then`` is given the millimetres when they make sense."""

    def __init__(self, then: Callable[[float], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._then = then
        self.setWindowTitle(tr("Calibrate on a known object"))
        self.setFixedWidth(px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(label("text", tr("True length of the object in mm")))
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("True length of the object in mm"))
        self.field.setPlaceholderText(tr("for example 25"))
        self.field.setMaxLength(12)
        self.field.textChanged.connect(self._typed)
        column.addWidget(self.field)
        column.addWidget(label("quiet", tr(REMARK), wrap=True))
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._accept = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._accept.setText(tr("Calibrate"))
        self._accept.setEnabled(False)
        self._accept.setToolTip(plain_tip(say(Notice.NO_OBJECT_LENGTH)))
        buttons.accepted.connect(self._done)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.field.setFocus()
        self.resize(px(WIDTH), column.heightForWidth(px(WIDTH)))

    def _typed(self, text: str) -> None:
        self._accept.setEnabled(object_length(text) is not None)

    def _done(self) -> None:
        mm = object_length(self.field.text())
        if mm is not None:
            self.accept()
            self._then(mm)
