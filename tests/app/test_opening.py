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
from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import Notice
from tests.app.house import FILM_BYTES, House
from tests.fakes import FakeEngine


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
        self._info = replace(self._info, device="CPU", note="Out of graphics memory: using the CPU.")
        return maps


def test_the_first_new_film_of_a_drop_comes_on_screen() -> None:
    house = House()
    house.open("a")
    house.settle()
    house.open("a", "b", "c")
    assert house.state.current is None
    house.settle()
    assert house.film.path.name == "b"
    assert [film.path.name for film in house.state.films] == ["a", "b", "c"]


@pytest.mark.parametrize("again", ["a", "./a", "x/../a"])
def test_a_film_that_is_open_is_not_opened_twice(again: str) -> None:
    house = House()
    house.open("a", "b")
    house.settle()
    house.presenter.films.next()
    house.presenter.films.open([Path(again)])
    house.settle()
    assert len(house.state.films) == 2
    assert house.film.path.name == "a"


def test_the_last_of_two_drops_takes_the_screen() -> None:
    house = House()
    house.open("a")
    house.open("b")
    house.disk.crank()
    house.disk.deliver()
    assert house.state.current is None, "the film of the first drop must not flash up"
    house.settle()
    assert house.film.path.name == "b"
    assert house.named("a").status is FilmStatus.DONE


def test_a_film_chosen_after_a_drop_keeps_the_screen() -> None:
    house = House()
    house.open("a")
    house.settle()
    house.open("b")
    house.presenter.films.select(house.named("a").id)
    house.settle()
    assert house.film.path.name == "a"
    assert house.named("b").status is FilmStatus.DONE


def test_a_drop_without_films_says_so_and_leaves_the_canvas_empty() -> None:
    house = House()
    house.open("a")
    house.settle()
    house.open("empty-folder")
    house.settle()
    assert house.state.current is None
    assert house.state.banner is not None
    assert house.state.banner.reason is Notice.NO_FILMS
    assert house.state.opening == 0
    house.presenter.films.next()
    assert house.film.path.name == "a"


@pytest.mark.parametrize(("name", "why"), [("bad", Reading.FILE_DAMAGED), ("bug", Notice.WENT_WRONG)])
def test_a_film_that_cannot_be_read_stays_in_the_strip_with_its_sentence(
    name: str, why: Reason, caplog: pytest.LogCaptureFixture
) -> None:
    house = House()
    house.open(name)
    house.settle()
    assert house.film.status is FilmStatus.FAILED
    assert house.film.why is why
    assert house.state.banner is not None
    assert house.state.banner.reason is why
    assert "Doe" not in caplog.text


def test_a_bad_film_in_the_background_does_not_disturb_the_one_on_screen() -> None:
    house = House()
    house.open("noted", "bad")
    house.turn(house.disk)  # collected
    house.turn(house.disk)  # "noted" is on screen
    house.presenter.dismiss_banner()
    house.turn(house.disk)  # "bad" has failed
    assert house.named("bad").status is FilmStatus.FAILED
    assert house.state.banner is None
    house.presenter.films.next()
    assert house.state.banner is not None


def test_a_film_read_in_the_background_does_not_bring_a_dismissed_sentence_back() -> None:
    house = House()
    house.open("noted", "b")
    house.turn(house.disk)
    house.turn(house.disk)
    house.presenter.dismiss_banner()
    house.turn(house.disk)
    assert house.named("b").radiograph is not None
    assert house.state.banner is None


def test_too_little_memory_is_a_sentence_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    house = House(FakeEngine(error=MemoryError()))
    house.open("a")
    house.settle()
    assert house.film.why is Reading.OUT_OF_MEMORY


def test_the_film_on_screen_is_analysed_before_the_others() -> None:
    house = House()
    house.open("a", "b", "c")
    for _ in range(4):
        house.turn(house.disk)
    assert house.named("a").status is FilmStatus.ANALYSING
    house.presenter.films.select(house.named("c").id)
    assert house.named("a").status is FilmStatus.WAITING, "interrupted, not lost"
    assert house.film.status is FilmStatus.ANALYSING
    house.settle()
    assert all(film.status is FilmStatus.DONE for film in house.state.films)


def test_choosing_a_film_that_is_done_interrupts_nothing() -> None:
    house = House()
    house.open("a", "b")
    for _ in range(3):
        house.turn(house.disk)
    house.turn(house.model)
    assert house.named("b").status is FilmStatus.ANALYSING
    house.presenter.films.next()
    house.presenter.films.previous()
    assert house.named("b").status is FilmStatus.ANALYSING
    assert not house.model.jobs[0][2].retired


def test_maps_of_another_film_are_refused() -> None:
    house = House(SwappingEngine(size=16))
    house.open("a")
    house.settle()
    assert house.film.status is FilmStatus.NOT_ANALYSED
    assert house.film.maps is None
    assert house.film.why is Finding.RESULT_OF_OTHER_FILM


def test_maps_of_another_film_are_refused_again_when_they_come_home() -> None:
    house = House()
    house.open("a")
    house.settle()
    maps, findings, info = house.film.maps, house.film.findings, house.state.engine.info
    assert maps is not None
    house.open("b")
    house.turn(house.disk)
    house.turn(house.disk)
    house.model.jobs[0][1](Outcome((info, maps, findings)))
    assert house.film.path.name == "b"
    assert house.film.maps is None
    assert house.film.status is FilmStatus.NOT_ANALYSED


def test_films_are_shown_without_a_model_and_analysed_once_it_is_there() -> None:
    engine = BrokenEngine(size=16)
    house = House(engine)
    house.presenter.warm_up()
    house.open("a", "b")
    house.settle()
    house.open("c")
    house.settle()
    assert house.state.engine.phase == "failed"
    for film in house.state.films:
        assert film.radiograph is not None
        assert film.status is FilmStatus.NOT_ANALYSED
        assert film.why is Network.WEIGHTS_MISSING
    engine.broken = False
    house.presenter.films.retry()
    house.settle()
    assert house.state.engine.phase == "ready"
    assert all(film.status is FilmStatus.DONE for film in house.state.films)


def test_moving_to_another_device_is_told() -> None:
    house = House(MovingEngine(size=16))
    house.open("a")
    house.settle()
    assert house.state.engine.info is not None
    assert house.state.engine.info.device == "CPU"
    assert house.state.message == "Out of graphics memory: using the CPU."


def test_a_threshold_moved_during_the_analysis_counts() -> None:
    house = House()
    house.open("a")
    house.turn(house.disk)
    house.turn(house.disk)
    house.presenter.review.thresholds.set(0.7)
    house.settle()
    assert house.film.findings is not None
    assert house.film.findings.threshold == 0.7


def test_nothing_found_is_said_once_and_not_after_it_became_untrue() -> None:
    house = House(FakeEngine(size=16, score=0.45))
    house.open("a")
    house.settle()
    assert house.state.banner is not None
    assert house.state.banner.reason is Notice.NOTHING_FOUND
    house.presenter.review.thresholds.set(0.2)
    assert house.film.findings is not None
    assert house.film.findings.present
    assert house.state.banner is None
    house.presenter.review.thresholds.set(0.9)
    assert house.state.banner is None


def test_cancelling_stops_this_film_first_and_then_the_others() -> None:
    house = House()
    house.open("a", "b", "c")
    for _ in range(3):
        house.turn(house.disk)
    house.presenter.films.cancel()
    assert house.film.why is Notice.CANCELLED
    assert house.named("b").status is FilmStatus.ANALYSING
    house.presenter.films.cancel()
    house.settle()
    assert [film.status for film in house.state.films] == [FilmStatus.NOT_ANALYSED] * 3
    house.presenter.films.next()
    house.settle()
    assert house.film.radiograph is not None
    house.presenter.films.analyse_anyway()
    house.settle()
    assert house.film.status is FilmStatus.DONE


def test_a_drag_over_frames_ends_at_the_last_one() -> None:
    house = House()
    house.open("a")
    house.settle()
    house.presenter.films.set_frame(1)
    house.presenter.films.set_frame(2)
    assert house.film.maps is None
    house.settle()
    assert house.film.key == "a|2|0"
    assert house.film.status is FilmStatus.DONE


def test_a_late_result_of_one_frame_is_not_shown_on_the_next() -> None:
    house = House()
    house.model.leaky = True
    house.open("a")
    house.turn(house.disk)
    house.turn(house.disk)
    house.presenter.films.set_frame(1)
    house.turn(house.disk)
    assert house.film.status is FilmStatus.ANALYSING
    house.turn(house.model)
    assert house.film.maps is None
    house.settle()
    assert house.film.maps is not None
    assert house.film.maps.image_key == "a|1|0"


def test_each_frame_has_its_own_review() -> None:
    house = House()
    house.open("a")
    house.settle()
    house.presenter.review.set_verdict("accept")
    house.presenter.films.set_frame(1)
    house.settle()
    assert house.film.review.verdict == ""
    assert not house.film.can_undo
    house.presenter.films.set_frame(0)
    house.settle()
    assert house.film.review.verdict == "accept"
    assert house.film.can_undo


def test_a_frame_that_cannot_be_read_leads_back_to_the_first() -> None:
    house = House()
    house.open("torn")
    house.settle()
    house.presenter.films.set_frame(2)
    house.settle()
    assert house.film.status is FilmStatus.FAILED
    house.presenter.films.retry()
    house.settle()
    assert house.film.status is FilmStatus.DONE
    assert house.film.view.frame == 0


def test_films_put_away_come_back_with_their_result_and_review() -> None:
    house = House()
    names = [f"film{index}" for index in range(30)]
    house.open(*names)
    house.settle()
    assert sum(film.radiograph is not None for film in house.state.films) <= MOST_FILMS_KEPT
    assert all(film.status is FilmStatus.DONE for film in house.state.films)
    house.presenter.review.thresholds.set(0.7)
    for _ in range(29):
        house.presenter.films.next()
        house.settle()
    assert house.named("film0").radiograph is None
    house.presenter.films.select(house.named("film0").id)
    house.presenter.review.undo()
    house.settle()
    assert house.film.radiograph is not None
    assert house.film.status is FilmStatus.DONE
    assert house.film.findings is not None
    assert house.film.findings.threshold == FakeEngine.RULE.threshold


def test_a_budget_smaller_than_one_film_still_analyses_all() -> None:
    house = House(memory_bytes=FILM_BYTES // 2)
    house.open(*(f"film{index}" for index in range(20)))
    house.settle()
    assert all(film.status is FilmStatus.DONE for film in house.state.films)
    assert len(house.shelf.read) == 20, "nothing is read only to be put away"
    assert [film.path.name for film in house.state.films if film.radiograph is not None] == ["film0"]


def test_no_more_is_read_ahead_than_the_network_will_take_soon() -> None:
    house = House(memory_bytes=FILM_BYTES // 2)
    house.open(*(f"film{index}" for index in range(20)))
    for _ in range(60):
        house.turn(house.disk)
    assert len(house.shelf.read) == 1 + READ_AHEAD


def test_maps_of_hundreds_of_films_do_not_fill_the_memory_and_are_made_again() -> None:
    house = House()
    house.open(*(f"film{index}" for index in range(MOST_MAPS_KEPT + 20)))
    house.settle()
    assert sum(film.maps is not None for film in house.state.films) <= MOST_MAPS_KEPT
    last = next(film for film in house.state.films if film.maps is None)
    assert last.findings is not None
    house.presenter.films.select(last.id)
    house.settle()
    assert house.film.maps is not None


def test_a_file_that_changed_under_the_window_is_another_film() -> None:
    house = House(memory_bytes=FILM_BYTES)
    house.open("changed", "b")
    house.settle()
    house.presenter.review.set_verdict("accept")
    house.presenter.films.next()
    house.settle()
    assert house.named("changed").radiograph is None
    house.presenter.films.previous()
    house.settle()
    assert house.film.key == "changed|0|2"
    assert house.film.maps is not None
    assert house.film.maps.image_key == "changed|0|2"
    assert house.film.review.verdict == ""


def test_closing_brings_the_neighbour_and_the_late_result_is_refused() -> None:
    house = House()
    house.open("a", "b", "c")
    for _ in range(3):
        house.turn(house.disk)
    house.model.crank()
    house.presenter.films.close()
    assert house.film.path.name == "b"
    house.settle()
    assert [film.path.name for film in house.state.films] == ["b", "c"]
    house.presenter.films.select(house.named("c").id)
    house.presenter.films.close()
    assert house.film.path.name == "b"
    house.open("d")
    house.presenter.films.close_all()
    house.settle()
    assert house.state.films == ()
    assert house.state.current is None
    assert house.state.opening == 0


def test_the_end_retires_what_is_under_way_before_the_lanes_do(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    house.open("a", "b")
    house.turn(house.disk)
    house.turn(house.disk)
    house.open("c")
    assert house.disk.alive == 2
    assert house.model.alive == 1
    for lane in (house.disk, house.model):
        monkeypatch.setattr(lane, "close", lambda _timeout_s: True)
    house.presenter.shut_down()
    assert house.disk.alive == house.model.alive == 0


def test_after_the_end_nothing_is_shown_or_started() -> None:
    house = House()
    house.open("a", "b")
    house.turn(house.disk)
    house.turn(house.disk)
    shown = house.screen.renders
    assert house.presenter.shut_down()
    house.open("c")
    house.presenter.films.next()
    house.disk.closed = house.model.closed = False  # even if a lane still took work
    house.settle()
    assert house.screen.renders == shown
    assert all(ticket.retired for lane in (house.disk, house.model) for *_, ticket in lane.jobs)
