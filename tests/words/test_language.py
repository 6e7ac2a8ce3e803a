"""Choosing a language, and numbers as it writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ptxviewer import words
from ptxviewer.core.film import Age
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.reading import Reading, TooManyFilms
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from ptxviewer.words import quantities as q

AT_DETECTOR = PixelSpacing(0.2, 0.1, SpacingOrigin.DETECTOR)


@pytest.fixture
def german() -> Iterator[None]:
    words.speak("de")
    yield
    words.speak("en")


def test_reasons_are_told_in_the_language_that_is_spoken(german: Any) -> None:
    assert words.language() == "de"
    assert words.say(Finding.NOT_FRONTAL) == "Dies sieht nicht wie eine frontale Thoraxaufnahme aus."
    assert words.say(TooManyFilms(10_000)).startswith("Hier sind mehr als 10.000 Aufnahmen")
    words.speak("en")
    assert words.say(TooManyFilms(10_000)).startswith("There are more than 10,000 films")


def test_an_age_is_told_in_the_language_that_is_spoken(german: Any) -> None:
    assert [q.age(Age(54, "Y")), q.age(Age(7, "M")), q.age(None)] == ["54 J", "7 Mon", ""]
    words.speak("en")
    assert q.age(Age(54, "Y")) == "54 y"


def test_a_language_without_a_catalogue_is_english() -> None:
    words.speak("tlh")
    assert words.language() == "en"
    assert words.say(Reading.FILE_EMPTY) == "This file is empty."


@pytest.mark.parametrize(
    ("preferred", "environment", "chosen"),
    [
        ((), {}, "en"),
        ((), {"LANG": "de_DE.UTF-8"}, "de"),
        ((), {"LANG": "de_DE.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ((), {"LANG": "en_US.UTF-8", "LANGUAGE": "tlh:de"}, "de"),
        ((), {"LANG": "C"}, "en"),
        (("fr-CH", "de-CH"), {"LANG": "en_US.UTF-8"}, "de"),
        (("en-US", "de-DE"), {"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_of_the_system_is_the_first_that_there_is(
    monkeypatch: pytest.MonkeyPatch, preferred: Any, environment: Any, chosen: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.system_language(preferred) == chosen


def test_a_language_is_called_by_its_own_name() -> None:
    assert words.name_of("de") == "Deutsch"
    assert words.name_of("en") == "English"
    assert words.language() == "en"


def test_numbers_are_written_as_the_language_writes_them(german: Any) -> None:
    assert q.decimal(1234.56, 1) == "1.234,6"
    assert q.count(10_000) == "10.000"
    assert q.plain(0.14) == "0,14"
    assert q.limit(0.225) == "0,225"
    assert q.area(50_000, AT_DETECTOR) == "10,0 cm²"
    words.speak("en")
    assert q.decimal(1234.56, 1) == "1,234.6"
    assert q.area(50_000, AT_DETECTOR) == "10.0 cm²"
    assert q.area(50_000, NO_SPACING) == "50,000 px"


def test_a_threshold_has_the_digits_that_it_was_set_to() -> None:
    assert [q.limit(v) for v in (0.4, 0.23, 0.225, 0.2249999)] == ["0.40", "0.23", "0.225", "0.225"]


def test_a_score_is_never_rounded_to_the_other_side_of_its_limit() -> None:
    assert q.score(0.8734) == "0.87"
    assert q.score(0.2249, beside=0.225) == "0.22"
    assert q.score(0.3999, beside=0.4) == "0.3999"
    assert q.score(0.403, beside=0.4) == "0.403"
    assert q.score(0.4, beside=0.4) == "0.40"
    assert q.score(0.2262, beside=0.225) == "0.23"
    assert q.score(0.9, beside=0.225) == "0.90"


@pytest.mark.parametrize("origin", SpacingOrigin)
def test_every_origin_of_millimetres_has_a_label(origin: SpacingOrigin) -> None:
    assert q.spacing_label(PixelSpacing(None, None, origin))


def test_labels_say_the_factor_and_that_a_picture_is_not_calibrated() -> None:
    assert (
        q.spacing_label(PixelSpacing(0.1, 0.1, SpacingOrigin.MAGNIFICATION, factor=1.1)) == "corrected by factor 1.10"
    )
    picture = PixelSpacing(None, None, SpacingOrigin.NONE, Reading.PICTURE_NOT_CALIBRATED)
    assert q.spacing_label(picture) == "not calibrated"
    assert q.spacing_label(NO_SPACING) == "pixels only"
