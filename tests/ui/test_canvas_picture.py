"""What the canvas draws: the overlay is where the mask is, and what is written lies apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import Film, FilmStatus, Result, ThresholdDrag, with_review
from ptxviewer.app.state.screen import Overlay
from ptxviewer.app.state.settings import Interpolation, Settings
from ptxviewer.core.answer import BY_CARD
from ptxviewer.core.drawing.handles import overlap
from ptxviewer.core.drawing.outline import outlines, patches
from ptxviewer.core.film import FileGraphics, Patient, Radiograph, Window
from ptxviewer.core.findings.decide import decide, find, mask_at_film
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.review import Review
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.core.view import FilmView, film_viewport
from ptxviewer.core.viewport import placement
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.layers import canvas_layers
from ptxviewer.ui.canvas.layers.base import paint_layers
from tests.there import there
from tests.ui.canvases import ENGINE, INFO, SIZE, cyan, film, picture, shown_canvas, state


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    return shown_canvas(qtbot)


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
