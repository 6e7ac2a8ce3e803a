"""Strokes of the tools: one step each, findings at once, verdict and threshold as they must be."""

from __future__ import annotations

import numpy as np
import pytest

from ptxviewer.app.review.mask import SIZES
from ptxviewer.core.reasons.window import Notice
from tests.app.rig import AppRig
from tests.there import now


@pytest.fixture
def rig() -> AppRig:
    rig = AppRig()
    rig.open("a", "b")
    rig.settle()
    rig.presenter.display.set_tool("brush")
    rig.presenter.review.mask.resize(-10)
    return rig


def paint(rig: AppRig, *points: tuple[float, float], removes: bool = False) -> None:
    rig.presenter.review.mask.begin(points[0], removes)
    rig.presenter.review.mask.extend(points[1:])
    rig.presenter.review.mask.finish()


def mask(rig: AppRig) -> np.ndarray:
    assert rig.film.review.mask is not None
    return rig.film.review.mask.unpack()


def test_a_stroke_is_one_step_and_the_findings_follow(rig: AppRig) -> None:
    before = rig.film.findings
    assert before is not None
    paint(rig, (33.0, 33.0), (34.0, 33.0), (35.0, 34.0))
    after = rig.film.findings
    assert after is not None
    assert after.edited
    assert after.area_px == mask(rig).sum() > before.area_px
    assert len(after.lesions) == len(before.lesions) + 1
    rig.presenter.review.undo()
    assert rig.film.findings == before
    assert rig.film.review.mask is None
    rig.presenter.review.redo()
    assert rig.film.findings == after


def test_erasing_everything_is_a_finding_of_nothing(rig: AppRig) -> None:
    rig.presenter.display.set_tool("erase")
    rig.presenter.review.mask.resize(40)
    paint(rig, (20.0, 20.0))
    assert not mask(rig).any()
    assert rig.film.findings is not None
    assert not rig.film.findings.present


def test_an_edited_mask_is_never_accepted_as_the_models(rig: AppRig) -> None:
    rig.presenter.review.set_verdict("accept")
    paint(rig, (33.0, 33.0))
    assert rig.film.review.verdict == "edited"
    rig.presenter.review.undo()
    assert now(rig.film.review.verdict) == "accept"
    rig.presenter.review.redo()
    rig.presenter.review.set_verdict("accept")
    assert rig.film.review.verdict == "edited"
    rig.presenter.review.set_verdict("reject")
    rig.presenter.review.set_verdict("reject")
    assert now(rig.film.review.verdict) == ""
    rig.presenter.review.set_verdict("accept")
    assert rig.film.review.verdict == "edited"
    rig.presenter.review.mask.reset()
    assert (rig.film.review.mask, rig.film.review.verdict) == (None, "")
    rig.presenter.review.set_verdict("edited")
    assert now(rig.film.review.verdict) == "accept"


def test_the_threshold_does_not_move_under_an_edited_mask(rig: AppRig) -> None:
    paint(rig, (33.0, 33.0))
    rig.presenter.review.thresholds.step(3)
    rig.presenter.review.thresholds.set(0.9, settled=False)
    assert rig.film.review.threshold is None
    assert rig.film.hand is None
    assert rig.state.message is Notice.MASK_IS_EDITED


def test_a_polygon_grows_by_corners_and_undo_takes_the_last_one(rig: AppRig) -> None:
    rig.presenter.display.set_tool("polygon")
    for corner in ((25.0, 25.0), (38.0, 25.0), (38.0, 38.0), (1.0, 1.0)):
        rig.presenter.review.mask.begin(corner, False)
    rig.presenter.review.undo()
    live = rig.film.stroke
    assert live is not None
    assert live.points == ((25.0, 25.0), (38.0, 25.0), (38.0, 38.0))
    rig.presenter.review.mask.finish()
    assert mask(rig)[28, 36]
    assert not mask(rig)[36, 27]
    rig.presenter.review.undo()
    assert rig.film.review.mask is None


def test_turning_to_something_else_keeps_a_brush_stroke_and_drops_an_open_polygon(rig: AppRig) -> None:
    rig.presenter.review.mask.begin((33.0, 33.0), False)
    rig.presenter.films.next()
    assert rig.named("a").review.mask is not None
    rig.presenter.display.set_tool("polygon")
    for corner in ((25.0, 25.0), (38.0, 25.0), (38.0, 38.0)):
        rig.presenter.review.mask.begin(corner, False)
    rig.presenter.films.previous()
    assert rig.named("b").review.mask is None
    assert all(film.hand is None for film in rig.state.films)


def test_filling_where_nothing_is_enclosed_says_so(rig: AppRig) -> None:
    rig.presenter.display.set_tool("fill")
    rig.presenter.review.mask.begin((38.0, 38.0), False)
    assert rig.state.message is Notice.NO_HOLE
    assert not rig.film.can_undo
    rig.presenter.review.mask.begin((12.0, 12.0), True)
    assert not mask(rig).any()


def test_the_brush_has_a_smallest_and_a_largest_size(rig: AppRig) -> None:
    rig.presenter.review.mask.resize(-500)
    assert rig.state.brush == SIZES[0]
    rig.presenter.review.mask.resize(500)
    assert rig.state.brush == SIZES[1]
