"""This site's films: counted from what is kept, without names; the reader's word against the network's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.app.disk.result_file import Entry, ResultFolder, entry_bytes, entry_from, identity
from ptxviewer.app.disk.review_file import ReviewFolder, Saved
from ptxviewer.app.site import figures, kept_films, reader_says
from ptxviewer.app.state.facts import Summary
from ptxviewer.cli import main as cli
from ptxviewer.core.reasons import UnknownReason
from ptxviewer.core.reasons.reading import NotAnalysed, OtherModality, Reading
from ptxviewer.core.review import FirstRead, Review, Verdict
from ptxviewer.core.site import CardScores
from ptxviewer.core.spacing import SpacingOrigin
from ptxviewer.inference.card import expected_info, read_card
from ptxviewer.paths import SETTINGS_DIR, bundle_dir
from ptxviewer.words import languages, say, speak, tr
from ptxviewer.words.site import as_record, facts
from tests.there import there

YES, NO = Summary(0.9, True, ("left",)), Summary(0.05, False)


def entry(number: int, summary: Summary | None = NO, **changes: Any) -> Entry:
    made = Entry(f"key{number}", f"name{number}", (40, 40), 1, None, summary, "PA", SpacingOrigin.DETECTOR)
    return replace(made, **changes)


def test_films_are_counted_by_what_came_of_them() -> None:
    lateral = entry(5, None, why_not=NotAnalysed(Reading.LATERAL_VIEW), view="LL")
    refused = entry(6, replace(NO, refused=True), spacing=SpacingOrigin.NONE)
    found = figures([(entry(1, YES), None), *((entry(n), None) for n in (2, 3, 4)), (lateral, None), (refused, None)])
    assert found.films == 6
    assert (found.above.hits, found.above.of) == (1, 4)
    assert (found.refused.hits, found.refused.of) == (1, 5)
    assert found.not_analysed == ((Reading.LATERAL_VIEW, 1),)
    assert found.histogram == (3, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    assert dict(found.views) == {"PA": 5, "LL": 1}
    assert dict(found.spacings) == {SpacingOrigin.DETECTOR: 5, SpacingOrigin.NONE: 1}
    assert found.sensitivity.value is None


@pytest.mark.parametrize("language", languages())
def test_why_films_were_not_analysed_is_told_in_words_and_counted_by_code(language: str) -> None:
    reasons = (OtherModality("CT"), OtherModality("CT"), OtherModality("US"), UnknownReason("of_tomorrow"))
    found = figures([(entry(n, None, why_not=NotAnalysed(one)), None) for n, one in enumerate(reasons)])
    assert dict(found.not_analysed) == {OtherModality("CT"): 2, OtherModality("US"): 1, UnknownReason("of_tomorrow"): 1}
    assert as_record(found)["not_analysed"] == {"other_modality": 3, "unknown_reason": 1}
    speak(language)
    try:
        told = dict(facts(found))["Not analysed"].splitlines()
        assert told == [f"{count} x {say(why)}" for why, count in found.not_analysed]
        assert not any("_" in line.replace("of_tomorrow", "") for line in told)
    finally:
        speak("en")


def test_an_origin_of_the_millimetres_that_this_version_does_not_know_is_not_stated() -> None:
    written = entry_bytes(entry(1, YES))
    assert entry_from(written) == entry(1, YES)
    newer = entry_from(written.replace(b"at detector", b"by a satellite"))
    found = figures([(newer, None), (entry(2, YES, spacing=None), None)])
    assert found.spacings == ((None, 2),)
    assert as_record(found)["spacing_origins"] == {"": 2}
    assert dict(facts(found))["Pixel spacing"] == f"{tr('not stated')} 2"


def test_the_card_says_how_the_scores_are_expected_to_lie() -> None:
    card = CardScores((0,) * 9 + (20,), (80,) + (0,) * 9)
    assert card.expected(None) == pytest.approx((0.8, *(0.0,) * 8, 0.2))
    assert card.expected(0.05) == pytest.approx((0.95, *(0.0,) * 8, 0.05))
    assert figures([(entry(1), None)], None, card, 0.5).expected == pytest.approx((0.5, *(0.0,) * 8, 0.5))
    assert figures([(entry(1), None)]).expected is None


def test_the_shipped_card_has_the_scores_of_its_films() -> None:
    card = read_card(bundle_dir())
    scores, metrics = there(card.scores), there(card.metrics)
    assert sum(scores.positive) + sum(scores.negative) == metrics["films"]
    assert sum(scores.positive) == metrics["figures"]["Sensitivity"]["films"]


@pytest.mark.parametrize(
    "counts",
    [None, {}, {"with": [1], "without": [1]}, {"with": [0] * 10, "without": [1] * 10}, {"with": ["x"] * 10}, [1, 2]],
)
def test_a_card_without_good_scores_has_none(counts: object) -> None:
    assert replace(read_card(bundle_dir()), metrics={"scores": counts}).scores is None


@pytest.mark.parametrize(
    ("saved", "network", "reader"),
    [
        (Saved(Review(verdict="accept")), True, True),
        (Saved(Review(verdict="accept")), False, False),
        (Saved(Review(verdict="reject")), True, False),
        (Saved(Review(verdict="reject")), False, None),  # what was missed is not said
        (Saved(Review(verdict="unsure")), True, None),
        (Saved(Review(verdict="edited"), size=replace(NO)), True, False),
        (Saved(Review()), True, None),
        (Saved(Review(verdict="accept"), FirstRead((("absent", "t"),))), True, False),
    ],
)
def test_the_readers_word_is_the_first_read_else_the_verdict(saved: Saved, network: bool, reader: bool | None) -> None:
    assert reader_says(saved, network) is reader


def test_the_command_counts_what_the_window_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SETTINGS_DIR, str(tmp_path))
    info = expected_info(bundle_dir())
    assert info is not None
    results, reviews = ResultFolder(tmp_path / "results"), ReviewFolder(tmp_path / "reviews")
    kept: list[tuple[Summary, Verdict]] = [(YES, "accept"), (YES, "reject"), (NO, "accept"), (NO, "")]
    for number, (summary, verdict) in enumerate(kept):
        results.save(f"{number:040}", identity(info), entry(number, summary), None)
        reviews.save(f"name{number}", Saved(Review(verdict=verdict)))
    results.save("f" * 40, "anothernetwork0", entry(9, YES), None)
    assert len(list(kept_films(results, reviews, identity(info), 3))) == 3
    assert cli.main(["site", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["films"], record["above_threshold"]["share"]) == (4, 0.5)
    assert record["sensitivity_against_reader"]["share"] == 1
    assert sum(record["expected_score_histogram"]) == pytest.approx(1)
    assert record["specificity_against_reader"]["share"] == 0.5
    assert cli.main(["site"]) == 0
    said = capsys.readouterr().out
    assert "name0" not in said
    assert len(said.splitlines()) >= 6


def test_a_file_of_an_earlier_version_counts_without_view(tmp_path: Path) -> None:
    written = json.loads(entry_bytes(entry(1, YES)))
    del written["view"], written["spacing"]
    assert entry_from(json.dumps(written).encode()) == entry(1, YES, view="", spacing=None)


def test_without_any_film_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SETTINGS_DIR, str(tmp_path))
    assert cli.main(["site"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
