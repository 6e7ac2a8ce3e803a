"""From modality values to grey: what PS3.3 says of windows, one inversion, and windows that show nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.film import VoiFunction, VoiLut, Window
from ptxviewer.core.voi import (
    auto_window,
    display_lut,
    drag_window,
    percentiles,
    shows_something,
    voi_values,
    window_values,
)
from tests.films import film

centers = st.floats(-5000, 70000)
widths = st.floats(1, 70000)
functions = st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"])


def at(values: Any, center: int, width: int, function: VoiFunction = "LINEAR") -> Any:
    return window_values(np.asarray(values, np.float64), Window(center, width, function)).tolist()


def test_linear_is_that_of_the_standards_own_example() -> None:
    """PS3.3 C.11.2.1.2.1: center 2048, width 4096 maps 0 to the smallest grey and 4095 to the largest."""
    assert at([-5, 0, 2047.5, 4095, 9000], 2048, 4096) == [0, 0, 0.5, 1, 1]


def test_a_linear_window_of_width_1_is_a_step_half_below_its_center() -> None:
    assert at([99.4, 99.5, 99.6], 100, 1) == [0, 0, 1]


def test_linear_exact_reaches_its_ends_half_a_width_from_its_center() -> None:
    assert at([49, 50, 100, 150, 151], 100, 100, "LINEAR_EXACT") == [0, 0, 0.5, 1, 1]


def test_sigmoid_is_the_standards_formula_and_never_overflows() -> None:
    low, middle, near, high = at([-1e9, 100, 125, 1e9], 100, 100, "SIGMOID")
    assert (middle, high) == (0.5, 1)
    assert low == pytest.approx(0, abs=1e-300)
    assert near == pytest.approx(1 / (1 + np.exp(-1)))


@given(centers, widths, functions)
def test_every_window_rises_from_0_to_1(center: Any, width: Any, function: Any) -> None:
    grey = window_values(np.linspace(-80000, 150000, 501), Window(center, width, function))
    assert (np.diff(grey) >= 0).all()
    assert grey[0] >= 0
    assert grey[-1] <= 1
    assert np.isfinite(grey).all()


@pytest.mark.parametrize(
    "window",
    [
        Window(5, 0.5, "LINEAR"),
        Window(5, 0, "LINEAR_EXACT"),
        Window(5, -3, "SIGMOID"),
        Window(float("nan"), 5, "LINEAR"),
        Window(5, float("inf"), "LINEAR"),
    ],
)
def test_a_window_outside_the_standard_is_refused_and_shows_nothing(window: Window) -> None:
    with pytest.raises(ValueError, match="window"):
        window_values(np.zeros(3), window)
    assert not shows_something(film(), window)


def test_a_window_beside_the_film_shows_nothing_and_the_automatic_one_does() -> None:
    of = film()
    assert not shows_something(of, Window(60000, 100, "LINEAR"))
    assert shows_something(of, auto_window(of.pixels, 1, 0))


def test_a_lookup_table_holds_its_ends() -> None:
    """PS3.3 C.11.2.1.1: values before and behind the table take its first and last entry."""
    lut = VoiLut(np.array([0, 100, 255], np.uint16), 10, 8)
    assert voi_values(np.array([-99.0, 10, 11, 12, 99]), lut).tolist() == [0, 0, 100 / 255, 1, 1]


@given(st.booleans(), st.booleans())
def test_film_and_reader_together_invert_once_or_not_at_all(of_film: Any, of_reader: Any) -> None:
    table = display_lut(film(inverse=of_film), Window(2048, 4096), of_reader)
    assert (table[0] > table[4095]) == (of_film != of_reader)
    np.testing.assert_array_equal(table, 255 - display_lut(film(inverse=not of_film), Window(2048, 4096), of_reader))


def test_padding_is_black_however_the_film_is_inverted() -> None:
    for inverted in (False, True):
        table = display_lut(film(padding=(4000, 4095)), Window(2048, 4096), inverted)
        assert not table[4000:4096].any()


@given(st.floats(-3, 3), st.floats(-3, 3), widths)
def test_no_drag_makes_a_film_vanish_for_good(dx: Any, dy: Any, width: Any) -> None:
    dragged = drag_window(Window(2000, width, "LINEAR"), dx, dy, 4096)
    assert dragged.width >= 1
    window_values(np.zeros(1), dragged)


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=60), st.floats(0, 100))
def test_percentiles_that_are_counted_are_those_that_are_sorted(values: Any, share: Any) -> None:
    sample = np.array(values, np.uint16)
    assert percentiles(np.bincount(sample), (0.5, share, 99.5)) == list(np.percentile(sample, (0.5, share, 99.5)))
