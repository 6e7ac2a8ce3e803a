"""The figures of merit against cases computed by hand; intervals that say no more than the films do."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.metrics import auc, bootstrap, dice, expected_calibration_error, markdown, reliability, row


def test_auc_by_hand() -> None:
    truth = np.array([True, True, False, False])
    assert auc(np.array([0.9, 0.4, 0.5, 0.1]), truth) == 0.75  # three of the four pairs are in order
    assert auc(np.array([0.5, 0.5, 0.5, 0.5]), truth) == 0.5
    assert np.isnan(auc(np.array([0.5]), np.array([True])))


def test_dice_by_hand() -> None:
    one = np.array([[1, 1, 0], [0, 0, 0]], bool)
    other = np.array([[0, 1, 1], [0, 0, 1]], bool)
    assert dice(one, other) == pytest.approx(2 / 5)
    assert dice(one, one) == 1
    assert dice(one * False, one) == 0
    assert dice(one * False, one * False) == 1  # the challenge's convention


def test_calibration_error_by_hand() -> None:
    score = np.array([0.05, 0.05, 0.95, 0.95])
    truth = np.array([False, False, True, False])
    # the lower bin is off by 0.05, the upper by 0.45, half of the films in each
    assert expected_calibration_error(score, truth) == pytest.approx(0.25)


def test_the_bins_of_a_calibration_hold_every_film_once() -> None:
    score = np.array([0.0, 0.05, 0.55, 1.0])
    mean_score, frequency, films = reliability(score, np.array([False, True, True, True]))
    np.testing.assert_allclose(mean_score, [0.025, 0.55, 1.0])
    np.testing.assert_allclose(frequency, [0.5, 1, 1])
    np.testing.assert_array_equal(films, [2, 1, 1])


def test_the_bootstrap_draws_whole_patients() -> None:
    """Every patient has one film of either kind: however patients are drawn, half of the films are of each."""
    drawn = []

    def share(index: Any) -> Any:
        drawn.append(index)
        return float(np.mean(index % 2))

    value, low, high = bootstrap(share, ["a", "a", "b", "b", "c", "c"], draws=50)
    assert value == 0.5
    assert all(np.mean(index % 2) == 0.5 for index in drawn)
    assert np.isnan([low, high]).all(), "without any spread there is no interval"


def test_the_interval_is_scipys_for_films_of_different_patients() -> None:
    from scipy import stats

    values = np.random.default_rng(3).exponential(size=60)
    value, low, high = bootstrap(lambda i: float(values[i].mean()), [str(i) for i in range(60)], draws=400)
    expected = stats.bootstrap((values,), np.mean, n_resamples=400, method="BCa", rng=np.random.default_rng(0))
    assert value == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(tuple(expected.confidence_interval))


@pytest.mark.parametrize("patients", [["a"] * 20, ["a"], []], ids=["one patient", "one film", "no film"])
def test_one_patient_gives_no_interval(patients: Any) -> None:
    values = np.arange(20.0)
    _, low, high = bootstrap(lambda i: float(values[i].sum()), patients, draws=20)
    assert np.isnan([low, high]).all()


@given(st.lists(st.floats(0, 1, width=16), min_size=3, max_size=30), st.integers(0, 5))
@settings(max_examples=25)
def test_an_interval_never_leaves_its_own_figure_outside(values: Any, seed: Any) -> None:
    numbers = np.array(values)
    worst = bootstrap(lambda i: float(numbers[i].max()), [str(i) for i in range(len(values))], draws=60, seed=seed)
    value, low, high = worst
    assert np.isnan([low, high]).all() or low <= value <= high


def test_a_figure_without_an_interval_is_written_without_one() -> None:
    rows = {"AUC": row(0.9, 0.8, 0.95, 10), "Calibration error": row(0.02, math.nan, math.nan, 10)}
    assert json.loads(json.dumps(rows, allow_nan=False))["Calibration error"]["low"] is None
    assert markdown(rows).splitlines()[2:] == [
        "| AUC | 0.900 | 0.800 to 0.950 | 10 |",
        "| Calibration error | 0.020 | - | 10 |",
    ]
