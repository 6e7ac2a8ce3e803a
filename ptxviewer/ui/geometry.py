"""Where the window was, and how it comes back on screens that may have changed since."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

SMALLEST = (1024, 700)
USUAL = (1440, 900)
GRIP = 80  # pixels of the title bar that must lie on a screen, or the window cannot be moved


def kept(window: QWidget) -> str:
    """Return where the window is, as text for the settings."""
    return bytes(window.saveGeometry().toBase64().data()).decode("ascii")


def reachable(frame: QRect, screens: list[QRect]) -> bool:
    """True when enough of the upper edge of ``frame`` lies on a screen to take hold of it."""
    edge = QRect(frame.x(), frame.y(), frame.width(), 24)
    return any(screen.intersected(edge).width() >= GRIP and screen.top() <= edge.top() for screen in screens)


def restore(window: QWidget, text: str) -> None:
    """Bring the window back; in the middle of the main screen where its place is gone or was never known."""
    if text and window.restoreGeometry(QByteArray.fromBase64(text.encode("ascii", "ignore"))):
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if window.isMaximized() or window.isFullScreen() or reachable(window.geometry(), screens):
            return
    screen = QGuiApplication.primaryScreen()
    if screen is None:
        window.resize(*USUAL)
        return
    room = screen.availableGeometry()
    window.resize(min(USUAL[0], room.width()), min(USUAL[1], room.height()))
    window.move(room.center() - window.rect().center())
