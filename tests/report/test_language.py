"""Reports and summaries follow the language; what scripts read does not."""

from __future__ import annotations

import csv
import gettext
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ptxviewer import words
from ptxviewer.cli import main as cli
from ptxviewer.core.findings.reviewed import answer_of
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.review import Review
from ptxviewer.report.jsonout import error_record, film_record
from ptxviewer.report.page import PageOptions, page
from ptxviewer.words.reasons import TEXTS
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine
from tests.films import AT_DETECTOR, INFO, ORIENTED, film, maps

HUMAN = {"text", "error", "name", "formula"}  # keys of the JSON whose values are for people
TIMING = {"read": 1.0, "infer": 2.0, "total": 3.0}


class Marking(gettext.NullTranslations):
    """A language in which every text stands in guillemets."""

    def gettext(self, message: str) -> str:
        return f"«{message}»" if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"

    def pgettext(self, context: str, message: str) -> str:
        return message


@pytest.fixture
def marking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "speak", lambda _language: None)
    monkeypatch.setattr(cli, "speak", lambda _language: None)
    monkeypatch.setattr(words, "_catalogue", Marking())


def for_programs(record: Any) -> Any:
    """A record without what is for people."""
    if isinstance(record, dict):
        return {key: for_programs(value) for key, value in record.items() if key not in HUMAN}
    return [for_programs(value) for value in record] if isinstance(record, list) else record


def records() -> list[dict[str, Any]]:
    made = film(640, 640, spacing=AT_DETECTOR, acquisition=ORIENTED)
    unsized = film(640, 640)
    return [
        film_record("a", made, answer_of(made, maps(made), INFO, Review()), TIMING),
        film_record("b", unsized, answer_of(unsized, maps(unsized, lungs=False), INFO, Review()), TIMING),
        error_record("c", Reading.FILE_DAMAGED, TIMING),
    ]


def test_the_json_of_any_language_has_the_same_keys_and_codes(marking: None, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = records()
    monkeypatch.setattr(words, "_catalogue", gettext.NullTranslations())
    plain = records()
    assert json.dumps(marked) != json.dumps(plain)
    assert for_programs(marked) == for_programs(plain)
    assert "«" not in json.dumps(for_programs(marked), ensure_ascii=False)


def test_every_text_of_a_report_is_of_the_language(marking: None) -> None:
    made = film(640, 640, spacing=AT_DETECTOR, acquisition=ORIENTED)
    review = Review(verdict="accept", measurements=(Measurement("length", ((0.0, 0.0), (30.0, 40.0))),))
    report = page(made, answer_of(made, maps(made), INFO, review), review, options=PageOptions(reader="Dr A"))
    assert report.table is not None
    texts = [report.title, report.headline, report.film_caption, report.outline_caption, report.research_use]
    texts += [label for label, _ in (*report.patient, *report.facts) if label]
    texts += [*report.table.columns, *(value for label, value in report.facts if "Reader»" not in label)]
    assert [text for text in texts if re.search("[A-Za-z]{3,}", unmarked(text))] == []


def unmarked(text: str) -> str:
    """Return what is left of a text without what stands in guillemets, also within each other."""
    while (shorter := re.sub("«[^«»]*»", "", text)) != text:
        text = shorter
    return text


def test_the_list_of_triage_has_the_same_columns_and_codes(
    marking: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: FakeEngine())
    save(dataset(ramp(90, 70), ViewPosition="PA"), tmp_path / "a.dcm")
    save(dataset(ramp(91, 70), ViewPosition="LL"), tmp_path / "b.dcm")
    out = tmp_path / "list.csv"
    assert cli.main(["triage", str(tmp_path / "a.dcm"), str(tmp_path / "b.dcm"), "--out", str(out)]) == 1
    with out.open(encoding="utf-8", newline="") as file:
        above, without = csv.DictReader(file)
    assert (above["group"], above["present"], above["status"], above["reason"]) == ("above", "yes", "analysed", "")
    assert (without["group"], without["status"], without["reason"]) == ("no answer", "not analysed", "lateral_view")
    assert without["note"] == f"«{TEXTS['lateral_view']}»"
    assert capsys.readouterr().out.startswith("«2 films")


def test_help_is_of_the_language(marking: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["predict", "--help"]) == 0
    assert "«Analyses films" in capsys.readouterr().out
