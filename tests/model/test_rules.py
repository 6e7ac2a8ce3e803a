"""The three rules: each keeps its promise, ties go to the quieter one, and figures are of films the rule never saw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model.rules import EXTENTS, NAMES, Row, Table, by_rule, choose, cross_fitted, folds_of, rule_of_patients, rules
from ptxviewer.core.answer import DecisionRule


def films(seed: Any = 0, positives: Any = 60, negatives: Any = 240, apart: Any = 2.0) -> Table:
    """Scores of two overlapping kinds; a positive film's map is as good as its score, others may be marked."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(positives + negatives):
        present = number < positives
        score = float(1 / (1 + np.exp(-rng.normal(apart * present - 1.5))))
        marked = bool(present or rng.random() < 0.6)
        dice = score if present else float(not marked)
        rows.append(Row(f"p{number // 2}", present, score, (marked,) * len(EXTENTS), (dice,) * len(EXTENTS)))
    return Table.of(rows)


def test_each_rule_keeps_its_promise_on_the_films_it_was_chosen_on() -> None:
    table = films()
    made = {name: by_rule(table, choose(table, name)) for name in NAMES}
    assert made["balanced"].false_per_100 <= 10
    assert made["sensitive"].found >= 0.93
    assert made["quiet"].mean_dice >= max(made["balanced"].mean_dice, made["sensitive"].mean_dice) - 1e-9
    assert made["sensitive"].false_per_100 > made["balanced"].false_per_100 > made["quiet"].false_per_100


def test_of_even_rules_the_one_with_the_smallest_areas_and_the_fewest_specks_is_taken() -> None:
    for name in NAMES:
        rule = choose(films(), name)
        assert (rule.threshold, rule.min_area) == (0.6, 0.002)


def test_what_is_not_called_counts_as_empty() -> None:
    table = films()
    silent = by_rule(table, DecisionRule(0.6, 0.975, 0.002))
    assert silent.mean_dice == pytest.approx(240 / 300, abs=0.02)
    assert silent.found < 0.1


def test_no_patient_is_judged_by_a_rule_that_its_films_helped_to_choose() -> None:
    table = films()
    fold = folds_of(table.patients)
    assert all(len(set(fold[2 * n : 2 * n + 2])) == 1 for n in range(150))
    before = cross_fitted(table, "balanced")
    first = fold == 0
    turned = np.where(first, ~table.present, table.present)  # the labels of one fold only
    other = Table(table.patients, turned, table.score, table.marked, table.dices)
    np.testing.assert_array_equal(cross_fitted(other, "balanced").called[first], before.called[first])


def test_a_patient_gets_the_rule_that_was_chosen_on_the_others() -> None:
    table = films()
    fold = folds_of(table.patients)
    given = rule_of_patients(table, "balanced")
    assert set(given) == set(table.patients)
    assert given[table.patients[0]] == choose(table.some(fold != fold[0]), "balanced")


def test_a_promise_that_cannot_be_kept_is_said_so() -> None:
    with pytest.raises(ValueError, match="keeps to"):
        choose(films(), "balanced", most_false=-1)
    hopeless = films()
    nothing = Table(hopeless.patients, hopeless.present, hopeless.score, hopeless.marked & False, hopeless.dices)
    with pytest.raises(ValueError, match="finds enough"):
        choose(nothing, "sensitive")


def test_the_card_gets_every_rule_with_figures_and_intervals() -> None:
    record = rules(films(), draws=50)
    assert list(record) == ["balanced", "sensitive", "quiet"]
    for name in NAMES:
        for row in record[name]["figures"].values():
            assert row["low"] <= row["value"] <= row["high"]
    assert record["sensitive"]["figures"]["sensitivity"]["value"] > record["quiet"]["figures"]["sensitivity"]["value"]
