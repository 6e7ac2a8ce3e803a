"""The JSON that scripts read: its fields are a promise."""

from __future__ import annotations

import json

import numpy as np

from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.findings.reviewed import answer_of
from ptxviewer.core.findings.sizes import MEASURES
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.review import Review
from ptxviewer.report.jsonout import as_bytes, error_record, film_record
from ptxviewer.words import say
from tests.films import AT_DETECTOR, INFO, NAMED, STUDIED, film, maps
from tests.there import there

FIELDS = [
    "file", "status", "error", "reason", "score", "present", "threshold",
    "rule", "gate", "mask", "lesions", "hemithoraces",
    "spacing", "model", "device", "timing_ms",
]  # fmt: skip
TIMING = {"read": 1.234, "infer": 5.678, "total": 9.0}


def test_an_analysed_film_has_exactly_the_promised_fields() -> None:
    of = film(640, 640, spacing=AT_DETECTOR, patient=NAMED, study=STUDIED)
    answer = answer_of(of, maps(of), INFO, Review())
    findings = answer.findings
    record = json.loads(as_bytes(film_record("a/b.dcm", of, answer, TIMING)))
    assert list(record) == FIELDS
    assert (record["file"], record["status"], record["error"], record["reason"]) == ("a/b.dcm", "ok", None, None)
    assert (record["score"], record["present"], record["threshold"]) == (0.9, True, 0.5)
    (lesion,) = record["lesions"]
    assert list(lesion) == [
        "side", "area_px", "area_mm2", "max_probability", "bbox", "zones", "width_px", "width_mm", "mean_score",
    ]  # fmt: skip
    (half,) = record["hemithoraces"]
    assert half["side"] == "right"
    assert half["percent"] == round(there(findings.halves[0].percent), 2)
    assert record["gate"] == {"passed": True, "reasons": [], "cautions": [], "overridden": False}
    assert half["distances_moved"] == []
    assert list(half["distances_mm"]) == ["a", "b", "c", "rim", "across"]
    assert half["distances_mm"]["a"] > 0
    assert half["distances_mm"]["c"] is None
    assert half["distances_refused"]["c"] == {
        "code": "air_not_at_level", "text": say(Finding.AIR_NOT_AT_LEVEL),
    }  # fmt: skip
    assert half["distances_mm"].keys() >= half["distances_refused"].keys()
    assert half["sizes_disagree"] is None
    assert {size["text"] for size in half["sizes"]} == {None}  # the film does not say that it is an erect PA film
    assert {size["refused"]["code"] for size in half["sizes"]} == {"view_not_stated"}
    assert [size["id"] for size in half["sizes"]] == [measure.id for measure in MEASURES]
    assert lesion["side"] == "right"
    assert lesion["area_px"] == findings.area_px
    assert len(lesion["bbox"]) == 4
    assert record["spacing"] == {"row_mm": 0.2, "col_mm": 0.2, "origin": "at detector"}
    assert record["model"] == {"id": "test-net 1", "sha256": "ab" * 32, "older": False}
    assert record["mask"] == "model"
    assert record["timing_ms"] == {"read": 1.2, "infer": 5.7, "total": 9.0}
    text = json.dumps(record)
    assert "0815" not in text
    assert "ngstr" not in text


def test_a_failed_film_has_the_same_fields() -> None:
    content = as_bytes(error_record("bad\udcff.dcm", Reading.FILE_DAMAGED, {"read": None, "infer": None, "total": 1.0}))
    record = json.loads(content)
    assert list(record) == FIELDS
    assert (record["status"], record["error"]) == ("error", say(Reading.FILE_DAMAGED))
    assert record["reason"] == {"code": "file_damaged"}
    assert record["lesions"] == record["hemithoraces"] == []
    assert record["timing_ms"] == {"read": None, "infer": None, "total": 1.0}
    content.decode("ascii")


def test_without_spacing_an_area_is_null() -> None:
    of = film(640, 640)
    record = json.loads(as_bytes(film_record("x", of, answer_of(of, maps(of), INFO, Review()), TIMING)))
    assert record["lesions"][0]["area_mm2"] is None
    assert record["spacing"] == {"row_mm": None, "col_mm": None, "origin": "none"}


def test_a_mask_that_a_reader_changed_is_said_to_be_that() -> None:
    of = film(64, 64)
    review = Review(mask=PackedMask.pack(np.ones(of.shape, bool)))
    assert film_record("x", of, answer_of(of, maps(of), INFO, review), TIMING)["mask"] == "edited by reader"
