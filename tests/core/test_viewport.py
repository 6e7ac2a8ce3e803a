"""The map between film and screen: round trips, limits, whole device pixels, and the same picture in parts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.core.view import FilmView, film_viewport, view_of_box
from ptxviewer.core.viewport import (
    LARGEST_ZOOM,
    Viewport,
    limits,
    oriented,
    panned,
    pixel_aspect,
    placement,
    resampled,
    viewport,
    zoomed_at,
)
from tests.films import film as a_film

SIDE = st.integers(1, 5000)
SCREEN = st.tuples(st.integers(50, 4000), st.integers(50, 3000))
UNIT = st.floats(0, 1)


@st.composite
def ports(draw: st.DrawFn) -> Viewport:
    shape = draw(SIDE), draw(SIDE)
    zoom = draw(st.none() | st.floats(0.05, 32))
    center = draw(UNIT) * shape[1], draw(UNIT) * shape[0]
    turns, flipped, aspect = draw(st.integers(-4, 7)), draw(st.booleans()), draw(st.sampled_from((1.0, 1.3, 0.7)))
    width, height = draw(SCREEN)
    return viewport(
        shape, (float(width), float(height)),
        zoom=zoom, center=center, quarter_turns=turns, flipped=flipped, aspect=aspect,
    )  # fmt: skip


def again(port: Viewport, zoom: float, center: tuple[float, float], aspect: float) -> Viewport:
    return viewport(
        port.shape, port.canvas,
        zoom=zoom, center=center, quarter_turns=port.quarter_turns, flipped=port.flipped, aspect=aspect,
    )  # fmt: skip


def aspect_of(port: Viewport) -> float:
    return float(np.hypot(*port.matrix[:, 1]) / port.zoom)


@given(ports(), UNIT, UNIT)
def test_there_and_back_is_the_same_point(port: Viewport, x: float, y: float) -> None:
    point = x * port.shape[1], y * port.shape[0]
    assert port.to_film(port.to_screen(point)) == pytest.approx(point, abs=1e-6)


@given(ports())
def test_a_fitted_film_fills_the_canvas_and_does_not_leave_it(port: Viewport) -> None:
    fitted = viewport(port.shape, port.canvas, zoom=None, center=None, quarter_turns=port.quarter_turns)
    corners = np.array([fitted.to_screen((0, 0)), fitted.to_screen((port.shape[1], port.shape[0]))])
    size = np.abs(corners[1] - corners[0])
    assert (size <= np.array(port.canvas) + 1e-6).all()
    assert np.isclose(size, port.canvas).any()


@given(ports(), st.floats(0.3, 3), UNIT, UNIT)
def test_the_point_under_the_cursor_stays_there(port: Viewport, factor: float, x: float, y: float) -> None:
    at = x * port.canvas[0], y * port.canvas[1]
    zoom, center = zoomed_at(port, factor, at)
    assume(0 < center[0] < port.shape[1] and 0 < center[1] < port.shape[0])  # else the film would leave the canvas
    now = again(port, zoom, center, aspect_of(port))
    assert now.to_screen(port.to_film(at)) == pytest.approx(at, abs=1e-3)


@given(ports(), st.lists(st.tuples(st.floats(0.2, 5), UNIT, UNIT), max_size=12))
def test_no_sequence_of_zooms_loses_the_film(port: Viewport, steps: list[tuple[float, float, float]]) -> None:
    aspect = aspect_of(port)
    for factor, x, y in steps:
        zoom, center = zoomed_at(port, factor, (x * port.canvas[0], y * port.canvas[1]))
        port = again(port, zoom, center, aspect)
        low, high = limits(port)
        assert low * (1 - 1e-9) <= zoom <= high * (1 + 1e-9)
        assert high >= LARGEST_ZOOM
        assert 0 <= center[0] <= port.shape[1]
        assert 0 <= center[1] <= port.shape[0]


@given(ports(), st.floats(-500, 500), st.floats(-500, 500))
def test_the_film_follows_the_hand(port: Viewport, dx: float, dy: float) -> None:
    middle = port.to_film((port.canvas[0] / 2, port.canvas[1] / 2))
    center = panned(port, dx, dy)
    assume(0 < center[0] < port.shape[1] and 0 < center[1] < port.shape[0])
    moved = again(port, port.zoom, center, aspect_of(port)).to_screen(middle)
    assert moved == pytest.approx((port.canvas[0] / 2 + dx, port.canvas[1] / 2 + dy), abs=1e-3)


@given(ports(), st.sampled_from((1.0, 1.25, 1.5, 2.0)))
def test_the_drawn_rectangle_is_the_map_to_a_device_pixel(port: Viewport, ratio: float) -> None:
    place = placement(port, ratio)
    corners = np.array([port.to_screen((0, 0)), port.to_screen((port.shape[1], port.shape[0]))]) * ratio
    assert (place.left, place.top) == pytest.approx(corners.min(0), abs=0.51)
    assert place.left + place.width == pytest.approx(corners.max(0)[0], abs=1.51)
    assert place.top + place.height == pytest.approx(corners.max(0)[1], abs=1.51)
    if not place.empty:
        x, y = place.corner
        assert x >= 0
        assert y >= 0
        assert x + place.seen[2] - place.seen[0] <= round(port.canvas[0] * ratio)


def test_one_to_one_is_one_device_pixel_per_film_pixel() -> None:
    for ratio in (1.0, 1.5, 2.0):
        port = viewport((300, 200), (640.0, 480.0), zoom=1 / ratio, center=(93.3, 120.7))
        place = placement(port, ratio)
        assert (place.width, place.height) == (200, 300)


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_turned_picture_is_where_the_map_says(turns: int, flipped: bool) -> None:
    film = np.arange(24, dtype=np.uint16).reshape(4, 6)
    port = viewport(film.shape, (100.0, 100.0), zoom=1.0, center=None, quarter_turns=turns, flipped=flipped)
    place, lying = placement(port, 1.0), oriented(film, turns, flipped)
    assert lying.shape == (place.height, place.width)
    for y in range(4):
        for x in range(6):
            across, down = port.to_screen((x + 0.5, y + 0.5))
            assert lying[int(down - place.top), int(across - place.left)] == film[y, x]


@given(st.integers(20, 90), st.integers(20, 90), st.floats(0.2, 9), st.data())
def test_a_part_is_cut_from_the_same_picture_as_the_whole(
    rows: int, cols: int, scale: float, data: st.DataObject
) -> None:
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32)
    ramp = x + 100 * y  # linear, so that half a device pixel is a known difference
    size = max(8, round(cols * scale)), max(8, round(rows * scale))
    x0, y0 = data.draw(st.integers(0, size[0] - 2)), data.draw(st.integers(0, size[1] - 2))
    x1, y1 = data.draw(st.integers(x0 + 1, size[0])), data.draw(st.integers(y0 + 1, size[1]))
    whole = resampled(ramp, size, (0, 0, *size), cv2.INTER_LINEAR)
    part = resampled(ramp, size, (x0, y0, x1, y1), cv2.INTER_LINEAR)
    assert part.shape == (y1 - y0, x1 - x0)
    step = cols / size[0] + 100 * rows / size[1]
    assert float(np.abs(part - whole[y0:y1, x0:x1]).max()) <= 1.1 * step


def test_only_a_spacing_that_differs_by_more_than_a_percent_stretches_the_film() -> None:
    def spacing(row: float, col: float) -> PixelSpacing:
        return PixelSpacing(row, col, SpacingOrigin.DETECTOR)

    assert pixel_aspect(PixelSpacing(None, None, SpacingOrigin.NONE)) == 1.0
    assert pixel_aspect(spacing(0.1401, 0.14)) == 1.0
    assert pixel_aspect(spacing(0.28, 0.14)) == pytest.approx(2)


@given(st.data())
def test_a_part_is_shown_no_smaller_than_the_film_and_leaves_no_side_empty(data: st.DataObject) -> None:
    film = a_film(100, 80)
    view = FilmView(quarter_turns=data.draw(st.integers(0, 3)), flipped=data.draw(st.booleans()))
    canvas = float(data.draw(st.integers(50, 900))), float(data.draw(st.integers(50, 900)))
    left, top, width, height = (
        float(data.draw(st.integers(low, high))) for low, high in ((-20, 90), (-20, 110), (1, 200), (1, 200))
    )
    seen = view_of_box(film, view, canvas, (left, top, width, height))
    whole, port = film_viewport(film, view, canvas), film_viewport(film, seen, canvas)
    assert port.zoom >= whole.zoom
    corners = [port.to_screen(point) for point in ((0, 0), (80, 0), (0, 100), (80, 100))]
    for axis in (0, 1):
        low, high = min(c[axis] for c in corners), max(c[axis] for c in corners)
        covered = low <= 0.6 and high >= canvas[axis] - 0.6
        centred = abs(low + high - canvas[axis]) < 1.2
        assert covered or centred
