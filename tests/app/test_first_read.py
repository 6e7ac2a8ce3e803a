"""In first-read mode nothing of the result is seen before the reader has marked the film."""

from __future__ import annotations

import pytest

from ptxviewer.app.display.apices import USUAL, panes
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.reasons.window import Notice
from tests.app.house import Drawer, House
from tests.fakes import FakeEngine


def opened(drawer: Drawer | None = None, score: float = 0.9) -> House:
    house = House(FakeEngine(size=16, score=score), settings=Settings(first_read=True), drawer=drawer)
    house.open("a", "b")
    house.settle()
    return house


@pytest.mark.parametrize("score", [0.9, 0.1])
def test_no_view_sees_the_result_before_the_reader_has_marked_the_film(score: float) -> None:
    house = opened(score=score)
    assert all(film.maps is None and film.findings is None for film in house.state.films)
    assert house.state.banner is None
    assert house.film.why is Notice.MARK_FIRST
    house.presenter.review.mark("absent")
    assert house.film.maps is not None
    assert house.film.findings is not None
    assert house.named("b").maps is None
    if score == 0.1:
        assert house.state.banner is not None
        assert house.state.banner.reason is Notice.NOTHING_FOUND


def test_a_hidden_result_is_not_reported_judged_or_edited() -> None:
    house = opened()
    house.presenter.exporting.save()
    house.settle()
    assert not house.reports
    house.presenter.review.set_verdict("accept")
    house.presenter.display.set_tool("brush")
    house.presenter.review.mask.begin((20.0, 20.0), False)
    house.presenter.review.mask.finish()
    assert house.film.review.verdict == ""
    assert house.film.review.mask is None


def test_marks_and_changes_of_mind_are_kept_and_undo_leaves_them_alone() -> None:
    house = opened()
    for impression in ("absent", "absent", "present"):
        house.presenter.review.mark(impression)
    house.presenter.review.undo()
    house.settle()
    (saved,) = house.drawer.reviews.values()
    assert [mark for mark, _ in saved.first_read.marks] == ["absent", "present"]
    assert saved.first_read.revealed == saved.first_read.marks[0][1]
    assert opened(house.drawer).film.maps is not None


def test_without_the_mode_nothing_is_hidden() -> None:
    house = House()
    house.open("a")
    house.settle()
    assert house.film.maps is not None
    house.presenter.review.mark("present")
    assert not house.film.first_read.marks


def test_the_aids_of_the_reader_work_before_the_result_is_shown_and_give_nothing_away() -> None:
    house = opened()
    house.presenter.display.set_tool("length")
    house.presenter.review.measurements.begin((3.0, 3.0))
    house.presenter.review.measurements.move((30.0, 30.0))
    house.presenter.review.measurements.place()
    assert len(house.film.review.measurements) == 1
    house.presenter.display.aids.toggle_apices()
    assert house.film.radiograph is not None
    before = panes(house.film, house.film.radiograph)
    house.presenter.review.mark("present")
    assert house.film.radiograph is not None
    after = panes(house.film, house.film.radiograph)
    rows, cols = house.film.radiograph.shape
    for pane, seen, (x0, y0, x1, y1) in zip(before, after, USUAL, strict=True):
        usual = pytest.approx((x0 * cols, y0 * rows, x1 * cols, y1 * rows))
        assert pane.box == usual  # not where the network saw lungs, or air
        assert seen.box != usual
