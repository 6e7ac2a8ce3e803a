"""Every word and number on the page, as data: right, complete, and without the patient unless asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest

from ptxviewer import __version__
from ptxviewer.core.answer import Detection, Gate
from ptxviewer.core.calibration import calibrated
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Acquisition, Radiograph, VoiLut, Window
from ptxviewer.core.findings.reviewed import Answer, answer_of
from ptxviewer.core.findings.sizes import MEASURES, sizes_of_half
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons.finding import DistancesMissing, Finding
from ptxviewer.core.reasons.reading import FieldNotPlausible
from ptxviewer.core.review import Review
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from ptxviewer.core.view import FilmView
from ptxviewer.report.decision import headline, nearness
from ptxviewer.report.jsonout import film_record
from ptxviewer.report.page import COLUMNS, MOST_ROWS, Page, PageOptions, page
from ptxviewer.words import measures, quantities, say
from ptxviewer.words.notices import NOT_EXCLUDED, RESEARCH_USE
from tests.films import AT_DETECTOR, INFO, NAMED, ORIENTED, RULE, STUDIED, film, maps
from tests.there import there

WHEN = datetime(2026, 5, 6, 7, 8, tzinfo=timezone.utc)


AT_THAT_TIME = PageOptions(when=WHEN)
UNREVIEWED = Review()


def analysed(of: Radiograph, review: Review = UNREVIEWED, **changes: float | np.ndarray) -> Answer:
    return answer_of(of, maps(of, **changes), INFO, review)


def with_findings(answer: Answer, **changes: Any) -> Answer:
    return replace(answer, findings=replace(answer.findings, **changes))


def words(made: Page) -> str:
    pairs = [" ".join(pair) for pair in (*made.patient, *made.facts)]
    rows = () if made.table is None else (*map(" ".join, made.table.rows), made.table.more)
    return " | ".join([made.headline, made.remark, *pairs, *rows, made.provenance])


@pytest.fixture
def oriented() -> Radiograph:
    return film(640, 640, spacing=AT_DETECTOR, acquisition=ORIENTED, patient=NAMED, study=STUDIED)


def test_a_finding_is_said_with_side_size_and_origin_of_the_size(oriented: Radiograph) -> None:
    made = page(oriented, analysed(oriented), options=AT_THAT_TIME)
    area_mm2 = analysed(oriented).findings.area_mm2
    assert area_mm2 is not None
    area = area_mm2 / 100
    percent = analysed(oriented).findings.halves[0].percent
    assert made.headline.startswith(f"Possible pneumothorax, right apex, {percent:.0f} % of the hemithorax")
    assert made.table is not None
    assert made.table.rows[0][1] == f"{area:.1f} cm²"
    assert NOT_EXCLUDED not in made.remark
    assert made.table is not None
    assert len(made.table.rows) == 1
    assert len(made.table.rows[0]) == len(made.table.columns) == len(COLUMNS)
    assert made.table.rows[0][0] == "right apex"
    assert dict(made.facts)["Projected area"].endswith("% of the right hemithorax")
    assert made.table.rows[0][2].endswith(" mm")


def test_nothing_above_threshold_does_not_exclude(oriented: Radiograph) -> None:
    made = page(oriented, analysed(oriented, score=0.1), options=AT_THAT_TIME)
    assert made.headline == "None marked."
    assert made.remark.startswith(NOT_EXCLUDED)
    assert made.table is None


def test_a_readers_mask_is_said_to_be_that_everywhere(oriented: Radiograph) -> None:
    own = np.zeros(oriented.shape, bool)
    own[100:200, 400:500] = True
    for mask, line in ((own, "Edited by reader: pneumothorax, left apex, 10 % of the hemithorax"),
                       (own & False, "Edited by reader: no pneumothorax marked.")):  # fmt: skip
        review = Review(mask=PackedMask.pack(mask))
        made = page(oriented, analysed(oriented, review, score=0.1), review, options=AT_THAT_TIME)
        assert made.headline.startswith(line)
        assert made.edited
        assert ("Mask", "edited by reader") in made.facts
        assert "mask edited by reader" in made.provenance


def test_the_patient_is_left_out_unless_asked(oriented: Radiograph) -> None:
    text = words(page(oriented, analysed(oriented), options=AT_THAT_TIME))
    assert "De-identified" in text
    for secret in ("Ångström", "田中", "0815", "1960", "2026-01-02", "Elsewhere", "Thorax"):
        assert secret not in text


def test_the_patient_is_named_when_asked(oriented: Radiograph) -> None:
    text = words(page(oriented, analysed(oriented), options=PageOptions(identified=True, when=WHEN)))
    for fact in ("Ångström, 田中", "PAT-0815", "1960-02-03", "66 y", "2026-01-02 10:11", "Thorax p.a."):
        assert fact in text
    assert page(film(), None, options=PageOptions(identified=True)).patient == (("Patient", "Not named in the file"),)


def test_the_footer_says_how_it_came_about(oriented: Radiograph) -> None:
    made = page(oriented, analysed(oriented), options=AT_THAT_TIME)
    for part in (__version__, "test-net 1", "abababababababab", "0.500", "CPU", "at detector", "2026-05-06 07:08 UTC"):
        assert part in made.provenance
    assert made.research_use == RESEARCH_USE


def test_the_time_is_utc_now_unless_told() -> None:
    stated = datetime.strptime(page(film(), None).provenance[-20:], "%Y-%m-%d %H:%M UTC")
    assert abs((datetime.now(timezone.utc).replace(tzinfo=None) - stated).total_seconds()) < 120


def test_settings_are_on_the_page(oriented: Radiograph) -> None:
    facts = dict(
        page(
            oriented, analysed(oriented), Review(verdict="accept"), options=PageOptions(reader="Dr A", when=WHEN)
        ).facts
    )
    assert facts["Threshold"] == "0.50 (default 0.50)"
    assert facts["Film score"] == "0.90 (not a probability), above the operating point (0.40)"
    assert facts["Spacing"] == "at detector"
    assert facts["Film"] == "DX PA, 640 x 640 pixels"
    assert facts["Verdict"] == "accepted"
    assert facts["Name"] == "Dr A"


def test_how_the_film_is_shown_is_on_the_page() -> None:
    of = film(acquisition=Acquisition(lossy=True), frame=1, frames=3)
    facts = dict(page(of, None, view=FilmView(voi=Window(40, 400), inverted=True, quarter_turns=5, flipped=True)).facts)
    assert facts["Shown"] == "W 400 L 40, inverted, flipped, turned 90°"
    assert facts["Film"] == "picture, 160 x 200 pixels, frame 2 of 3, lossy compression"
    assert dict(page(of, None).facts)["Shown"] == "W 4095 L 2048 (Automatic)"
    table = VoiLut(of.pixels[0], 0, 16, "NORMAL")
    assert dict(page(of, None, view=FilmView(voi=table)).facts)["Shown"] == "LUT NORMAL"


def test_without_spacing_sizes_are_pixels_and_the_reason_is_given() -> None:
    note = FieldNotPlausible(17.0)
    of = film(640, 640, spacing=PixelSpacing(None, None, SpacingOrigin.IMPLAUSIBLE, note), notes=(note,))
    made = page(of, analysed(of), options=AT_THAT_TIME)
    assert " px" not in made.headline
    assert dict(made.facts)["Area"].endswith(" px")
    assert there(made.table).rows[0][2].endswith(" px")
    assert made.remark.count(say(note)) == 1
    assert "cm" not in words(made).replace("cm wide", "")


def test_a_film_that_was_not_analysed_says_so_and_why() -> None:
    made = page(film(not_analysed="This is a CT image."), None, options=AT_THAT_TIME)
    assert made.headline == "Not analysed."
    assert made.remark == "This is a CT image."
    assert "network" not in made.provenance


def test_findings_on_both_sides_and_many_of_them(oriented: Radiograph) -> None:
    grid = maps(oriented).pneumothorax.copy()
    grid[12:24, 40:50] = 0.8
    both = analysed(oriented, grid=grid)
    said = headline(oriented, both.findings, RULE.score_threshold)
    assert said.startswith("Possible pneumothorax, both sides: ")
    assert (said.count("%"), said.count("of the hemithorax")) == (2, 1), "of what the share is stands there once"
    lesion = both.findings.lesions[0]
    many = with_findings(both, lesions=(lesion,) * (MOST_ROWS + 3))
    made = page(oriented, many, options=AT_THAT_TIME)
    assert made.table is not None
    assert len(made.table.rows) == MOST_ROWS
    assert made.table.more == "and 3 smaller"


@pytest.mark.parametrize(
    ("score", "word"), [(0.9, "above"), (0.45, "near"), (0.4, "near"), (0.33, "near"), (0.1, "below")]
)
def test_where_a_score_lies(score: float, word: str) -> None:
    assert nearness(score, 0.4) == word


def test_areas_read_well() -> None:
    assert quantities.area_or_px(12345, None) == "12,345 px"
    assert measures.area_with_origin(1, 620.0, AT_DETECTOR) == "6.2 cm² (at detector)"


def test_sizes_that_are_refused_for_one_reason_share_a_line(oriented: Radiograph) -> None:
    (half,) = analysed(oriented).findings.halves
    ((names, reason),) = measures.refusals(sizes_of_half(oriented, replace(half, loculated=True)))
    assert names == ", ".join(measure.name for measure in MEASURES)
    assert reason == say(Finding.LOCULATED)


def test_the_readers_note_verdict_and_measurements_are_on_the_page(oriented: Radiograph) -> None:
    drawn = (
        Measurement("length", ((10.0, 10.0), (310.0, 410.0))),
        Measurement("rectangle", ((10.0, 10.0), (20.0, 20.0))),
    )
    review = Review(verdict="accept", note="rib 4?", measurements=drawn)
    made = page(oriented, None, review, options=PageOptions(reader="Dr. A", when=WHEN))
    assert {"Verdict": "accepted", "Note": "rib 4?", "Name": "Dr. A"}.items() <= dict(made.facts).items()
    assert "1  Length: 100.0 mm (at detector)" in words(made)
    assert "4 mm² (at detector)" in words(made)
    assert made.measurements == drawn


def test_after_a_calibration_every_millimetre_on_the_page_is_the_readers(oriented: Radiograph) -> None:
    drawn = (
        Measurement("length", ((10.0, 10.0), (310.0, 410.0))),
        Measurement("calibration", ((0.0, 0.0), (0.0, 100.0)), 40.0),
    )
    by_reader = calibrated(oriented, drawn)
    said = words(page(by_reader, analysed(by_reader), Review(measurements=drawn), options=AT_THAT_TIME))
    assert "1  Length: 200.0 mm (calibrated by reader)" in said
    assert "2  Calibration: object of 40 mm" in said
    assert "cm² (calibrated by reader)" in said
    assert "at detector" not in said


def refused(oriented: Radiograph) -> Answer:
    gate = Gate(False, Finding.NOT_FRONTAL)
    return with_findings(analysed(oriented), gate=gate)


def test_what_the_gate_refused_is_not_on_the_page_until_the_reader_insists(oriented: Radiograph) -> None:
    made = page(oriented, refused(oriented), options=AT_THAT_TIME)
    assert made.headline == "Result not shown."
    assert "frontal" in made.remark
    assert "Film score" not in dict(made.facts)
    assert made.table is None
    assert not made.mask.any()
    insisted = page(oriented, replace(refused(oriented), overridden=True), options=AT_THAT_TIME)
    assert insisted.table is not None
    assert insisted.mask.any()
    assert dict(insisted.facts)["Film check"].endswith("Shown because the reader asked for it.")


def test_cautions_limits_and_moved_lines_are_on_the_page(oriented: Radiograph) -> None:
    said = analysed(oriented)
    half = replace(said.findings.halves[0], moved=("b",))
    limits = Detection(score=0.2, peak=0.6, min_area=0.01)
    gate = Gate(True, cautions=(Finding.APEX_CUT_OFF,))
    changed = with_findings(said, score_threshold=0.2, gate=gate, detection=limits, halves=(half,))
    facts = dict(page(oriented, changed, options=AT_THAT_TIME).facts)
    assert facts["Film check"] == "An apex may be cut off at the upper edge."
    assert facts["Sensitivity"] == (
        "film score at least 0.20, peak at least 0.60, area at least 1.6 cm² (set by reader)"
    )
    assert facts["Distances"].endswith(" cm, B on the right moved by reader")
    assert facts["Not given"] == f"Light index, BTS 2010: {say(DistancesMissing(('rim',)))}"
    unsized = replace(oriented, spacing=NO_SPACING)
    assert "at least 4,096 px" in dict(page(unsized, changed, options=AT_THAT_TIME).facts)["Sensitivity"]


def test_what_an_older_network_said_carries_its_name_in_headline_text_and_provenance(oriented: Radiograph) -> None:
    made = page(oriented, older := replace(analysed(oriented), info=replace(INFO, older=True)), options=AT_THAT_TIME)
    assert made.headline.endswith("Network 1 (older).")
    assert made.text.endswith("Network 1 (older).")
    assert "older network test-net 1" in made.provenance
    record = film_record("a.dcm", oriented, older, {})
    assert record["model"]["older"] is True
    assert "older" not in words(page(oriented, analysed(oriented), options=AT_THAT_TIME))
