"""What a decision rule made of films with a known truth, and every figure of it, by kinds of films."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.cases import Case
from model.data import chest_drain
from model.metrics import Booleans, Figure, Rows, auc, bootstrap, dice, expected_calibration_error, row
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.hemithorax import lung_fields_of, orientation_of

LESION = 0.05  # of a mask: smaller parts of it are no lesion of their own
SIDED = 0.25  # of a mask: as much on the other side makes it one of both sides
EXTENT = 0.4  # threshold of the map at which its Dice is taken, whatever the film score says
RIGHT = 0.4  # Dice above which a map is called right
BANDS = (0.0, 0.05, 0.2, 0.5, 0.8, 1.0)  # of the film score, in which it is compared with how many films are positive
DRAWS = 1000  # of the bootstrap


@dataclass(frozen=True)
class CaseOutcome:
    """What the decision rule made of one case."""

    patient: str
    view: str
    present: bool  # the truth
    called: bool
    score: float
    peak: float
    dice: float
    truth_area: float  # fraction of the film
    area: float
    refused: bool = False  # the gate takes it for something else than a frontal film
    sex: str = ""
    age: float | None = None
    sides: str = ""  # of the expert's mask, by the nearer lung: "left", "right" (the patient's), "both", "" = none
    lesions: int = 0  # parts of the expert's mask that count
    hit: int = 0  # of these, how many have their innermost place marked
    drain: bool | None = None  # is there a chest drain; None = not known
    map_dice: float = math.nan  # of the map at ``EXTENT``, whatever the rule says; nan without a mask


def outcome(case: Case, rule: DecisionRule) -> CaseOutcome:
    """Decide one case by the shipped rule at film resolution."""
    findings, mask = find(case.film, case.maps, rule)
    places = innermost(case.truth)
    return CaseOutcome(
        case.example.patient,
        case.example.view,
        bool(case.example.present),
        findings.present,
        case.maps.score,
        float(case.maps.pneumothorax.max()),
        dice(mask, case.truth),
        float(case.truth.mean()),
        float(mask.mean()),
        not findings.gate.passed,
        case.example.sex,
        case.example.age,
        sides_named(case),
        len(places),
        sum(bool(mask[place]) for place in places),
        chest_drain(case.example),
        map_dice(case),
    )


def map_dice(case: Case) -> float:
    """Return the Dice of the map at ``EXTENT`` with the expert's mask, nan where there is none."""
    if not case.example.mask:
        return math.nan
    return dice(find(case.film, case.maps, DecisionRule(EXTENT, 0.0, 0.0))[1], case.truth)


def innermost(truth: Booleans) -> list[tuple[int, int]]:
    """Return of each part of a (rows, cols) mask that holds a twentieth of it the place farthest from its border."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(truth.astype(np.uint8), connectivity=8)
    places = []
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] >= LESION * np.count_nonzero(truth):
            depth = cv2.distanceTransform((labels == index).astype(np.uint8), cv2.DIST_L2, 3)
            down, across = np.unravel_index(int(depth.argmax()), depth.shape)
            places.append((int(down), int(across)))
    return places


def sides_named(case: Case) -> str:
    """Return the patient's side of the expert's mask, "both" where a quarter of it or more lies on either."""
    if not case.truth.any():
        return ""
    orientation, lungs = orientation_of(case.film), lung_fields_of(case.maps)
    rows, cols = np.nonzero(case.truth)
    height, width = lungs.divide.shape
    left = lungs.divide[rows * height // case.film.rows, cols * width // case.film.cols] > 0
    share = float(left.mean())
    if SIDED <= share <= 1 - SIDED:
        return "both"
    return orientation.side(share > 0.5)


class _Figures:
    """Collects the figures of some films; ``films`` and whatever is compared are in the same order."""

    def __init__(self, outcomes: list[CaseOutcome], draws: int) -> None:
        self.rows: Rows = {}
        self.films = outcomes
        self._patients = [o.patient for o in outcomes]
        self._draws = draws
        self.present = self.flags("present")
        self.called = self.flags("called")
        self.dices = self.numbers("dice")

    def flags(self, name: str) -> Booleans:
        return np.array([bool(getattr(o, name)) for o in self.films])

    def numbers(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(o, name) for o in self.films], float)

    def add(self, name: str, figure: Figure, films: int) -> None:
        self.rows[name] = row(*bootstrap(figure, self._patients, self._draws), films)

    def share(self, name: str, values: Booleans | NDArray[np.float64], among: Booleans, scale: float = 1.0) -> None:
        """Add the mean of ``values`` over the films ``among``."""

        def figure(index: NDArray[np.int64]) -> float:
            chosen = index[among[index]]
            return scale * float(values[chosen].mean()) if chosen.size else math.nan

        self.add(name, figure, int(among.sum()))

    def ranked(self, name: str, values: NDArray[np.float64], among: Booleans) -> None:
        """Add the AUC of ``values`` over the films ``among``."""

        def figure(index: NDArray[np.int64]) -> float:
            chosen = index[among[index]]
            return auc(values[chosen], self.present[chosen])

        self.add(name, figure, int(among.sum()))

    def decided(self, group: Booleans, title: str) -> None:
        """Add sensitivity and specificity of a group that has films of both kinds."""
        positive, negative = self.present & group, ~self.present & group
        if positive.any() and negative.any():
            self.share(f"Sensitivity, {title}", self.called, positive)
            self.share(f"Specificity, {title}", ~self.called, negative)

    def outlined(self, group: Booleans, title: str) -> None:
        """Add sensitivity and Dice of the positive films of a group."""
        among = self.present & group
        self.share(f"Sensitivity, {title}", self.called, among)
        self.share(f"Dice, {title}", self.dices, among)


def figures(outcomes: list[CaseOutcome], draws: int = DRAWS) -> Rows:
    """Return every figure as {"value", "low", "high", "films"}; low and high are None where there is no interval."""
    of = _Figures(outcomes, draws)
    _overall(of)
    _scores(of)
    _by_size(of)
    _by_kind(of)
    _by_side(of)
    refused = of.flags("refused")
    of.share("Films refused as not frontal, %", refused, np.ones_like(refused), 100)
    of.share("Mean Dice of an always empty mask", ~of.present, np.ones_like(refused))
    return of.rows


def _overall(of: _Figures) -> None:
    every, present, called = np.ones_like(of.present), of.present, of.called
    of.ranked("AUC of the film score", of.numbers("score"), every)
    of.ranked("AUC of the map's peak", of.numbers("peak"), every)
    of.share("Sensitivity", called, present)
    of.share("Specificity", ~called, ~present)
    of.share("Dice on positive films (a missed film counts 0)", of.dices, present)
    map_dices = of.numbers("map_dice")
    if (traced := present & np.isfinite(map_dices)).any():
        of.share(f"Dice on positive films, map at {EXTENT:g} whatever the film score", map_dices, traced)
        if (right := traced & (map_dices > RIGHT)).any():
            of.share(f"Sensitivity, films whose map is right (Dice above {RIGHT:g})", called, right)
    of.share("Mean Dice over all films (empty on empty counts 1)", of.dices, every)
    of.share("False-positive films per 100 negatives", called, ~present, 100)
    if (false := called & ~present).any():
        of.share("Mean area of a false-positive mask, % of film", of.numbers("area"), false, 100)


def _scores(of: _Figures) -> None:
    """Add how far the film score is a probability: how many films show a pneumothorax in each band of it."""
    score = of.numbers("score")
    error = expected_calibration_error(score, of.present)
    of.rows["Expected calibration error of the film score"] = row(error, math.nan, math.nan, len(of.films))
    for low, high in itertools.pairwise(BANDS):
        if (band := (score >= low) & ((score < high) | (high == BANDS[-1]))).any():
            name = f"Share with a pneumothorax, score {low:g} to {high:g} (mean {score[band].mean():.2f})"
            of.share(name, of.present, band)


def _by_size(of: _Figures) -> None:
    if of.present.sum() < 3:
        return
    area = of.numbers("truth_area")
    low, high = np.quantile(area[of.present], (1 / 3, 2 / 3))
    of.outlined(area <= low, "small third")
    of.outlined((area > low) & (area <= high), "medium third")
    of.outlined(area > high, "large third")


def _by_kind(of: _Figures) -> None:
    films, ages = of.films, np.array([np.nan if o.age is None else o.age for o in of.films], float)
    for view in ("PA", "AP"):
        of.decided(np.array([o.view == view for o in films]), view)
    drained = {
        title: np.array([o.drain is drain for o in films])
        for title, drain in (("with a chest drain", True), ("without a chest drain", False))
    }
    for title, group in drained.items():
        if (of.present & group).any() and (~of.present & group).any():
            of.ranked(f"AUC of the film score, {title}", of.numbers("score"), group)
    groups = {
        "women": np.array([o.sex == "F" for o in films]),
        "men": np.array([o.sex == "M" for o in films]),
        "under 40": ages < 40,
        "40 to 64": (ages >= 40) & (ages < 65),
        "65 and older": ages >= 65,
        **drained,
    }
    for title, group in groups.items():
        of.decided(group, title)


def _by_side(of: _Figures) -> None:
    sides = np.array([o.sides for o in of.films])
    for side, title in (("right", "right side"), ("left", "left side"), ("both", "both sides")):
        if (of.present & (sides == side)).any():
            of.outlined(sides == side, title)
    lesions, hit = of.numbers("lesions"), of.numbers("hit")
    if lesions.any():
        of.add(
            "Lesions whose innermost place is marked",
            lambda i: float(hit[i].sum() / max(1, lesions[i].sum())),
            int((lesions > 0).sum()),
        )
