"""Strokes of the tools: one step each, findings at once, verdict and threshold as they must be."""

from __future__ import annotations

import numpy as np
import pytest

from ptxviewer.app.review.mask import SIZES
from ptxviewer.core.reasons.window import Notice
from tests.app.house import House


@pytest.fixture
def house() -> House:
    house = House()
    house.open("a", "b")
    house.settle()
    house.presenter.display.set_tool("brush")
    house.presenter.review.mask.resize(-10)
    return house


def paint(house: House, *points: tuple[float, float], removes: bool = False) -> None:
    house.presenter.review.mask.begin(points[0], removes)
    house.presenter.review.mask.extend(points[1:])
    house.presenter.review.mask.finish()


def mask(house: House) -> np.ndarray:
    assert house.film.review.mask is not None
    return house.film.review.mask.unpack()


def test_a_stroke_is_one_step_and_the_findings_follow(house: House) -> None:
    before = house.film.findings
    assert before is not None
    paint(house, (33.0, 33.0), (34.0, 33.0), (35.0, 34.0))
    after = house.film.findings
    assert after is not None
    assert after.edited
    assert after.area_px == mask(house).sum() > before.area_px
    assert len(after.lesions) == len(before.lesions) + 1
    house.presenter.review.undo()
    assert house.film.findings == before
    assert house.film.review.mask is None
    house.presenter.review.redo()
    assert house.film.findings == after


def test_erasing_everything_is_a_finding_of_nothing(house: House) -> None:
    house.presenter.display.set_tool("erase")
    house.presenter.review.mask.resize(40)
    paint(house, (20.0, 20.0))
    assert not mask(house).any()
    assert house.film.findings is not None
    assert not house.film.findings.present


def test_an_edited_mask_is_never_accepted_as_the_models(house: House) -> None:
    house.presenter.review.set_verdict("accept")
    paint(house, (33.0, 33.0))
    assert house.film.review.verdict == "edited"
    house.presenter.review.undo()
    assert house.film.review.verdict == "accept"
    house.presenter.review.redo()
    house.presenter.review.set_verdict("accept")
    assert house.film.review.verdict == "edited"
    house.presenter.review.set_verdict("reject")
    house.presenter.review.set_verdict("reject")
    assert house.film.review.verdict == ""
    house.presenter.review.set_verdict("accept")
    assert house.film.review.verdict == "edited"
    house.presenter.review.mask.reset()
    assert (house.film.review.mask, house.film.review.verdict) == (None, "")
    house.presenter.review.set_verdict("edited")
    assert house.film.review.verdict == "accept"


def test_the_threshold_does_not_move_under_an_edited_mask(house: House) -> None:
    paint(house, (33.0, 33.0))
    house.presenter.review.thresholds.step(3)
    house.presenter.review.thresholds.set(0.9, settled=False)
    assert house.film.review.threshold is None
    assert house.film.hand is None
    assert house.state.message is Notice.MASK_IS_EDITED


def test_a_polygon_grows_by_corners_and_undo_takes_the_last_one(house: House) -> None:
    house.presenter.display.set_tool("polygon")
    for corner in ((25.0, 25.0), (38.0, 25.0), (38.0, 38.0), (1.0, 1.0)):
        house.presenter.review.mask.begin(corner, False)
    house.presenter.review.undo()
    live = house.film.stroke
    assert live is not None
    assert live.points == ((25.0, 25.0), (38.0, 25.0), (38.0, 38.0))
    house.presenter.review.mask.finish()
    assert mask(house)[28, 36]
    assert not mask(house)[36, 27]
    house.presenter.review.undo()
    assert house.film.review.mask is None


def test_turning_to_something_else_keeps_a_brush_stroke_and_drops_an_open_polygon(house: House) -> None:
    house.presenter.review.mask.begin((33.0, 33.0), False)
    house.presenter.films.next()
    assert house.named("a").review.mask is not None
    house.presenter.display.set_tool("polygon")
    for corner in ((25.0, 25.0), (38.0, 25.0), (38.0, 38.0)):
        house.presenter.review.mask.begin(corner, False)
    house.presenter.films.previous()
    assert house.named("b").review.mask is None
    assert all(film.hand is None for film in house.state.films)


def test_filling_where_nothing_is_enclosed_says_so(house: House) -> None:
    house.presenter.display.set_tool("fill")
    house.presenter.review.mask.begin((38.0, 38.0), False)
    assert house.state.message is Notice.NO_HOLE
    assert not house.film.can_undo
    house.presenter.review.mask.begin((12.0, 12.0), True)
    assert not mask(house).any()


def test_the_brush_has_a_smallest_and_a_largest_size(house: House) -> None:
    house.presenter.review.mask.resize(-500)
    assert house.state.brush == SIZES[0]
    house.presenter.review.mask.resize(500)
    assert house.state.brush == SIZES[1]
