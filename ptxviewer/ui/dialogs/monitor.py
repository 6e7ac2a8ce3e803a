"""Asks how long a bar on this monitor is, so that films can be shown at their true size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ptxviewer.core.calibration import typed_length
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.words import tr

BAR = 400  # device-independent pixels
SHORTEST_MM, LONGEST_MM = 20.0, 400.0  # of the bar: 25 to 500 pixels per inch


def bar_length(text: str) -> float | None:
    """Return the millimetres that were typed, with a decimal point or comma; None where no monitor is like that."""
    return typed_length(text, SHORTEST_MM, LONGEST_MM)


class _Bar(QWidget):
    """A bar with ends, ``BAR`` pixels from the outside of one to the outside of the other."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(BAR, 28))
        self.setAccessibleName(tr("Bar to measure"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        for part in (QRectF(0, 13, BAR, 2), QRectF(0, 4, 2, 20), QRectF(BAR - 2, 4, 2, 20)):
            painter.fillRect(part, QColor(PALETTE["text"]))


class MonitorDialog(QDialog):
    """One bar, one field; ``then`` is given the monitor's device pixels per millimetre."""

    def __init__(self, then: Callable[[float], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._then = then
        self.setWindowTitle(tr("Calibrate this monitor"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(label("text", tr("Hold a ruler to the bar. How long is it, in mm?")))
        column.addWidget(_Bar())
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Length of the bar in mm"))
        self.field.setMaxLength(12)
        self.field.textChanged.connect(self._typed)
        column.addWidget(self.field)
        remark = tr("It holds for this monitor. Sizes are those of the scale bar: mostly in the plane of the detector.")
        column.addWidget(label("quiet", remark, wrap=True))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._accept = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._accept.setText(tr("Calibrate"))
        self._accept.setEnabled(False)
        buttons.accepted.connect(self._done)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.field.setFocus()

    def _typed(self, text: str) -> None:
        self._accept.setEnabled(bar_length(text) is not None)

    def _done(self) -> None:
        mm = bar_length(self.field.text())
        if mm is not None:
            self.accept()
            self._then(BAR * self.devicePixelRatioF() / mm)
