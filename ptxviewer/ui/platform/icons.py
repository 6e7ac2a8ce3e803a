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


def _colour(mode: QIcon.Mode, state: QIcon.State) -> str:
    if mode is QIcon.Mode.Disabled:
        return PALETTE["disabled"]
    return PALETTE["accent" if state is QIcon.State.On else "text"]


@lru_cache(maxsize=512)
def _picture(name: str, colour: str, width: int, height: int) -> QPixmap:
    """Return an icon in device pixels: a toolbar asks for the same ones whenever it is painted."""
    picture = QPixmap(width, height)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer(name, colour).render(painter, QRectF(0, 0, width, height))
    painter.end()
    return picture


class _Engine(QIconEngine):
    """Paints one file; sharp at every device pixel ratio because pixels are made for the size that is asked for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def clone(self) -> QIconEngine:
        """Return another engine of the same file (Qt asks when an icon is changed)."""
        return _Engine(self._name)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw in the colour of ``mode`` and ``state``."""
        _renderer(self._name, _colour(mode, state)).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon on a transparent ground; ``size`` is in device pixels."""
        return _picture(self._name, _colour(mode, state), size.width(), size.height())


def icon(name: str) -> QIcon:
    """Return the icon ``resources/icons/NAME.svg``; an empty one where the file is missing."""
    return QIcon(_Engine(name)) if name in _folder()[1] else QIcon()


def app_icon() -> QIcon:
    """Return the program's own icon, in its own colours."""
    return QIcon(str(resource("icons/app.svg")))
