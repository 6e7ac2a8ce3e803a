"""Retries waiting parcels by a slow timer, which runs only while something is waiting."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import State

LOOK_MS = 10_000


class Courier(QObject):
    """Follows a state."""

    def __init__(self, presenter: Presenter, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(presenter.pacs.sending.pump)

    def show_state(self, state: State) -> None:
        """Start, or stop."""
        waits = bool(state.pacs.left)
        if waits is not self._clock.isActive():
            self._clock.start() if waits else self._clock.stop()
