"""The figures of merit against cases computed by hand and against scikit-learn's definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from model.metrics import auc, bootstrap, dice, expected_calibration_error


def test_auc_by_hand():
    truth = np.array([True, True, False, False])
    assert auc(np.array([0.9, 0.4, 0.5, 0.1]), truth) == 0.75  # three of the four pairs are in order
    assert auc(np.array([0.5, 0.5, 0.5, 0.5]), truth) == 0.5
    assert np.isnan(auc(np.array([0.5]), np.array([True])))


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=60))
def test_auc_agrees_with_scikit_learn(films):
    score = np.array([s / 6 for s, _ in films])
    truth = np.array([t for _, t in films])
    if truth.all() or not truth.any():
        return
    assert auc(score, truth) == pytest.approx(roc_auc_score(truth, score))


def test_dice_by_hand():
    one = np.array([[1, 1, 0], [0, 0, 0]], bool)
    other = np.array([[0, 1, 1], [0, 0, 1]], bool)
    assert dice(one, other) == pytest.approx(2 / 5)
    assert dice(one, one) == 1
    assert dice(one * False, one) == 0
    assert dice(one * False, one * False) == 1  # the challenge's convention


def test_calibration_error_by_hand():
    score = np.array([0.05, 0.05, 0.95, 0.95])
    truth = np.array([False, False, True, False])
    # the lower bin is off by 0.05, the upper by 0.45, half of the films in each
    assert expected_calibration_error(score, truth) == pytest.approx(0.25)


def test_the_bootstrap_draws_whole_patients():
    """One patient with two equal films: every draw holds both or none, so the mean never moves between them."""
    value, low, high = bootstrap(lambda i: float(len(i)), ["a", "a", "b", "b"], draws=50)
    assert (value, low, high) == (4, 4, 4)
