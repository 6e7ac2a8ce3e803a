"""Findings and impression: right in every case and language, and a site's own where it has put some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.core.answer import Findings, HemithoraxFinding, Lesion
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.findings.change import Compared, SideChange
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.reviewed import answer_of
from ptxviewer.core.reasons.stored import TemplateBroken, TemplateProblem
from ptxviewer.core.review import FirstRead, Impression, ReportText, Review, Verdict
from ptxviewer.core.spacing import NO_SPACING
from ptxviewer.report import templates
from ptxviewer.report.page import PageOptions, page
from ptxviewer.report.sentence import case_of, prefilled
from ptxviewer.report.templates import CASES, WORDS, BrokenTemplate, Case, parsed
from ptxviewer.words import languages, speak
from tests.films import AT_DETECTOR, INFO, ORIENTED, RULE, film, maps

FILM = film(640, 640, spacing=AT_DETECTOR, acquisition=ORIENTED)
MARKED = find(FILM, maps(FILM), RULE)[0]
BARE = find(FILM, maps(FILM, score=0.1), RULE)[0]


@pytest.fixture(autouse=True)
def own_templates_in_english() -> Iterator[None]:
    templates.use(())
    yield
    templates.use(())
    speak("en")


@pytest.mark.parametrize(
    ("findings", "verdict", "impression", "case"),
    [
        (MARKED, "", None, "possible"),
        (MARKED, "accept", None, "present"),
        (MARKED, "reject", None, "absent"),
        (MARKED, "unsure", None, "unsure"),
        (MARKED, "", "absent", "absent"),
        (MARKED, "accept", "absent", "present"),
        (replace(MARKED, edited=True), "", None, "present"),
        (BARE, "", None, "none marked"),
        (BARE, "accept", None, "absent"),
        (BARE, "reject", None, "missed"),
        (BARE, "", "present", "missed"),
    ],
)
def test_the_reader_decides_what_kind_of_text_it_is(
    findings: Findings, verdict: Verdict, impression: Impression | None, case: Case
) -> None:
    assert case_of(findings, Review(verdict=verdict), impression) == case


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_section_and_word(language: str) -> None:
    speak(language)
    own = templates.template()
    assert set(own.cases) == set(CASES)
    assert set(own.words) == set(WORDS)
    texts = {prefilled(FILM, MARKED, Review(verdict=verdict)).text for verdict in ("", "accept", "reject", "unsure")}
    assert len(texts) == 4
    assert not any("{" in text or "[" in text for text in texts)


def test_size_has_its_method_and_a_drain_its_word() -> None:
    text = prefilled(FILM, MARKED, Review(verdict="accept", drain="yes")).text
    percent = MARKED.halves[0].percent
    assert percent is not None
    assert f"Pneumothorax, right, apical, {percent:.0f} % of the hemithorax (projected area)" in text
    assert "at detector" in text
    assert "A chest drain is in place." in text
    assert "Tension: not assessed." in text


def test_no_size_in_mm_without_spacing_and_none_where_measures_disagree() -> None:
    unsized = replace(FILM, spacing=NO_SPACING)
    assert " cm" not in prefilled(unsized, find(unsized, maps(unsized), RULE)[0], Review()).text
    half = HemithoraxFinding("left", False, 40_000, 61.0)
    lesion = Lesion("left", 40_000, 1600.0, 0.9, 0.8, (0, 0, 1, 1))
    text = prefilled(FILM, Findings(True, 0.9, 0.5, 0.4, (lesion,), halves=(half,)), Review()).text
    assert "61" not in text
    assert "contradict" in text


def test_without_a_share_of_the_hemithorax_the_text_has_the_area_where_the_film_supports_it() -> None:
    half = replace(MARKED.halves[0], percent=None)
    unmeasured = replace(MARKED, halves=(half,))
    assert "cm²" in prefilled(FILM, unmeasured, Review()).text
    assert "cm²" not in prefilled(replace(FILM, spacing=NO_SPACING), unmeasured, Review()).text


def test_what_was_rejected_is_not_in_the_text() -> None:
    text = prefilled(FILM, MARKED, Review(verdict="reject")).text
    assert "No pneumothorax." in text
    assert "%" not in text
    assert "right" not in text


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        (30.0, 18.0, "right smaller (30 % to 18 %)"),
        (18.0, 20.0, "right unchanged (18 % to 20 %)"),
        (0.0, 18.0, "right new"),
        (18.0, 0.0, "right no longer marked"),
    ],
)
def test_the_change_to_the_prior_is_told_with_both_sizes(older: float, newer: float, said: str) -> None:
    compared = Compared((SideChange("right", (older, newer), None),), 12)
    assert f"Compared with the prior film (12 days apart): {said}." in prefilled(FILM, MARKED, Review(), compared).text
    assert "prior" not in prefilled(FILM, MARKED, Review(), Compared((SideChange("right", None, None),))).text


def test_the_facts_have_one_name_in_all_languages_and_another_when_they_change() -> None:
    english = prefilled(FILM, MARKED, Review())
    speak("de")
    german = prefilled(FILM, MARKED, Review())
    assert german.text != english.text
    assert german.basis == english.basis
    for review in (Review(verdict="accept"), Review(drain="no")):
        assert prefilled(FILM, MARKED, review).basis != english.basis
    assert prefilled(FILM, BARE, Review()).basis != english.basis
    compared = Compared((SideChange("right", (30.0, 18.0), None),))  # a prior that is opened changes no finding
    assert prefilled(FILM, MARKED, Review(), compared).basis == german.basis


def test_the_report_prints_the_text_and_says_whose_it_is() -> None:
    answer = answer_of(FILM, maps(FILM), INFO, Review())
    made = page(FILM, answer, Review())
    assert made.text == prefilled(FILM, MARKED, Review()).text
    assert "Prefilled" in made.text_by
    own = Review(text=ReportText("Small apical pneumothorax.", prefilled(FILM, MARKED, Review()).basis))
    assert page(FILM, answer, own).text == "Small apical pneumothorax."
    assert "by reader" in page(FILM, answer, own).text_by
    assert "changed" not in page(FILM, answer, own).text_by
    assert "changed" in page(FILM, answer, replace(own, verdict="reject")).text_by
    refused = replace(answer, findings=replace(answer.findings, gate=replace(answer.findings.gate, passed=False)))
    assert page(FILM, refused, Review()).text == ""
    prior = Compared((SideChange("right", (30.0, 18.0), None),))
    assert "smaller" in page(FILM, answer, Review(), options=PageOptions(compared=prior)).text


def test_a_mask_that_the_reader_emptied_is_no_pneumothorax() -> None:
    review = Review(mask=PackedMask.pack(np.zeros(FILM.shape, bool)), verdict="edited")
    findings = answer_of(FILM, maps(FILM), INFO, review).findings
    assert "No pneumothorax." in prefilled(FILM, findings, review).text


# ---- what a site changes


def site(folder: Path, content: str | bytes, name: str = "en.txt") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    templates.use((folder,))


def test_a_site_changes_one_section_and_keeps_the_others(tmp_path: Path) -> None:
    site(tmp_path, "\ufeff== present ==\nPTX {side}[, {size}].")
    assert templates.problem() is None
    assert prefilled(FILM, MARKED, Review(verdict="accept")).text.startswith("PTX right, ")
    assert "No pneumothorax." in prefilled(FILM, MARKED, Review(verdict="reject")).text


def test_the_readers_folder_comes_before_the_sites(tmp_path: Path) -> None:
    for name in ("own", "site"):
        site(tmp_path / name, f"== absent ==\n{name}")
    templates.use((tmp_path / "nowhere", tmp_path / "own", tmp_path / "site"))
    assert prefilled(FILM, MARKED, Review(verdict="reject")).text == "own"


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        ("text", 1, TemplateProblem.NO_SECTION),
        ("== present ==\n\n== presence ==", 3, TemplateProblem.UNKNOWN_SECTION),
        ("== present ==\n{sid}", 2, TemplateProblem.UNKNOWN_NAME),
        ("== present ==\nPTX [{side}", 2, TemplateProblem.UNKNOWN_NAME),
        ("== words ==\nside rihgt = right", 2, TemplateProblem.UNKNOWN_WORD),
        ("== words ==\nside right = {side}", 2, TemplateProblem.UNKNOWN_NAME),
        (b"\xff\xfe\xff", 0, TemplateProblem.NOT_READABLE),
        ("#" * 70_000, 0, TemplateProblem.TOO_LONG),
    ],
)
def test_a_broken_template_is_told_with_its_line_and_the_built_in_one_is_used(
    tmp_path: Path, content: str | bytes, line: int, why: TemplateProblem
) -> None:
    site(tmp_path, content)
    assert templates.problem() == TemplateBroken("en.txt", line, why)
    assert "No pneumothorax." in prefilled(FILM, MARKED, Review(verdict="reject")).text


def test_a_folder_in_the_place_of_a_template_is_told(tmp_path: Path) -> None:
    (tmp_path / "en.txt").mkdir()
    templates.use((tmp_path,))
    assert templates.problem() == TemplateBroken("en.txt", 0, TemplateProblem.NOT_READABLE)


def test_a_line_whose_value_is_missing_is_left_out_and_a_bracket_too() -> None:
    of = parsed("== present ==\na[ {size}]\nb {size}\n\n\n\nc {drain}", "x")
    assert templates.filled(of.cases["present"], {"drain": "d"}, [{"size": ""}]) == "a\n\nc d"
    with pytest.raises(BrokenTemplate):
        parsed("== present ==\n}", "x")


def test_the_report_tells_what_was_said_before_and_after_the_result() -> None:
    record = FirstRead((("absent", "1"), ("present", "3")), revealed="2", challenged="2", answered="3")
    made = page(FILM, answer_of(FILM, maps(FILM), INFO, Review()), Review(), options=PageOptions(first_read=record))
    told = [line for _, line in made.by_reader]
    order = [next(n for n, line in enumerate(told) if part in line) for part in ("absent", "disagreed", "present")]
    assert order == sorted(order)
    assert "before" in told[order[0]]
    assert "after" in told[order[2]]
    assert made.text == prefilled(FILM, MARKED, Review(), impression="present").text
