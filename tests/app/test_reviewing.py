"""The reader's hand: threshold, verdict, note, view, overlay, report, and taking it all back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core import view as viewing
from ptxviewer.core.film import Window
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import Notice, Saved
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.view import FilmView
from tests.app.house import House
from tests.fakes import FakeEngine


@pytest.fixture
def house() -> House:
    house = House()
    house.open("a", "b")
    house.settle()
    return house


def test_dragging_moves_the_overlay_and_only_letting_go_measures(house: House) -> None:
    before = house.film.findings
    house.presenter.review.thresholds.set(0.7, settled=False)
    assert house.film.threshold(FakeEngine.RULE) == 0.7
    assert house.film.findings is before
    assert not house.film.can_undo
    house.presenter.review.thresholds.set(0.8)
    assert house.film.hand is None
    assert house.film.findings is not None
    assert house.film.findings.threshold == 0.8


def test_the_findings_follow_a_drag_and_are_exact_when_it_is_let_go(house: House) -> None:
    at_rest = house.film.findings
    house.presenter.review.thresholds.set(0.7, settled=False)
    house.presenter.review.thresholds.measure_drag()
    assert house.film.findings is not None
    assert house.film.findings.threshold == 0.7
    house.presenter.review.thresholds.set(0.99, settled=False)  # between two measures the last one stays
    assert house.film.findings.threshold == 0.7
    house.presenter.review.thresholds.measure_drag()
    assert not house.film.findings.present  # the disc scores 0.9
    house.presenter.review.thresholds.set(FakeEngine.RULE.threshold)
    house.presenter.review.thresholds.measure_drag()  # one that comes late changes nothing
    assert house.film.findings == at_rest


def test_choosing_another_film_in_a_drag_settles_it(house: House) -> None:
    house.presenter.review.thresholds.set(0.7, settled=False)
    house.presenter.films.next()
    assert house.named("a").review.threshold == 0.7
    assert house.named("a").hand is None
    assert house.film.threshold(FakeEngine.RULE) == FakeEngine.RULE.threshold


def test_undo_in_a_drag_takes_the_drag_back(house: House) -> None:
    house.presenter.review.thresholds.set(0.7, settled=False)
    house.presenter.review.undo()
    assert house.film.review.threshold is None
    house.presenter.review.redo()
    assert house.film.review.threshold == 0.7


def test_presses_in_a_row_are_one_step(house: House) -> None:
    house.presenter.review.set_verdict("accept")
    for _ in range(3):
        house.presenter.review.thresholds.step(1)
    assert house.film.review.threshold == pytest.approx(0.53)
    house.presenter.review.undo()
    assert house.film.review.threshold is None
    assert house.film.review.verdict == "accept"
    house.presenter.review.undo()
    assert house.film.review.verdict == ""


def test_the_threshold_keeps_away_from_its_ends(house: House) -> None:
    for wild in (-3.0, 7.0):
        house.presenter.review.thresholds.set(wild)
        assert house.film.review.threshold in (0.01, 0.99)
    house.presenter.review.thresholds.reset()
    assert house.film.review.threshold is None


def test_a_verdict_needs_a_result_and_the_same_again_takes_it_back(house: House) -> None:
    house.presenter.review.set_verdict("unsure")
    assert house.film.review.verdict == "unsure"
    house.presenter.review.set_verdict("unsure")
    assert house.film.review.verdict == ""
    lateral = House()
    lateral.open("lateral")
    lateral.settle()
    lateral.presenter.review.set_verdict("accept")
    assert lateral.film.review.verdict == ""


def test_undo_belongs_to_the_film_on_screen(house: House) -> None:
    house.presenter.review.set_note("apex")
    house.presenter.films.next()
    house.presenter.review.undo()
    assert house.named("a").review.note == "apex"
    house.presenter.films.previous()
    house.presenter.review.undo()
    assert house.film.review.note == ""


TURNED: list[tuple[Callable[[FilmView], FilmView], Callable[[np.ndarray], np.ndarray]]] = [
    (lambda view: viewing.rotated(view, 1), lambda shown: np.rot90(shown, -1)),
    (lambda view: viewing.rotated(view, -1), lambda shown: np.rot90(shown, 1)),
    (viewing.flipped_horizontally, np.fliplr),
    (viewing.flipped_vertically, np.flipud),
]


def shown_through(view: FilmView) -> np.ndarray:
    film = np.arange(6).reshape(2, 3)
    return np.rot90(np.fliplr(film) if view.flipped else film, -view.quarter_turns)


@given(st.lists(st.integers(0, 3), max_size=12))
def test_turns_and_flips_act_on_what_is_on_the_screen(steps: list[int]) -> None:
    view = FilmView()
    expected = shown_through(view)
    for step in steps:
        change, same = TURNED[step]
        view, expected = change(view), same(expected)
    assert np.array_equal(shown_through(view), expected)


def test_the_view_belongs_to_its_film(house: House) -> None:
    house.presenter.display.view.invert()
    house.presenter.display.view.rotate(1)
    house.presenter.display.view.flip_horizontal()
    house.presenter.display.view.flip_vertical()
    house.presenter.display.view.choose_voi(1)
    house.presenter.display.view.choose_voi(7)
    house.presenter.display.view.set_view(house.film.id, replace(house.film.view, voi=Window(3, 4), zoom=2.0, frame=2))
    assert house.film.view.frame == 0, "frames are changed by set_frame alone"
    house.presenter.films.next()
    assert house.film.view == FilmView()
    house.presenter.films.previous()
    assert house.film.view.inverted
    assert house.film.view.voi_index == 1
    house.presenter.display.view.fit()
    assert house.film.view.zoom is None
    house.presenter.display.view.reset()
    assert house.film.view == FilmView()


def test_one_to_one_means_pixels_of_the_screen(house: House) -> None:
    house.presenter.display.view.set_pixel_ratio(2.0)
    house.presenter.display.view.one_to_one()
    assert house.film.view.zoom == 0.5


def test_the_overlay_is_the_same_for_all_films(house: House) -> None:
    presenter = house.presenter
    modes = []
    for _ in range(3):
        presenter.display.overlay.next_mode()
        modes.append(house.state.settings.overlay_mode)
    assert modes == ["fill", "heat", "outline"]
    presenter.display.overlay.toggle()
    assert not house.state.overlay.shown
    presenter.display.overlay.set_mode("heat")
    assert house.state.overlay.shown
    presenter.display.overlay.peek(True)
    assert not house.state.overlay.shown
    presenter.display.overlay.peek(False)
    assert house.state.overlay.shown
    presenter.display.overlay.set_opacity(3)
    presenter.display.overlay.step_opacity(-2)
    assert house.state.settings.overlay_opacity == 0.9


def test_switches_of_the_screen(house: House) -> None:
    before = house.state
    house.presenter.display.toggle_annotations()
    house.presenter.display.toggle_identified()
    house.presenter.display.toggle_film_only()
    house.presenter.display.set_tool("pan")
    after = house.state
    assert (after.settings.annotations, after.identified, after.film_only) == (
        not before.settings.annotations,
        not before.identified,
        not before.film_only,
    )
    assert after.tool == "pan"
    house.presenter.show_problem()
    assert house.state.banner is not None
    house.presenter.dismiss_banner()
    assert house.state.banner is None


def test_a_report_is_of_the_film_as_it_was_when_the_key_was_pressed(house: House) -> None:
    house.presenter.review.thresholds.set(0.7, settled=False)
    house.presenter.exporting.save()
    house.presenter.review.thresholds.set(0.2)
    house.presenter.films.next()
    house.settle()
    (content,) = house.reports
    assert content.film.key.startswith("a|")
    assert content.review.threshold == 0.7
    assert not content.identified, "reports are de-identified unless the reader says otherwise"
    (target,) = house.targets
    assert target.name == "ptx-report-20260506-070800-film1.png"
    assert house.state.message == Saved(str(target))


def test_a_report_may_be_identified_once_or_by_setting(house: House) -> None:
    house.presenter.exporting.save_to(Path("x.png"), identified=True)
    house.presenter.apply_settings(replace(house.state.settings, report_identified=True, reader="Dr A"))
    house.presenter.exporting.save()
    house.settle()
    assert [content.identified for content in house.reports] == [True, True]
    assert house.targets[0] == Path("x.png")
    assert "Dr A" not in repr(house.reports[1])


def test_a_report_that_is_not_possible_yet_says_why() -> None:
    house = House()
    house.presenter.exporting.save()
    assert house.state.banner is not None
    assert house.state.banner.reason is Notice.NO_REPORT_YET
    house.open("a")
    house.turn(house.disk)
    house.turn(house.disk)
    assert house.film.status is FilmStatus.ANALYSING
    house.presenter.exporting.save()
    assert house.state.banner.reason is Notice.STILL_ANALYSING
    lateral = House()
    lateral.open("lateral")
    lateral.settle()
    lateral.presenter.exporting.save()
    assert lateral.state.banner is not None
    assert lateral.state.banner.reason is Notice.NO_MODEL_YET


def test_a_report_that_cannot_be_written_says_why(house: House) -> None:
    house.broken = Writing.DISK_FULL
    house.presenter.exporting.save()
    house.settle()
    assert house.state.banner is not None
    assert house.state.banner.reason == NotWritten(Unwritten.REPORT, Writing.DISK_FULL)
    assert house.state.message is None


def test_settings_are_kept_with_the_overlay_as_it_is_now(house: House) -> None:
    house.presenter.display.overlay.set_mode("heat")
    house.presenter.apply_settings(replace(house.state.settings, screen_identified=False))
    assert not house.state.identified
    house.presenter.preferences.save(lambda settings: replace(settings, geometry="abc"))
    assert house.saved[-1].overlay_mode == "heat"
    assert house.saved[-1].geometry == "abc"
    again = House(settings=house.saved[-1])
    assert again.presenter.state.settings.overlay_mode == "heat"


def test_settings_that_cannot_be_kept_are_a_warning(house: House) -> None:
    house.broken = Writing.DISK_FULL
    house.presenter.preferences.save()
    assert house.state.banner is not None
    assert house.state.banner.level == "warning"


def test_the_sample_study_opens_or_says_that_it_is_missing(house: House) -> None:
    house.presenter.films.open_sample()
    house.settle()
    assert house.film.path.name == "sample"
    without = House(sample=())
    without.presenter.films.open_sample()
    assert without.state.banner is not None
    assert without.state.banner.reason is Reading.SAMPLE_MISSING
