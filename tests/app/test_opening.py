"""From a drop to findings: what comes on screen, in which order, and what is said when it does not work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptxviewer.app.films.queue import MOST_FILMS_KEPT, MOST_MAPS_KEPT, READ_AHEAD
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, EngineInfo, never_cancelled
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import Notice
from tests.app.rig import AppRig
from tests.fakes import FILM_BYTES, FakeEngine
from tests.there import now


class BrokenEngine(FakeEngine):
    """Cannot be loaded until it is mended."""

    broken = True

    def load(self) -> EngineInfo:
        if self.broken:
            raise ModelUnavailable(Network.WEIGHTS_MISSING)
        return super().load()


class SwappingEngine(FakeEngine):
    """The worst bug: answers with the maps of another film."""

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        return replace(super().predict(film, checkpoint), image_key="another film")


class MovingEngine(FakeEngine):
    """Moves to the processor after its first film, as out of memory makes it do."""

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        maps = super().predict(film, checkpoint)
        assert self._info is not None
        self._info = replace(self._info, device="CPU", note=Network.DEVICE_OUT_OF_MEMORY)
        return maps


def test_the_first_new_film_of_a_drop_comes_on_screen() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.open("a", "b", "c")
    assert rig.state.current is None
    rig.settle()
    assert rig.film.path.name == "b"
    assert [film.path.name for film in rig.state.films] == ["a", "b", "c"]


@pytest.mark.parametrize("again", ["a", "./a", "x/../a"])
def test_a_film_that_is_open_is_not_opened_twice(again: str) -> None:
    rig = AppRig()
    rig.open("a", "b")
    rig.settle()
    rig.presenter.films.next()
    rig.presenter.films.open([Path(again)])
    rig.settle()
    assert len(rig.state.films) == 2
    assert rig.film.path.name == "a"


def test_the_last_of_two_drops_takes_the_screen() -> None:
    rig = AppRig()
    rig.open("a")
    rig.open("b")
    rig.disk.crank()
    rig.disk.deliver()
    assert rig.state.current is None, "the film of the first drop must not flash up"
    rig.settle()
    assert rig.film.path.name == "b"
    assert rig.named("a").status is FilmStatus.DONE


def test_a_film_chosen_after_a_drop_keeps_the_screen() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.open("b")
    rig.presenter.films.select(rig.named("a").id)
    rig.settle()
    assert rig.film.path.name == "a"
    assert rig.named("b").status is FilmStatus.DONE


def test_a_drop_without_films_says_so_and_leaves_the_canvas_empty() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.open("empty-folder")
    rig.settle()
    assert rig.state.current is None
    assert rig.state.banner is not None
    assert rig.state.banner.reason is Notice.NO_FILMS
    assert rig.state.opening == 0
    rig.presenter.films.next()
    assert rig.film.path.name == "a"


@pytest.mark.parametrize(("name", "why"), [("bad", Reading.FILE_DAMAGED), ("bug", Notice.WENT_WRONG)])
def test_a_film_that_cannot_be_read_stays_in_the_strip_with_its_sentence(
    name: str, why: Reason, caplog: pytest.LogCaptureFixture
) -> None:
    rig = AppRig()
    rig.open(name)
    rig.settle()
    assert rig.film.status is FilmStatus.FAILED
    assert rig.film.why is why
    assert rig.state.banner is not None
    assert rig.state.banner.reason is why
    assert "Doe" not in caplog.text


def test_a_bad_film_in_the_background_does_not_disturb_the_one_on_screen() -> None:
    rig = AppRig()
    rig.open("noted", "bad")
    rig.turn(rig.disk)  # collected
    rig.turn(rig.disk)  # "noted" is on screen
    rig.presenter.dismiss_banner()
    rig.turn(rig.disk)  # "bad" has failed
    assert rig.named("bad").status is FilmStatus.FAILED
    assert rig.state.banner is None
    rig.presenter.films.next()
    assert rig.state.banner is not None


def test_a_film_read_in_the_background_does_not_bring_a_dismissed_sentence_back() -> None:
    rig = AppRig()
    rig.open("noted", "b")
    rig.turn(rig.disk)
    rig.turn(rig.disk)
    rig.presenter.dismiss_banner()
    rig.turn(rig.disk)
    assert rig.named("b").radiograph is not None
    assert rig.state.banner is None


def test_too_little_memory_is_a_sentence_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    rig = AppRig(FakeEngine(error=MemoryError()))
    rig.open("a")
    rig.settle()
    assert rig.film.why is Reading.OUT_OF_MEMORY


def test_the_film_on_screen_is_analysed_before_the_others() -> None:
    rig = AppRig()
    rig.open("a", "b", "c")
    for _ in range(4):
        rig.turn(rig.disk)
    assert rig.named("a").status is FilmStatus.ANALYSING
    rig.presenter.films.select(rig.named("c").id)
    assert rig.named("a").status is FilmStatus.WAITING, "interrupted, not lost"
    assert rig.film.status is FilmStatus.ANALYSING
    rig.settle()
    assert all(film.status is FilmStatus.DONE for film in rig.state.films)


def test_choosing_a_film_that_is_done_interrupts_nothing() -> None:
    rig = AppRig()
    rig.open("a", "b")
    for _ in range(3):
        rig.turn(rig.disk)
    rig.turn(rig.model)
    assert rig.named("b").status is FilmStatus.ANALYSING
    rig.presenter.films.next()
    rig.presenter.films.previous()
    assert rig.named("b").status is FilmStatus.ANALYSING
    assert not rig.model.jobs[0][2].retired


def test_maps_of_another_film_are_refused() -> None:
    rig = AppRig(SwappingEngine(size=16))
    rig.open("a")
    rig.settle()
    assert rig.film.status is FilmStatus.NOT_ANALYSED
    assert rig.film.maps is None
    assert rig.film.why is Finding.RESULT_OF_OTHER_FILM


def test_maps_of_another_film_are_refused_again_when_they_come_home() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    maps, findings, info = rig.film.maps, rig.film.findings, rig.state.engine.info
    assert maps is not None
    rig.open("b")
    rig.turn(rig.disk)
    rig.turn(rig.disk)
    rig.model.jobs[0][1](Outcome((info, maps, findings)))
    assert rig.film.path.name == "b"
    assert rig.film.maps is None
    assert rig.film.status is FilmStatus.NOT_ANALYSED


def test_films_are_shown_without_a_model_and_analysed_once_it_is_there() -> None:
    engine = BrokenEngine(size=16)
    rig = AppRig(engine)
    rig.presenter.warm_up()
    rig.open("a", "b")
    rig.settle()
    rig.open("c")
    rig.settle()
    assert rig.state.engine.phase == "failed"
    for film in rig.state.films:
        assert film.radiograph is not None
        assert film.status is FilmStatus.NOT_ANALYSED
        assert film.why is Network.WEIGHTS_MISSING
    engine.broken = False
    rig.presenter.films.retry()
    rig.settle()
    assert now(rig.state.engine.phase) == "ready"
    assert all(film.status is FilmStatus.DONE for film in rig.state.films)


def test_moving_to_another_device_is_told() -> None:
    rig = AppRig(MovingEngine(size=16))
    rig.open("a")
    rig.settle()
    assert rig.state.engine.info is not None
    assert rig.state.engine.info.device == "CPU"
    assert rig.state.message is Network.DEVICE_OUT_OF_MEMORY


def test_a_threshold_moved_during_the_analysis_counts() -> None:
    rig = AppRig()
    rig.open("a")
    rig.turn(rig.disk)
    rig.turn(rig.disk)
    rig.presenter.review.thresholds.set(0.7)
    rig.settle()
    assert rig.film.findings is not None
    assert rig.film.findings.threshold == 0.7


def test_cancelling_stops_this_film_first_and_then_the_others() -> None:
    rig = AppRig()
    rig.open("a", "b", "c")
    for _ in range(3):
        rig.turn(rig.disk)
    rig.presenter.films.cancel()
    assert rig.film.why is Notice.CANCELLED
    assert rig.named("b").status is FilmStatus.ANALYSING
    rig.presenter.films.cancel()
    rig.settle()
    assert [film.status for film in rig.state.films] == [FilmStatus.NOT_ANALYSED] * 3
    rig.presenter.films.next()
    rig.settle()
    assert rig.film.radiograph is not None
    rig.presenter.films.analyse_anyway()
    rig.settle()
    assert rig.film.status is FilmStatus.DONE


def test_a_drag_over_frames_ends_at_the_last_one() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.presenter.films.set_frame(1)
    rig.presenter.films.set_frame(2)
    assert rig.film.maps is None
    rig.settle()
    assert rig.film.key == "a|2|0"
    assert rig.film.status is FilmStatus.DONE


def test_a_late_result_of_one_frame_is_not_shown_on_the_next() -> None:
    rig = AppRig()
    rig.model.leaky = True
    rig.open("a")
    rig.turn(rig.disk)
    rig.turn(rig.disk)
    rig.presenter.films.set_frame(1)
    rig.turn(rig.disk)
    assert rig.film.status is FilmStatus.ANALYSING
    rig.turn(rig.model)
    assert rig.film.maps is None
    rig.settle()
    assert rig.film.maps is not None
    assert rig.film.maps.image_key == "a|1|0"


def test_each_frame_has_its_own_review() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.presenter.review.set_verdict("accept")
    rig.presenter.films.set_frame(1)
    rig.settle()
    assert rig.film.review.verdict == ""
    assert not rig.film.can_undo
    rig.presenter.films.set_frame(0)
    rig.settle()
    assert now(rig.film.review.verdict) == "accept"
    assert rig.film.can_undo


def test_a_frame_that_cannot_be_read_leads_back_to_the_first() -> None:
    rig = AppRig()
    rig.open("torn")
    rig.settle()
    rig.presenter.films.set_frame(2)
    rig.settle()
    assert rig.film.status is FilmStatus.FAILED
    rig.presenter.films.retry()
    rig.settle()
    assert now(rig.film.status) is FilmStatus.DONE
    assert rig.film.view.frame == 0


def test_films_put_away_come_back_with_their_result_and_review() -> None:
    rig = AppRig()
    names = [f"film{index}" for index in range(30)]
    rig.open(*names)
    rig.settle()
    assert sum(film.radiograph is not None for film in rig.state.films) <= MOST_FILMS_KEPT
    assert all(film.status is FilmStatus.DONE for film in rig.state.films)
    rig.presenter.review.thresholds.set(0.7)
    for _ in range(29):
        rig.presenter.films.next()
        rig.settle()
    assert rig.named("film0").radiograph is None
    rig.presenter.films.select(rig.named("film0").id)
    rig.presenter.review.undo()
    rig.settle()
    assert rig.film.radiograph is not None
    assert rig.film.status is FilmStatus.DONE
    assert rig.film.findings is not None
    assert rig.film.findings.threshold == FakeEngine.RULE.threshold


def test_a_budget_smaller_than_one_film_still_analyses_all() -> None:
    rig = AppRig(memory_bytes=FILM_BYTES // 2)
    rig.open(*(f"film{index}" for index in range(20)))
    rig.settle()
    assert all(film.status is FilmStatus.DONE for film in rig.state.films)
    assert len(rig.reader.read) == 20, "nothing is read only to be put away"
    assert [film.path.name for film in rig.state.films if film.radiograph is not None] == ["film0"]


def test_no_more_is_read_ahead_than_the_network_will_take_soon() -> None:
    rig = AppRig(memory_bytes=FILM_BYTES // 2)
    rig.open(*(f"film{index}" for index in range(20)))
    for _ in range(60):
        rig.turn(rig.disk)
    assert len(rig.reader.read) == 1 + READ_AHEAD


def test_maps_of_hundreds_of_films_do_not_fill_the_memory_and_are_made_again() -> None:
    rig = AppRig()
    rig.open(*(f"film{index}" for index in range(MOST_MAPS_KEPT + 20)))
    rig.settle()
    assert sum(film.maps is not None for film in rig.state.films) <= MOST_MAPS_KEPT
    last = next(film for film in rig.state.films if film.maps is None)
    assert last.findings is not None
    rig.presenter.films.select(last.id)
    rig.settle()
    assert rig.film.maps is not None


def test_a_file_that_changed_under_the_window_is_another_film() -> None:
    rig = AppRig(memory_bytes=FILM_BYTES)
    rig.open("changed", "b")
    rig.settle()
    rig.presenter.review.set_verdict("accept")
    rig.presenter.films.next()
    rig.settle()
    assert rig.named("changed").radiograph is None
    rig.presenter.films.previous()
    rig.settle()
    assert rig.film.key == "changed|0|2"
    assert rig.film.maps is not None
    assert rig.film.maps.image_key == "changed|0|2"
    assert rig.film.review.verdict == ""


def test_closing_brings_the_neighbour_and_the_late_result_is_refused() -> None:
    rig = AppRig()
    rig.open("a", "b", "c")
    for _ in range(3):
        rig.turn(rig.disk)
    rig.model.crank()
    rig.presenter.films.close()
    assert rig.film.path.name == "b"
    rig.settle()
    assert [film.path.name for film in rig.state.films] == ["b", "c"]
    rig.presenter.films.select(rig.named("c").id)
    rig.presenter.films.close()
    assert rig.film.path.name == "b"
    rig.open("d")
    rig.presenter.films.close_all()
    rig.settle()
    assert rig.state.films == ()
    assert rig.state.current is None
    assert rig.state.opening == 0


def test_the_end_retires_what_is_under_way_before_the_lanes_do(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = AppRig()
    rig.open("a", "b")
    rig.turn(rig.disk)
    rig.turn(rig.disk)
    rig.open("c")
    assert rig.disk.alive == 2
    assert rig.model.alive == 1
    for lane in (rig.disk, rig.model):
        monkeypatch.setattr(lane, "close", lambda _timeout_s: True)
    rig.presenter.shut_down()
    assert rig.disk.alive == rig.model.alive == 0


def test_after_the_end_nothing_is_shown_or_started() -> None:
    rig = AppRig()
    rig.open("a", "b")
    rig.turn(rig.disk)
    rig.turn(rig.disk)
    shown = rig.view.renders
    assert rig.presenter.shut_down()
    rig.open("c")
    rig.presenter.films.next()
    rig.disk.closed = rig.model.closed = False  # even if a lane still took work
    rig.settle()
    assert rig.view.renders == shown
    assert all(ticket.retired for lane in (rig.disk, rig.model) for *_, ticket in lane.jobs)


def test_what_a_job_brings_home_is_drawn_once() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    before = rig.view.renders
    rig.open("b")
    rig.settle()
    assert rig.state.current is not None
    assert rig.state.current.status is FilmStatus.DONE
    assert rig.view.renders - before <= 4  # asked for, found, read, analysed
