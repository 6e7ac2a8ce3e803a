"""Menus from the table of commands: one Qt action a row, its keys live wherever the focus is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QCursor, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QTextEdit,
    QToolButton,
    QWidget,
)

from ptxviewer.app.commands import BY_ID, COMMANDS, GROUP_NAMES, TOOLBAR
from ptxviewer.app.commands.base import Command, Group
from ptxviewer.app.commands.measure import CHOICES
from ptxviewer.app.state.screen import State
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.plaintext import escaped
from ptxviewer.ui.commands import keys_of, menu_text, short_name_of, tooltip_of
from ptxviewer.ui.platform.icons import icon
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr
from ptxviewer.words.windowing import describe, preset_name

MENUS: tuple[tuple[Msgid, tuple[Group, ...]], ...] = (
    (N_("File"), ("file",)),
    (N_("View"), ("view", "screen")),
    (N_("Tools"), ("tools", "measure")),
    (N_("Film"), ("films",)),
    (N_("AI"), ("overlay", "review")),
    (N_("Help"), ("help",)),
)
LINE_BEFORE = frozenset(
    {
        "save_report", "copy_picture", "close_film", "watch_folder", "settings", "next_frame", "analyse", "worklist",
        "compare", "fit", "apices", "tool_brush", "finish_stroke", "tool_length", "delete_measurement",
        "threshold_down", "toggle_band", "opacity_down", "verdict_accept", "write_note", "mark_present", "next_finding",
    }
)  # fmt: skip
"""Commands before which a line stands in their menu."""
ROLES = {
    "about": QAction.MenuRole.AboutRole,
    "settings": QAction.MenuRole.PreferencesRole,
    "quit": QAction.MenuRole.QuitRole,
}


def typing() -> bool:
    """True while the focus is where text is typed: there keys are letters."""
    return isinstance(QApplication.focusWidget(), (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox))


def make_action(row: Command, do: Callable[[str], None], owner: QWidget, state: Callable[[], State] = State) -> QAction:
    """Return the Qt action of a row; ``owner`` is to be given it when its text is settled, that its keys are live."""
    action = QAction(menu_text(row), owner)
    action.setObjectName(row.id)
    if row.icon:
        action.setIcon(icon(row.icon))
        action.setIconVisibleInMenu(False)
    action.setShortcuts([QKeySequence(key) for key in keys_of(row)])
    action.setCheckable(row.checked is not None)
    action.setIconText(short_name_of(row))  # what a button of the toolbar bears
    action.setToolTip(tooltip_of(row))
    action.setMenuRole(ROLES.get(row.id, QAction.MenuRole.NoRole))
    action.triggered.connect(lambda _checked=False: do(row.id))
    if row.checked is not None:
        _follow_toggles(action, row, do, state)
    return action


def follow_keys(window: QWidget) -> None:
    """Give the actions in a window the keys that their commands have now."""
    for made in window.findChildren(QAction):
        if (row := BY_ID.get(made.objectName())) is not None:
            made.setShortcuts([QKeySequence(key) for key in keys_of(row)])
            made.setToolTip(tooltip_of(row))


def _follow_toggles(made: QAction, row: Command, do: Callable[[str], None], state: Callable[[], State]) -> None:
    """A screen reader toggles a button and its action without triggering them: then the state is asked to follow."""

    def follow() -> None:
        if row.checked is not None and made.isChecked() is not row.checked(state()):
            do(row.id)

    made.toggled.connect(lambda _down: QTimer.singleShot(0, made, follow))  # a click has reached the state by then


def with_letters(texts: Sequence[str]) -> list[str]:
    """Return texts of one menu with the letter that chooses each marked by "&", none of them twice.

    First letters of words go before others. Where every letter of a text is taken it has none.
    """
    taken: set[str] = set()
    marked = []
    for text in texts:
        starts = [place for place, letter in enumerate(text) if not place or text[place - 1] == " "]
        places = (*starts, *range(len(text)))
        usable = (at for at in places if text[at].isascii() and text[at].isalnum() and text[at].lower() not in taken)
        place = next(usable, None)
        if place is None:
            marked.append(text.replace("&", "&&"))
            continue
        taken.add(text[place].lower())
        marked.append(f"{text[:place].replace('&', '&&')}&{text[place:].replace('&', '&&')}")
    return marked


def _mark_letters(menu: QMenu, bare: dict[QAction, str]) -> None:
    """Mark the letters of a menu's entries; ``bare`` are their texts without."""
    entries = [made for made in menu.actions() if not made.isSeparator()]
    for made, text in zip(entries, with_letters([bare.get(made, made.text()) for made in entries]), strict=True):
        made.setText(text)


def build_menus(
    bar: QMenuBar,
    actions: dict[str, QAction],
    state: Callable[[], State],
    forget_window: Callable[[str], None],
    open_path: Callable[[Path], None],
) -> None:
    """Fill the menu bar: a line between two groups of a menu, the window presets with their names."""
    titles = with_letters([tr(title) for title, _ in MENUS])
    bare = {actions[row.id]: menu_text(row) for row in COMMANDS if row.id in actions}
    for title, (_, groups) in zip(titles, MENUS, strict=True):
        menu = bar.addMenu(title)
        for number, group in enumerate(groups):
            if number:
                menu.addSeparator()
            for row in COMMANDS:
                if row.group == group and "menu" in row.places:
                    if row.id in LINE_BEFORE:
                        menu.addSeparator()
                    menu.addAction(actions[row.id])
                    if row.id == "open_sample":
                        _add_recent(menu, actions, state, open_path)
            if group == "view":
                _add_presets(menu, actions, state, forget_window)
                ways = menu.addMenu(tr("Enlarged films"))
                ways.addActions([actions[row.id] for row in COMMANDS if row.id.startswith("interpolation_")])
            if group == "file":
                _add_pacs(menu, actions)
        _mark_letters(menu, bare)


SLACK = 8  # screen pixels beside its name that a button can do without
MORE_ROOM = 36  # screen pixels for the button at the end
AROUND, BETWEEN = 16, 2  # margins of the row together; between two of its parts
DIVIDERS = 3 * (len(TOOLBAR) - 1)


class _Toolbar(QWidget):
    """Buttons with their names under the icons; icons alone where the names of a language find no room."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(px(45))
        self.buttons: list[QToolButton] = []
        self._named_width = 0
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(8, 0, 8, 1)
        self.row.setSpacing(2)
        self.more = QToolButton()
        self.more.setObjectName("more")
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setIconSize(QSize(px(16), px(16)))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.more.setToolTip(tr("More tools"))
        self.more.setAccessibleName(tr("More tools"))
        self.more.setFixedHeight(px(40))
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setMenu(QMenu(self.more))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        if not self._named_width:
            self._named_width = self.row.sizeHint().width() - SLACK * len(self.buttons)
        wanted = style.ToolButtonTextUnderIcon if self.width() >= self._named_width else style.ToolButtonIconOnly
        for button in self.buttons:
            button.setToolButtonStyle(wanted)
        self._overflow()

    def _overflow(self) -> None:
        """Put what finds no room behind a button at the end, with its name."""
        whole = sum(button.sizeHint().width() + BETWEEN for button in self.buttons) + DIVIDERS
        room = self.width() - AROUND - (px(MORE_ROOM) if whole > self.width() - AROUND else 0)
        needed = DIVIDERS
        left_out = []
        for button in self.buttons:
            needed += button.sizeHint().width() + BETWEEN
            button.setVisible(needed <= room)
            if needed > room:
                left_out.append(button.defaultAction())
        menu = self.more.menu()
        menu.clear()
        menu.addActions(left_out)
        self.more.setVisible(bool(left_out))


def make_toolbar(actions: dict[str, QAction]) -> QWidget:
    """Return the row of buttons over the film, 44 pixels high: an icon each, its name below it."""
    bar = _Toolbar()
    row = bar.row
    for number, ids in enumerate(TOOLBAR):
        if number:
            line = QFrame()
            line.setObjectName("divider")
            row.addWidget(line)
        for one in ids:
            button = QToolButton()
            button.setDefaultAction(actions[one])
            button.setIconSize(QSize(px(18), px(18)))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedHeight(px(40))
            if one == "measure":
                _offer(button, actions[one], [actions[choice] for choice in CHOICES])
            row.addWidget(button)
            bar.buttons.append(button)
    row.addStretch(1)
    row.addWidget(bar.more)
    return bar


def _offer(button: QToolButton, action: QAction, choices: list[QAction]) -> None:
    """Give a button a small arrow that opens a choice; the button's icon is that of what was chosen."""
    menu = QMenu(button)
    menu.addActions(choices)
    for choice in choices:
        choice.toggled.connect(lambda on, choice=choice: action.setIcon(choice.icon()) if on else None)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    menu.aboutToHide.connect(lambda: _not_under_pointer(button))


def _not_under_pointer(button: QToolButton) -> None:
    """A menu takes the pointer away without a word: its button must not look as if it were still on it."""
    inside = button.rect().contains(button.mapFromGlobal(QCursor.pos()))
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, inside)
    button.update()


def _add_pacs(menu: QMenu, actions: dict[str, QAction]) -> None:
    """The network has a menu of its own, after what saves."""
    inside = QMenu(tr(GROUP_NAMES["pacs"]), menu)
    inside.addActions([actions[row.id] for row in COMMANDS if row.group == "pacs"])
    menu.insertMenu(actions["copy_picture"], inside)


def _add_recent(
    menu: QMenu, actions: dict[str, QAction], state: Callable[[], State], open_path: Callable[[Path], None]
) -> None:
    """What was opened last, where the reader has it kept."""
    inside = menu.addMenu(tr("Open recent"))

    def name_them() -> None:
        inside.clear()
        for name in state().settings.recent:
            path = Path(name)
            shown = escaped(f"{path.name}  ({path.parent.name})").replace("&", "&&")
            inside.addAction(shown).triggered.connect(lambda _down=False, path=path: open_path(path))
        if not state().settings.keep_recent:
            inside.addAction(tr("Recent files are not kept: see Settings, Films")).setEnabled(False)
        inside.addSeparator()
        inside.addAction(actions["forget_recent"])

    name_them()
    inside.aboutToShow.connect(name_them)


def _add_presets(
    menu: QMenu, actions: dict[str, QAction], state: Callable[[], State], forget: Callable[[str], None]
) -> None:
    """All windows of the film with their keys, the reader's own among them, and what keeps and forgets those."""
    inside = menu.addMenu(tr("Window presets"))
    rows = [actions[row.id] for row in COMMANDS if row.group == "window"]
    inside.addActions(rows[:1])

    def name_them() -> None:
        from ptxviewer.core.presets import BUILT_IN, presets  # not at a start: NumPy comes with it

        shown, own = state().shown, state().settings.own_windows
        offered = () if shown is None else presets(shown.radiograph, own)
        files = 0 if shown is None else len(shown.radiograph.vois)
        inside.clear()  # the actions stay, and their keys: they belong to the window
        for number, voi in enumerate(offered):
            if number in (files, files + len(BUILT_IN)):
                inside.addSeparator()
            name = " ".join(part for part in (preset_name(voi), f"({describe(voi)})") if part)
            if number < len(rows):
                row = rows[number]
                row.setText(name.replace("&", "&&"))  # the name of a table is not a key of the menu
                inside.addAction(row)
        inside.addSeparator()
        inside.addAction(actions["keep_window"])
        if own:
            gone = inside.addMenu(tr("Forget own window"))
            for one in own:
                gone.addAction(one.name.replace("&", "&&")).triggered.connect(
                    lambda _down=False, name=one.name: forget(name)
                )

    inside.aboutToShow.connect(name_them)
