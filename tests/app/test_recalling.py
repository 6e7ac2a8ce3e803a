"""A second opening shows what is known at once, on the right films, and never more than is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ptxviewer.app.films.worklist import summary
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.film import Patient
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.window import Notice, ResultsNotKept
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from tests.app.house import Cupboard, Drawer, House, ScoringEngine
from tests.fakes import FakeEngine

NAMES = [f"film{number}" for number in range(20)]


class Counting(ScoringEngine):
    """Counts the films that it was shown."""

    shown = 0

    def predict(self, *given):
        self.shown += 1
        return super().predict(*given)


def house(
    cupboard: Cupboard, drawer: Drawer | None = None, facts: Callable[[Path], Facts | None] | None = None
) -> House:
    """A house whose network is ready, as it is a moment after the start."""
    made = House(Counting(size=16), cupboard=cupboard, drawer=drawer, facts=facts)
    made.presenter.warm_up()
    made.turn(made.model)
    return made


def filled(*names: str, drawer: Drawer | None = None) -> Cupboard:
    cupboard = Cupboard()
    first = house(cupboard, drawer)
    first.open(*names)
    first.settle()
    return cupboard


def test_a_folder_is_listed_without_reading_or_analysing_it_again() -> None:
    first = house(cupboard := Cupboard())
    first.open(*NAMES, "lateral")
    first.settle()
    again = house(cupboard)
    again.open(*NAMES, "lateral")
    again.settle()
    assert [film.status for film in again.state.films] == [film.status for film in first.state.films]
    assert [summary(film) for film in again.state.films] == [summary(film) for film in first.state.films]
    assert [film.why for film in again.state.films] == [film.why for film in first.state.films]
    assert again.engine.shown == 0  # type: ignore[attr-defined]
    assert again.shelf.read == ["film0"], "only what is on screen is read"
    assert again.film.maps is not None
    assert again.film.findings == first.named("film0").findings


def test_a_film_that_comes_on_screen_has_its_own_maps_and_findings() -> None:
    again = house(filled(*NAMES))
    again.open(*NAMES)
    again.settle()
    for name in ("film7", "film3"):
        again.presenter.films.select(again.named(name).id)
        again.settle()
        assert again.film.maps is not None
        assert again.film.maps.image_key == again.film.key == f"{name}|0|0"
        assert again.film.findings is not None
    assert again.engine.shown == 0  # type: ignore[attr-defined]


def test_maps_that_are_gone_are_made_again_when_the_film_comes_on_screen() -> None:
    cupboard = filled(*NAMES)
    cupboard.grids.clear()
    again = house(cupboard)
    again.open(*NAMES)
    again.settle()
    assert again.film.maps is not None
    assert again.engine.shown == 1  # type: ignore[attr-defined]
    assert all(film.status is FilmStatus.DONE for film in again.state.films)


def test_another_network_knows_nothing_of_it() -> None:
    cupboard = filled("a", "b")

    class Retrained(Counting):
        RULE = DecisionRule(threshold=0.6, score_threshold=0.5, min_area=0.0005)

    again = House(engine := Retrained(size=16), cupboard=cupboard)
    again.open("a", "b")
    again.settle()
    assert engine.shown == 2


def test_a_file_that_was_replaced_is_another_film_whatever_its_fingerprint_says() -> None:
    again = house(filled("sly", "b"))
    again.shelf.read.append("sly")  # the next edition lies there now
    again.open("sly", "b")
    again.turn(again.disk)
    again.turn(again.cache)
    assert again.named("sly").key == "sly|0|1", "taken for the old one, as long as nobody has read it"
    again.settle()
    assert again.named("sly").key == "sly|0|2"
    assert again.film.maps is not None
    assert again.film.maps.image_key == "sly|0|2"
    assert again.engine.shown == 1  # type: ignore[attr-defined]


def test_a_file_that_changed_while_it_was_read_is_not_kept() -> None:
    cupboard = filled("changed")
    assert not cupboard.entries
    assert len(cupboard.grids) == 1, "but what is known of its pixels is"


def test_a_copy_under_another_name_is_known_by_its_pixels() -> None:
    cupboard = filled("a")
    cupboard.entries.clear()
    again = house(cupboard)
    again.open("a")
    again.settle()
    assert again.film.status is FilmStatus.DONE
    assert again.engine.shown == 0  # type: ignore[attr-defined]
    assert cupboard.entries, "and from now on by its fingerprint"


def test_verdicts_come_back_in_the_list_and_what_the_reader_changed_is_not_said_of_the_network() -> None:
    drawer, cupboard = Drawer(), Cupboard()
    first = house(cupboard, drawer)
    first.open("a", "b", "c")
    first.settle()
    first.presenter.review.set_verdict("accept")
    first.presenter.films.next()
    first.settle()
    first.presenter.review.thresholds.set(0.7)
    first.settle()
    again = house(cupboard, drawer)
    again.open("c", "b", "a")
    again.settle()
    assert again.named("a").review.verdict == "accept"
    moved = summary(again.named("b"))
    assert moved is not None
    assert not moved.measured
    assert moved.size == ""
    again.presenter.films.next()
    again.settle()
    assert again.film.findings is not None
    assert again.film.findings.threshold == 0.7


def test_what_the_reader_insisted_on_is_not_analysed_unasked_the_next_time() -> None:
    cupboard = Cupboard()
    first = house(cupboard)
    first.open("lateral")
    first.settle()
    first.presenter.films.analyse_anyway()
    first.settle()
    assert first.film.status is FilmStatus.DONE
    again = house(cupboard)
    again.open("lateral")
    again.settle()
    assert again.film.status is FilmStatus.NOT_ANALYSED


def test_a_full_disk_is_said_once() -> None:
    cupboard = Cupboard()
    cupboard.broken = Writing.DISK_FULL
    full = house(cupboard)
    full.open("a", "b", "c")
    full.turn(full.disk)
    full.turn(full.disk)
    full.turn(full.model)
    full.turn(full.cache)
    full.turn(full.cache)
    assert full.state.banner is not None
    assert full.state.banner.reason == ResultsNotKept(NotWritten(Unwritten.RESULTS, Writing.DISK_FULL))
    full.presenter.dismiss_banner()
    full.settle()
    assert full.state.banner is None
    assert all(film.status is FilmStatus.DONE for film in full.state.films)


def test_first_read_hides_what_is_recalled() -> None:
    cupboard = filled("a", "b")
    again = House(Counting(size=16), cupboard=cupboard, settings=Settings(first_read=True))
    again.presenter.warm_up()
    again.turn(again.model)
    again.open("a", "b")
    again.settle()
    for film in again.state.films:
        assert film.summary is None
        assert film.urgency is None
        assert film.findings is None


def test_names_and_dates_come_for_all_films_before_their_pixels() -> None:
    known = house(Cupboard(), facts=lambda path: Facts(Patient(name=path.name)) if path.name != "b" else None)
    known.open("a", "b", "c")
    for _ in range(3):
        known.turn(known.cache)
    known.turn(known.disk)
    for _ in range(3):
        known.turn(known.cache)
    names = [film.facts.patient.name if film.facts is not None else "" for film in known.state.films]
    assert names == ["a", "", "c"]
    assert known.shelf.read == []


def test_thumbnails_in_sight_are_made_when_nothing_else_is_to_be_done() -> None:
    again = house(filled(*NAMES))
    again.open(*NAMES)
    again.settle()
    seen = [again.named(name) for name in ("film4", "film5")]
    assert all(film.thumbnail is None for film in seen)
    again.presenter.films.thumbnails_in_sight([film.id for film in seen])
    again.settle()
    assert again.shelf.read == ["film0", "film4", "film5"]
    assert again.named("film4").thumbnail is not None
    assert again.named("film4").status is FilmStatus.DONE
    assert again.engine.shown == 0  # type: ignore[attr-defined]


def test_without_a_place_for_results_nothing_is_kept() -> None:
    plain = House(FakeEngine(size=16))
    plain.open("a")
    plain.settle()
    assert plain.cache.tickets == []


def test_what_the_gate_refuses_stays_withheld_the_next_time() -> None:
    class Refusing(Counting):
        RULE = replace(FakeEngine.RULE, frontal_threshold=0.5)

        def predict(self, *given):
            return replace(super().predict(*given), frontal=0.1)

    cupboard = Cupboard()
    for _ in range(2):
        strict = House(Refusing(size=16), cupboard=cupboard)
        strict.presenter.warm_up()
        strict.turn(strict.model)
        strict.open("a", "b")
        strict.settle()
        for film in strict.state.films:
            assert film.status is FilmStatus.NOT_SHOWN
            assert film.why is Finding.NOT_FRONTAL
            assert (film.summary, film.findings, film.urgency) == (None, None, None)
    assert strict.named("b").radiograph is None, "recalled, not read"


def test_kept_results_can_be_deleted_and_reviews_stay() -> None:
    drawer, cupboard = Drawer(), Cupboard()
    first = house(cupboard, drawer)
    first.open("a", "b")
    first.settle()
    first.presenter.review.set_verdict("accept")
    first.presenter.films.background.forget_results()
    first.settle()
    assert not cupboard.entries
    assert not cupboard.grids
    assert first.state.message is Notice.RESULTS_DELETED
    again = house(cupboard, drawer)
    again.open("a", "b")
    again.settle()
    assert again.engine.shown == 2  # type: ignore[attr-defined]
    assert again.named("a").review.verdict == "accept"
