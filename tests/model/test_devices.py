"""Drawn devices: they lie where such things lie, change what they cross only, and are decided by the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model import devices
from model.devices import KINDS, beside, bezier, device, drawn, fold_profile, letters, tube_profile
from model.pack import ROOM

SIDE = 320


def place(points: np.ndarray) -> np.ndarray:
    box = SIDE / ROOM
    return (SIDE - box) / 2 + points * box


@pytest.mark.parametrize("kind", [kind for kind, _, _ in KINDS])
def test_every_device_is_seen_and_leaves_most_of_the_film_as_it_was(kind: Any) -> None:
    for seed in range(5):
        layer = kind(np.random.default_rng(seed), SIDE, SIDE / ROOM / 512, place)
        assert layer.shape == (SIDE, SIDE)
        assert layer.dtype == np.float32
        assert 0.05 < layer.max() <= 1
        assert (layer > 0.05).mean() < 0.35


def test_a_drain_is_open_inside_and_comes_from_outside_the_chest() -> None:
    profile = dict(tube_profile(6, 0.7))
    assert profile[0.0] < profile[4.5]  # the wall absorbs more than the bore
    drain = devices.chest_drain(np.random.default_rng(1), SIDE, 1.0, place)
    assert max(drain[:, :8].max(), drain[:, -8:].max()) > 0.1


def test_a_fold_of_skin_is_an_edge_and_no_line() -> None:
    curve = np.column_stack((np.full(50, 100.0), np.linspace(20, 180, 50)))
    row = drawn(200, curve, fold_profile(12))[100]
    side = row[:99] if row[90] > row[110] else row[102:][::-1]
    other = row[102:] if row[90] > row[110] else row[:99]
    assert side[-1] > 0.8
    assert side[-15] > 0.2  # fades slowly on its side
    assert other.max() < 0.3  # and stops at once on the other


def test_a_curve_beside_another_keeps_its_distance() -> None:
    curve = bezier(np.array([(0, 0), (30, 80), (60, 20), (120, 100)], float))
    away = np.hypot(*(beside(curve, 5) - curve).T)
    np.testing.assert_allclose(away, 5, rtol=1e-6)


def test_the_same_seed_draws_the_same() -> None:
    for make in (device, letters):
        one, again = (make(np.random.default_rng(3), SIDE) for _ in range(2))
        np.testing.assert_array_equal(np.asarray(one[0]), np.asarray(again[0]))
    assert letters(np.random.default_rng(3), SIDE).max() == 255
