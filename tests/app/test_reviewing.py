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
from tests.app.rig import AppRig
from tests.fakes import FakeEngine
from tests.there import now


@pytest.fixture
def rig() -> AppRig:
    rig = AppRig()
    rig.open("a", "b")
    rig.settle()
    return rig


def test_dragging_moves_the_overlay_and_only_letting_go_measures(rig: AppRig) -> None:
    before = rig.film.findings
    rig.presenter.review.thresholds.set(0.7, settled=False)
    assert rig.film.threshold(FakeEngine.RULE) == 0.7
    assert rig.film.findings is before
    assert not rig.film.can_undo
    rig.presenter.review.thresholds.set(0.8)
    assert rig.film.hand is None
    assert rig.film.findings is not None
    assert rig.film.findings.threshold == 0.8


def test_the_findings_follow_a_drag_and_are_exact_when_it_is_let_go(rig: AppRig) -> None:
    at_rest = rig.film.findings
    rig.presenter.review.thresholds.set(0.7, settled=False)
    rig.presenter.review.thresholds.measure_drag()
    assert rig.film.findings is not None
    assert rig.film.findings.threshold == 0.7
    rig.presenter.review.thresholds.set(0.99, settled=False)  # between two measures the last one stays
    assert rig.film.findings.threshold == 0.7
    rig.presenter.review.thresholds.measure_drag()
    assert not rig.film.findings.present  # the disc scores 0.9
    rig.presenter.review.thresholds.set(FakeEngine.RULE.threshold)
    rig.presenter.review.thresholds.measure_drag()  # one that comes late changes nothing
    assert rig.film.findings == at_rest


def test_choosing_another_film_in_a_drag_settles_it(rig: AppRig) -> None:
    rig.presenter.review.thresholds.set(0.7, settled=False)
    rig.presenter.films.next()
    assert rig.named("a").review.threshold == 0.7
    assert rig.named("a").hand is None
    assert rig.film.threshold(FakeEngine.RULE) == FakeEngine.RULE.threshold


def test_undo_in_a_drag_takes_the_drag_back(rig: AppRig) -> None:
    rig.presenter.review.thresholds.set(0.7, settled=False)
    rig.presenter.review.undo()
    assert rig.film.review.threshold is None
    rig.presenter.review.redo()
    assert rig.film.review.threshold == 0.7


def test_presses_in_a_row_are_one_step(rig: AppRig) -> None:
    rig.presenter.review.set_verdict("accept")
    for _ in range(3):
        rig.presenter.review.thresholds.step(1)
    assert rig.film.review.threshold == pytest.approx(0.53)
    rig.presenter.review.undo()
    assert rig.film.review.threshold is None
    assert rig.film.review.verdict == "accept"
    rig.presenter.review.undo()
    assert now(rig.film.review.verdict) == ""


def test_the_threshold_keeps_away_from_its_ends(rig: AppRig) -> None:
    for wild in (-3.0, 7.0):
        rig.presenter.review.thresholds.set(wild)
        assert rig.film.review.threshold in (0.01, 0.99)
    rig.presenter.review.thresholds.reset()
    assert rig.film.review.threshold is None


def test_a_verdict_needs_a_result_and_the_same_again_takes_it_back(rig: AppRig) -> None:
    rig.presenter.review.set_verdict("unsure")
    assert rig.film.review.verdict == "unsure"
    rig.presenter.review.set_verdict("unsure")
    assert now(rig.film.review.verdict) == ""
    lateral = AppRig()
    lateral.open("lateral")
    lateral.settle()
    lateral.presenter.review.set_verdict("accept")
    assert lateral.film.review.verdict == ""


def test_undo_belongs_to_the_film_on_screen(rig: AppRig) -> None:
    rig.presenter.review.set_note("apex")
    rig.presenter.films.next()
    rig.presenter.review.undo()
    assert rig.named("a").review.note == "apex"
    rig.presenter.films.previous()
    rig.presenter.review.undo()
    assert rig.film.review.note == ""


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


def test_the_view_belongs_to_its_film(rig: AppRig) -> None:
    rig.presenter.display.view.invert()
    rig.presenter.display.view.rotate(1)
    rig.presenter.display.view.flip_horizontal()
    rig.presenter.display.view.flip_vertical()
    rig.presenter.display.view.choose_voi(1)
    rig.presenter.display.view.choose_voi(7)
    rig.presenter.display.view.set_view(rig.film.id, replace(rig.film.view, voi=Window(3, 4), zoom=2.0, frame=2))
    assert rig.film.view.frame == 0, "frames are changed by set_frame alone"
    rig.presenter.films.next()
    assert rig.film.view == FilmView()
    rig.presenter.films.previous()
    assert rig.film.view.inverted
    assert rig.film.view.voi_index == 1
    rig.presenter.display.view.fit()
    assert rig.film.view.zoom is None
    rig.presenter.display.view.reset()
    assert rig.film.view == FilmView()


def test_one_to_one_means_pixels_of_the_screen(rig: AppRig) -> None:
    rig.presenter.display.view.set_pixel_ratio(2.0)
    rig.presenter.display.view.one_to_one()
    assert rig.film.view.zoom == 0.5


def test_the_overlay_is_the_same_for_all_films(rig: AppRig) -> None:
    presenter = rig.presenter
    modes = []
    for _ in range(3):
        presenter.display.overlay.next_mode()
        modes.append(rig.state.settings.overlay_mode)
    assert modes == ["fill", "heat", "outline"]
    presenter.display.overlay.toggle()
    assert not rig.state.overlay.shown
    presenter.display.overlay.set_mode("heat")
    assert rig.state.overlay.shown
    presenter.display.overlay.peek(True)
    assert not rig.state.overlay.shown
    presenter.display.overlay.peek(False)
    assert rig.state.overlay.shown
    presenter.display.overlay.set_opacity(3)
    presenter.display.overlay.step_opacity(-2)
    assert rig.state.settings.overlay_opacity == 0.9


def test_switches_of_the_screen(rig: AppRig) -> None:
    before = rig.state
    rig.presenter.display.toggle_annotations()
    rig.presenter.display.toggle_identified()
    rig.presenter.display.toggle_film_only()
    rig.presenter.display.set_tool("pan")
    after = rig.state
    assert (after.settings.annotations, after.identified, after.film_only) == (
        not before.settings.annotations,
        not before.identified,
        not before.film_only,
    )
    assert after.tool == "pan"
    rig.presenter.show_problem()
    assert rig.state.banner is not None
    rig.presenter.dismiss_banner()
    assert rig.state.banner is None


def test_a_report_is_of_the_film_as_it_was_when_the_key_was_pressed(rig: AppRig) -> None:
    rig.presenter.review.thresholds.set(0.7, settled=False)
    rig.presenter.exporting.save()
    rig.presenter.review.thresholds.set(0.2)
    rig.presenter.films.next()
    rig.settle()
    (content,) = rig.reports
    assert content.film.key.startswith("a|")
    assert content.review.threshold == 0.7
    assert not content.identified, "reports are de-identified unless the reader says otherwise"
    (target,) = rig.targets
    assert target.name == "ptx-report-20260506-070800-film1.png"
    assert rig.state.message == Saved(str(target))


def test_a_report_may_be_identified_once_or_by_setting(rig: AppRig) -> None:
    rig.presenter.exporting.save_to(Path("x.png"), identified=True)
    rig.presenter.apply_settings(replace(rig.state.settings, report_identified=True, reader="Dr A"))
    rig.presenter.exporting.save()
    rig.settle()
    assert [content.identified for content in rig.reports] == [True, True]
    assert rig.targets[0] == Path("x.png")
    assert "Dr A" not in repr(rig.reports[1])


def test_a_report_that_is_not_possible_yet_says_why() -> None:
    rig = AppRig()
    rig.presenter.exporting.save()
    assert rig.state.banner is not None
    assert rig.state.banner.reason is Notice.NO_REPORT_YET
    rig.open("a")
    rig.turn(rig.disk)
    rig.turn(rig.disk)
    assert rig.film.status is FilmStatus.ANALYSING
    rig.presenter.exporting.save()
    assert now(rig.state.banner.reason) is Notice.STILL_ANALYSING
    lateral = AppRig()
    lateral.open("lateral")
    lateral.settle()
    lateral.presenter.exporting.save()
    assert lateral.state.banner is not None
    assert lateral.state.banner.reason is Notice.NO_MODEL_YET


def test_a_report_that_cannot_be_written_says_why(rig: AppRig) -> None:
    rig.broken = Writing.DISK_FULL
    rig.presenter.exporting.save()
    rig.settle()
    assert rig.state.banner is not None
    assert rig.state.banner.reason == NotWritten(Unwritten.REPORT, Writing.DISK_FULL)
    assert rig.state.message is None


def test_settings_are_kept_with_the_overlay_as_it_is_now(rig: AppRig) -> None:
    rig.presenter.display.overlay.set_mode("heat")
    rig.presenter.apply_settings(replace(rig.state.settings, screen_identified=False))
    assert not rig.state.identified
    rig.presenter.preferences.save(lambda settings: replace(settings, geometry="abc"))
    assert rig.saved[-1].overlay_mode == "heat"
    assert rig.saved[-1].geometry == "abc"
    again = AppRig(settings=rig.saved[-1])
    assert again.presenter.state.settings.overlay_mode == "heat"


def test_settings_that_cannot_be_kept_are_a_warning(rig: AppRig) -> None:
    rig.broken = Writing.DISK_FULL
    rig.presenter.preferences.save()
    assert rig.state.banner is not None
    assert rig.state.banner.level == "warning"


def test_the_sample_study_opens_or_says_that_it_is_missing(rig: AppRig) -> None:
    rig.presenter.films.open_sample()
    rig.settle()
    assert rig.film.path.name == "sample"
    without = AppRig(sample=())
    without.presenter.films.open_sample()
    assert without.state.banner is not None
    assert without.state.banner.reason is Reading.SAMPLE_MISSING
