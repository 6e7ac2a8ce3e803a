"""In first-read mode nothing of the result is seen before the reader has marked the film."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.display.apices import USUAL, panes
from ptxviewer.app.state.settings import Settings
from ptxviewer.app.state.withheld import question
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Impression
from tests.app.rig import AppRig
from tests.fakes import FakeEngine, FakeReviews
from tests.there import now


def opened(reviews: FakeReviews | None = None, score: float = 0.9) -> AppRig:
    rig = AppRig(FakeEngine(size=16, score=score), settings=Settings(reading_mode="first"), reviews=reviews)
    rig.open("a", "b")
    rig.settle()
    return rig


@pytest.mark.parametrize("score", [0.9, 0.1])
def test_no_view_sees_the_result_before_the_reader_has_marked_the_film(score: float) -> None:
    rig = opened(score=score)
    assert all(film.maps is None and film.findings is None for film in rig.state.films)
    assert rig.state.banner is None
    assert rig.film.why is Notice.MARK_FIRST
    rig.presenter.review.mark("absent")
    assert rig.film.maps is not None
    assert rig.film.findings is not None
    assert rig.named("b").maps is None


def test_a_hidden_result_is_not_reported_judged_or_edited() -> None:
    rig = opened()
    rig.presenter.exporting.save()
    rig.settle()
    assert not rig.reports
    rig.presenter.review.set_verdict("accept")
    rig.presenter.display.set_tool("brush")
    rig.presenter.review.mask.begin((20.0, 20.0), False)
    rig.presenter.review.mask.finish()
    assert rig.film.review.verdict == ""
    assert rig.film.review.mask is None


def test_marks_and_changes_of_mind_are_kept_and_undo_leaves_them_alone() -> None:
    rig = opened()
    for impression in ("absent", "absent", "present"):
        rig.presenter.review.mark(impression)
    rig.presenter.review.undo()
    rig.settle()
    (saved,) = rig.reviews.kept.values()
    assert [mark for mark, _ in saved.first_read.marks] == ["absent", "present"]
    assert saved.first_read.revealed == saved.first_read.marks[0][1]
    assert opened(rig.reviews).film.maps is not None


def test_without_the_mode_nothing_is_hidden() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    assert rig.film.maps is not None
    rig.presenter.review.mark("present")
    assert not rig.film.first_read.marks


def test_the_aids_of_the_reader_work_before_the_result_is_shown_and_give_nothing_away() -> None:
    rig = opened()
    rig.presenter.display.set_tool("length")
    rig.presenter.review.measurements.begin((3.0, 3.0))
    rig.presenter.review.measurements.move((30.0, 30.0))
    rig.presenter.review.measurements.place()
    assert len(rig.film.review.measurements) == 1
    rig.presenter.display.aids.toggle_pair("apices")
    assert rig.film.radiograph is not None
    before = panes(rig.film, rig.film.radiograph)
    rig.presenter.review.mark("present")
    assert rig.film.radiograph is not None
    after = panes(rig.film, rig.film.radiograph)
    rows, cols = rig.film.radiograph.shape
    for pane, seen, (x0, y0, x1, y1) in zip(before, after, USUAL["apices"], strict=True):
        usual = pytest.approx((x0 * cols, y0 * rows, x1 * cols, y1 * rows))
        assert pane.box == usual  # not where the network saw lungs, or air
        assert seen.box != usual


# ---- the mode that speaks only on disagreement


def quiet(score: float = 0.9, reviews: FakeReviews | None = None) -> AppRig:
    times = (datetime(2026, 5, 6, 7, 8, second, tzinfo=timezone.utc) for second in range(60))
    settings = Settings(reading_mode="disagreement")
    rig = AppRig(FakeEngine(size=16, score=score), settings=settings, reviews=reviews, clock=lambda: next(times))
    rig.open("a", "b")
    rig.settle()
    return rig


@pytest.mark.parametrize(("score", "impression"), [(0.9, "present"), (0.1, "absent")])
def test_where_network_and_reader_agree_nothing_is_said_or_shown_unless_asked_for(
    score: float, impression: Impression
) -> None:
    rig = quiet(score)
    assert rig.film.why is Notice.MARK_FOR_DISAGREEMENT
    rig.presenter.review.mark(impression)
    assert rig.film.maps is None
    assert rig.state.banner is None
    assert now(rig.film.why) is Notice.NO_DISAGREEMENT
    rig.presenter.exporting.save()
    rig.settle()
    assert not rig.reports
    assert BY_ID["analyse"].enabled(rig.state)
    rig.do("analyse")
    assert rig.film.maps is not None
    assert not rig.film.first_read.challenged


@pytest.mark.parametrize(("score", "impression"), [(0.9, "absent"), (0.1, "present")])
def test_a_disagreement_asks_to_look_again_and_both_moments_are_kept(score: float, impression: Impression) -> None:
    rig = quiet(score)
    rig.presenter.review.mark(impression)
    assert rig.film.findings is not None
    assert rig.state.banner is None  # the film stays free
    asked = question(rig.film)
    assert asked is not None
    assert (asked.impression, asked.side) == (impression, "right" if impression == "absent" else "unknown")
    assert rig.state.message == asked
    rig.presenter.review.mark(impression)  # the reader keeps to it: that is an answer
    assert question(rig.film) is None
    rig.presenter.review.mark(impression)
    rig.settle()
    (saved,) = rig.reviews.kept.values()
    record = saved.first_read
    assert [mark for mark, _ in record.marks] == [impression, impression]
    assert record.marks[0][1] <= record.challenged < record.answered == record.marks[1][1]


def test_a_result_that_comes_after_the_mark_disagrees_all_the_same() -> None:
    rig = AppRig(FakeEngine(size=16), settings=Settings(reading_mode="disagreement"))
    rig.open("a")
    while rig.state.current is None or rig.film.radiograph is None:
        rig.turn(rig.disk)
    rig.presenter.review.mark("absent")
    assert question(rig.film) is None
    rig.settle()
    assert question(rig.film) is not None
    rig.presenter.review.mark("present")
    assert [mark for mark, _ in rig.film.first_read.marks] == ["absent", "present"]
    assert rig.film.first_read.answered


def test_after_the_mode_is_changed_a_mark_shows_the_result() -> None:
    rig = quiet()
    rig.presenter.review.mark("present")
    rig.presenter.apply_settings(replace(rig.state.settings, reading_mode="first"))
    assert rig.film.maps is None
    rig.presenter.review.mark("present")
    assert rig.film.maps is not None
