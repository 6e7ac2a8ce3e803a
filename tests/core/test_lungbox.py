"""The box around the lungs: what lies in it, when the whole film is taken, and that there and back is one place."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptxviewer.core.geometry import GridMap
from ptxviewer.core.lungbox import BoxMap, LungBox, lung_box, whole_film

GRID = 128


def lungs_at(rows: int, cols: int, *ellipses: Any) -> Any:
    """Scores of lungs on the letterboxed grid; each ellipse is (middle row, middle column, half height, half width)."""
    y, x = np.mgrid[:rows, :cols]
    grid = GridMap.for_film(rows, cols, GRID)
    return [
        grid.to_grid(((((y - row) / high) ** 2 + ((x - col) / wide) ** 2) < 1).astype(np.float32))
        for row, col, high, wide in ellipses
    ]


def test_apices_bases_and_both_walls_are_inside_with_room_around_them() -> None:
    rows, cols = 2000, 1700
    box = lung_box(rows, cols, *lungs_at(rows, cols, (900, 500, 600, 250), (900, 1150, 600, 250)))
    assert not box.whole
    assert box.top < 300 - 40
    assert box.top + box.side > 1500 + 40
    assert box.left < 250 - 40
    assert box.left + box.side > 1400 + 40
    assert box.side < 1500


def test_a_box_never_cuts_off_film_at_an_edge_that_it_could_have_shown() -> None:
    rows, cols = 1000, 1000
    box = lung_box(rows, cols, *lungs_at(rows, cols, (300, 250, 290, 180), (300, 650, 290, 180)))
    assert box.top == 0  # the apices touch the upper edge: the box is pushed down rather than hung over it
    assert box.left >= 0
    assert box.left + box.side <= cols


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((500, 300, 300, 120), (500, 700, 20, 20)),  # one lung is white
        ((500, 700, 300, 120), (500, 300, 300, 120)),  # the sides are mixed up
        ((500, 300, 5, 5), (500, 700, 5, 5)),  # nothing but crumbs
    ],
)
def test_the_whole_film_is_taken_and_said_so_where_the_lungs_were_not_found(left: Any, right: Any) -> None:
    box = lung_box(1000, 800, *lungs_at(1000, 800, left, right))
    assert box == whole_film(1000, 800)
    assert box.whole


def test_a_speck_outside_the_chest_does_not_pull_the_box_away() -> None:
    clean = lungs_at(1000, 1000, (500, 300, 250, 120), (500, 650, 250, 120))
    dirty = [clean[0].copy(), clean[1]]
    dirty[0][2:6, 2:6] = 1
    assert lung_box(1000, 1000, *dirty) == lung_box(1000, 1000, *clean)


boxes = st.tuples(
    st.integers(80, 700), st.integers(80, 700), st.integers(-60, 300), st.integers(-60, 300), st.integers(80, 500)
).filter(lambda b: b[2] < b[0] and b[3] < b[1] and b[2] + b[4] > 0 and b[3] + b[4] > 0)


@settings(max_examples=40, deadline=None)
@given(boxes)
def test_a_place_on_the_film_comes_back_to_where_it_was(made: Any) -> None:
    rows, cols, top, left, side = made
    place = BoxMap(rows, cols, LungBox(top, left, side), 96)
    y, x = np.mgrid[:rows, :cols].astype(np.float32)
    for ramp in (y, x):
        back = place.to_film(place.to_grid(ramp), beyond=np.nan)
        first = (max(0, top), max(0, left))
        last = (min(rows, top + side), min(cols, left + side))
        # Away from the box's edge, where the grid has no neighbour to lean on, and from padding beyond the film.
        edge = int(np.ceil(2 * side / 96)) + 1
        inner = tuple(slice(a + edge, b - edge) for a, b in zip(first, last, strict=True))
        if back[inner].size:
            np.testing.assert_allclose(back[inner], ramp[inner], atol=max(0.6, side / 96))


def test_nothing_is_said_outside_the_box() -> None:
    place = BoxMap(100, 100, LungBox(20, 30, 40), 64)
    film = place.to_film(np.ones((64, 64), np.float32))
    assert film[20:60, 30:70].min() == pytest.approx(1)
    film[20:60, 30:70] = 0
    assert film.max() == 0


def test_maps_on_the_whole_films_grid_lie_where_they_lie_on_the_film() -> None:
    rows, cols = 900, 700
    place = BoxMap(rows, cols, LungBox(150, 80, 500), 256)
    disc = np.zeros((256, 256), np.float32)
    cv2.circle(disc, (90, 140), 30, 1.0, -1)
    by_grid = GridMap.for_film(rows, cols, 450).to_film(place.onto(disc, 450)) >= 0.5
    directly = place.to_film(disc) >= 0.5
    shared = 2 * (by_grid & directly).sum() / (by_grid.sum() + directly.sum())
    assert shared > 0.985


def test_a_box_that_leaves_the_film_altogether_is_refused() -> None:
    with pytest.raises(ValueError, match="does not touch"):
        BoxMap(100, 100, LungBox(200, 0, 50), 32).to_grid(np.zeros((100, 100), np.float32))


@pytest.mark.parametrize("box", [LungBox(20, 10, 60), LungBox(-13, 7, 90), LungBox(30, -21, 111), LungBox(60, 50, 90)])
@pytest.mark.parametrize("size", [37, 64, 160])
def test_where_the_grid_shows_film_is_what_resampling_a_film_of_ones_says(box: LungBox, size: int) -> None:
    place = BoxMap(100, 80, box, size)
    expected = place.to_grid(np.ones((100, 80), np.float32)) > 0.5
    assert np.mean(place.on_film != expected) < 2e-4  # but for pixels that are half on it
