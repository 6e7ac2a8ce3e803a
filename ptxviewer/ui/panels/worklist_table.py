"""What the worklist is built of: its table with columns that fit, the line of the filter, the edge that is dragged."""

from __future__ import annotations

import time
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QTableView,
    QWidget,
)

from ptxviewer.app.state.columns import COLUMNS, Column
from ptxviewer.ui.film_words import COLUMN_WORDS, heading
from ptxviewer.ui.panels.worklist_rows import MARK_ROOM, ROW, Lines, paint_row
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr

GRIP = 7  # width of the edge that is dragged
CALM_S = 1.5  # after the pointer's last move the order may change again
TEXT = 12  # height of the font, as the stylesheet has it
HEADING_ROOM, WORD_ROOM = 20, 12  # screen pixels beside a heading (with its arrow) and beside a word in a cell
WIDTHS: dict[Column, int] = {column: words.width for column, words in COLUMN_WORDS.items()}
LEAVE_FIRST: tuple[Column, ...] = tuple(
    sorted((one for one in COLUMNS if COLUMN_WORDS[one].leaves), key=lambda one: COLUMN_WORDS[one].leaves)
)
"""Columns that a narrow list does without, in this order."""


def hidden_columns(width: int, widths: Mapping[Column, int] = WIDTHS) -> set[Column]:
    """Return the columns for which a list of that width has no room."""
    left, needed = set(), sum(widths.values())
    for column in LEAVE_FIRST:
        if needed <= width:
            break
        needed -= widths[column]
        left.add(column)
    return left


def widths_for(table: QWidget) -> dict[Column, int]:
    """Return the widths of the columns in the language that is spoken: no heading and no word is cut."""
    font = QFont(table.font())
    font.setPixelSize(px(TEXT))
    metrics = QFontMetrics(font)

    def needed(column: Column) -> int:
        words = max((metrics.horizontalAdvance(word) + WORD_ROOM for word in COLUMN_WORDS[column].choices()), default=0)
        words += MARK_ROOM if column == "verdict" else 0
        return max(px(WIDTHS[column]), metrics.horizontalAdvance(heading(column)) + HEADING_ROOM, words)

    return {column: needed(column) for column in COLUMNS}


class Grip(QWidget):
    """The edge that is dragged to make the list wider or narrower."""

    moved = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("grip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(GRIP)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setToolTip(tr("Drag: width of the list"))

        self._behind = 0.0  # from the hand to the edge

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self._behind = self.width() - event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand; a pointer that only passes moves nothing (the stylesheet's hover brings such moves, too)."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved.emit(round(event.globalPosition().x() + self._behind))


class Table(QTableView):
    """Remembers when the pointer last moved over it. (An event filter would do; PySide crashes with it at the end.)"""

    moved_at = -CALM_S
    hovered = -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Note the time and the line."""
        self.moved_at = time.monotonic()
        self._hover(self.rowAt(round(event.position().y())))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No line is under the pointer any more."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines in sight, in one go: see ``paint_row``."""
        lines = self.model()
        assert isinstance(lines, Lines)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, chosen = self.viewport().width(), self.currentIndex().row()
        columns = [
            (column, self.columnViewportPosition(index), self.columnWidth(index))
            for index, column in enumerate(COLUMNS)
            if not self.isColumnHidden(index)
        ]
        offset = self.verticalScrollBar().value()
        area = event.rect()
        for row, film, starts in lines.films((offset + area.top()) // px(ROW), (offset + area.bottom()) // px(ROW)):
            top = row * px(ROW) - offset
            if row in (chosen, self.hovered):
                painter.fillRect(QRect(0, top, width, px(ROW)), QColor(PALETTE["line" if row == chosen else "raised"]))
            paint_row(painter, lines.state, film, top, columns)
            if starts:
                painter.fillRect(QRect(0, top, width, 1), QColor(PALETTE["edge"]))


class Search(QLineEdit):
    """The filter; Escape empties it, and like Down and Enter leads to the list."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Lead out of the filter."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.textEdited.emit("")
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)
