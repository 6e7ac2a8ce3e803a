"""A second opening shows what is known at once, on the right films, and never more than is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ptxviewer.app.films.worklist import summary
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.film import Patient
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.window import Notice, ResultsNotKept
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from tests.app.rig import AppRig
from tests.fakes import FakeEngine, FakeResults, FakeReviews, ScoringEngine

NAMES = [f"film{number}" for number in range(20)]


class Counting(ScoringEngine):
    """Counts the films that it was shown."""

    shown = 0

    def predict(self, *given: Any) -> ProbabilityMaps:
        self.shown += 1
        return super().predict(*given)


def rig(
    results: FakeResults, reviews: FakeReviews | None = None, facts: Callable[[Path], Facts | None] | None = None
) -> AppRig:
    """A rig whose network is ready, as it is a moment after the start."""
    made = AppRig(Counting(size=16), results=results, reviews=reviews, facts=facts)
    made.presenter.warm_up()
    made.turn(made.model)
    return made


def filled(*names: str, reviews: FakeReviews | None = None) -> FakeResults:
    results = FakeResults()
    first = rig(results, reviews)
    first.open(*names)
    first.settle()
    return results


def test_a_folder_is_listed_without_reading_or_analysing_it_again() -> None:
    first = rig(results := FakeResults())
    first.open(*NAMES, "lateral")
    first.settle()
    again = rig(results)
    again.open(*NAMES, "lateral")
    again.settle()
    assert [film.status for film in again.state.films] == [film.status for film in first.state.films]
    assert [summary(film) for film in again.state.films] == [summary(film) for film in first.state.films]
    assert [film.why for film in again.state.films] == [film.why for film in first.state.films]
    assert again.engine.shown == 0  # type: ignore[attr-defined]
    assert again.reader.read == ["film0"], "only what is on screen is read"
    assert again.film.maps is not None
    assert again.film.findings == first.named("film0").findings


def test_a_film_that_comes_on_screen_has_its_own_maps_and_findings() -> None:
    again = rig(filled(*NAMES))
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
    results = filled(*NAMES)
    results.grids.clear()
    again = rig(results)
    again.open(*NAMES)
    again.settle()
    assert again.film.maps is not None
    assert again.engine.shown == 1  # type: ignore[attr-defined]
    assert all(film.status is FilmStatus.DONE for film in again.state.films)


def test_another_network_knows_nothing_of_it() -> None:
    results = filled("a", "b")

    class Retrained(Counting):
        RULE = DecisionRule(threshold=0.6, score_threshold=0.5, min_area=0.0005)

    again = AppRig(engine := Retrained(size=16), results=results)
    again.open("a", "b")
    again.settle()
    assert engine.shown == 2


def test_a_file_that_was_replaced_is_another_film_whatever_its_fingerprint_says() -> None:
    again = rig(filled("sly", "b"))
    again.reader.read.append("sly")  # the next edition lies there now
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
    results = filled("changed")
    assert not results.entries
    assert len(results.grids) == 1, "but what is known of its pixels is"


def test_a_copy_under_another_name_is_known_by_its_pixels() -> None:
    results = filled("a")
    results.entries.clear()
    again = rig(results)
    again.open("a")
    again.settle()
    assert again.film.status is FilmStatus.DONE
    assert again.engine.shown == 0  # type: ignore[attr-defined]
    assert results.entries, "and from now on by its fingerprint"


def test_verdicts_come_back_in_the_list_and_what_the_reader_changed_is_not_said_of_the_network() -> None:
    reviews, results = FakeReviews(), FakeResults()
    first = rig(results, reviews)
    first.open("a", "b", "c")
    first.settle()
    first.presenter.review.set_verdict("accept")
    first.presenter.films.next()
    first.settle()
    first.presenter.review.thresholds.set(0.7)
    first.settle()
    measured = summary(first.named("b"))
    again = rig(results, reviews)
    again.open("c", "b", "a")
    again.settle()
    assert again.named("a").review.verdict == "accept"
    assert summary(again.named("b")) == measured, "its size as the reader left it, without reading the film"
    assert measured is not None
    assert measured.sized
    assert measured != summary(again.named("c"))
    again.presenter.films.next()
    again.settle()
    assert again.film.findings is not None
    assert again.film.findings.threshold == 0.7


def test_a_size_that_another_network_measured_is_not_told() -> None:
    reviews, results = FakeReviews(), FakeResults()
    first = rig(results, reviews)
    first.open("a", "b")
    first.settle()
    first.presenter.review.thresholds.set(0.7)
    first.settle()
    for name, saved in reviews.kept.items():
        reviews.kept[name] = replace(saved, network="another")
    again = rig(results, reviews)
    again.open("b", "a")
    again.settle()
    told = summary(again.named("a"))
    assert told is not None
    assert not told.measured
    assert not told.sized


def test_what_the_reader_insisted_on_is_not_analysed_unasked_the_next_time() -> None:
    results = FakeResults()
    first = rig(results)
    first.open("lateral")
    first.settle()
    first.presenter.films.analyse_anyway()
    first.settle()
    assert first.film.status is FilmStatus.DONE
    again = rig(results)
    again.open("lateral")
    again.settle()
    assert again.film.status is FilmStatus.NOT_ANALYSED


def test_a_full_disk_is_said_once() -> None:
    results = FakeResults()
    results.broken = Writing.DISK_FULL
    full = rig(results)
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
    results = filled("a", "b")
    again = AppRig(Counting(size=16), results=results, settings=Settings(reading_mode="first"))
    again.presenter.warm_up()
    again.turn(again.model)
    again.open("a", "b")
    again.settle()
    for film in again.state.films:
        assert film.summary is None
        assert film.urgency is None
        assert film.findings is None


def test_names_and_dates_come_for_all_films_before_their_pixels() -> None:
    known = rig(FakeResults(), facts=lambda path: Facts(Patient(name=path.name)) if path.name != "b" else None)
    known.open("a", "b", "c")
    for _ in range(3):
        known.turn(known.cache)
    known.turn(known.disk)
    for _ in range(3):
        known.turn(known.cache)
    names = [film.facts.patient.name if film.facts is not None else "" for film in known.state.films]
    assert names == ["a", "", "c"]
    assert known.reader.read == []


def test_thumbnails_in_sight_are_made_when_nothing_else_is_to_be_done() -> None:
    again = rig(filled(*NAMES))
    again.open(*NAMES)
    again.settle()
    seen = [again.named(name) for name in ("film4", "film5")]
    assert all(film.thumbnail is None for film in seen)
    again.presenter.films.thumbnails_in_sight([film.id for film in seen])
    again.settle()
    assert again.reader.read == ["film0", "film4", "film5"]
    assert again.named("film4").thumbnail is not None
    assert again.named("film4").status is FilmStatus.DONE
    assert again.engine.shown == 0  # type: ignore[attr-defined]


def test_without_a_place_for_results_nothing_is_kept() -> None:
    plain = AppRig(FakeEngine(size=16))
    plain.open("a")
    plain.settle()
    assert plain.cache.tickets == []


def test_what_the_gate_refuses_stays_withheld_the_next_time() -> None:
    class Refusing(Counting):
        RULE = replace(FakeEngine.RULE, frontal_threshold=0.5)

        def predict(self, *given: Any) -> ProbabilityMaps:
            return replace(super().predict(*given), frontal=0.1)

    results = FakeResults()
    for _ in range(2):
        strict = AppRig(Refusing(size=16), results=results)
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
    reviews, results = FakeReviews(), FakeResults()
    first = rig(results, reviews)
    first.open("a", "b")
    first.settle()
    first.presenter.review.set_verdict("accept")
    first.presenter.films.background.forget_results()
    first.settle()
    assert not results.entries
    assert not results.grids
    assert first.state.message is Notice.RESULTS_DELETED
    again = rig(results, reviews)
    again.open("a", "b")
    again.settle()
    assert again.engine.shown == 2  # type: ignore[attr-defined]
    assert again.named("a").review.verdict == "accept"
