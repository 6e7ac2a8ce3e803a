"""When the watched folder is looked at: by a slow clock, a quicker one while files arrive, and the system's events."""

from __future__ import annotations

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

from ptxviewer.app.films.watched_folder import POLL_S, SOON_S
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import State

EVENT_MS = 300  # after an event: a burst of them is one look


class FolderWatcher(QObject):
    """Follows a state: runs while a folder is watched."""

    def __init__(self, presenter: Presenter, parent: QObject) -> None:
        super().__init__(parent)
        self._events = QFileSystemWatcher(self)
        self._events.directoryChanged.connect(self._soon)
        self._clock = QTimer(self)
        self._clock.timeout.connect(presenter.films.watched.poll)
        self._once = QTimer(self)
        self._once.setSingleShot(True)
        self._once.setInterval(EVENT_MS)
        self._once.timeout.connect(presenter.films.watched.poll)
        self._folder = ""

    def _soon(self) -> None:
        self._once.start()

    def show_state(self, state: State) -> None:
        """Start, stop, or keep time."""
        watch = state.watch
        folder = "" if watch is None else str(watch.folder)
        if folder != self._folder:
            if self._folder:
                self._events.removePath(self._folder)
            if folder:
                self._events.addPath(folder)  # on a network drive nothing may come of it
            self._folder = folder
        pause = 0 if watch is None else round(1000 * (SOON_S if watch.waiting else POLL_S))
        if not pause:
            self._clock.stop()
            self._once.stop()
        elif not self._clock.isActive() or self._clock.interval() != pause:
            self._clock.start(pause)
