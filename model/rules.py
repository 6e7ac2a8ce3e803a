"""Three rules of decision, and figures of each that the films behind the rule had no part in.

- **balanced**: the most pneumothoraces found at no more than 10 false films per 100 negatives; the default.
- **sensitive**: at least 93 of 100 found, with as few false films as that allows.
- **quiet**: the best mean Dice over all films, which rewards silence.

A rule is threshold of the map, film score and smallest area. The one that ships is chosen on all films that are given;
its figures are cross-fitted: patients are dealt into folds, each fold is decided by the rule chosen on the others, and
the figures are of all films so decided.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.metrics import Rows, bootstrap, dice, row
from model.pack import Example
from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.findings.decide import decide

RuleName = Literal["balanced", "sensitive", "quiet"]
NAMES: tuple[RuleName, ...] = ("balanced", "sensitive", "quiet")
MOST_FALSE = 10.0  # false films per 100 negatives that "balanced" may give
LEAST_FOUND = 0.93  # share of the pneumothoraces that "sensitive" finds
EVEN = 0.01  # rules this close are as good as each other
# Below 0.4 Dice is the same, but the areas are 40 to 50 % too large; 0.4 % of the film would lose small pneumothoraces.
THRESHOLDS, SMALLEST = (0.4, 0.45, 0.5, 0.55, 0.6), (0.0003, 0.001, 0.002)
EXTENTS = tuple(itertools.product(THRESHOLDS, SMALLEST))
# bfloat16 moves a score by 0.0024 on average: finer steps would only fit single films.
GATES = np.round(np.arange(0.02, 0.98, 0.005), 3)
FOLDS = 5

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One film at every threshold and smallest area of ``EXTENTS``: is anything left of the map, and its Dice."""

    patient: str
    present: bool
    score: float
    marked: tuple[bool, ...]
    dices: tuple[float, ...]


def row_of(example: Example, truth: Booleans, maps: ProbabilityMaps) -> Row:
    """Return the row of a film with its (rows, cols) truth; masks are compared on the model's grid."""
    expert = maps.grid_map.to_grid(truth.astype(np.float32)) >= 0.5
    masks = [
        decide(maps, DecisionRule(threshold, 0.0, smallest)).grid >= np.float32(threshold)
        for threshold, smallest in EXTENTS
    ]
    return Row(
        example.patient,
        bool(example.present),
        maps.score,
        tuple(bool(mask.any()) for mask in masks),
        tuple(dice(mask, expert) for mask in masks),
    )


@dataclass(frozen=True, eq=False)
class Table:
    """Films as arrays: ``present`` and ``score`` (N,), ``marked`` and ``dices`` (N, len(EXTENTS))."""

    patients: tuple[str, ...]
    present: Booleans
    score: Floats
    marked: Booleans
    dices: Floats

    @staticmethod
    def of(rows: Iterable[Row]) -> Table:
        """Gather rows."""
        rows = list(rows)
        return Table(
            tuple(row.patient for row in rows),
            np.array([row.present for row in rows], bool),
            np.array([row.score for row in rows], float),
            np.array([row.marked for row in rows], bool).reshape(len(rows), len(EXTENTS)),
            np.array([row.dices for row in rows], float).reshape(len(rows), len(EXTENTS)),
        )

    def some(self, chosen: Booleans | NDArray[np.int64]) -> Table:
        """Return the table of the chosen films."""
        index = np.arange(len(self.present))[chosen]
        patients = tuple(self.patients[i] for i in index)
        return Table(patients, self.present[index], self.score[index], self.marked[index], self.dices[index])


@dataclass(frozen=True, eq=False)
class Decided:
    """What a rule makes of a table's films: ``called`` (N,) and the Dice of what is then shown (N,)."""

    present: Booleans
    called: Booleans
    dices: Floats

    @property
    def found(self) -> float:
        """Share of the positive films that are called."""
        return float(self.called[self.present].mean()) if self.present.any() else float("nan")

    @property
    def false_per_100(self) -> float:
        """False films per 100 negatives."""
        return 100 * float(self.called[~self.present].mean()) if not self.present.all() else float("nan")

    @property
    def dice_on_positives(self) -> float:
        """Mean Dice of positive films, a missed one counts 0."""
        return float(self.dices[self.present].mean()) if self.present.any() else float("nan")

    @property
    def mean_dice(self) -> float:
        """Mean Dice of all films, empty on empty counts 1."""
        return float(self.dices.mean()) if self.dices.size else float("nan")

    def some(self, index: NDArray[np.int64]) -> Decided:
        """Return what was made of some of the films."""
        return Decided(self.present[index], self.called[index], self.dices[index])


def decided(table: Table, extent: int, gate: float | Floats) -> Decided:
    """Decide every film by one of ``EXTENTS`` and a film score (or one for each film)."""
    called = table.marked[:, extent] & (table.score >= gate)
    # What is not called is shown as empty, which is right where there is nothing.
    return Decided(table.present, called, np.where(called, table.dices[:, extent], (~table.present).astype(float)))


def by_rule(table: Table, rule: DecisionRule) -> Decided:
    """Decide every film by a rule out of those that can be chosen."""
    return decided(table, EXTENTS.index((rule.threshold, rule.min_area)), rule.score_threshold)


def choose(table: Table, name: RuleName, most_false: float = MOST_FALSE) -> DecisionRule:
    """Return the best rule for the purpose ``name`` on a table's films.

    Of rules that are even (within ``EVEN`` of the best) the one with the highest threshold is taken, whose areas are
    the least too large, then the largest smallest area, which draws the fewest specks, then the highest film score.
    """
    found: list[tuple[float, DecisionRule]] = []
    for extent, (threshold, smallest) in enumerate(EXTENTS):
        each = [(float(gate), decided(table, extent, float(gate))) for gate in GATES]
        if name == "balanced":
            # The lowest score that keeps to the bound: a missed pneumothorax costs more than a second look.
            kept = [(gate, one) for gate, one in each if one.false_per_100 <= most_false][:1]
            merits = [(one.found + one.dice_on_positives, gate) for gate, one in kept]
        elif name == "sensitive":
            kept = [(gate, one) for gate, one in each if one.found >= LEAST_FOUND][-1:]
            merits = [(-one.false_per_100 / 100, gate) for gate, one in kept]
        else:
            merits = [(one.mean_dice, gate) for gate, one in each]
        found += [(merit, DecisionRule(threshold, gate, smallest)) for merit, gate in merits]
    if not found:
        limit = (
            f"keeps to {most_false:g} false-positive films per 100 negatives" if name == "balanced" else "finds enough"
        )
        raise ValueError(f"no rule {limit}")
    even = EVEN if name != "quiet" else EVEN / 10  # mean Dice moves little
    best = max(merit for merit, _ in found)
    alike = [rule for merit, rule in found if merit >= best - even]
    return max(alike, key=lambda rule: (rule.threshold, rule.min_area, rule.score_threshold))


def folds_of(patients: tuple[str, ...], folds: int = FOLDS, seed: int = 0) -> NDArray[np.int64]:
    """Deal patients into folds; every film of a patient is in the same one."""
    names = sorted(set(patients))
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = {name: int(place) % folds for name, place in zip(names, order, strict=True)}
    return np.array([fold_of[patient] for patient in patients])


def rule_of_patients(table: Table, name: RuleName, folds: int = FOLDS) -> dict[str, DecisionRule]:
    """Return for every patient the rule that was chosen on the patients of the other folds."""
    fold = folds_of(table.patients, folds)
    chosen = {number: choose(table.some(fold != number), name) for number in sorted(set(fold.tolist()))}
    return {patient: chosen[int(number)] for patient, number in zip(table.patients, fold, strict=True)}


def cross_fitted(table: Table, name: RuleName, folds: int = FOLDS) -> Decided:
    """Decide every film by the rule that was chosen on the other patients."""
    rule_of = rule_of_patients(table, name, folds)
    called, dices = np.zeros_like(table.present), np.zeros(len(table.present))
    for rule in set(rule_of.values()):
        here = np.array([rule_of[patient] == rule for patient in table.patients])
        outcome = by_rule(table.some(here), rule)
        called[here], dices[here] = outcome.called, outcome.dices
    return Decided(table.present, called, dices)


FIGURES: dict[str, Callable[[Decided], float]] = {
    "sensitivity": lambda one: one.found,
    "false films per 100 negatives": lambda one: one.false_per_100,
    "Dice on positive films": lambda one: one.dice_on_positives,
    "mean Dice": lambda one: one.mean_dice,
}


def figures_of(made: Decided, patients: tuple[str, ...], draws: int) -> Rows:
    """Return every one of ``FIGURES`` with its interval by patient."""
    rows: Rows = {}
    for title, figure in FIGURES.items():

        def of_some(index: NDArray[np.int64], figure: Callable[[Decided], float] = figure) -> float:
            return figure(made.some(index))

        rows[title] = row(*bootstrap(of_some, patients, draws), len(made.present))
    return rows


def rules(table: Table, draws: int = 1000) -> dict[str, dict[str, Any]]:
    """Return for each purpose its rule, chosen on all films, and its cross-fitted figures."""
    result: dict[str, dict[str, Any]] = {}
    for name in NAMES:
        rule = choose(table, name)
        fields = ("threshold", "score_threshold", "min_area")
        result[name] = {
            "rule": {field: getattr(rule, field) for field in fields},
            "figures": figures_of(cross_fitted(table, name), table.patients, draws),
        }
    return result
