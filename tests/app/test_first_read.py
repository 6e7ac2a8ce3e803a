"""In first-read mode nothing of the result is seen before the reader has marked the film."""

from __future__ import annotations

import pytest

from ptxviewer.app.display.apices import USUAL, panes
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.reasons.window import Notice
from tests.app.rig import AppRig
from tests.fakes import FakeEngine, FakeReviews


def opened(reviews: FakeReviews | None = None, score: float = 0.9) -> AppRig:
    rig = AppRig(FakeEngine(size=16, score=score), settings=Settings(first_read=True), reviews=reviews)
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
    if score == 0.1:
        assert rig.state.banner is not None
        assert rig.state.banner.reason is Notice.NOTHING_FOUND


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
