"""What a screen reader says a widget is, where Qt cannot know: a film is a picture, not a blank area.

A class says it by ``accessible_role``; Qt asks once for each widget, and only while a screen reader listens.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


def _interface(_key: str, of: QObject) -> QAccessibleInterface | None:
    role = getattr(of, "accessible_role", None)
    return QAccessibleWidget(of, role) if isinstance(of, QWidget) and isinstance(role, QAccessible.Role) else None


def tell_roles() -> None:
    """Tell the roles from now on; without a word in versions of PySide that do not let them be told."""
    if hasattr(QAccessible, "installFactory"):
        QAccessible.installFactory(_interface)
