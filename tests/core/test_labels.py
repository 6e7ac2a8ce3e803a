"""No two texts on a film meet, and none is left out while there is room for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.drawing.handles import Drawn, label_place, overlap
from ptxviewer.core.drawing.labels import free_place
from ptxviewer.core.geometry import Box

SIZES = st.tuples(st.floats(5, 120), st.floats(5, 60))
WISHES = st.tuples(st.floats(-50, 450), st.floats(-50, 350))
AREA = (0.0, 0.0, 400.0, 300.0)


def inside(box: Box) -> bool:
    return box[0] >= -1e-6 and box[1] >= -1e-6 and box[2] <= 400 + 1e-6 and box[3] <= 300 + 1e-6


@given(st.lists(st.tuples(SIZES, WISHES), max_size=25))
def test_texts_never_meet_whatever_is_written_where(
    texts: list[tuple[tuple[float, float], tuple[float, float]]],
) -> None:
    taken: list[Box] = []
    for size, wish in texts:
        place = free_place(size, (wish,), taken, AREA, gap=0.0)
        if place is not None:
            assert inside(place)
            assert all(overlap(place, other) < 1e-3 for other in taken)
            taken.append(place)


@given(st.lists(st.tuples(SIZES, WISHES), max_size=12), SIZES)
def test_a_text_is_left_out_only_where_there_is_no_room(texts: Any, size: Any) -> None:
    taken = [box for wished, at in texts if (box := free_place(wished, (at,), [], AREA)) is not None]
    if free_place(size, ((0.0, 0.0),), taken, AREA, gap=0.0) is None:
        free = (
            (x, y, x + size[0], y + size[1])
            for x in range(0, int(400 - size[0]) + 1, 4)
            for y in range(0, int(300 - size[1]) + 1, 4)
        )
        assert all(any(overlap(place, other) > 0 for other in taken) for place in free)


def test_the_first_wish_that_is_free_is_taken_and_moved_onto_the_canvas() -> None:
    assert free_place((50, 20), ((10, 10), (200, 10)), [], AREA) == (10, 10, 60, 30)
    assert free_place((50, 20), ((10, 10), (200, 10)), [(0, 0, 50, 50)], AREA) == (200, 10, 250, 30)
    assert free_place((50, 20), ((390, 295),), [], AREA) == (350, 280, 400, 300)
    assert free_place((500, 20), ((0, 0),), [], AREA) is None
    assert free_place((50, 20), ((100, 100),), [(0, 0, 400, 300)], AREA) is None


@pytest.mark.parametrize("count", [1, 4, 12])
def test_labels_of_things_on_one_spot_stand_beside_each_other(count: int) -> None:
    taken: list[Box] = []
    thing = Drawn(((200, 150), (230, 150)), ((200, 150), (230, 150)))
    for _ in range(count):
        place = label_place((90, 22), thing, taken, AREA)
        assert all(overlap(place, other) == 0 for other in taken)
        taken.append(place)
