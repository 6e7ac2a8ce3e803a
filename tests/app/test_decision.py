"""The reader decides: two thresholds, the gate overruled, distances moved, findings dropped, the band."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.disk.result_file import Entry, entry_bytes, entry_from
from ptxviewer.app.review.finding_selection import box_around
from ptxviewer.app.state.facts import summary_of
from ptxviewer.app.state.film import FilmStatus, Result, with_review
from ptxviewer.app.state.settings import Settings
from ptxviewer.app.state.two_thresholds import area_of_slider, slider_of_area
from ptxviewer.app.state.withheld import as_seen, as_withheld, withheld
from ptxviewer.core.answer import BY_CARD, Band, DecisionRule, Detection, ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import decide, score_threshold_at
from ptxviewer.core.findings.disagreement import areas_px, band_of, limits_of
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.reasons.window import Notice, Withheld
from ptxviewer.report.page import page
from ptxviewer.words import say, tr
from tests.app.rig import AppRig
from tests.fakes import SIDE, FakeEngine
from tests.films import RULE, film, maps
from tests.there import now, there


def opened(engine: FakeEngine | None = None, settings: Settings | None = None) -> AppRig:
    rig = AppRig(engine=engine, settings=settings)
    rig.open("a", "b")
    rig.settle()
    return rig


# ---- detection and extent


def test_a_peak_and_a_smallest_area_of_the_readers_refuse_components_and_nothing_else() -> None:
    of = film(640, 640)
    grid = np.zeros((64, 64), np.float32)
    grid[10:20, 10:20], grid[14, 14] = 0.6, 0.95
    grid[40:50, 40:44] = 0.7
    both = maps(of, grid)
    assert (decide(both, RULE).grid >= 0.5).sum() == 140
    assert (decide(both, RULE, detection=Detection(peak=0.9)).grid >= 0.5).sum() == 100
    assert (decide(both, RULE, detection=Detection(peak=0.7)).grid >= 0.5).sum() == 140
    assert (decide(both, RULE, detection=Detection(min_area=60 / 64**2)).grid >= 0.5).sum() == 100
    assert not decide(both, RULE, detection=Detection(peak=0.96)).present


def test_the_readers_film_score_opens_and_closes_the_gate_whatever_the_threshold() -> None:
    of = film()
    assert decide(maps(of, score=0.3), RULE, 0.5, Detection(score=0.3)).present
    assert not decide(maps(of, score=0.3), RULE, 0.1, Detection(score=0.31)).present


def test_apart_the_extent_moves_alone_and_one_key_goes_back() -> None:
    rig = opened(settings=Settings(two_thresholds=True))
    presenter, rule = rig.presenter, FakeEngine.RULE
    presenter.review.thresholds.set(0.8)
    assert rig.film.findings is not None
    assert rig.film.findings.score_threshold == rule.score_threshold  # not 0.76, where one slider would take it
    presenter.review.thresholds.set_score(0.95)
    assert not rig.film.findings.present
    assert rig.film.review.threshold == 0.8
    presenter.review.undo()
    assert rig.film.findings.present
    presenter.review.redo()
    presenter.review.thresholds.reset()
    assert (rig.film.review.threshold, rig.film.review.detection) == (None, BY_CARD)
    assert rig.film.findings.present


def test_together_one_slider_still_moves_both() -> None:
    rig = opened()
    rig.presenter.review.thresholds.set(0.8)
    assert rig.film.findings is not None
    assert rig.film.findings.score_threshold == pytest.approx(score_threshold_at(FakeEngine.RULE, 0.8))
    assert rig.film.review.detection == BY_CARD


def test_a_drag_of_a_limit_is_one_step_and_is_shown_while_it_lasts() -> None:
    rig = opened()
    for value in (0.5, 0.7, 0.95):
        rig.presenter.review.thresholds.set_score(value, settled=False)
        assert rig.film.detection.score == value
        assert rig.film.review.detection == BY_CARD
    rig.presenter.review.thresholds.set_score(0.95)
    assert rig.film.review.detection.score == 0.95
    assert not there(rig.film.findings).present
    rig.presenter.review.undo()
    assert rig.film.review.detection == BY_CARD
    assert not rig.film.can_undo


def test_a_drag_that_is_left_counts_as_it_is() -> None:
    rig = opened()
    rig.presenter.review.thresholds.set_peak(0.6, settled=False)
    rig.presenter.films.next()
    rig.presenter.films.previous()
    assert rig.film.review.detection.peak == 0.6
    assert rig.film.hand is None


def test_steps_of_the_film_score_start_where_it_stands_and_are_one_undo_step() -> None:
    rig = opened()
    for _ in range(5):
        rig.presenter.review.thresholds.step_score(-1)
    assert rig.film.review.detection.score == pytest.approx(FakeEngine.RULE.score_threshold - 0.05)
    rig.presenter.review.undo()
    assert rig.film.review.detection == BY_CARD


def test_an_edited_mask_rests_for_detection_too() -> None:
    rig = opened()
    rig.presenter.display.set_tool("brush")
    rig.presenter.review.mask.begin((30.0, 30.0), False)
    rig.presenter.review.mask.finish()
    rig.presenter.review.thresholds.set_score(0.99)
    assert rig.film.review.detection == BY_CARD
    assert rig.state.message is Notice.MASK_IS_EDITED


@pytest.mark.parametrize("place", [0.0, 0.1, 0.5, 1.0])
def test_the_slider_of_the_smallest_area_goes_there_and_back(place: float) -> None:
    assert slider_of_area(area_of_slider(place)) == pytest.approx(place)


# ---- the gate


class Doubtful(FakeEngine):
    """A network that does not take any film for a chest."""

    RULE = DecisionRule(0.5, 0.4, 0.0005, frontal_threshold=0.5)

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        said = super().predict(film, checkpoint)
        return ProbabilityMaps(
            said.image_key, said.rows, said.cols, said.pneumothorax, said.score,
            said.lung_image_left, said.lung_image_right, frontal=0.1,
        )  # fmt: skip


def test_a_refused_film_shows_no_result_and_says_why() -> None:
    rig = opened(Doubtful(size=16))
    assert rig.film.status is FilmStatus.NOT_SHOWN
    assert rig.film.maps is None
    assert rig.film.findings is None
    assert rig.film.why is Finding.NOT_FRONTAL
    assert rig.state.banner is not None
    assert rig.state.banner.reason == Withheld(Finding.NOT_FRONTAL)


def test_nothing_can_be_done_to_a_result_that_is_not_shown() -> None:
    rig = opened(Doubtful(size=16))
    rig.presenter.review.set_verdict("accept")
    rig.presenter.display.set_tool("brush")
    rig.presenter.review.mask.begin((20.0, 20.0), False)
    rig.presenter.review.mask.finish()
    rig.presenter.display.disagreement.toggle()
    assert rig.film.review.verdict == ""
    assert rig.film.review.mask is None
    assert rig.model.idle


def test_a_report_of_a_refused_film_says_why_and_shows_nothing_of_the_result() -> None:
    rig = opened(Doubtful(size=16))
    rig.presenter.exporting.save()
    rig.settle()
    (content,) = rig.reports
    assert content.answer is not None
    assert content.answer.withheld
    report = page(content.film, content.answer, content.review, content.view)
    assert report.headline == tr("Result not shown.")
    assert content.answer.findings.gate.reason is not None
    assert say(content.answer.findings.gate.reason) in report.remark
    assert not report.mask.any()
    assert report.table is None
    assert not any("0.9" in value for _, value in report.facts)


def test_the_override_shows_the_result_is_kept_and_can_be_undone() -> None:
    rig = opened(Doubtful(size=16))
    rig.presenter.films.analyse_anyway()
    assert rig.film.status is FilmStatus.DONE
    assert rig.film.findings is not None
    assert rig.film.findings.present
    assert rig.film.review.gate_overridden
    assert rig.state.banner is None
    rig.settle()
    assert any(saved.review.gate_overridden for saved in rig.reviews.kept.values())
    rig.presenter.review.undo()
    assert now(rig.film.status) is FilmStatus.NOT_SHOWN
    assert rig.state.banner is not None
    rig.presenter.films.next()
    assert rig.film.status is FilmStatus.NOT_SHOWN  # of the other film nothing was overridden


def test_the_state_without_refused_films_is_the_state_itself() -> None:
    rig = opened()
    assert as_seen(rig.presenter.state) is rig.presenter.state


# ---- distances


def held(rig: AppRig) -> tuple[bool, tuple[float, float]]:
    assert rig.film.findings is not None
    half = rig.film.findings.halves[0]
    assert half.distances is not None
    line = half.distances.line("a")
    assert line is not None
    return half.on_image_left, line.lung


def test_a_moved_distance_is_one_step_is_kept_and_the_sizes_follow_while_it_moves() -> None:
    rig = opened()
    left, at = held(rig)
    rig.presenter.review.distances.begin(left, "a", "lung", at)
    for step in (1.0, 2.0, 3.0):
        rig.presenter.review.distances.move((at[0] + step, at[1]))
        assert held(rig)[1][0] == pytest.approx(at[0] + step)
    rig.presenter.review.distances.finish()
    assert there(rig.film.findings).halves[0].moved == ("a",)
    assert len(rig.film.review.lines) == 1
    rig.settle()
    assert next(iter(rig.reviews.kept.values())).review.lines == rig.film.review.lines
    rig.presenter.review.undo()
    assert held(rig)[1] == at
    assert there(rig.film.findings).halves[0].moved == ()
    rig.presenter.review.redo()
    rig.presenter.review.distances.reset()
    assert held(rig)[1] == at


def test_a_moved_distance_stands_when_the_mask_changes() -> None:
    rig = opened()
    left, at = held(rig)
    rig.presenter.review.distances.begin(left, "a", "lung", at)
    rig.presenter.review.distances.move((at[0] + 3, at[1] + 1))
    rig.presenter.review.distances.finish()
    rig.presenter.review.thresholds.set(0.6)
    assert held(rig)[1] == pytest.approx((at[0] + 3, at[1] + 1))


def test_a_line_stays_on_the_film_and_a_drag_can_be_called_off() -> None:
    rig = opened()
    left, at = held(rig)
    rig.presenter.review.distances.begin(left, "a", "both", at)
    rig.presenter.review.distances.move((at[0] + 1000, at[1] - 1000))
    line = there(there(rig.film.findings).halves[0].distances).line("a")
    assert there(line).wall == there(line).lung == (SIDE, 0)
    assert rig.presenter.review.distances.cancel()
    assert held(rig)[1] == at
    assert not rig.film.can_undo


def test_a_line_that_was_only_touched_is_no_step() -> None:
    rig = opened()
    left, at = held(rig)
    rig.presenter.review.distances.begin(left, "a", "wall", at)
    rig.presenter.review.distances.finish()
    assert not rig.film.can_undo


# ---- findings


def test_a_dropped_finding_is_gone_comes_back_by_undo_and_leaves_the_film_edited() -> None:
    rig = opened()
    rig.presenter.review.findings.next()
    assert rig.film.finding == 0
    rig.presenter.review.findings.drop()
    assert there(rig.film.findings).lesions == ()
    assert there(rig.film.findings).edited
    assert rig.film.finding is None
    rig.presenter.review.undo()
    assert len(rig.film.findings.lesions) == 1
    assert not rig.film.findings.edited


def test_choosing_goes_round_and_never_beyond_the_findings() -> None:
    rig = opened()
    rig.presenter.review.findings.next()
    rig.presenter.review.findings.next()
    assert rig.film.finding == 0
    rig.presenter.review.findings.choose(7)
    assert rig.film.finding is None
    rig.presenter.review.findings.choose(0)
    rig.presenter.review.thresholds.set(0.7)
    assert rig.film.finding is None  # measured anew: the number may mean another one


def test_a_speck_is_not_blown_up_to_the_whole_screen() -> None:
    rig = opened()
    lesion = there(rig.film.findings).lesions[0]
    x, y, width, height = box_around(lesion, 1000, 800)
    assert min(width, height) >= 150
    assert x + width / 2 == pytest.approx(lesion.bbox[0] + lesion.bbox[2] / 2)
    assert y + height / 2 == pytest.approx(lesion.bbox[1] + lesion.bbox[3] / 2)


# ---- the band


def test_the_band_of_the_film_on_screen_is_made_when_it_is_wanted() -> None:
    rig = opened()
    assert rig.model.idle
    rig.presenter.display.disagreement.toggle()
    assert rig.presenter.display.disagreement.busy
    rig.settle()
    assert rig.film.band is not None
    assert rig.film.band.image_key == rig.film.key
    assert rig.named("b").band is None
    rig.presenter.films.next()
    rig.settle()
    assert rig.film.band is not None


def test_the_next_film_gives_up_the_band_of_the_last_one() -> None:
    rig = opened()
    rig.presenter.display.disagreement.toggle()
    first = rig.model.tickets[-1]
    rig.presenter.films.next()
    assert first.retired
    rig.settle()
    assert rig.named("a").band is None
    assert rig.named("b").band is not None


def test_a_band_that_cannot_be_made_is_said_once_and_not_tried_for_ever() -> None:
    class Broken(FakeEngine):
        def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
            raise ModelUnavailable(Network.NO_USABLE_BAND)

    rig = opened(Broken(size=16))
    rig.presenter.display.disagreement.toggle()
    rig.settle()
    assert rig.film.band is None
    assert rig.state.message is Notice.NO_BAND
    assert not rig.presenter.display.disagreement.busy


def test_the_band_lies_round_the_outline_and_brings_nothing_refused_back() -> None:
    of = film(640, 640)
    grid = np.zeros((64, 64), np.float32)
    grid[10:20, 10:20] = 0.8
    grid[40, 40] = 0.9  # below the smallest area
    wider, narrower = grid.copy(), grid.copy()
    wider[8:22, 8:22] = 0.8
    narrower[10:20, 10:12] = 0.1
    band = band_of(of.key, [wider, wider, narrower, narrower])
    decision = decide(maps(of, grid), RULE)
    inner, outer = (limit >= 0.5 for limit in limits_of(band, decision))
    assert (inner <= (decision.grid >= 0.5)).all()
    assert ((decision.grid >= 0.5) <= outer).all()
    assert (inner.sum(), outer.sum()) == (80, 196)
    assert areas_px(band, decision, 640, 640) == (8000, 19600)
    with pytest.raises(ValueError, match="two views"):
        band_of(of.key, [grid])


def test_delete_drops_the_chosen_finding_unless_a_measurement_is_chosen() -> None:
    rig = opened()
    delete = BY_ID["delete_measurement"]
    assert not delete.enabled(rig.state)
    rig.presenter.review.findings.next()
    assert delete.enabled(rig.state)
    rig.do(delete.id)
    assert there(rig.film.findings).lesions == ()


def test_a_refused_film_of_an_earlier_session_is_listed_without_its_score() -> None:
    rig = opened(Doubtful(size=16))
    film = rig.presenter.state.current
    assert film is not None
    kept = replace(
        film, result=Result(summary=summary_of(there(film.findings), there(film.radiograph))), radiograph=None
    )
    assert withheld(kept)
    assert as_withheld(kept).summary is None
    content = entry_bytes(Entry("key", "name", (40, 40), summary=kept.summary))
    assert entry_from(content).summary == kept.summary
    assert not withheld(with_review(kept, replace(kept.review, gate_overridden=True)))


def test_insisting_on_a_lateral_view_is_one_answer_to_both_refusals_and_is_kept() -> None:
    rig = AppRig(engine=Doubtful(size=16))
    rig.open("lateral")
    rig.settle()
    rig.presenter.films.analyse_anyway()
    rig.settle()
    assert rig.film.status is FilmStatus.DONE
    assert rig.film.findings is not None
    assert next(iter(rig.reviews.kept.values())).review.gate_overridden
