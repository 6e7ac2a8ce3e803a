"""The canvas alone: the mouse makes views, and nothing of another film is ever shown."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import Film, FilmStatus, Result, StrokeInHand, ThresholdDrag, with_review
from ptxviewer.app.state.screen import Overlay, State
from ptxviewer.core.answer import BY_CARD
from ptxviewer.core.drawing.strokes import Stroke
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.review import Review
from ptxviewer.core.view import FilmView, film_viewport
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.layers import canvas_layers
from ptxviewer.ui.canvas.layers.base import dependencies
from ptxviewer.ui.canvas.tools.view import WheelKeys
from ptxviewer.words.annotations import probe_text
from tests.ui.canvases import SIZE, drag, film, picture, shown_canvas, state, views, wheel


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    return shown_canvas(qtbot)


def test_a_drag_widens_the_window_and_says_nothing_of_zoom(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_state(state(film()))
    got = views(canvas)
    drag(qtbot, canvas, Qt.MouseButton.LeftButton, (200, 200), (260, 200), (300, 240))
    assert isinstance(got[-1].voi, Window)
    assert got[-1].voi.width > 2000
    assert got[-1].zoom is None


def test_the_wheel_keeps_the_point_under_the_cursor(canvas: Canvas) -> None:
    one = film()
    canvas.set_state(state(one))
    got = views(canvas)
    at = QPointF(250, 180)
    assert one.radiograph is not None
    before = film_viewport(one.radiograph, one.view, SIZE).to_film((250, 180))
    for _ in range(6):
        wheel(canvas, at, QPoint(0, 120))
    after = film_viewport(one.radiograph, got[-1], SIZE)
    assert after.zoom > 2 * film_viewport(one.radiograph, one.view, SIZE).zoom
    assert after.to_film((250, 180)) == pytest.approx(before, abs=1e-6)


def test_pinching_a_touchpad_keeps_the_point_between_the_fingers(canvas: Canvas) -> None:
    canvas.set_state(state(one := film()))
    got, at = views(canvas), QPointF(150, 200)
    assert one.radiograph is not None
    before = film_viewport(one.radiograph, one.view, SIZE).to_film((at.x(), at.y()))
    pad = QPointingDevice.primaryPointingDevice()
    zoom = Qt.NativeGestureType.ZoomNativeGesture
    event = QNativeGestureEvent(zoom, pad, 2, at, at, canvas.mapToGlobal(at), 0.25, QPointF())
    QApplication.sendEvent(canvas, event)
    after = film_viewport(one.radiograph, got[-1], SIZE)
    assert after.zoom == pytest.approx(1.25 * film_viewport(one.radiograph, one.view, SIZE).zoom)
    assert after.to_film((at.x(), at.y())) == pytest.approx(before)


def test_the_middle_button_pans_and_the_right_one_zooms_whatever_the_tool(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_state(state(film()))
    got = views(canvas)
    drag(qtbot, canvas, Qt.MouseButton.RightButton, (250, 250), (250, 150))
    zoomed = got[-1]
    assert zoomed.zoom is not None
    drag(qtbot, canvas, Qt.MouseButton.MiddleButton, (250, 250), (280, 250))
    assert got[-1].zoom == pytest.approx(zoomed.zoom)
    assert zoomed.center is not None
    assert got[-1].center == pytest.approx((zoomed.center[0] - 30 / zoomed.zoom, zoomed.center[1]))


def test_a_double_click_fits(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_state(state(replace(film(), view=FilmView(zoom=7, center=(10, 10)))))
    got = views(canvas)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert got[-1].zoom is None


def test_ctrl_and_alt_wheel_step_threshold_and_opacity_by_whole_clicks(qtbot: QtBot) -> None:
    steps: list[tuple[str, int]] = []
    keys = WheelKeys(lambda n: steps.append(("threshold", n)), lambda n: steps.append(("opacity", n)))
    canvas = Canvas((keys,))
    qtbot.addWidget(canvas)
    canvas.resize(*SIZE)
    canvas.show()
    canvas.set_state(state(film()))
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    wheel(canvas, QPointF(10, 10), QPoint(0, 60), control)
    assert steps == []
    wheel(canvas, QPointF(10, 10), QPoint(0, 60), control)
    wheel(canvas, QPointF(10, 10), QPoint(-120, 0), alt)  # Qt turns the wheel sideways with Alt
    assert steps == [("threshold", 1), ("opacity", -1)]


def test_maps_of_another_film_are_refused(canvas: Canvas) -> None:
    one = film()
    canvas.set_state(state(one))
    assert one.maps is not None
    with pytest.raises(StaleResult):
        canvas.set_state(state(replace(one, result=Result(replace(one.maps, image_key="another")))))


@pytest.mark.parametrize("status", [FilmStatus.OPENING, FilmStatus.FAILED])
def test_the_old_film_is_gone_while_a_new_one_opens(canvas: Canvas, status: FilmStatus) -> None:
    one = film(level=1900)
    assert one.radiograph is not None
    pixels = weakref.ref(one.radiograph.pixels)
    canvas.set_state(state(one))
    assert picture(canvas).max() > 200
    del one
    canvas.set_state(state(Film(2, Path("new"), status=status)))
    shown = picture(canvas)
    assert 0 < shown.max() < 180  # quiet words on black
    gc.collect()
    assert pixels() is None  # the memory of a film that is not shown is given back


def test_the_best_picture_comes_when_the_hand_rests(canvas: Canvas, qtbot: QtBot) -> None:
    rng = np.random.default_rng(3)
    fine = Radiograph("fine", rng.integers(0, 2000, (2000, 1600)).astype(np.uint16), vois=(Window(1000, 2000),))
    canvas.set_state(state(Film(1, Path("film"), status=FilmStatus.DONE, radiograph=fine)))
    settled = picture(canvas)
    views(canvas)
    with qtbot.waitSignal(canvas.rested, timeout=5000):
        canvas.zoom_by(1.01)
        quick = picture(canvas)
    rested = picture(canvas)
    assert (quick != rested).any()
    assert rested.std() == pytest.approx(settled.std(), rel=0.1)  # noise averaged away, not sampled


@pytest.mark.parametrize("zoom", [0.3, 0.59, 0.61, 0.8, 0.99])
@pytest.mark.parametrize("padding", [None, (0, 0)])
def test_while_the_hand_zooms_everything_is_where_it_is_at_rest(
    canvas: Canvas, qtbot: QtBot, zoom: float, padding: tuple[int, int] | None
) -> None:
    drawn = np.zeros((1400, 1100), np.uint16)
    for at in range(100, 1000, 100):
        cv2.circle(drawn, (at, at + 200), 40, 400 + at, -1, cv2.LINE_AA)
    smooth = cv2.GaussianBlur(drawn, (0, 0), 3)
    pixels = np.where(drawn == 0, 0, np.maximum(smooth, 1)) if padding else smooth
    fine = Radiograph("fine", pixels.astype(np.uint16), vois=(Window(700, 1400),), padding=padding)
    canvas.set_state(state(Film(1, Path("film"), status=FilmStatus.DONE, radiograph=fine)))
    views(canvas)
    with qtbot.waitSignal(canvas.rested, timeout=5000):
        canvas.change_view(FilmView(zoom=zoom, center=(500.0, 700.0)))
        quick = picture(canvas).astype(int)
    off = np.abs(quick - picture(canvas).astype(int))
    assert off.mean() < 1
    if padding is None:
        assert off.max() < 25


def test_the_probe_reads_value_and_score() -> None:
    one = film(slope=2.0, intercept=-5.0)
    assert one.radiograph is not None
    assert probe_text(one.radiograph, one.maps, (60.5, 90.5)).startswith(
        "x 60  y 90  pixel 1000  value 1995  score 0.9"
    )
    assert "score" not in probe_text(one.radiograph, None, (60.5, 90.5))
    assert probe_text(one.radiograph, None, (-0.5, 10)) == ""


def test_whatever_changes_the_picture_is_named_by_a_layer(canvas: Canvas) -> None:
    """What a layer paints and does not name would stay on screen as it was."""
    one = film(900, 700)
    assert one.radiograph is not None
    plain = state(one)
    shown = replace(plain.settings, annotations=True)
    others = [
        state(replace(one, view=FilmView(voi=Window(900, 1500)))),
        state(replace(one, view=FilmView(zoom=2.0, center=(300.0, 400.0)))),
        state(replace(one, view=FilmView(inverted=True))),
        state(replace(one, hand=ThresholdDrag(0.8, BY_CARD))),
        state(with_review(one, Review(measurements=(Measurement("length", ((50.0, 50.0), (400.0, 500.0))),)))),
        state(replace(one, hand=StrokeInHand(Stroke("brush", ((400.0, 500.0), (500.0, 600.0)), 40.0)))),
        state(one, overlay=Overlay(visible=False)),
        *(replace(plain, settings=replace(plain.settings, overlay_mode=mode)) for mode in ("fill", "heat")),
        replace(plain, settings=shown),
        replace(plain, sharpening="unsharp"),
    ]
    layers = canvas_layers()

    def seen(of: State) -> tuple[np.ndarray, tuple[object, ...]]:
        canvas.set_state(of)
        scene = canvas.scene()
        assert scene is not None
        return picture(canvas), dependencies(layers, scene)

    for other in others:
        before, again, after = seen(plain), seen(plain), seen(other)
        assert before[1] == again[1]
        assert (before[0] != after[0]).any()
        assert before[1] != after[1]
