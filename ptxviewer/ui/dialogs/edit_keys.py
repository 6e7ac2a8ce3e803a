"""Changes keys: lists every command, takes the pressed key, and names the command that loses it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.commands import BY_ID, COMMANDS, GROUP_NAMES
from ptxviewer.app.commands.own_keys import HELD, Keys, owner_of, usual, with_keys
from ptxviewer.ui.commands import key_text, name_of, normal_key
from ptxviewer.ui.controls import SearchField, label
from ptxviewer.ui.dialogs.fitting import resize_to
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import sentences, tr

SIZE = (620, 640)
KEYS = 1  # the column of the keys
KEYS_WIDTH = 190
COMMAND = Qt.ItemDataRole.UserRole
LEFT_ALONE = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""Without Ctrl, Alt or Shift: the dialog is used and left by them."""
MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


def pressed_key(event: QKeyEvent) -> str:
    """Return the key of an event as the table of commands spells it, "" for a modifier alone.

    Shift that only makes a sign ("?") is part of the sign.
    """
    if event.key() in MODIFIERS:
        return ""
    held, text = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, event.text()
    if text.isprintable() and text.strip() and not text.isalnum():
        held &= ~Qt.KeyboardModifier.ShiftModifier
    pressed = QKeySequence(QKeyCombination(held, Qt.Key(event.key())))
    return normal_key(pressed.toString(QKeySequence.SequenceFormat.PortableText))


class KeyField(QLineEdit):
    """Takes the key that is pressed on it, and no text."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setPlaceholderText(tr("Press a key here"))
        self.setAccessibleName(tr("Key of the command"))

    def event(self, event: QEvent) -> bool:
        """Keep keys from doing what they do elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say which key it was; Tab, Enter and Escape are the dialog's."""
        key = pressed_key(event)
        if event.key() in LEFT_ALONE and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier
        ):  # fmt: skip
            super().keyPressEvent(event)
        elif key:
            self.pressed.emit(key)


class _Commands(QTreeWidget):
    """The list; Enter leads to the field for the key, and not out of the dialog."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class KeysEditor(QDialog):
    """``keep`` gets the keys of every command when the reader says so."""

    def __init__(self, keys: Keys, keep: Callable[[Keys], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keys: Keys = keys
        self.setWindowTitle(tr("Change keys"))
        self.field = KeyField()
        self.tree = self._table()
        self.search = SearchField(tr("Search: command or key"), tr("Search the commands"), self.tree)
        self.search.textChanged.connect(self._filter)
        self.field.pressed.connect(self._pressed)
        self._name = label("text")
        self._none, self._usual = QPushButton(tr("No key")), QPushButton(tr("Usual key"))
        self._none.clicked.connect(lambda: self._give(()))
        self._usual.clicked.connect(lambda: self._give(usual()[self._chosen()]))
        self._said = label("quiet", wrap=True)
        self._said.setMinimumHeight(2 * self._said.fontMetrics().lineSpacing())  # nothing jumps when it speaks
        self._said.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        every = QPushButton(tr("All usual keys"))
        every.clicked.connect(lambda: self._use(usual()))
        for button in (self._none, self._usual, every):
            button.setAutoDefault(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: keep(self.keys))
        line = QHBoxLayout()
        line.addWidget(self.field, 1)
        line.addWidget(self._none)
        line.addWidget(self._usual)
        foot = QHBoxLayout()
        foot.addWidget(every)
        foot.addWidget(buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.setSpacing(8)
        for part in (self.search, self.tree, self._name):
            whole.addWidget(part)
        whole.addLayout(line)
        whole.addWidget(self._said)
        whole.addLayout(foot)
        resize_to(self, *SIZE)
        self.setTabOrder(self.tree, self.field)
        self._show()
        self.tree.setCurrentItem(self._items()[0])
        self.search.setFocus()

    def _table(self) -> QTreeWidget:
        tree = _Commands()
        tree.setAccessibleName(tr("Commands and their keys"))
        tree.setHeaderLabels([tr("Command"), tr("Keys")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        tree.header().setStretchLastSection(False)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.setColumnWidth(KEYS, px(KEYS_WIDTH))
        for command in COMMANDS:
            if not command.held:
                item = QTreeWidgetItem([f"{tr(GROUP_NAMES[command.group])}: {name_of(command)}"])
                item.setData(0, COMMAND, command.id)
                tree.addTopLevelItem(item)
        tree.currentItemChanged.connect(lambda _now, _before: self._show_chosen())
        tree.entered.connect(self.field.setFocus)
        tree.itemDoubleClicked.connect(lambda _item, _column: self.field.setFocus())
        return tree

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for place in range(self.tree.topLevelItemCount()) if (item := self.tree.topLevelItem(place))]

    def _chosen(self) -> str:
        item = self.tree.currentItem()
        return "" if item is None else str(item.data(0, COMMAND))

    # What the reader does

    def _pressed(self, key: str) -> None:
        if key in HELD:
            self._say(tr("{key} hides the overlay while it is held: it cannot be reassigned.", key=key_text((key,))))
        elif self._chosen():
            self._give((key,))

    def _give(self, keys: tuple[str, ...]) -> None:
        command = self._chosen()
        lost = [(key, owner) for key in keys if (owner := owner_of(self.keys, key)) not in (None, command)]
        self._use(with_keys(self.keys, command, keys))
        self._say(
            *(
                tr("{key} is taken from: {command}.", key=key_text((key,)), command=name_of(BY_ID[owner or ""]))
                for key, owner in lost
            )
        )

    def _use(self, keys: Keys) -> None:
        self.keys = keys
        self._show()
        self._say()

    # Rendering

    def _show(self) -> None:
        before = usual()
        for item in self._items():
            command = str(item.data(0, COMMAND))
            item.setText(KEYS, key_text(self.keys[command]))
            own = tuple(self.keys[command]) != before[command]
            item.setForeground(KEYS, QColor(PALETTE["accent" if own else "text"]))
            tip = tr("Usually: {keys}", keys=key_text(before[command]) or tr("none")) if own else ""
            item.setToolTip(KEYS, plain_tip(tip))
        self._show_chosen()

    def _show_chosen(self) -> None:
        command = self._chosen()
        for part in (self.field, self._none, self._usual):
            part.setEnabled(bool(command))
        self._name.setText(tr("Key for: {command}", command=name_of(BY_ID[command])) if command else "")
        self.field.setText(key_text(self.keys[command]) if command else "")
        self._say()

    def _say(self, *said: str) -> None:
        """Say what became of a key, in amber; else when what is chosen counts."""
        self._said.setObjectName("amber" if said else "quiet")
        self._said.style().unpolish(self._said)
        self._said.style().polish(self._said)
        self._said.setText(
            sentences(*said) or tr("Keys take effect at once; texts that name them follow at the next start.")
        )

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self._items():
            line = f"{item.text(0)} {item.text(KEYS)}".casefold()
            item.setHidden(not all(word in line for word in words))
