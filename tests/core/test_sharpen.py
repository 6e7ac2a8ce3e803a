"""Sharpening is for the eye: it never writes to the film, keeps to its range, and lifts what it is meant to lift."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.sharpen import Sharpening, sharpened

BOTH: list[Sharpening] = ["unsharp", "clahe"]


def film(low: int, high: int) -> np.ndarray:
    """A bright and a dark half with a line one pixel wide and one per cent of the range in the dark one, and noise."""
    rng = np.random.default_rng(3)
    pixels = np.full((400, 300), low + (high - low) // 4, np.float64)
    pixels[:, 150:] = low + 3 * (high - low) // 4
    pixels[:, 60] += (high - low) / 100
    pixels += rng.normal(0, (high - low) / 1000, pixels.shape)
    pixels[0, 0], pixels[0, 1] = low, high
    return np.clip(np.rint(pixels), low, high).astype(np.uint16)


@pytest.mark.parametrize("how", BOTH)
@pytest.mark.parametrize(("low", "high"), [(0, 4095), (0, 65535), (300, 1200), (60000, 65535), (0, 255)])
def test_the_picture_keeps_to_the_range_of_the_film_which_is_not_touched(how: Sharpening, low: int, high: int) -> None:
    before = film(low, high)
    kept = before.copy()
    before.setflags(write=False)
    after = sharpened(before, how)
    assert after.dtype == np.uint16
    assert after.shape == before.shape
    assert after.min() >= low
    assert after.max() <= high
    assert (before == kept).all()
    assert (after != before).any()
    assert (sharpened(before, how) == after).all()


@pytest.mark.parametrize("high", [4095, 65535])
def test_edges_are_lifted_and_even_places_stay(high: int) -> None:
    before = film(0, high).astype(float)
    after = sharpened(film(0, high), "unsharp").astype(float)
    step = [np.median(one[50:350, 60] - one[50:350, 50]) for one in (before, after)]
    assert step[1] > 1.8 * step[0]
    assert np.median(after[50:350, 100:120]) == pytest.approx(np.median(before[50:350, 100:120]), rel=0.01)


@pytest.mark.parametrize("high", [4095, 65535])
def test_local_contrast_is_lifted_where_the_film_is_even(high: int) -> None:
    before = film(0, high).astype(float)
    after = sharpened(film(0, high), "clahe").astype(float)
    step = [np.median(one[50:350, 60] - one[50:350, 50]) for one in (before, after)]
    assert step[1] > 1.3 * step[0]


@given(st.integers(0, 65535), st.sampled_from(["off", *BOTH]))
def test_a_film_of_one_grey_stays_as_it_is(value: int, how: Sharpening) -> None:
    flat = np.full((20, 30), value, np.uint16)
    assert (sharpened(flat, how) == flat).all()


def test_off_is_the_film_itself() -> None:
    one = film(0, 4095)
    assert sharpened(one, "off") is one
