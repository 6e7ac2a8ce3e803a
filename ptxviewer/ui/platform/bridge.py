"""The only way from a worker thread to the main thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

PAINTED_MS = 20  # after a change the window is drawn: as soon as events are through, no later than its next frame


class Bridge(QObject):
    """One queued signal that carries a closure; workers touch no other QObject."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, work: Callable[[], None]) -> None:
        """Run ``work`` on the main thread, soon. From any thread; after the window has gone, nothing happens."""
        with contextlib.suppress(RuntimeError):  # the C++ part of the signal was deleted: the window is gone
            self._posted.emit(work)

    def after_paint(self, work: Callable[[], None]) -> None:
        """Run ``work`` on the main thread when the window has been drawn. From the main thread."""
        QTimer.singleShot(PAINTED_MS, self, work)

    @staticmethod
    def _run(work: Callable[[], None]) -> None:
        work()
