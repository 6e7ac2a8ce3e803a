"""Strokes cover the pixels that a reader means, and never one of another place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.drawing.strokes import Stroke, apply
from ptxviewer.core.drawing.tiles import PackedMask

ROWS, COLS = 90, 110
FLAT = np.zeros((ROWS, COLS), np.uint16)
Y, X = np.mgrid[0:ROWS, 0:COLS] + 0.5
NOTHING = PackedMask.pack(np.zeros((ROWS, COLS), bool))
EVERYWHERE = st.tuples(st.floats(-30, COLS + 30), st.floats(-30, ROWS + 30))


def whole(stroke: Stroke) -> np.ndarray:
    return apply(NOTHING, stroke, FLAT).unpack()


def distance(points: tuple[tuple[float, float], ...]) -> np.ndarray:
    """From every pixel's centre to a line, the plain way."""
    least = np.full((ROWS, COLS), np.inf)
    for (x0, y0), (x1, y1) in zip(points, points[1:] or points, strict=False):
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((X - x0) * dx + (Y - y0) * dy) / max(dx * dx + dy * dy, 1e-300), 0, 1)
        least = np.minimum(least, np.hypot(X - x0 - along * dx, Y - y0 - along * dy))
    return least


@given(st.lists(EVERYWHERE, min_size=1, max_size=5), st.floats(0.1, 40))
def test_a_brush_covers_what_lies_within_its_radius(points: list[tuple[float, float]], radius: float) -> None:
    far = distance(tuple(points))
    drawn = whole(Stroke("brush", tuple(points), radius))
    assert drawn[far < radius - 1e-6].all()
    assert not drawn[far > radius + 1e-6].any()


@given(st.lists(EVERYWHERE, min_size=2, max_size=6), st.floats(0.5, 20), st.integers(1, 5))
def test_a_stroke_drawn_in_pieces_is_the_stroke(points: list[tuple[float, float]], radius: float, at: int) -> None:
    at = min(at, len(points) - 1)
    first, second = Stroke("brush", tuple(points[: at + 1]), radius), Stroke("brush", tuple(points[at:]), radius)
    assert np.array_equal(whole(first) | whole(second), whole(Stroke("brush", tuple(points), radius)))


@given(st.lists(EVERYWHERE, min_size=1, max_size=4), st.floats(0.5, 30), st.integers(0, 99))
def test_erasing_takes_away_what_painting_would_have_set(
    points: list[tuple[float, float]], radius: float, seed: int
) -> None:
    mask = np.random.default_rng(seed).random((ROWS, COLS)) < 0.5
    erased = apply(PackedMask.pack(mask), Stroke("brush", tuple(points), radius, removes=True), FLAT).unpack()
    assert np.array_equal(erased, mask & ~whole(Stroke("brush", tuple(points), radius)))


def winding(points: list[tuple[float, float]]) -> np.ndarray:
    """How often a closed line goes round every pixel's centre, from the angles."""
    total = np.zeros((ROWS, COLS))
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        first, second = np.arctan2(y0 - Y, x0 - X), np.arctan2(y1 - Y, x1 - X)
        total += (second - first + np.pi) % (2 * np.pi) - np.pi
    return np.rint(total / (2 * np.pi))


@given(st.lists(EVERYWHERE, min_size=3, max_size=8))
def test_a_polygon_covers_what_it_winds_round(points: list[tuple[float, float]]) -> None:
    drawn = whole(Stroke("polygon", tuple(points)))
    off = distance((*points, points[0])) > 1e-6  # on the line itself, either is right
    assert np.array_equal(drawn[off], (winding(points) != 0)[off])


def test_a_line_is_no_polygon_and_what_is_off_the_film_changes_nothing() -> None:
    for stroke in (
        Stroke("polygon", ((5.0, 5.0), (50.0, 50.0))),
        Stroke("brush", ((-50.0, -50.0),), 10),
        Stroke("brush", ((float("nan"), 5.0),), 10),
        Stroke("fill", ((500.0, 5.0),)),
        Stroke("shrink", ((5.0, -1.0),), 10),
    ):
        assert apply(NOTHING, stroke, FLAT) is NOTHING


def rings() -> np.ndarray:
    mask = (np.hypot(X - 40, Y - 45) < 25) & (np.hypot(X - 40, Y - 45) > 12)
    mask[40:60, 90:100] = True
    return mask


def test_filling_closes_the_hole_under_the_point_and_nothing_else() -> None:
    mask = PackedMask.pack(rings())
    filled = apply(mask, Stroke("fill", ((40.0, 45.0),)), FLAT).unpack()
    assert np.array_equal(filled, rings() | (np.hypot(X - 40, Y - 45) <= 12))
    for open_place in ((5.0, 5.0), (40.0, 25.0), (95.0, 50.0)):  # outside, on the ring, on the other part
        assert apply(mask, Stroke("fill", (open_place,)), FLAT) is mask


def test_removing_takes_the_part_under_the_point_and_nothing_else() -> None:
    mask = PackedMask.pack(rings())
    left = apply(mask, Stroke("fill", ((95.0, 50.0),), removes=True), FLAT).unpack()
    assert np.array_equal(left, rings() & (X < 80))
    assert apply(mask, Stroke("fill", ((40.0, 45.0),), removes=True), FLAT) is mask


def scene(radius: float, blur: float = 0.0) -> np.ndarray:
    """A dark disc (air) in a noisy brighter film."""
    rng = np.random.default_rng(3)
    edge = np.hypot(X - 55, Y - 45) - radius
    level = 20000 + 8000 * np.clip(edge / max(blur, 1e-6) + 0.5, 0, 1)
    return np.clip(level + rng.normal(0, 700, level.shape), 0, 65535).astype(np.uint16)


@pytest.mark.parametrize("blur", [0.0, 4.0])
@pytest.mark.parametrize("beyond", [0, 3, 6, 9])
def test_shrinking_stops_at_the_films_own_edge(beyond: int, blur: float) -> None:
    drawn = np.hypot(X - 55, Y - 45) < 24 + beyond
    shrunk = apply(PackedMask.pack(drawn), Stroke("shrink", ((55.0, 45.0),), 12.0), scene(24, blur)).unpack()
    assert not (shrunk & ~drawn).any()
    wrong = shrunk != (np.hypot(X - 55, Y - 45) < 24)
    assert np.abs(np.hypot(X - 55, Y - 45) - 24)[wrong].max(initial=0) < 3
    assert shrunk.sum() == pytest.approx(np.pi * 24**2, rel=0.06)


@given(st.integers(0, 200), st.floats(1, 30))
def test_shrinking_never_adds_never_empties_and_leaves_other_parts_alone(seed: int, depth: float) -> None:
    rng = np.random.default_rng(seed)
    mask = rings()
    mask[0:30, 0:12] = True  # at the film's own corner
    film = rng.integers(0, 65535, (ROWS, COLS)).astype(np.uint16)
    at = [(40.0, 25.0), (95.0, 50.0), (3.0, 3.0)][seed % 3]
    shrunk = apply(PackedMask.pack(mask), Stroke("shrink", (at,), depth), film).unpack()
    assert not (shrunk & ~mask).any()
    parts = (X < 80) & (Y > 15) & ((X > 12) | (Y > 30)), X > 80, (X < 12) & (Y < 30)
    for number, part in enumerate(parts):
        if number == seed % 3:
            assert shrunk[part].any()
        else:
            assert np.array_equal(shrunk[part], mask[part])


def test_a_mask_of_another_film_is_refused() -> None:
    with pytest.raises(ValueError, match="film"):
        apply(NOTHING, Stroke("brush", ((5.0, 5.0),), 3), FLAT[:-1])
