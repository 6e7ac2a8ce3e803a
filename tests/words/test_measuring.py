"""A measurement is told with its unit and with the origin of its millimetres, or with why there are none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ptxviewer.core.film import Acquisition, Radiograph, VoiLut, Window
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons.reading import CalibratedByReader
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from ptxviewer.core.voi import AUTOMATIC
from ptxviewer.words import speak
from ptxviewer.words.measuring import described, lines
from ptxviewer.words.windowing import describe, preset_name

AT_DETECTOR = PixelSpacing(0.2, 0.2, SpacingOrigin.DETECTOR)
NOT_BELIEVED = PixelSpacing(None, None, SpacingOrigin.IMPLAUSIBLE)


UNKNOWN = Acquisition()


def film(spacing: PixelSpacing = NO_SPACING, acquisition: Acquisition = UNKNOWN) -> Radiograph:
    return Radiograph("film", np.full((60, 60), 500, np.uint16), spacing=spacing, acquisition=acquisition)


def test_every_size_says_where_its_millimetres_come_from_or_why_there_are_none() -> None:
    length = Measurement("length", ((0.0, 0.0), (30.0, 40.0)))
    region = Measurement("rectangle", ((0.0, 0.0), (40.0, 30.0)))
    assert lines(film(spacing=AT_DETECTOR), length) == ("10.0 mm (at detector)",)
    assert lines(film(), length) == ("50 px (size unknown)",)
    assert lines(film(spacing=NOT_BELIEVED), length) == ("50 px (spacing not plausible)",)
    assert lines(film(spacing=AT_DETECTOR), region)[1].endswith("(no unit)")
    assert lines(film(acquisition=Acquisition(value_unit="HU")), region)[1].endswith("(HU)")
    assert lines(film(spacing=AT_DETECTOR), region)[2] == "48 mm² (at detector)"
    assert lines(film(spacing=NOT_BELIEVED), region)[2] == "1,200 px (spacing not plausible)"
    angle = Measurement("angle", ((1.0, 0.0), (0.0, 0.0), (0.0, 5.0)))
    assert lines(film(spacing=AT_DETECTOR), angle) == ("90.0°",)
    assert lines(film(), angle) == ("90.0° (pixels taken as square)",)
    assert described(film(spacing=AT_DETECTOR), (length, angle)) == (
        ("1  Length", "10.0 mm (at detector)"),
        ("2  Angle", "90.0°"),
    )


def test_a_calibrated_film_says_who_calibrated_it() -> None:
    spacing = PixelSpacing(0.5, 0.5, SpacingOrigin.MANUAL, CalibratedByReader(25))
    assert lines(film(spacing), Measurement("length", ((0.0, 0.0), (50.0, 0.0)))) == ("25.0 mm (calibrated by reader)",)
    assert lines(film(spacing), Measurement("calibration", ((0.0, 0.0), (50.0, 0.0)), mm=25)) == ("object of 25 mm",)


def test_a_region_beside_the_film_holds_no_image() -> None:
    assert lines(film(), Measurement("rectangle", ((70.0, 1.0), (80.0, 9.0)))) == ("no image here",)


@pytest.fixture
def _german() -> Iterator[None]:
    speak("de")
    yield
    speak("en")


@pytest.mark.usefixtures("_german")
def test_german_measures_with_a_comma() -> None:
    assert lines(film(AT_DETECTOR), Measurement("length", ((0.0, 0.0), (30.0, 40.0)))) == ("10,0 mm (am Detektor)",)
    assert preset_name(Window(0, 1, explanation=AUTOMATIC)) == "Automatisch"
    assert preset_name(Window(0, 1, explanation="lateral")) == "lateral"  # of the file: not ours to translate


def test_a_window_is_told_by_its_width_and_level() -> None:
    assert describe(Window(1600, 3200)) == "W 3200 L 1600"
    assert describe(Window(0.5, 1.25)) == "W 1.25 L 0.5"
    assert describe(VoiLut(np.zeros(2, np.uint16), 0, 8, "BONE")) == "LUT BONE"
