"""The keyboard goes from part to part of the window: F6 to the next, Esc and Enter back to the film."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from ptxviewer.ui.controls import TextField

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
TAKES_TAB = Qt.FocusPolicy.TabFocus.value


def enter(part: QWidget) -> None:
    """Give the keyboard to the first thing in ``part`` that takes it."""
    inside = [part, *part.findChildren(QWidget)]
    takes = [one for one in inside if one.focusPolicy().value & TAKES_TAB and one.isEnabled() and one.isVisible()]
    if takes:
        takes[0].setFocus(Qt.FocusReason.TabFocusReason)


def go_on(parts: Sequence[QWidget], step: int = 1) -> None:
    """Move the keyboard to the next part that can be seen, or to the one before (``step`` -1)."""
    shown = [part for part in parts if part.isVisible()]
    focus = QApplication.focusWidget()
    here = [n for n, part in enumerate(shown) if focus is not None and (part is focus or part.isAncestorOf(focus))]
    if shown:
        enter(shown[(here[0] + step) % len(shown) if here else 0])


def ends_typing(event: QKeyEvent, panel: QWidget) -> bool:
    """True for keys that give the keyboard back to the film.

    Esc anywhere beside it, and Enter in a text of ``panel`` that leaves it to the window.
    """
    focus = QApplication.focusWidget()
    if event.key() == Qt.Key.Key_Escape:
        return True
    return event.key() in ENTER and isinstance(focus, (QLineEdit, TextField)) and panel.isAncestorOf(focus)
