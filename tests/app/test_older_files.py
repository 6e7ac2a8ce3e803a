"""Settings, reviews and results written by the version before (commit 462115c) are read; damage is told, not lost."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptxviewer.app.disk.result_file import ResultFolder, entry_from, identity, maps_from
from ptxviewer.app.disk.review_file import from_bytes
from ptxviewer.app.disk.settings import load
from ptxviewer.app.state.facts import Summary
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.answer import Detection, Line
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import NotAnalysed, OtherBodyPart, OtherModality, Reading
from ptxviewer.core.review import MovedLine
from tests.films import INFO

SETTINGS = {
    "device": "cpu", "screen_identified": False, "report_identified": True, "reports_folder": "/tmp/reports",
    "reader": "\u5c71\u7530", "first_read": True, "two_thresholds": True, "overlay_mode": "heat",
    "overlay_opacity": 0.4, "annotations": False, "film_memory_mb": 800, "keep_results": False, "strip": False,
    "panel": False, "worklist_width": 333, "watch_folder": "/tmp/in", "accepted_notice": True, "geometry": "g",
}  # fmt: skip
TILE = (
    "eAHt0LEJACAMRFHBwv03ciQ3iBtcY5HCl/ZDON4Y7lFgVtUJP/TsE+gkAgQI"
    "EOgXWDtv6O55nUqAAAECBAgQIECAAAECBAgQIECAAAECBH4SuN3PK0Q="
)
REVIEW = {
    "format": 1,
    "reader": "Dr. A",
    "changed": "2026-05-06T07:10:00+00:00",
    "review": {
        "threshold": 0.35,
        "verdict": "edited",
        "note": "Kerley B?",
        "mask": {"rows": 70, "cols": 90, "tiles": {"0": TILE}},
        "measurements": [
            {"kind": "length", "points": [[1.5, 2.0], [30.25, 40.0]], "mm": None},
            {"kind": "angle", "points": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]], "mm": None},
            {"kind": "calibration", "points": [[0.0, 0.0], [10.0, 0.0]], "mm": 25.0},
        ],
        "detection": {"score": 0.3, "peak": None, "min_area": 0.001},
        "gate_overridden": True,
        "lines": [{"on_image_left": True, "name": "b", "wall": [10.0, 20.0], "lung": [14.5, 20.0]}],
    },
    "first_read": {
        "marks": [["absent", "2026-05-06T07:08:00+00:00"], ["present", "2026-05-06T07:09:00+00:00"]],
        "revealed": "2026-05-06T07:08:00+00:00",
    },
}
ENTRY = (
    b'{"key": "film", "kept_as": "name", "shape": [200, 160], "frames": 3, "why_not": "", "summary": {"score": 0.9, '
    b'"present": true, "sides": ["left", "right"], "percent": 32.5, "area_mm2": 4100.0, "area_px": 12345, '
    b'"refused": false, "measured": true}, "format": 1}'
)


def without(sentence: str) -> bytes:
    """The entry of a film that was not analysed."""
    return (
        f'{{"key": "film", "kept_as": "name", "shape": [200, 160], "frames": 1, "why_not": "{sentence}", '
        f'"summary": null, "format": 1}}'
    ).encode("ascii")


MAPS = base64.b64decode(
    "eyJmb3JtYXQiOiAxLCAiZ3JpZHMiOiBbInBuZXVtb3Rob3JheCIsICJsdW5nX2ltYWdlX2xlZnQiXSwgInNpemUiOiA0LCAiaW1hZ2Vfa2V5Ijog"
    "ImZpbG0iLCAicm93cyI6IDIwMCwgImNvbHMiOiAxNjAsICJzY29yZSI6IDAuOSwgImZyb250YWwiOiAwLjI1LCAibW9kZWxfaWQiOiAibW9kZWwi"
    "LCAibW9kZWxfc2hhMjU2IjogImFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWIi"
    "LCAiZGV2aWNlIjogIkNQVSIsICJpbmZlcl9tcyI6IDEyLjV9CngBY2AgABoYHBoWHHjAIKBg4BCQUMBgawcG9lBAQDdQuuEAg4JDQsOEBRsOXHjw"
    "gcHWFmoCxBwAoHgUSaCD/Qk="
)


def test_every_setting_is_read(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS, indent=1), "utf-8")
    known: dict[str, Any] = {key: value for key, value in SETTINGS.items() if key != "first_read"}
    assert load(tmp_path / "settings.json") == Settings(**known, reading_mode="first")


def test_every_field_of_a_review_is_read() -> None:
    saved = from_bytes((json.dumps(REVIEW, indent=1) + "\n").encode("ascii"))
    review, mask = saved.review, np.zeros((70, 90), np.bool_)
    mask[10:20, 30:60] = mask[65:, 85:] = True
    assert (saved.reader, saved.changed) == ("Dr. A", "2026-05-06T07:10:00+00:00")
    assert (review.threshold, review.verdict, review.note, review.gate_overridden) == (
        0.35,
        "edited",
        "Kerley B?",
        True,
    )
    assert review.mask is not None
    assert (review.mask.unpack() == mask).all()
    assert review.measurements == (
        Measurement("length", ((1.5, 2.0), (30.25, 40.0))),
        Measurement("angle", ((1.0, 2.0), (3.0, 4.0), (5.0, 6.5))),
        Measurement("calibration", ((0.0, 0.0), (10.0, 0.0)), 25.0),
    )
    assert review.detection == Detection(score=0.3, min_area=0.001)
    assert review.lines == (MovedLine(True, "b", Line((10.0, 20.0), (14.5, 20.0))),)
    assert [mark for mark, _ in saved.first_read.marks] == ["absent", "present"]
    assert saved.first_read.revealed == "2026-05-06T07:08:00+00:00"


def test_a_result_is_read() -> None:
    entry = entry_from(ENTRY)
    assert (entry.key, entry.kept_as, entry.shape, entry.frames) == ("film", "name", (200, 160), 3)
    assert entry.summary == Summary(0.9, True, ("left", "right"), 32.5, 4100.0, 12_345)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Not analysed: this is a lateral view.", Reading.LATERAL_VIEW),
        ("Not analysed: this is a CT image.", OtherModality("CT")),
        ("Not analysed: this is not a radiograph.", Reading.NOT_A_RADIOGRAPH),
        ("Not analysed: this is not a chest (abdomen).", OtherBodyPart("ABDOMEN")),
        ("Not analysed: this is a colour picture.", Reading.COLOUR_PICTURE),
        ("Not analysed: the picture is too small.", Reading.PICTURE_TOO_SMALL),
    ],
)
def test_why_a_film_was_not_analysed_is_a_reason_again(sentence: str, reason: Reason) -> None:
    assert entry_from(without(sentence)).why_not == NotAnalysed(reason)


def test_an_entry_with_an_unknown_sentence_is_no_entry_so_that_its_film_is_analysed_again(tmp_path: Path) -> None:
    folder, model = ResultFolder(tmp_path), identity(INFO)
    (tmp_path / f"mark-{model}.json").write_bytes(without("Not analysed: the moon is full."))
    assert folder.find("mark", model) is None


def test_maps_are_read_bit_for_bit() -> None:
    maps, grid = maps_from(MAPS), np.arange(16, dtype=np.float32).reshape(4, 4) / 16
    assert (maps.image_key, maps.rows, maps.cols, maps.score, maps.frontal) == ("film", 200, 160, 0.9, 0.25)
    assert (maps.pneumothorax == grid).all()
    assert maps.lung_image_left is not None
    assert (maps.lung_image_left == grid / 2).all()
    assert maps.lung_image_right is None


def test_maps_are_found_under_their_older_name(tmp_path: Path) -> None:
    folder, model = ResultFolder(tmp_path), identity(INFO)
    folder.save("mark", model, entry_from(ENTRY), maps_from(MAPS))
    (new,) = tmp_path.glob("*.npz")
    new.unlink()
    new.with_suffix(".maps").write_bytes(MAPS)
    assert folder.maps("film", (200, 160), model) is not None
    folder.clear()
    assert not list(tmp_path.iterdir())
