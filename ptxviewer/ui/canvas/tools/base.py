"""What a tool of the canvas is: it takes a press, follows the pointer until the release, and says what it can take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor

from ptxviewer.core.geometry import Point
from ptxviewer.core.view import FilmView
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene

Cursor = QCursor | Qt.CursorShape


@dataclass(frozen=True)
class Pointer:
    """Where the mouse is, in screen points, and what is held down."""

    at: Point
    button: Qt.MouseButton = Qt.MouseButton.NoButton
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @property
    def left(self) -> bool:
        """True for the button that tools act with."""
        return self.button == Qt.MouseButton.LeftButton

    def on_film(self, scene: Scene) -> Point:
        """The film point under it."""
        return scene.port.to_film(self.at)


class Tool(Protocol):
    """One entry of the list of tools. A canvas asks them in order; the first that takes a press has the mouse."""

    layers: tuple[Layer, ...] = ()
    """What this tool paints over the film beside the layers that every canvas has."""

    def press(self, scene: Scene, pointer: Pointer) -> bool:
        """Take a button that goes down, or leave it to the tools behind this one."""
        ...

    def takes(self, scene: Scene, pointer: Pointer) -> bool:
        """True when a double click is meant for this tool, as two clicks."""
        return False

    def double_click(self, scene: Scene, pointer: Pointer) -> bool:
        """End with a double click what clicks began; True when there was something to end."""
        return False

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """Follow the pointer while the button is down; return the view that this makes, None where it stays."""
        return None

    def release(self, scene: Scene, pointer: Pointer) -> None:
        """The button is let go."""
        return

    def hover(self, scene: Scene, pointer: Pointer) -> object:
        """The pointer moves with no button down; return what the tool would take hold of there (``Scene.hot``)."""
        return None

    def cursor(self, scene: Scene, dragging: bool) -> Cursor | None:
        """Return the cursor while this tool has the mouse, or would take it; None where it says nothing."""
        return None

    def wheel(self, scene: Scene, keys: Qt.KeyboardModifier) -> Callable[[int], object] | None:
        """Return what clicks of the wheel do while keys are held, None where they are not this tool's."""
        return None
