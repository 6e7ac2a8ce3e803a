"""The sheet of keys and mouse, made from the table of commands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ptxviewer.app.commands import COMMANDS, GROUP_NAMES
from ptxviewer.app.commands.base import Group
from ptxviewer.core.msgid import N_
from ptxviewer.ui.commands import key_text, keys_of, name_of
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.fitting import AROUND, BAR, fitted
from ptxviewer.ui.platform.text_size import px
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
GROUPS: tuple[Group | Literal["mouse"], ...] = (
    "file", "films", "view", "window", "measure", "tools", "overlay", "review", "screen", "help", "mouse",
)  # fmt: skip
COLUMNS = 4  # at most
BETWEEN, SIDE = 36, 24  # screen pixels between two columns, and at the edge


def rows(group: Group | Literal["mouse"]) -> list[tuple[str, str]]:
    """Return (keys, meaning) of one group; the presets are one row."""
    if group == "mouse":
        return [(tr(hand), tr(meaning)) for hand, meaning in MOUSE]
    if group == "window" and all(keys_of(row) == row.keys for row in COMMANDS if row.group == group):
        return [("1 ... 9", tr("Window preset"))]
    return [(key_text(keys_of(row)), name_of(row)) for row in COMMANDS if row.group == group and keys_of(row)]


def _block(group: Group | Literal["mouse"]) -> QWidget:
    """Return one group with its heading."""
    block = QWidget()
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 12)
    column.setSpacing(4)
    name = tr(N_("Mouse") if group == "mouse" else GROUP_NAMES[group])
    column.addWidget(label("section", name.upper()))
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(3)
    for row, (keys, meaning) in enumerate(rows(group)):
        grid.addWidget(label("value", keys), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label("quiet", meaning), row, 1)
    grid.setColumnMinimumWidth(0, px(84))
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    block.ensurePolished()
    return block


def _in_columns(blocks: Sequence[QWidget], count: int) -> list[list[QWidget]]:
    """Return the blocks in their order in at most ``count`` columns, the highest as low as it can be."""
    heights = [block.sizeHint().height() for block in blocks]

    def ends(cuts: Sequence[int]) -> list[tuple[int, int]]:
        return list(pairwise((0, *cuts, len(blocks))))

    best = min(
        combinations(range(1, len(blocks)), min(count, len(blocks)) - 1),
        key=lambda cuts: max(sum(heights[start:end]) for start, end in ends(cuts)),
    )
    return [list(blocks[start:end]) for start, end in ends(best)]


def _sheet(blocks: Sequence[QWidget], room: int) -> QHBoxLayout:
    """Return the blocks in as many columns as there is room for: what does not fit is found by scrolling down."""
    for count in range(COLUMNS, 0, -1):
        columns = _in_columns(blocks, count)
        wide = sum(max(block.sizeHint().width() for block in column) for column in columns)
        if wide + BETWEEN * (len(columns) - 1) + 2 * SIDE + px(BAR) <= room:
            break
    sheet = QHBoxLayout()
    sheet.setContentsMargins(SIDE, 20, SIDE, 8)
    sheet.setSpacing(BETWEEN)
    for inside in columns:
        column = QVBoxLayout()
        column.setSpacing(0)
        for block in inside:
            column.addWidget(block)
        column.addStretch(1)
        sheet.addLayout(column)
    return sheet


class KeySheet(QDialog):
    """Everything that keys and mouse do, on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys and mouse"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableSize() - AROUND
        sheet = _sheet([_block(group) for group in GROUPS], room.width())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        page = QWidget()
        page.setLayout(sheet)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.addWidget(fitted(page))
        row_of_buttons = QHBoxLayout()
        row_of_buttons.setContentsMargins(24, 0, 24, 0)
        row_of_buttons.addWidget(buttons)
        whole.addLayout(row_of_buttons)
