"""Our own icons: SVG files of one stroke width, drawn in the colour of their state at whatever size Qt asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ptxviewer.paths import resource
from ptxviewer.ui.platform.style import PALETTE

INK = "#d9dee5"  # the colour that stands for "the state's colour" in the files


@lru_cache(maxsize=1)
def _folder() -> tuple[Path, frozenset[str]]:
    """Return where the icons are, and their names: looked up once, not for each of the hundred commands."""
    folder = resource("icons")
    return folder, frozenset(path.stem for path in folder.glob("*.svg"))


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = (_folder()[0] / f"{name}.svg").read_text("utf-8")
    return QSvgRenderer(QByteArray(drawing.replace(INK, colour).encode()))


class _Engine(QIconEngine):
    """Paints one file; sharp at every device pixel ratio because nothing is kept as pixels."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def clone(self) -> QIconEngine:
        """Return another engine of the same file (Qt asks when an icon is changed)."""
        return _Engine(self._name)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw in the colour of ``mode`` and ``state``."""
        colour = PALETTE["text"]
        if mode is QIcon.Mode.Disabled:
            colour = PALETTE["disabled"]
        elif state is QIcon.State.On:
            colour = PALETTE["accent"]
        _renderer(self._name, colour).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon on a transparent ground; ``size`` is in device pixels."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture


def icon(name: str) -> QIcon:
    """Return the icon ``resources/icons/NAME.svg``; an empty one where the file is missing."""
    return QIcon(_Engine(name)) if name in _folder()[1] else QIcon()


def app_icon() -> QIcon:
    """Return the program's own icon, in its own colours."""
    return QIcon(str(resource("icons/app.svg")))
