"""Photographs made by code: a film is still to be known in them, and each defect is one that a camera makes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from model.photographs import glare, moire, perspective, photographed
from ptxviewer.phantom.film import PhantomSpec, film_of
from tests.films import phantom

SPEC = PhantomSpec(side="right", size=0.5, seed=1, rows=240, cols=200)


@cache
def film() -> Any:
    return (phantom(SPEC).pixels >> (SPEC.bits - 8)).astype(np.uint8)


@pytest.mark.parametrize("seed", range(6))
def test_a_photographed_film_is_still_that_film_and_no_longer_the_same_pixels(seed: int) -> None:
    taken = photographed(np.random.default_rng(seed), film())
    assert taken.shape == film().shape
    assert taken.dtype == np.uint8
    likeness = np.corrcoef(taken.ravel(), film().ravel())[0, 1]
    assert 0.3 < likeness < 0.999
    assert taken.min() > 0  # a screen's black gives light
    assert taken.std() > 10


def test_the_same_seed_takes_the_same_photograph() -> None:
    one, again = (photographed(np.random.default_rng(7), film()) for _ in range(2))
    np.testing.assert_array_equal(one, again)


def test_the_bezel_is_seen_where_the_screen_ends() -> None:
    seen = perspective(np.random.default_rng(0), np.ones((100, 80), np.float32), 0.2)
    assert seen[50, 40] == 1
    assert min(seen[0, 0], seen[0, -1], seen[-1, 0], seen[-1, -1]) == pytest.approx(0.2)


def test_moire_ripples_about_the_picture_and_glare_only_adds_light_in_one_place() -> None:
    ripple = moire(np.random.default_rng(0), (120, 100))
    assert ripple.mean() == pytest.approx(1, abs=0.02)
    assert 0.005 < ripple.std() < 0.1
    light = glare(np.random.default_rng(0), (120, 100))
    assert light.min() >= 0
    assert 0.05 < light.max() <= 0.7
    assert (light > 0.5 * light.max()).mean() < 0.3


@pytest.mark.parametrize("inverse", [False, True])
def test_a_film_is_put_on_the_screen_with_what_is_dense_bright(inverse: bool) -> None:
    from dataclasses import replace

    from model.kinds import made

    straight = film_of(phantom(SPEC))
    stored = replace(straight, pixels=65535 - straight.pixels, inverse=True) if inverse else straight
    taken = made(stored, "photographed", seed=2)
    assert not taken.inverse
    assert np.corrcoef(taken.pixels.ravel(), straight.pixels.ravel())[0, 1] > 0.3
