"""The sheet of keys and mouse, made from the table of commands."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ptxviewer.app.commands import COMMANDS, GROUP_NAMES
from ptxviewer.app.commands.base import Group
from ptxviewer.core.msgid import N_
from ptxviewer.ui.commands import key_text, name_of
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.fitting import fitted
from ptxviewer.words import tr

MOUSE = (
    (N_("Left drag"), N_("Window, or the tool chosen")),
    (N_("Right drag"), N_("Zoom")),
    (N_("Middle drag"), N_("Pan")),
    (N_("Wheel"), N_("Zoom at the pointer")),
    (N_("Ctrl + wheel"), N_("Threshold")),
    (N_("Alt + wheel"), N_("Opacity")),
    (N_("Shift + wheel"), N_("Brush size, with a brush")),
    (N_("Ctrl + drag"), N_("Erase with the brush")),
    (N_("Ctrl, Shift + drag"), N_("Window coarse, fine")),
    (N_("Shift + drag"), N_("Measure straight, round, square")),
    (N_("Drag a handle"), N_("Move a measurement")),
    (N_("Double click"), N_("Film: fit. Slider: its mark")),
)
SHEET: tuple[tuple[Group | Literal["mouse"], ...], ...] = (
    ("file", "films"),
    ("view", "window", "measure"),
    ("tools", "overlay"),
    ("review", "screen", "help", "mouse"),
)


def rows(group: Group | Literal["mouse"]) -> list[tuple[str, str]]:
    """Return (keys, meaning) of one group; the presets are one row."""
    if group == "mouse":
        return [(tr(hand), tr(meaning)) for hand, meaning in MOUSE]
    if group == "window":
        return [("1 ... 9", tr("Window preset"))]
    return [(key_text(row.keys), name_of(row)) for row in COMMANDS if row.group == group and row.keys]


class KeySheet(QDialog):
    """Everything that keys and mouse do, on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys and mouse"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet = QHBoxLayout()
        sheet.setSpacing(36)
        for groups in SHEET:
            column = QVBoxLayout()
            column.setSpacing(4)
            for group in groups:
                name = tr(N_("Mouse") if group == "mouse" else GROUP_NAMES[group])
                column.addWidget(label("section", name.upper()))
                grid = QGridLayout()
                grid.setHorizontalSpacing(12)
                grid.setVerticalSpacing(3)
                for row, (keys, meaning) in enumerate(rows(group)):
                    grid.addWidget(label("value", keys), row, 0, Qt.AlignmentFlag.AlignTop)
                    grid.addWidget(label("quiet", meaning), row, 1)
                grid.setColumnMinimumWidth(0, 84)
                grid.setColumnStretch(1, 1)
                column.addLayout(grid)
                column.addSpacing(12)
            column.addStretch(1)
            sheet.addLayout(column)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        page = QWidget()
        sheet.setContentsMargins(24, 20, 24, 8)
        page.setLayout(sheet)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.addWidget(fitted(page))
        row_of_buttons = QHBoxLayout()
        row_of_buttons.setContentsMargins(24, 0, 24, 0)
        row_of_buttons.addWidget(buttons)
        whole.addLayout(row_of_buttons)
