"""The sheet of keys and mouse, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ptxviewer.app.commands import COMMANDS, GROUP_NAMES
from ptxviewer.app.commands.base import Group
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.fitting import fitted

MOUSE = (
    ("Left drag", "Window, or the tool chosen"),
    ("Right drag", "Zoom"),
    ("Middle drag", "Pan"),
    ("Wheel", "Zoom at the pointer"),
    ("Ctrl + wheel", "Threshold"),
    ("Alt + wheel", "Opacity"),
    ("Shift + wheel", "Brush size, with a brush"),
    ("Ctrl + drag", "Erase with the brush"),
    ("Shift + drag", "Measure straight, round, square"),
    ("Drag a handle", "Move a measurement"),
    ("Double click", "Film: fit. Slider: its mark"),
)
SHEET: tuple[tuple[Group | str, ...], ...] = (
    ("file", "films"),
    ("view", "window", "measure"),
    ("tools", "overlay"),
    ("review", "screen", "help", "mouse"),
)


def key_text(keys: tuple[str, ...]) -> str:
    """Return keys as this system spells them: "Ctrl+O", on a Mac with its signs."""
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def rows(group: str) -> list[tuple[str, str]]:
    """Return (keys, meaning) of one group; the presets are one row."""
    if group == "mouse":
        return list(MOUSE)
    if group == "window":
        return [("1 ... 9", "Window preset")]
    return [(key_text(row.keys), row.text.rstrip(".")) for row in COMMANDS if row.group == group and row.keys]


class KeySheet(QDialog):
    """Everything that keys and mouse do, on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and mouse")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet = QHBoxLayout()
        sheet.setSpacing(36)
        for groups in SHEET:
            column = QVBoxLayout()
            column.setSpacing(4)
            for group in groups:
                name = "Mouse" if group == "mouse" else GROUP_NAMES[group]  # type: ignore[index]
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
