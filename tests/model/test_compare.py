"""Two networks on the same films: what is better counts as better, and chance is told from gain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model.compare import Judged, changed, compared, sensitivity_at
from model.metrics import differences


def width(row: Any) -> float:
    return row["high"] - row["low"] if row["low"] is not None else 0.0


def judged(scores: np.ndarray, present: np.ndarray, dices: np.ndarray | None = None, patients: Any = None) -> Any:
    return [
        Judged(
            f"f{n}",
            patients[n] if patients else f"p{n}",
            "val",
            bool(present[n]),
            bool(present[n]),
            float(scores[n]),
            float(scores[n]),
            float(dices[n]) if dices is not None and present[n] else float("nan"),
        )
        for n in range(len(scores))
    ]


def made(seed: Any = 0, count: Any = 200, apart: float = 1.5) -> Any:
    rng = np.random.default_rng(seed)
    present = np.arange(count) < count // 4
    return rng.normal(size=count) + apart * present, present, rng.random(count)


def test_a_network_against_itself_has_no_difference_and_no_interval() -> None:
    scores, present, dices = made()
    rows = compared(judged(scores, present, dices), judged(scores, present, dices), draws=50)
    for row in rows.values():
        assert row["difference"] == 0
        assert row["low"] is None


def test_a_better_network_is_seen_to_be_better() -> None:
    scores, present, dices = made()
    better = scores + 1.0 * present
    rows = compared(judged(scores, present, dices), judged(better, present, dices * 0.5 + 0.5), draws=200)
    for name in ("AUC of the film score", "Sensitivity at 8 false films per 100"):
        assert (rows[name]["low"] or 0) > 0
    dice = rows["Dice on positive films, ungated, map at 0.4"]
    assert (dice["low"] or 0) > 0
    assert dice["films"] == present.sum()


def test_many_films_of_few_patients_prove_less() -> None:
    scores, present, dices = made()
    better = scores + 0.4 * present + np.random.default_rng(5).normal(size=len(scores)) * 0.5
    alone = compared(judged(scores, present, dices), judged(better, present, dices), draws=300)
    shared = [f"p{n % 25}" for n in range(len(scores))]
    few = compared(judged(scores, present, dices, shared), judged(better, present, dices, shared), draws=300)
    name = "Dice on positive films, ungated, map at 0.4"
    assert alone[name]["difference"] == few[name]["difference"]
    auc = "AUC of the film score"
    assert width(few[auc]) > 0.7 * width(alone[auc])


def test_the_sensitivity_is_that_at_the_bound() -> None:
    score = np.array([0.9, 0.5, 0.1, *np.linspace(0, 0.6, 100)])
    present = np.array([True] * 3 + [False] * 100)
    limit = np.sort(score[3:])[::-1][8]
    assert sensitivity_at(score, present, 8) == pytest.approx((score[:3] > limit).mean())
    assert np.isnan(sensitivity_at(score[3:], present[3:], 8))


def test_a_map_that_is_right_and_a_film_that_is_missed_are_told_apart() -> None:
    score = np.array([0.9, 0.2, *np.linspace(0, 0.5, 50)])
    present = np.array([True, True] + [False] * 50)
    dices = np.array([0.8, 0.7] + [0.0] * 50)
    found = "Found, of films whose map is right (Dice above 0.4)"
    rows = compared(judged(score, present, dices), judged(np.where(present, 0.9, score), present, dices), draws=20)
    assert rows[found]["old"] == 0.5
    assert rows[found]["new"] == 1.0
    assert changed(judged(score, present, dices), judged(np.where(present, 0.9, score), present, dices)) == [
        "found now: f1 (val), score 0.200 before, 0.900 now"
    ]
    assert "| AUC of the film score | " in differences(rows, "0.5", "0.6")


def test_other_films_are_refused() -> None:
    scores, present, dices = made()
    with pytest.raises(ValueError, match="same films"):
        compared(judged(scores, present, dices), judged(scores, present, dices)[::-1])


def test_films_with_and_without_a_drain_are_told_apart() -> None:
    scores, present, dices = made(apart=0.0)
    drains = np.random.default_rng(3).random(len(scores)) < np.where(present, 0.7, 0.1)

    def films(values: Any) -> Any:
        return [
            replace(one, drain=bool(drain)) for one, drain in zip(judged(values, present, dices), drains, strict=True)
        ]

    shortcut = compared(films(scores), films(scores + 3.0 * drains), draws=50)
    assert shortcut["AUC of the film score"]["difference"] > 0.2
    assert abs(shortcut["AUC, films without a drain"]["difference"]) < 1e-9
    assert shortcut["Sensitivity, films without a drain"]["difference"] <= 0
    assert shortcut["False films per 100 with a drain"]["difference"] > 50
