"""The text size: of the system or of the settings, for the window alone; films and reports keep theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSize

from ptxviewer.core.measurement import Measurement
from ptxviewer.core.review import Review
from ptxviewer.report.page import page
from ptxviewer.ui.platform import text_size
from ptxviewer.ui.platform.style import stylesheet
from ptxviewer.ui.report.films import film_picture
from tests.films import AT_DETECTOR, ORIENTED, film

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(autouse=True)
def _usual_afterwards() -> Iterator[None]:
    yield
    text_size.use(1.0)


@pytest.mark.parametrize(("wanted", "used"), [(0.5, 1.0), (1.0, 1.0), (1.5, 1.5), (3.0, 2.0)])
def test_text_is_never_smaller_than_usual_and_at_most_twice_as_large(wanted: float, used: float) -> None:
    text_size.use(wanted)
    assert text_size.factor() == used
    assert text_size.px(20) == 20 * used


@pytest.mark.parametrize(("dpi", "factor"), [(72, 1.0), (96, 1.0), (120, 1.25), (192, 2.0)])
def test_a_system_with_larger_text_is_followed(dpi: float, factor: float) -> None:
    assert text_size.of_system(dpi) == factor


def test_letters_grow_and_lines_stay_thin() -> None:
    usual = stylesheet()
    text_size.use(2.0)
    assert "font-size: 26px" in stylesheet()
    assert usual.count("1px solid") == stylesheet().count("1px solid")
    assert usual.count("#") == stylesheet().count("#")  # colours are no lengths


def test_a_report_is_the_same_in_any_text_size() -> None:
    seen = film(400, 400, spacing=AT_DETECTOR, acquisition=ORIENTED)
    measured = Review(measurements=(Measurement("length", ((50.0, 60.0), (200.0, 90.0))),))
    mask = np.zeros((400, 400), bool)
    mask[40:120, 60:100] = True
    shown = replace(page(seen, None, review=measured), mask=mask)
    usual = film_picture(shown, QSize(600, 600), drawings=True, ratio=1.0)
    text_size.use(2.0)
    assert film_picture(shown, QSize(600, 600), drawings=True, ratio=1.0) == usual
