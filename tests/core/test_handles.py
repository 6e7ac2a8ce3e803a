"""What is under the pointer, and labels that do not cover what they name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.drawing.handles import Drawn, Grip, crosses, distance_to_segment, grip_at, label_place, overlap

AREA = (0.0, 0.0, 1200.0, 900.0)
spot = st.tuples(st.floats(250, 950), st.floats(150, 750))


def line(*points: tuple[float, float]) -> Drawn:
    return Drawn(points, points)


def test_a_handle_wins_over_a_line_and_the_nearer_over_the_farther() -> None:
    things = [line((0, 0), (100, 0)), line((50, 3), (50, 90)), line((96, 0), (96, 80))]
    assert grip_at(things, (50, 1)) == Grip(1, 0)
    assert grip_at(things, (30, 4)) == Grip(0, None)
    assert grip_at(things, (99, 1)) == Grip(0, 1)
    assert grip_at(things, (95, 1)) == Grip(2, 0)
    assert grip_at(things, (50, 60)) == Grip(1, None)
    assert grip_at(things, (20, 20)) is None
    assert grip_at([], (0, 0)) is None


def test_of_equals_the_last_drawn_is_meant() -> None:
    assert grip_at([line((0, 0), (9, 9)), line((0, 0), (50, 0))], (1, 0)) == Grip(1, 0)


def test_a_closed_line_is_closed_and_its_inside_is_not_taken() -> None:
    corners = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
    assert grip_at([Drawn((), corners, closed=True)], (0, 50)) == Grip(0, None)
    assert grip_at([Drawn((), corners)], (0, 50)) is None
    assert grip_at([Drawn(corners, corners, closed=True)], (50, 50)) is None


@given(spot, spot, spot)
def test_distance_to_a_line_is_that_to_the_nearest_of_many_points(at: Any, start: Any, end: Any) -> None:
    along = np.linspace(0, 1, 2001)[:, None]
    points = np.array(start) * (1 - along) + np.array(end) * along
    nearest = float(np.hypot(*(points - at).T).min())
    step = math.dist(start, end) / 2000
    assert nearest - step <= distance_to_segment(at, start, end) <= nearest + 1e-9


@given(spot, spot)
def test_a_line_crosses_a_box_when_one_of_its_points_is_inside(start: Any, end: Any) -> None:
    box = (500.0, 400.0, 620.0, 440.0)
    along = np.linspace(0, 1, 2001)[:, None]
    x, y = (np.array(start) * (1 - along) + np.array(end) * along).T
    inside = bool(((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])).any())
    if inside:
        assert crosses(box, start, end)
    if crosses(box, start, end):
        grown = (x >= box[0] - 1) & (x <= box[2] + 1) & (y >= box[1] - 1) & (y <= box[3] + 1)
        assert grown.any()


@given(spot, spot)
def test_a_label_never_covers_the_line_it_names(start: Any, end: Any) -> None:
    thing = line(start, end)
    place = label_place((150, 22), thing, (), AREA)
    assert not crosses(place, start, end)
    assert overlap(place, AREA) == (place[2] - place[0]) * (place[3] - place[1])


@given(spot, spot)
def test_a_label_never_covers_the_region_it_names(a: Any, b: Any) -> None:
    x0, x1, y0, y1 = min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1])
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    place = label_place((180, 60), Drawn(corners, corners, closed=True), (), AREA)
    assert overlap(place, (x0, y0, x1, y1)) == 0


@given(st.lists(st.tuples(spot, spot), min_size=2, max_size=5))
def test_labels_stay_on_the_canvas_whatever_is_taken(lines: Any) -> None:
    taken: list[tuple[float, float, float, float]] = []
    for start, end in lines:
        place = label_place((150, 22), line(start, end), taken, AREA)
        assert place[0] >= 0
        assert place[1] >= 0
        assert place[2] <= AREA[2]
        assert place[3] <= AREA[3]
        taken.append(place)


def test_the_label_of_something_off_the_canvas_stays_on_it() -> None:
    place = label_place((150, 22), line((-500, -300), (-400, -200)), (), AREA)
    assert place[0] >= 0
    assert place[1] >= 0
