"""The tool that moves the interpleural distances, wherever they are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ptxviewer.app.review.distances import DistanceEditing
from ptxviewer.core.geometry import Point
from ptxviewer.core.view import FilmView
from ptxviewer.ui.canvas.layers.distances import LineGrip, line_grip_at, shown_halves
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.canvas.tools.base import Cursor, Pointer, Tool
from ptxviewer.ui.canvas.tools.measuring import GRABBING


class DistanceTool(Tool):
    """An end of a line, or all of it, follows the drag."""

    def __init__(self, lines: DistanceEditing) -> None:
        self._lines = lines

    @staticmethod
    def _under(scene: Scene, at: Point) -> LineGrip | None:
        if scene.state.tool not in GRABBING:
            return None
        return line_grip_at(shown_halves(scene), scene.port, at)

    def press(self, scene: Scene, pointer: Pointer) -> bool:
        """Take the line under the pointer."""
        grip = self._under(scene, pointer.at) if pointer.left else None
        if grip is None:
            return False
        self._lines.begin(grip.on_image_left, grip.name, grip.part, pointer.on_film(scene))
        return True

    def takes(self, scene: Scene, pointer: Pointer) -> bool:
        """A double click on a line is not one on the film."""
        return pointer.left and self._under(scene, pointer.at) is not None

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """Follow the pointer."""
        self._lines.move(pointer.on_film(scene))
        return None

    def release(self, scene: Scene, pointer: Pointer) -> None:
        """The line stands there."""
        self._lines.finish()

    def hover(self, scene: Scene, pointer: Pointer) -> object:
        """Say what can be taken."""
        return self._under(scene, pointer.at)

    def cursor(self, scene: Scene, dragging: bool) -> Cursor | None:
        """Over something that can be taken, the cursor says so."""
        if not isinstance(scene.hot, LineGrip):
            return None
        whole = scene.hot.part == "both"
        return Qt.CursorShape.SizeAllCursor if whole else Qt.CursorShape.PointingHandCursor
