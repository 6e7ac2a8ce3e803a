"""The tools that draw on the mask: brush, eraser, fill and shrink by a drag or a click, the polygon by its corners."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.review.mask import MaskEditing
from ptxviewer.app.state.screen import SHAPES
from ptxviewer.core.view import FilmView
from ptxviewer.ui.canvas.cursors import cursor_for
from ptxviewer.ui.canvas.layers.stroke import BrushLayer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.canvas.tools.base import Cursor, Pointer, Tool


class MaskTool(Tool):
    """A stroke from press to release; with Ctrl the other way round."""

    shapes: tuple[str, ...] = ("brush", "fill", "shrink")

    def __init__(self, editing: MaskEditing) -> None:
        self._editing = editing
        self.layers = (BrushLayer(),)

    def _in_hand(self, scene: Scene) -> bool:
        return SHAPES.get(scene.state.tool) in self.shapes

    def press(self, scene: Scene, pointer: Pointer) -> bool:
        """Begin a stroke, or set the next corner."""
        if not self.takes(scene, pointer):
            return False
        self._editing.begin(pointer.on_film(scene), bool(pointer.keys & Qt.KeyboardModifier.ControlModifier))
        return True

    def takes(self, scene: Scene, pointer: Pointer) -> bool:
        """Two quick presses are two strokes."""
        return pointer.left and self._in_hand(scene)

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """Draw on."""
        self._editing.extend((pointer.on_film(scene),))
        return None

    def release(self, scene: Scene, pointer: Pointer) -> None:
        """End the stroke."""
        self._editing.finish()

    def cursor(self, scene: Scene, dragging: bool) -> Cursor | None:
        """A cross with the tool's icon beside it."""
        return cursor_for(scene.state.tool, dragging, scene.ratio) if self._in_hand(scene) else None

    def wheel(self, scene: Scene, keys: Qt.KeyboardModifier) -> Callable[[int], object] | None:
        """Shift changes the size of the brush."""
        shift = keys & Qt.KeyboardModifier.ShiftModifier
        return self._editing.resize if shift and self._in_hand(scene) else None


class PolygonTool(MaskTool):
    """Every click is a corner; a double click closes the polygon."""

    shapes = ("polygon",)

    def __init__(self, editing: MaskEditing) -> None:
        super().__init__(editing)
        self.layers = ()

    def double_click(self, scene: Scene, pointer: Pointer) -> bool:
        """Close the polygon."""
        if self.takes(scene, pointer):
            self._editing.finish()
            return True
        return False

    def release(self, scene: Scene, pointer: Pointer) -> None:
        """The next corner comes with the next press."""


def mask_tools(presenter: Presenter) -> tuple[Tool, ...]:
    """Return the tools that draw on the mask."""
    return MaskTool(presenter.review.mask), PolygonTool(presenter.review.mask)
