"""Where the window was and how wide its panels were, for each arrangement of screens that it has been on."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QByteArray, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QWidget

SMALLEST = (1024, 640)
USUAL = (1440, 900)
SHARE = 0.8  # of a large screen that a new window takes
TITLE_BAR = 40  # pixels that the desktop adds on top, at most; the status line must not slide below the screen for them
GRIP = 80  # pixels of the title bar that must lie on a screen, or the window cannot be moved
MOST_ARRANGEMENTS = 8  # desk, home, meeting room; the one not seen for longest is forgotten


def arrangement() -> str:
    """Return the screens there are now, as text: a laptop at its desk is another arrangement than on the train."""
    frames = sorted(
        (screen.geometry().x(), screen.geometry().y(), screen.geometry().width(), screen.geometry().height())
        for screen in QGuiApplication.screens()
    )
    return " ".join(f"{width}x{height}{x:+d}{y:+d}" for x, y, width, height in frames)


def _read(text: str) -> dict[str, dict[str, str]]:
    """Return what is kept, the oldest first; anything that cannot be read is as if it had never been."""
    try:
        stored: Any = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        stored = {"": {"window": text}}  # as versions before this one wrote it: of no arrangement in particular
    if not isinstance(stored, dict):
        return {}
    return {
        name: {part: value for part, value in parts.items() if isinstance(value, str)}
        for name, parts in stored.items()
        if isinstance(parts, dict)
    }


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _state(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "ignore"))


def kept(window: QWidget, panels: QSplitter, before: str) -> str:
    """Return where the window is now, as text for the settings, with what ``before`` says of other arrangements."""
    known = _read(before)
    known.pop("", None)
    here = arrangement()
    known.pop(here, None)
    known[here] = {"window": _text(window.saveGeometry()), "panels": _text(panels.saveState())}
    return json.dumps(dict(list(known.items())[-MOST_ARRANGEMENTS:]))


def reachable(frame: QRect, screens: list[QRect]) -> bool:
    """True when enough of the upper edge of ``frame`` lies on a screen to take hold of it."""
    edge = QRect(frame.x(), frame.y(), frame.width(), 24)
    return any(screen.intersected(edge).width() >= GRIP and screen.top() <= edge.top() for screen in screens)


def _place(text: str) -> dict[str, str]:
    """Return what is kept of these screens, else of those seen last."""
    known = _read(text)
    return known.get(arrangement(), next(reversed(known.values()), {}))


def restore_panels(panels: QSplitter, text: str) -> None:
    """Give the panels the widths that they had on these screens, else those they had last."""
    kept = _place(text).get("panels")
    if kept:
        panels.restoreState(_state(kept))


def first_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of a window that was never open, on a screen with this room: on a large one films are large."""
    wide, high = (
        min(max(usual, round(SHARE * room)), room) for usual, room in zip(USUAL, (width, height), strict=True)
    )
    return wide, high


def restore(window: QWidget, text: str) -> None:
    """Bring the window back where it was on these screens, else where it was last, if that can be reached.

    In the middle of the main screen where its place is gone or was never known.
    """
    place = _place(text)
    if place.get("window") and window.restoreGeometry(_state(place["window"])):
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if window.isMaximized() or window.isFullScreen() or reachable(window.geometry(), screens):
            return
    screen = QGuiApplication.primaryScreen()
    if screen is None:
        window.resize(*USUAL)
        return
    room = screen.availableGeometry()
    window.resize(*first_size(room.width(), room.height() - TITLE_BAR))
    window.move(room.center() - window.rect().center())
