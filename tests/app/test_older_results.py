"""Results of an older network are shown as such until the film is analysed again, and never mixed with newer ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.app.disk.result_file import entry_bytes, entry_from
from ptxviewer.app.display.comparison import change_of
from ptxviewer.app.films.worklist import by_urgency, progress, summary
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.errors import ModelUnavailable, PtxError
from ptxviewer.core.reasons.comparison import Caveat
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.reasons.window import Notice
from tests.app.rig import AppRig
from tests.fakes import FakeEngine, FakeResults, FakeReviews, ScoringEngine

OLD = EngineInfo("ptx 0.5", "1" * 64, "CPU", DecisionRule(0.3, 0.2, 0.0005))
EARLIER = (replace(OLD, older=True),)


class Before(ScoringEngine):
    """The network that left the results: everything lies above its limits."""

    def load(self) -> EngineInfo:
        self._info = OLD
        return OLD


class Now(FakeEngine):
    """The network that is loaded: its score is below the limit of its rule."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(size=16, score=0.3, error=error)


def left(*names: str, reviews: FakeReviews | None = None) -> FakeResults:
    """What the older network left of these films."""
    results = FakeResults()
    first = AppRig(Before(size=16), results=results, reviews=reviews)
    first.open(*names)
    first.settle()
    return results


def again(
    results: FakeResults,
    engine: FakeEngine | None = None,
    settings: Settings | None = None,
    reviews: FakeReviews | None = None,
) -> AppRig:
    """The next version of the program, its network ready."""
    rig = AppRig(engine or Now(), results=results, earlier=EARLIER, settings=settings, reviews=reviews)
    rig.presenter.warm_up()
    rig.turn(rig.model)
    return rig


def until_read(rig: AppRig, *names: str) -> Film:
    """Open films, and let everything happen but the network's work."""
    rig.open(*names)
    for _ in range(20):
        rig.turn(rig.disk)
        rig.turn(rig.cache)
    return rig.film


def test_an_older_result_is_shown_by_its_own_rule_while_the_film_is_analysed_again() -> None:
    rig = again(left("a"))
    film = until_read(rig, "a")
    assert film.older == EARLIER[0]
    assert film.due
    assert film.findings is not None
    assert film.findings.present
    assert (film.findings.threshold, film.findings.score_threshold) == (0.3, 0.2)
    assert rig.state.network_of(film) == EARLIER[0]
    assert progress(rig.state).waiting == 1
    rig.settle()
    assert rig.film.older is None
    assert not rig.film.due
    assert rig.film.findings is not None
    assert not rig.film.findings.present
    assert rig.film.findings.threshold == FakeEngine.RULE.threshold
    assert rig.state.network_of(rig.film) == rig.engine.info
    assert progress(rig.state).waiting == 0


def test_what_was_analysed_again_is_kept_and_the_older_result_is_asked_for_no_more() -> None:
    results = left("a")
    again(results).presenter.shut_down()
    first = again(results)
    first.open("a")
    first.settle()
    second = again(results)
    assert until_read(second, "a").older is None
    assert second.film.status is FilmStatus.DONE


def test_a_folder_is_listed_with_older_results_and_all_of_it_is_analysed_again() -> None:
    names = [f"film{number}" for number in range(30)]
    results = left(*names)
    rig = again(results)
    rig.open(*names, "new")
    rig.turn(rig.disk)
    rig.turn(rig.cache)
    assert [summary(rig.named(name)) is not None for name in names] == [True] * 30
    assert all(rig.named(name).older for name in names)
    assert all(rig.named(name).urgency is None for name in names), "an older score is no urgency by today's limit"
    scores = [found.score for film in by_urgency(rig.state) if (found := summary(film)) is not None]
    assert scores == sorted(scores, reverse=True)
    rig.settle()
    assert not any(film.older for film in rig.state.films)
    assert all(film.status is FilmStatus.DONE for film in rig.state.films)


def test_a_film_without_any_answer_is_analysed_before_older_ones_are_renewed() -> None:
    names = [f"film{number}" for number in range(9)]
    results = left(*names)
    seen: list[str] = []

    class Watched(Now):
        def predict(self, film: Any, *given: Any) -> Any:
            seen.append(film.key.split("|")[0])
            return super().predict(film, *given)

    rig = again(results, Watched())
    rig.open(*names, "new")
    rig.settle()
    assert seen[0] == "film0", "what is on screen goes first"
    assert seen.index("new") <= 4, "not behind all that has an answer; a few lie ready already"


def test_maps_that_are_gone_leave_the_decision_alone() -> None:
    results = left("a")
    results.grids.clear()
    film = until_read(again(results), "a")
    assert film.older == EARLIER[0]
    assert film.due
    assert film.maps is None
    assert film.findings is None
    found = summary(film)
    assert found is not None
    assert found.present
    assert found.limit == 0.2


@pytest.mark.parametrize("how", ["stopped", "failed", "no network"])
def test_an_older_result_stays_and_says_why_where_the_film_is_not_analysed_again(how: str) -> None:
    errors = {"failed": PtxError(Network.NO_USABLE_RESULT), "no network": ModelUnavailable(Network.WEIGHTS_ALTERED)}
    rig = again(left("a"), Now(errors.get(how)))
    until_read(rig, "a")
    if how == "stopped":
        rig.do("cancel")
    rig.settle()
    film = rig.film
    assert film.status is FilmStatus.DONE
    assert film.outdated
    assert film.findings is not None
    assert film.findings.present
    assert film.why is (errors[how].reason if how in errors else Notice.CANCELLED)
    assert progress(rig.state).waiting == 0
    rig.engine.error = None
    rig.do("analyse")
    rig.settle()
    assert rig.film.older is None
    assert rig.film.why is None


def test_what_is_saved_of_an_older_result_is_by_its_network_and_its_rule() -> None:
    rig = again(left("a"))
    until_read(rig, "a")
    rig.presenter.exporting.save()
    rig.turn(rig.disk)
    answer = rig.reports[-1].answer
    assert answer is not None
    assert answer.info == EARLIER[0]
    assert answer.findings.threshold == 0.3
    rig.settle()
    rig.presenter.exporting.save()
    rig.settle()
    answer = rig.reports[-1].answer
    assert answer is not None
    assert not answer.info.older


def test_a_verdict_on_an_older_result_is_questioned_when_that_is_replaced() -> None:
    rig = again(left("a"))
    until_read(rig, "a")
    rig.do("verdict_accept")
    rig.settle()
    assert rig.film.older is None
    assert rig.film.review.verdict == "accept"
    assert rig.state.banner is not None
    assert rig.state.banner.reason is Notice.ANALYSED_AGAIN


def test_a_threshold_in_the_hand_is_settled_before_the_result_is_replaced() -> None:
    rig = again(left("a"))
    until_read(rig, "a")
    rig.presenter.review.thresholds.set(0.2, settled=False)
    rig.presenter.review.thresholds.measure_drag()
    rig.settle()
    assert rig.film.hand is None
    assert rig.film.review.threshold == 0.2
    assert rig.film.findings is not None
    assert rig.film.findings.score == 0.3, "of the network that is loaded"


def test_a_hidden_older_result_neither_shows_nor_reveals_anything() -> None:
    rig = again(left("a"), settings=Settings(reading_mode="disagreement"))
    film = until_read(rig, "a")
    assert film.result is None
    assert film.status is FilmStatus.WAITING
    rig.do("mark_absent")
    assert rig.film.status is FilmStatus.WAITING, "an older network disagrees, and has no say"
    rig.settle()
    assert rig.film.why is Notice.NO_DISAGREEMENT


def test_results_of_two_networks_are_compared_with_a_caution() -> None:
    rig = again(left("a"))
    older = until_read(rig, "a")
    rig.settle()
    assert Caveat.NETWORKS_DIFFER in change_of(rig.film, older).cautions
    assert Caveat.NETWORKS_DIFFER not in change_of(rig.film, rig.film).cautions


def test_another_film_on_screen_takes_the_network_from_one_that_has_an_older_result() -> None:
    rig = again(left("a", "b"))
    until_read(rig, "a", "b", "c")
    rig.presenter.films.select(rig.named("c").id)
    rig.settle()
    assert all(film.status is FilmStatus.DONE and film.older is None for film in rig.state.films)


def test_the_background_is_stopped_and_taken_up_again() -> None:
    names = [f"film{number}" for number in range(6)]
    rig = again(left(*names))
    until_read(rig, *names)
    rig.do("stop_background")
    rig.settle()
    others = rig.state.films[1:]
    assert all(film.outdated and film.why is Notice.CANCELLED for film in others)
    assert progress(rig.state).stopped == 5
    rig.do("go_on")
    rig.settle()
    assert not any(film.older for film in rig.state.films)


def test_a_film_that_is_not_analysed_any_more_has_no_older_result() -> None:
    results, reader = left("a"), AppRig().reader
    (((_, model), entry),) = results.entries.items()
    lateral = replace(entry_from(entry), key="lateral|0|0")
    results.entries[reader.fingerprint(Path("lateral")), model] = entry_bytes(lateral)
    rig = again(results)
    until_read(rig, "lateral")
    assert rig.film.status is FilmStatus.NOT_ANALYSED
    assert rig.film.result is None
