"""The tools that measure: they begin a measurement, and take hold of one that is there whatever else is in the hand."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ptxviewer.app.review.measurements import MeasurementEditing
from ptxviewer.app.state.screen import KIND_OF
from ptxviewer.core.drawing.handles import Grip, grip_at
from ptxviewer.core.geometry import Point
from ptxviewer.core.view import FilmView
from ptxviewer.ui.canvas.cursors import cursor_for
from ptxviewer.ui.canvas.layers.measurements import on_screen
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.canvas.tools.base import Cursor, Pointer, Tool

GRABBING = ("window", "zoom", "pan", *KIND_OF)
"""Tools with which what lies on the film can be taken hold of; one that draws on the mask comes first."""
NOWHERE = (-1e6, -1e6)


class MeasureTool(Tool):
    """A new measurement is drawn by one drag or by clicks; one that is there is taken by a handle or by its line."""

    def __init__(self, measuring: MeasurementEditing, place: Callable[[], None]) -> None:
        """``place`` sets a point, and asks for the length of an object where a calibration needs it."""
        self._measuring = measuring
        self._place = place
        self._pressed: Point = (0.0, 0.0)
        self._fresh = False  # the press began a measurement: a release on the same spot only sets its first point

    @staticmethod
    def _under(scene: Scene, at: Point) -> Grip | None:
        if scene.state.tool not in GRABBING or scene.film.measurement is not None:
            return None
        return grip_at([on_screen(scene, measurement) for measurement in scene.film.review.measurements], at)

    def press(self, scene: Scene, pointer: Pointer) -> bool:
        """Take a measurement that is there, set the next point of one, or begin one with a measuring tool."""
        if not pointer.left:
            return False
        self._pressed, self._fresh = pointer.at, False
        if scene.film.measurement is not None:
            self._follow(scene, pointer)
            begun = scene.film.measurement.measurement
            if begun.kind == "cobb" and len(begun.points) == 3:  # the press sets where the second line begins
                self._place()
                self._fresh = True
            return True
        grip = self._under(scene, pointer.at)
        if grip is not None:
            self._measuring.grab(grip, pointer.on_film(scene))
            return True
        if scene.film.chosen is not None:
            self._measuring.choose(None)
        if scene.state.tool in KIND_OF:
            self._fresh = True
            self._measuring.begin(pointer.on_film(scene))
            return True
        return False

    def takes(self, scene: Scene, pointer: Pointer) -> bool:
        """Two quick clicks are two clicks to a tool that measures."""
        return pointer.left and (scene.state.tool in KIND_OF or self._under(scene, pointer.at) is not None)

    def double_click(self, scene: Scene, pointer: Pointer) -> bool:
        """Close a polygon."""
        return pointer.left and self._measuring.close()

    def _follow(self, scene: Scene, pointer: Pointer) -> None:
        straight = bool(pointer.keys & Qt.KeyboardModifier.ShiftModifier)
        self._measuring.move(pointer.on_film(scene), straight)

    def move(self, scene: Scene, pointer: Pointer) -> FilmView | None:
        """The point in the hand follows; a hand that only trembles moves nothing."""
        live = scene.film.measurement
        if self._fresh or live is None or live.item is None:
            self._follow(scene, pointer)
        elif math.dist(pointer.at, self._pressed) >= 2:
            self._pressed = NOWHERE
            self._follow(scene, pointer)
        return None

    def release(self, scene: Scene, pointer: Pointer) -> None:
        """The point is set, unless this was the click that began it: then the next click sets it."""
        far = math.dist(pointer.at, self._pressed) >= QApplication.startDragDistance() / 2
        if not self._fresh or far:
            self._place()
        self._fresh = False

    def hover(self, scene: Scene, pointer: Pointer) -> object:
        """Between two clicks the point follows; else say what can be taken."""
        if scene.film.measurement is not None:
            self._follow(scene, pointer)
            return None
        return self._under(scene, pointer.at)

    def cursor(self, scene: Scene, dragging: bool) -> Cursor | None:
        """Over something that can be taken, the cursor says so; with a measuring tool it is a cross."""
        if isinstance(scene.hot, Grip):
            handle = scene.hot.handle is not None
            return Qt.CursorShape.PointingHandCursor if handle else Qt.CursorShape.SizeAllCursor
        return cursor_for(scene.state.tool, dragging, scene.ratio) if scene.state.tool in KIND_OF else None
