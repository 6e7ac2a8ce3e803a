"""The command palette: type a few letters of what is wanted, Enter does it; it teaches the key on the way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.commands.palette import PaletteEntry, entries
from ptxviewer.app.state.screen import State
from ptxviewer.ui.canvas.annotations import font_of
from ptxviewer.ui.commands import key_text, keys_of
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr

WIDTH, ROW, ROWS = 560, 40, 10
ENTRY = Qt.ItemDataRole.UserRole
AROUND = 220  # of a screen, above and below the list
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -ROWS, Qt.Key.Key_PageDown: ROWS}


class _Row(QStyledItemDelegate):
    """Name with the matched letters in cyan, its explanation below it, the key on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows are of one height."""
        return QSize(px(WIDTH), px(ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one line."""
        entry: PaletteEntry = index.data(ENTRY)
        painter.save()
        room = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, QColor(PALETTE["line"]))
            painter.fillRect(QRectF(room.left(), room.top(), 3, room.height()), QColor(PALETTE["accent"]))
        ink, quiet = (PALETTE["text"], PALETTE["quiet"]) if entry.enabled else (PALETTE["disabled"],) * 2
        base = option.font
        keys = key_text(keys_of(entry.command))
        painter.setFont(font_of(base, px(12)))
        wide = QFontMetricsF(painter.font()).horizontalAdvance(keys)
        painter.setPen(QColor(quiet))
        painter.drawText(
            QRectF(room.right() - wide - 16, room.top(), wide, px(ROW)), Qt.AlignmentFlag.AlignVCenter, keys
        )
        painter.setFont(font_of(base, px(13)))
        metrics = QFontMetricsF(painter.font())
        name, x, y = entry.name, room.left() + 16, room.top() + px(17)
        for place, letter in enumerate(name):
            marked = place in entry.marks and entry.enabled
            painter.setPen(QColor(PALETTE["accent"] if marked else ink))
            painter.drawText(int(x), int(y), letter)
            x = room.left() + 16 + metrics.horizontalAdvance(name[: place + 1])
        painter.setFont(font_of(base, px(11)))
        painter.setPen(QColor(quiet))
        metrics = QFontMetricsF(painter.font())
        more = f"{entry.group}: {entry.tip}" if entry.tip else entry.group
        text = metrics.elidedText(more, Qt.TextElideMode.ElideRight, room.width() - wide - 48)
        painter.drawText(int(room.left() + 16), int(room.top() + px(32)), text)
        painter.restore()


class Palette(QDialog):
    """Lists what can be done in ``state``; ``do`` gets the id of what was chosen, after the palette has gone."""

    def __init__(self, state: State, do: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._do = state, do
        self.setWindowTitle(tr("Command palette"))
        self.setObjectName("palette")
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Type what you want to do"))
        self.field.setAccessibleName(tr("Command palette: type what you want to do"))
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("paletteList")
        self.list.setAccessibleName(tr("Commands found"))
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = min(ROWS, max(3, (self.screen().availableSize().height() - px(AROUND)) // px(ROW)))
        self.list.setFixedHeight(px(ROW) * rows)
        self.nothing = label("quiet", tr("No command matches. Fewer letters find more."))
        self.nothing.setFixedHeight(px(ROW) * rows)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.setFixedWidth(px(WIDTH))
        self.field.textChanged.connect(self._show)
        self.list.itemClicked.connect(self._clicked)
        self._show("")
        if parent is not None:
            corner = parent.mapToGlobal(parent.rect().topLeft())
            down = max(0, min(90, (parent.height() - self.sizeHint().height()) // 2))
            self.move(corner.x() + (parent.width() - px(WIDTH)) // 2, corner.y() + down)

    def _show(self, typed: str) -> None:
        self.list.clear()
        for entry in entries(typed, self._state, tr):
            item = QListWidgetItem()
            item.setData(ENTRY, entry)
            keys = key_text(keys_of(entry.command))
            spoken = tr("{name}, key {keys}", name=entry.name, keys=keys) if keys else entry.name
            spoken = spoken if entry.enabled else tr("{name}, not possible now", name=spoken)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            self.list.addItem(item)
        self.list.setVisible(self.list.count() > 0)
        self.nothing.setVisible(self.list.count() == 0)
        self.list.setCurrentRow(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows move through the list while the text keeps the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = STEPS.get(Qt.Key(event.key()))
            if step is not None:
                self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run()
                return True
        return super().eventFilter(watched, event)

    def _clicked(self, _item: QListWidgetItem) -> None:
        self.run()

    def run(self) -> None:
        """Do what is chosen; what cannot be done now stays listed, so that its key can be learnt."""
        item = self.list.currentItem()
        entry: PaletteEntry | None = item.data(ENTRY) if item is not None else None
        if entry is not None and entry.enabled:
            self.accept()
            self._do(entry.command.id)
