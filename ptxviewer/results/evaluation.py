"""How good the network is on films whose truth is known: figures with intervals, by subgroup; two stores compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.statistics import Booleans, Figure, Floats, auc, bootstrap, dice, wilson
from ptxviewer.results.labels import Label
from ptxviewer.results.schema import Value
from ptxviewer.results.store import ResultStore

DRAWS, MANY, DRAWS_OF_MANY = 1000, 20_000, 200  # of the bootstrap; from so many films on fewer
GROUPS = ("view", "sex", "age", "modality", "posture", "side", "site_id")
SMALLEST = 5  # films of either kind in a subgroup
ONE_OF_ITS_SOP = "sop_id IN (SELECT sop_id FROM films WHERE sop_id != '' GROUP BY sop_id HAVING count(*) = 1)"
AGES = ((0, 40), (40, 65), (65, 200))
COLUMNS = ("film", "film_id", "present", "score", "patient_id", "view", "sex", "age_years", "modality", "posture",
           "side", "site_id", "score_limit", "sop_id")  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One figure over so many films, in all or in a subgroup such as ``view=AP``; NaN limits: no interval."""

    figure: str
    group: str
    value: float
    low: float
    high: float
    films: int


@dataclass(frozen=True, eq=False)
class Cases:
    """Films with an answer and their truth, as arrays of one length; ``without``: truths of films without an answer."""

    films: NDArray[np.int64]
    ids: tuple[str, ...]
    sops: tuple[str, ...]  # pseudonyms of their SOP instances
    truth: Booleans
    called: Booleans
    score: Floats
    patients: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    without: Booleans
    limit: float  # film score from which the rule marks anything; NaN where the films do not agree


def cases(store: ResultStore, labels: Mapping[int, Label], where: str = "", values: Sequence[Value] = ()) -> Cases:
    """Return the labelled films of a store that fit the SQL condition."""
    rows, without = [], []
    for row in store.values_of(COLUMNS, where, values):
        label = labels.get(row[0])
        if label is None:
            continue
        if row[3] is None:
            without.append(label.present)
        else:
            rows.append((*row, label.present))
    columns = list(zip(*rows, strict=True)) or [()] * (len(COLUMNS) + 1)
    named = dict(zip(COLUMNS, columns, strict=False))
    texts = {name: tuple(str(value or "") for value in named[name]) for name in GROUPS if name != "age"}
    limits = {math.nan if limit is None else float(limit) for limit in named["score_limit"]}
    return Cases(
        np.array(named["film"], np.int64),
        tuple(named["film_id"]),
        tuple(str(sop or "") for sop in named["sop_id"]),
        np.array(columns[-1], bool),
        np.array(named["present"], bool),
        np.array(named["score"], float),
        tuple(patient or film for patient, film in zip(named["patient_id"], named["film_id"], strict=True)),
        texts | {"age": tuple(_age(age) for age in named["age_years"])},
        np.array(without, bool),
        limits.pop() if len(limits) == 1 else math.nan,
    )


def _age(years: int | None) -> str:
    if years is None:
        return ""
    low, high = next(band for band in AGES if band[0] <= years < band[1])
    return f"{low}-{high - 1}" if high < 200 else f"{low}+"


def evaluate(found: Cases, overlaps: Mapping[int, float] | None = None) -> list[Measure]:
    """Return AUC, sensitivity, specificity, predictive values (and Dice), over all films and by subgroup."""
    everyone = np.ones(found.truth.size, bool)
    rows = _figures(found, everyone, "", full=True)
    for name in GROUPS:
        texts = np.array(found.groups[name])
        for value in sorted(set(found.groups[name]) - {""}):
            chosen = texts == value
            if min((found.truth & chosen).sum(), (~found.truth & chosen).sum()) >= SMALLEST:
                rows += _figures(found, chosen, f"{name}={value}", full=False)
    if overlaps:
        index = np.array([i for i, film in enumerate(found.films) if int(film) in overlaps])
        values = np.array([overlaps[int(found.films[i])] for i in index])
        patients = [found.patients[i] for i in index]
        positive = found.truth[index]
        rows.append(_measure("Dice", "", lambda i: float(values[i].mean()), patients))
        if positive.any():
            kept = values[positive]
            own = [one for one, is_positive in zip(patients, positive, strict=True) if is_positive]
            rows.append(_measure("Dice, positive films", "", lambda i: float(kept[i].mean()), own))
    return rows


def _figures(found: Cases, chosen: Booleans, group: str, *, full: bool) -> list[Measure]:
    truth, called, score = found.truth[chosen], found.called[chosen], found.score[chosen]
    patients = [one for one, is_chosen in zip(found.patients, chosen, strict=True) if is_chosen]
    rows = []
    if truth.any() and not truth.all():
        rows.append(_measure("AUC", group, lambda i: auc(score[i], truth[i]), patients))
    rows += [
        _share("sensitivity", group, called, truth, patients),
        _share("specificity", group, ~called, ~truth, patients),
    ]
    if full:
        rows += [
            _share("positive predictive value", group, truth, called, patients),
            _share("negative predictive value", group, ~truth, ~called, patients),
        ]
    return [row for row in rows if row.films]


def _share(name: str, group: str, hits: Booleans, among: Booleans, patients: Sequence[str]) -> Measure:
    """Return a share: with Wilson's interval where each patient has one film, else drawn by patients."""
    own = [one for one, is_among in zip(patients, among, strict=True) if is_among]
    values = hits[among]
    if len(set(own)) == len(own):
        low, high = wilson(int(values.sum()), values.size)
        return Measure(name, group, float(values.mean()) if values.size else math.nan, low, high, values.size)
    return _measure(name, group, lambda i: float(values[i].mean()), own)


def _measure(name: str, group: str, figure: Figure, patients: Sequence[str]) -> Measure:
    value, low, high = bootstrap(figure, patients, DRAWS if len(patients) < MANY else DRAWS_OF_MANY)
    return Measure(name, group, value, low, high, len(patients))


def overlaps(labels: Mapping[int, Label], films: Sequence[int]) -> dict[int, float]:
    """Return the Dice of each film whose predicted mask is there; a negative film without a mask has an empty one."""
    found = {}
    for film in films:
        label = labels[film]
        if label.predicted is None or (label.present and label.mask is None):
            continue
        predicted = _mask(label.predicted)
        if predicted is None:
            continue
        truth = np.zeros(predicted.shape, bool) if label.mask is None else _mask(label.mask)
        if truth is not None and truth.shape == predicted.shape:
            found[film] = dice(predicted, truth)
    return found


def _mask(path: object) -> Booleans | None:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return None if picture is None else np.asarray(picture > 127)


# ---- two stores


@dataclass(frozen=True)
class Agreement:
    """Two stores on the films that both answered. ``by``: the column by which the same film is known in both."""

    films: int
    only_first: int  # films that the other store has no answer for
    only_second: int
    both: int  # marked by both
    first: int  # marked by the first alone
    second: int
    neither: int
    mean_difference: float  # of the film scores, without sign
    largest_difference: float
    by: str = "film_id"


def same_by(first: ResultStore, second: ResultStore) -> str:
    """Return the column by which a film of one store is known in the other.

    Earlier versions made ``film_id`` of another key; where only one of two rows has that, the SOP instance tells.
    """
    older, newer = first.holds_older() or second.holds_older(), first.holds_newer() or second.holds_newer()
    return "sop_id" if older and newer else "film_id"


def agreement(first: ResultStore, second: ResultStore, where: str = "", values: Sequence[Value] = ()) -> Agreement:
    """Compare the answers of two stores, film by film, in the order of their pseudonyms; a page is in memory."""
    answered, by = f"({where}) AND score IS NOT NULL" if where else "score IS NOT NULL", same_by(first, second)
    condition = answered if by == "film_id" else f"{answered} AND {ONE_OF_ITS_SOP}"
    ones = first.by_id((by, "present", "score"), condition, values)
    others = second.by_id((by, "present", "score"), condition, values)
    table = {(a, b): 0 for a in (False, True) for b in (False, True)}
    total = largest = 0.0
    one, other = next(ones, None), next(others, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            one = next(ones, None)
        elif one is None or other[0] < one[0]:
            other = next(others, None)
        else:
            table[bool(one[1]), bool(other[1])] += 1
            total += abs(one[2] - other[2])
            largest = max(largest, abs(one[2] - other[2]))
            one, other = next(ones, None), next(others, None)
    films = sum(table.values())
    only = [store.count(answered, values) - films for store in (first, second)]
    return Agreement(
        films, only[0], only[1], table[True, True], table[True, False], table[False, True],
        table[False, False], total / films if films else math.nan, largest, by,
    )  # fmt: skip


def differences(first: Cases, second: Cases, by: str = "film_id") -> list[Measure]:
    """Return what the second store has more than the first on the same films, drawn by patients together.

    ``by``: see ``same_by``.
    """
    mine_by, theirs_by = ((one.ids if by == "film_id" else one.sops) for one in (first, second))
    once = {name for name, count in Counter(theirs_by).items() if name and count == 1}
    place = {name: index for index, name in enumerate(theirs_by) if name in once}
    counts = Counter(mine_by)
    pairs = [(i, place[name]) for i, name in enumerate(mine_by) if name in place and counts[name] == 1]
    if not pairs:
        return []
    mine, theirs = (np.array(side) for side in zip(*pairs, strict=True))
    truth = first.truth[mine]
    patients = [first.patients[i] for i in mine]
    scores, calls = (first.score[mine], second.score[theirs]), (first.called[mine], second.called[theirs])

    def gain(values: tuple[Booleans, Booleans], among: Booleans) -> Figure:
        def figure(index: NDArray[np.int64]) -> float:
            chosen = index[among[index]]
            return float(values[1][chosen].mean() - values[0][chosen].mean()) if chosen.size else math.nan

        return figure

    return [
        _measure("AUC", "", lambda i: auc(scores[1][i], truth[i]) - auc(scores[0][i], truth[i]), patients),
        _measure("sensitivity", "", gain(calls, truth), patients),
        _measure("specificity", "", gain((~calls[0], ~calls[1]), ~truth), patients),
    ]
