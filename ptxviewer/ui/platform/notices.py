"""Tells, also while another program is in use, that the watched folder brought films above threshold; without names."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from ptxviewer.app.films.worklist import arrivals
from ptxviewer.app.state.screen import State
from ptxviewer.ui.platform.icons import app_icon
from ptxviewer.words import tr, trn

SHOWN_MS = 15_000


class Notices:
    """Follows a state: each film is told of once, and only while ``busy_elsewhere``."""

    def __init__(self, tell: Callable[[int], None], busy_elsewhere: Callable[[], bool]) -> None:
        """``tell`` gets the number of films that are new."""
        self._tell = tell
        self._busy_elsewhere = busy_elsewhere
        self._known: frozenset[int] = frozenset()

    def show_state(self, state: State) -> None:
        """Tell of films that were not there in the state before; ``state`` is as the reader may see it."""
        found = frozenset(film.id for film in arrivals(state))
        new, self._known = found - self._known, found
        if new and state.settings.notices and self._busy_elsewhere():
            self._tell(len(new))


class SystemNotices(QObject):
    """Notices of the system. Where it has no tray the window's entry in the task bar asks for attention."""

    def __init__(self, window: QWidget, come_forward: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._come_forward = come_forward
        self._tray: QSystemTrayIcon | None = None
        self._notices = Notices(self._tell, lambda: not window.isActiveWindow())

    def show_state(self, state: State) -> None:
        """Follow ``state``; the icon in the tray is there while a folder is watched."""
        wanted = state.watch is not None and state.settings.notices
        if wanted and self._tray is None and QSystemTrayIcon.isSystemTrayAvailable():
            self._tray = QSystemTrayIcon(app_icon(), self)
            self._tray.setToolTip(tr("PTXViewer (research use only)"))
            self._tray.activated.connect(lambda _reason: self._come_forward())
            self._tray.messageClicked.connect(self._come_forward)
        if self._tray is not None and self._tray.isVisible() is not wanted:
            self._tray.setVisible(wanted)
        self._notices.show_state(state)

    def _tell(self, count: int) -> None:
        QApplication.alert(self._window)
        if self._tray is not None and QSystemTrayIcon.supportsMessages():
            text = trn(
                "{count} film above threshold arrived in the watched folder",
                "{count} films above threshold arrived in the watched folder",
                count,
            )
            icon = QSystemTrayIcon.MessageIcon.Warning
            self._tray.showMessage(tr("PTXViewer (research use only)"), text, icon, SHOWN_MS)
