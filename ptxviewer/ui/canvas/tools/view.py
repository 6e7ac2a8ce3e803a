"""The tools that change how a film is seen: window, zoom, pan; and what the wheel does with keys held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import Tool as ToolName
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Point
from ptxviewer.core.view import FilmView, voi_of
from ptxviewer.core.viewport import panned, zoomed_at
from ptxviewer.core.voi import drag_window, value_range, window_of
from ptxviewer.ui.canvas.cursors import cursor_for
from ptxviewer.ui.canvas.layers.region import RegionDrag, RegionLayer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.canvas.tools.base import Cursor, Pointer, Tool

ZOOM_PER_PIXEL = 1.01
COARSE, FINE = 4.0, 0.25


def zoomed(scene: Scene, factor: float, at: Point) -> FilmView:
    """Return the view after zooming about a screen point."""
    zoom, center = zoomed_at(scene.port, factor, at)
    return replace(scene.film.view, zoom=zoom, center=center)


def moved(scene: Scene, dx: float, dy: float) -> FilmView:
    """Return the view after moving the film by (dx, dy) screen pixels."""
    return replace(scene.film.view, zoom=scene.port.zoom, center=panned(scene.port, dx, dy))


class _ViewTool(Tool):
    """Has the mouse from press to release; one of the buttons may take it whatever the tool in the hand."""

    name: ToolName
    button: Qt.MouseButton | None = None

    def __init__(self) -> None:
        self._pressed: Point = (0.0, 0.0)
        self._last: Point = (0.0, 0.0)

    def press(self, scene: Scene, pointer: Pointer) -> bool:
        """Begin a drag."""
        self._pressed = self._last = pointer.at
        return pointer.button == self.button or (pointer.left and scene.state.tool == self.name)

    def _step(self, pointer: Pointer) -> tuple[float, float]:
        step = pointer.at[0] - self._last[0], pointer.at[1] - self._last[1]
        self._last = pointer.at
        return step

    def cursor(self, scene: Scene, dragging: bool) -> Cursor | None:
        """The tool's icon."""
        return cursor_for(self.name, dragging, scene.ratio) if dragging or scene.state.tool == self.name else None


class WindowTool(_ViewTool):
    """Width and level of the window follow the drag."""

    name: ToolName = "window"

    def __init__(self) -> None:
        super().__init__()
        self._span: tuple[str, float] = ("", 1.0)  # of modality values, per film

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """Change the window."""
        dx, dy = self._step(pointer)
        film, (width, height) = scene.radiograph, scene.port.canvas
        dx, dy = dx * _pace(pointer), dy * _pace(pointer)
        window = window_of(film, voi_of(film, scene.film.view))
        dragged = drag_window(window, dx / width, dy / height, self._span_of(film))
        return replace(scene.film.view, voi=dragged)

    def _span_of(self, film: Radiograph) -> float:
        if self._span[0] != film.key:
            low, high = value_range(film)
            self._span = film.key, max(high - low, 1.0)
        return self._span[1]


def _pace(pointer: Pointer) -> float:
    """How far the window follows the hand: with Ctrl coarsely, with Shift finely."""
    if pointer.keys & Qt.KeyboardModifier.ControlModifier:
        return COARSE
    return FINE if pointer.keys & Qt.KeyboardModifier.ShiftModifier else 1.0


class RegionTool(Tool):
    """The window over what is in a rectangle; set when it is let go."""

    def __init__(self, set_window: Callable[[Point, Point], object]) -> None:
        self._set_window = set_window
        self._drag = RegionDrag()
        self.layers = (RegionLayer(self._drag),)

    def press(self, scene: Scene, pointer: Pointer) -> bool:
        """Begin the rectangle."""
        if not pointer.left or scene.state.tool != "region":
            return False
        self._drag.corners = pointer.on_film(scene), pointer.on_film(scene)
        return True

    def takes(self, scene: Scene, pointer: Pointer) -> bool:
        """A second click is a second try, and does not fit the film."""
        return pointer.left and scene.state.tool == "region"

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """Draw the rectangle on."""
        if self._drag.corners is not None:
            self._drag.corners = self._drag.corners[0], pointer.on_film(scene)
        return None

    def release(self, scene: Scene, pointer: Pointer) -> None:
        """Set the window."""
        corners, self._drag.corners = self._drag.corners, None
        if corners is not None:
            self._set_window(corners[0], pointer.on_film(scene))

    def cursor(self, scene: Scene, dragging: bool) -> Cursor | None:
        """The tool's icon."""
        return cursor_for("region", dragging, scene.ratio) if scene.state.tool == "region" else None


class ZoomTool(_ViewTool):
    """Up is larger, about the point where the drag began."""

    name: ToolName = "zoom"
    button = Qt.MouseButton.RightButton

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """Zoom."""
        return zoomed(scene, ZOOM_PER_PIXEL ** -self._step(pointer)[1], self._pressed)


class PanTool(_ViewTool):
    """The film follows the hand."""

    name: ToolName = "pan"
    button = Qt.MouseButton.MiddleButton

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """Move the film."""
        return moved(scene, *self._step(pointer))


class WheelKeys(Tool):
    """What the wheel does while a key is held; takes no button."""

    def __init__(self, threshold: Callable[[int], object], opacity: Callable[[int], object]) -> None:
        self._acts = ((Qt.KeyboardModifier.ControlModifier, threshold), (Qt.KeyboardModifier.AltModifier, opacity))

    def press(self, scene: Scene, pointer: Pointer) -> bool:
        """Leave the buttons to others."""
        return False

    def wheel(self, scene: Scene, keys: Qt.KeyboardModifier) -> Callable[[int], object] | None:
        """Ctrl moves the threshold, Alt the opacity."""
        return next((act for key, act in self._acts if keys & key), None)


def view_tools(presenter: Presenter) -> tuple[Tool, ...]:
    """Return the tools that leave the film and its result alone."""
    keys = WheelKeys(presenter.review.thresholds.step, presenter.display.overlay.step_opacity)
    return keys, RegionTool(presenter.display.view.window_region), WindowTool(), ZoomTool(), PanTool()
