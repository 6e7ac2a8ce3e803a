"""A canvas alone with a film of one grey, and the mouse that acts on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import Film, FilmStatus, Result
from ptxviewer.app.state.screen import EngineStatus, State
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.view import FilmView
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.images import rgb_of
from ptxviewer.ui.canvas.tools.view import PanTool, WindowTool, ZoomTool
from tests.fakes import FakeEngine

SIZE = (600, 500)
ENGINE = FakeEngine(64)
INFO = ENGINE.load()


def film(rows: int = 300, cols: int = 240, key: str = "film", level: int = 1000, **changes: Any) -> Film:
    pixels = np.full((rows, cols), level, np.uint16)
    radiograph = Radiograph(key=key, pixels=pixels, vois=(Window(1000, 2000),), **changes)
    return Film(
        1, Path("film"), status=FilmStatus.DONE, radiograph=radiograph, result=Result(ENGINE.predict(radiograph))
    )


def state(one: Film | None, **changes: Any) -> State:
    films = () if one is None else (one,)
    plain = State(
        films=films,
        current_id=one.id if one else None,
        engine=EngineStatus("ready", INFO),
        settings=Settings(annotations=False),
    )
    return replace(plain, **changes)


def shown_canvas(qtbot: QtBot) -> Canvas:
    """A canvas with the tools of the view, on screen."""
    one = Canvas((WindowTool(), ZoomTool(), PanTool()))
    qtbot.addWidget(one)
    one.resize(*SIZE)
    one.show()
    return one


def picture(canvas: Canvas) -> np.ndarray:
    return rgb_of(canvas.grab().toImage())


def views(canvas: Canvas) -> list[FilmView]:
    got: list[FilmView] = []

    def keep(film_id: int, view: FilmView) -> None:
        got.append(view)
        scene = canvas.scene()
        assert scene is not None
        canvas.set_state(state(replace(scene.film, view=view), tool=scene.state.tool))

    canvas.view_changed.connect(keep)
    return got


def wheel(
    canvas: Canvas, at: QPointF, delta: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), delta, Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(canvas, event)


def drag(qtbot: QtBot, canvas: Canvas, button: Qt.MouseButton, *path: tuple[int, int]) -> None:
    qtbot.mousePress(canvas, button, pos=QPoint(*path[0]))
    for point in path[1:]:
        qtbot.mouseMove(canvas, QPoint(*point))
    qtbot.mouseRelease(canvas, button, pos=QPoint(*path[-1]))


def cyan(shown: np.ndarray) -> np.ndarray:
    red, green, blue = (shown[:, :, channel].astype(int) for channel in range(3))
    return (blue > 150) & (blue - red > 80) & (green > 120)
