"""Who has the word: the reader before the network, one operating point, no size that another contradicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from ptxviewer.core.answer import DecisionRule, Detection, Findings, HemithoraxFinding, Lesion, Zone
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Posture
from ptxviewer.core.findings.change import SideChange
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.live import find_live
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.findings.sizes import contradicted, sizes_of_half, without_contradictions
from ptxviewer.core.reasons.finding import AreaWithoutDistances, Finding
from ptxviewer.core.review import Posture as ReaderPosture
from ptxviewer.core.review import Review, Verdict
from ptxviewer.report.decision import (
    cautions,
    detection_text,
    headline,
    held_back_text,
    listed_headline,
    perhaps_lying,
    score_here,
    second_word,
    side_and_zone,
    where_text,
)
from ptxviewer.report.page import page
from ptxviewer.words import speak
from ptxviewer.words.comparison import side_change
from tests.films import AT_DETECTOR, INFO, ORIENTED, RULE, film, maps

FILM = film(640, 640, spacing=AT_DETECTOR, acquisition=ORIENTED)
LIMIT = RULE.score_threshold


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    speak("en")


def found(score: float = 0.9, rule: DecisionRule = RULE) -> Findings:
    return find(FILM, maps(FILM, score=score), rule)[0]


@pytest.mark.parametrize(
    ("verdict", "begins"),
    [
        ("", "Possible pneumothorax, right apex, "),
        ("accept", "Accepted by reader: pneumothorax, right apex, "),
        ("unsure", "Reader unsure: possible pneumothorax, right apex, "),
        ("reject", "Rejected by reader."),
    ],
)
def test_the_readers_word_comes_first_and_the_networks_after_it(verdict: Verdict, begins: str) -> None:
    assert headline(FILM, found(), LIMIT, verdict).startswith(begins)
    second = second_word(FILM, found(), LIMIT, verdict)
    assert ("Possible pneumothorax" in second) is bool(verdict)


@pytest.mark.parametrize(
    ("score", "word"), [(0.9, "Possible"), (0.42, "Borderline"), (0.35, "Borderline"), (0.1, "None")]
)
def test_one_operating_point_in_words(score: float, word: str) -> None:
    assert headline(FILM, found(score), LIMIT).startswith(word)


def test_an_area_that_the_film_score_holds_back_is_told_with_both_numbers() -> None:
    low = found(0.1)
    assert not low.present
    assert low.held_back
    assert "0.10" in held_back_text(low, LIMIT)
    assert "0.40" in held_back_text(low, LIMIT)
    nothing = find(FILM, maps(FILM, np.zeros((64, 64), np.float32), score=0.1), RULE)[0]
    assert held_back_text(nothing, LIMIT) == held_back_text(found(), LIMIT) == ""
    live = find_live(FILM, maps(FILM, score=0.1), RULE, low, 0.5, low.detection)
    assert live.held_back


def test_a_film_shown_below_the_operating_point_is_not_called_possible() -> None:
    lowered = found(0.1, replace(RULE, score_threshold=0.05))
    assert lowered.present
    assert headline(FILM, lowered, LIMIT).startswith("Below the operating point: right apex")


def test_a_mask_that_the_reader_emptied_says_what_the_network_marked() -> None:
    review = Review(mask=PackedMask.pack(np.zeros(FILM.shape, bool)), verdict="edited")
    emptied = answer_of(FILM, maps(FILM), INFO, review).findings
    assert "no pneumothorax marked" in headline(FILM, emptied, LIMIT, "edited")
    assert "Possible pneumothorax" in second_word(FILM, emptied, LIMIT, "edited")


def half(percent: float | None, area_px: int = 40_000) -> HemithoraxFinding:
    return HemithoraxFinding("left", False, area_px, percent)


def lesion(*zones: Zone) -> Lesion:
    return Lesion("left", 40_000, 1600.0, 0.9, 0.8, (0, 0, 1, 1), zones=zones)


def test_of_two_sizes_that_contradict_each_other_none_is_told_in_one_line() -> None:
    doubtful = Findings(True, 0.9, 0.5, 0.4, (lesion("apical"),), halves=(half(61.0),))
    told = without_contradictions(FILM, doubtful).halves[0]
    assert contradicted(told)
    assert told.refused == AreaWithoutDistances(61.0)
    assert "61" not in headline(FILM, doubtful, LIMIT)
    assert "cm" not in headline(FILM, doubtful, LIMIT)


def test_where_without_a_percent_is_an_area_and_never_pixels() -> None:
    one = Findings(True, 0.9, 0.5, 0.4, (lesion("apical", "basal"),), halves=(half(None),))
    assert where_text(FILM, one) == "left, apex to base, 16.0 cm² (at detector)"
    assert where_text(replace(FILM, spacing=film().spacing), one) == "left, apex to base"
    thin = replace(one, halves=(half(0.3),))
    assert "less than 1 % of the hemithorax" in where_text(FILM, thin)


def test_a_report_states_nothing_as_found_that_the_reader_rejected() -> None:
    review = Review(verdict="reject")
    made = page(FILM, answer_of(FILM, maps(FILM), INFO, review), review)
    assert made.headline == "Rejected by reader."
    assert made.rejected
    assert made.table is None
    assert not {"Projected area", "Area", "Distances"} & dict(made.facts).keys()


def test_the_points_of_a_change_are_those_of_the_numbers_beside_them() -> None:
    assert "17 % → 8 % of the hemithorax (−9 points)" in side_change(SideChange("right", (17.4, 7.5), None))


def test_the_reader_is_named_first_in_german_too() -> None:
    speak("de")
    assert headline(FILM, found(), LIMIT, "reject") == "Vom Befunder verworfen."


@pytest.mark.parametrize(
    ("view", "in_file", "by_reader", "reasons"),
    [
        ("PA", "", "", ()),
        ("AP", "", "", (Finding.AP_FILM,)),
        ("AP", "erect", "", ()),
        ("AP", "", "erect", ()),
        ("PA", "", "supine", (Finding.LYING_FILM,)),
        ("AP", "supine", "", (Finding.LYING_FILM,)),
        ("AP", "supine", "erect", ()),
    ],
)
def test_ap_and_supine_films_are_told_by_tags_or_reader(
    view: str, in_file: Posture, by_reader: ReaderPosture, reasons: tuple[Finding, ...]
) -> None:
    of = replace(FILM, acquisition=replace(ORIENTED, view=view, posture=in_file))
    review = Review(posture=by_reader)
    lain = as_reviewed(of, review)
    assert cautions(lain, review) == reasons
    assert perhaps_lying(lain) is bool(reasons)
    assert as_reviewed(lain, Review()).posture == in_file
    given = [size.refused for size in sizes_of_half(lain, half(10.0))]
    assert (Finding.SUPINE_FILM in given) is (Finding.LYING_FILM in reasons)


def test_a_drain_is_a_caution_beside_any_result() -> None:
    review = Review(drain="yes")
    assert cautions(FILM, review) == (Finding.DRAINED_CHEST,)
    made = page(FILM, answer_of(FILM, maps(FILM), INFO, review), review)
    assert "drain" in dict(made.facts)["Caution"]


def test_a_score_is_told_for_the_share_of_this_site_and_only_where_both_shares_are_known() -> None:
    assert score_here(0.5, 0.5, 0.1) == "0.10 where 10 % of films show one, not 50 %"
    assert score_here(0.5, None, 0.1) == ""
    assert score_here(0.5, 0.5, 0.0) == ""


def test_where_no_side_is_known_none_is_named() -> None:
    assert (
        side_and_zone("unknown", ("apical",)) == listed_headline(True, ()).removeprefix("Possible pneumothorax, ")[:-1]
    )
    assert listed_headline(False, ()) == "None marked."
    assert listed_headline(True, ("left", "right")) == "Possible pneumothorax, left side, right side."


def test_limits_that_the_reader_changed_are_told_and_the_cards_are_not() -> None:
    assert detection_text(FILM, found()) == ""
    own = replace(found(), detection=Detection(0.2, 0.6, 0.001))
    said = detection_text(FILM, own)
    assert "peak at least 0.60" in said
    assert "set by reader" in said
