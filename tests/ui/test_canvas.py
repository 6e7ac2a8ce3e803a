"""The canvas alone: the mouse makes views, the overlay is where the mask is, nothing of another film is ever shown."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QNativeGestureEvent, QPainter, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import Film, FilmStatus, Result, StrokeInHand, ThresholdDrag, with_review
from ptxviewer.app.state.screen import EngineStatus, Overlay, State
from ptxviewer.app.state.settings import Interpolation, Settings
from ptxviewer.core.answer import BY_CARD
from ptxviewer.core.drawing.handles import overlap
from ptxviewer.core.drawing.outline import outlines, patches
from ptxviewer.core.drawing.strokes import Stroke
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.film import FileGraphics, Patient, Radiograph, Window
from ptxviewer.core.findings.decide import decide, find, mask_at_film
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.review import Review
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.core.view import FilmView, film_viewport
from ptxviewer.core.viewport import placement
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.images import rgb_of
from ptxviewer.ui.canvas.layers import canvas_layers
from ptxviewer.ui.canvas.layers.base import dependencies, paint_layers
from ptxviewer.ui.canvas.tools.view import PanTool, WheelKeys, WindowTool, ZoomTool
from ptxviewer.words.annotations import probe_text
from tests.fakes import FakeEngine
from tests.there import there

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


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
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


def test_the_outline_runs_along_the_mask_of_the_report(canvas: Canvas) -> None:
    one = film(900, 700)
    canvas.set_state(state(one))
    assert one.radiograph is not None
    assert one.maps is not None
    place = placement(film_viewport(one.radiograph, one.view, SIZE), 1.0)
    mask = mask_at_film(decide(one.maps, INFO.rule), 900, 700).astype(np.uint8)
    expected = cv2.resize(mask, (place.width, place.height), interpolation=cv2.INTER_NEAREST)
    border = cv2.morphologyEx(expected, cv2.MORPH_GRADIENT, np.ones((9, 9), np.uint8)) > 0
    drawn = cyan(picture(canvas))[place.top : place.top + place.height, place.left : place.left + place.width]
    assert drawn.sum() > 200
    assert border[drawn].all()


@pytest.mark.parametrize(
    "view", [FilmView(flipped=True), FilmView(quarter_turns=1), FilmView(flipped=True, quarter_turns=3)]
)
def test_the_overlay_turns_and_flips_with_the_film(canvas: Canvas, view: FilmView) -> None:
    one = replace(film(), view=view)
    canvas.set_state(state(one))
    assert one.radiograph is not None
    port = film_viewport(one.radiograph, view, SIZE)
    rows, cols = np.nonzero(cyan(picture(canvas)))
    middle = port.to_film((float(cols.mean()), float(rows.mean())))
    # the middle of the fake engine's disc, at the cell 0.3 of its grid
    disc = GridMap.for_film(300, 240, ENGINE.size).point_to_film(0.3 * ENGINE.size + 0.5, 0.3 * ENGINE.size + 0.5)
    assert middle == pytest.approx(disc, abs=1.5)


def test_a_hidden_overlay_leaves_grey_alone(canvas: Canvas) -> None:
    for overlay in (Overlay(visible=False), Overlay(peeking=True), Overlay(band=True, peeking=True)):
        canvas.set_state(state(film(), overlay=overlay))
        shown = picture(canvas)
        assert (shown[:, :, 0] == shown[:, :, 2]).all()


def test_the_threshold_moves_the_outline_at_once(canvas: Canvas) -> None:
    one = film()
    counts = []
    for threshold in (0.2, 0.8):
        canvas.set_state(state(replace(one, hand=ThresholdDrag(threshold, BY_CARD))))
        counts.append(int(cyan(picture(canvas)).sum()))
    assert counts[0] > counts[1] > 0


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


def test_padding_stays_black_up_to_its_edge(canvas: Canvas) -> None:
    pixels = np.full((300, 240), 1900, np.uint16)
    pixels[:, :60] = 65535
    padded = Radiograph(key="p", pixels=pixels, vois=(Window(1000, 2000),), padding=(65535, 65535))
    one = Film(1, Path("film"), status=FilmStatus.DONE, radiograph=padded)
    canvas.set_state(state(one))
    place = placement(film_viewport(padded, one.view, SIZE), 1.0)
    shown = picture(canvas)[place.top + 5 : place.top + place.height - 5, place.left : place.left + place.width, 0]
    edge = place.width // 4
    assert shown[:, : edge - 2].max() == 0
    assert shown[:, edge + 2 :].min() > 220


def test_the_patients_name_is_painted_only_when_identified(canvas: Canvas) -> None:
    one = film()
    assert one.radiograph is not None
    pictures = []
    for name in ("Alpha, Anna", "Omega, Otto"):
        named = replace(one.radiograph, patient=Patient(name))
        canvas.set_state(state(replace(one, radiograph=named), settings=Settings(), identified=False))
        pictures.append(picture(canvas))
        canvas.set_state(state(replace(one, radiograph=named), settings=Settings(), identified=True))
        pictures.append(picture(canvas))
    assert (pictures[0] == pictures[2]).all()
    assert (pictures[1] != pictures[3]).any()


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


def test_patches_hold_every_pixel_of_the_mask_and_lie_apart() -> None:
    rng = np.random.default_rng(5)
    place = placement(film_viewport(there(film().radiograph), FilmView(zoom=2.3), (4000.0, 4000.0)), 1.0)
    for _ in range(20):
        grid = cv2.GaussianBlur(rng.random((64, 51)).astype(np.float32), (0, 0), 2)
        limit = np.float32(np.quantile(grid, 0.93))
        full = cv2.resize(grid, (place.width, place.height)) >= limit
        covered = np.zeros(full.shape, int)
        for x0, y0, x1, y1 in patches(grid >= limit, place, 0):
            covered[y0:y1, x0:x1] += 1
        assert covered.max() == 1
        assert (covered[full] == 1).all()


def test_outlines_stay_within_a_pixel_of_the_border() -> None:
    mask = np.zeros((200, 200), np.uint8)
    cv2.circle(mask, (100, 100), 60, 1, -1)
    (line,) = outlines(mask)
    radius = np.hypot(*(line - 100.5).T)
    assert np.abs(radius - 60).max() < 1.5
    assert len(line) < 110


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


def test_drawings_of_the_file_lie_on_the_film_turn_with_it_and_can_be_hidden(canvas: Canvas) -> None:
    overlay, covered = np.zeros((300, 240), bool), np.zeros((300, 240), bool)
    overlay[20:60, 20:60], covered[:, 200:] = True, True
    one = replace(film(graphics=FileGraphics(overlay, covered, 60)), result=Result())
    assert one.radiograph is not None
    for view in (FilmView(), FilmView(quarter_turns=1), FilmView(flipped=True, zoom=3.0)):
        turned = replace(one, view=view)
        port = film_viewport(one.radiograph, view, SIZE)
        canvas.set_state(state(turned, file_graphics=False))
        plain = picture(canvas)
        canvas.set_state(state(turned))
        shown = picture(canvas)
        for point, level in (((40, 40), 255), ((220, 150), 60), ((120, 150), None)):
            x, y = (int(value) for value in port.to_screen(point))
            if 0 <= x < SIZE[0] and 0 <= y < SIZE[1]:
                assert shown[y, x, 0] == (plain[y, x, 0] if level is None else level)
                assert level is None or plain[y, x, 0] not in (level,)


@pytest.mark.parametrize("size", [(250, 260), (310, 600), (620, 606), (1030, 806)])
def test_nothing_that_is_written_on_the_film_meets_anything_else(canvas: Canvas, size: tuple[int, int]) -> None:
    """Corner texts, chips, letters, scale bar, heat bar, distances and measurements, on narrow canvases too."""
    one = film(spacing=PixelSpacing(0.5, 0.5, SpacingOrigin.DETECTOR), patient=Patient("Doe, Jane " * 3, "4711"))
    assert one.radiograph is not None
    assert one.result is not None
    assert one.result.maps is not None
    findings, _ = find(one.radiograph, one.result.maps, INFO.rule)
    spots = tuple(Measurement("length", ((30.0 + n, 150.0), (90.0 + n, 152.0))) for n in range(0, 40, 8))
    view = FilmView(inverted=True, flipped=True, quarter_turns=1)
    one = replace(one, result=replace(one.result, findings=findings), view=view)
    one = with_review(one, Review(measurements=spots))
    settings = Settings(overlay_mode="heat")
    canvas.resize(*size)
    canvas.set_state(state(one, settings=settings, overlay=Overlay(lines=True), sharpening="unsharp"))
    scene = canvas.scene()
    assert scene is not None
    target = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(target)
    paint_layers(canvas_layers(), painter, scene)
    painter.end()
    written = scene.taken
    assert len(written) >= 10
    for number, box in enumerate(written):
        assert all(overlap(box, other) < 0.5 for other in written[:number]), (number, box)


def test_nothing_is_written_under_what_lies_over_the_film(canvas: Canvas) -> None:
    canvas.resize(600, 500)
    over = QWidget(canvas)
    over.setGeometry(120, 20, 360, 60)
    canvas.keep_clear_of(over)
    over.show()
    line = Measurement("length", ((30.0, 20.0), (90.0, 20.0)))
    canvas.set_state(state(with_review(film(100, 120), Review(measurements=(line,)))))
    scene = canvas.scene()
    assert scene is not None
    lying, *before = scene.taken
    assert not before
    target = QImage(600, 500, QImage.Format.Format_ARGB32)
    painter = QPainter(target)
    paint_layers(canvas_layers(), painter, scene)
    painter.end()
    assert len(scene.taken) > 1
    assert all(overlap(box, lying) == 0 for box in scene.taken[1:])
    over.hide()
    assert there(canvas.scene()).taken == []


@pytest.mark.parametrize(("how", "kinds"), [("pixels", 2), ("smooth", 10), ("linear", 10), ("automatic", 2)])
def test_enlarged_films_are_drawn_as_the_reader_chose(canvas: Canvas, how: Interpolation, kinds: int) -> None:
    pixels = np.zeros((40, 40), np.uint16)
    pixels[:, 20:] = 2000
    one = replace(film(40, 40), result=None, view=FilmView(zoom=12.0))
    assert one.radiograph is not None
    one = replace(one, radiograph=replace(one.radiograph, pixels=pixels))
    canvas.set_state(state(one, settings=Settings(annotations=False, interpolation=how)))
    greys = len(np.unique(picture(canvas)[200:210, 240:360, 0]))
    assert greys <= kinds if kinds == 2 else greys >= kinds
