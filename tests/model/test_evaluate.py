"""The figures of the model card: by hand where a hand can count them, and each film read once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from model.agreement import compare, summary
from model.cases import Case, beside, cases
from model.evaluate import choose_rule
from model.figures import CaseOutcome, figures, innermost, outcome
from model.pack import Example
from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, EngineInfo, never_cancelled
from ptxviewer.core.film import Radiograph
from tests.fakes import FakeEngine
from tests.films import INFO, RULE, film, maps

SIDE = 64
BLOCK = np.s_[12:24, 14:26]  # of the grid: what the default maps mark


def case(name: str, present: bool, score: float) -> Case:
    """A square film whose grid is its own: the mark of ``maps`` is the truth, where there is any."""
    taken = film(SIDE, SIDE, key=name)
    truth = np.zeros((SIDE, SIDE), bool)
    if present:
        truth[BLOCK] = True
    return Case(Example(name, present, "", None, name, ""), taken, truth, maps(taken, score=score))


def said(
    present: bool, called: bool, dice: float, score: float = 0.5, patient: str = "p", view: Any = "PA"
) -> CaseOutcome:
    return CaseOutcome(patient, view, present, called, score, score, dice, 0.02 * present, 0.01 * called)


def test_the_figures_are_those_of_a_hand() -> None:
    outcomes = [
        said(True, True, 0.5, 0.9, "a"),
        said(True, False, 0.0, 0.3, "b"),
        said(False, True, 0.0, 0.8, "c"),
        *[said(False, False, 1.0, 0.1, f"n{i}") for i in range(3)],
    ]
    rows = {name: row["value"] for name, row in figures(outcomes, draws=20).items()}
    assert rows["AUC of the film score"] == pytest.approx(7 / 8)
    assert rows["Sensitivity"] == 0.5
    assert rows["Specificity"] == 0.75
    assert rows["False-positive films per 100 negatives"] == 25
    assert rows["Dice on positive films (a missed film counts 0)"] == 0.25
    assert rows["Mean Dice over all films (empty on empty counts 1)"] == pytest.approx(3.5 / 6)
    assert rows["Mean Dice of an always empty mask"] == pytest.approx(4 / 6)
    assert rows["Mean area of a false-positive mask, % of film"] == pytest.approx(1)


def test_whether_a_right_map_is_found_and_what_a_score_is_worth_are_figures() -> None:
    outcomes = [
        replace(said(True, True, 0.5, 0.9, "a"), map_dice=0.6),
        replace(said(True, False, 0.0, 0.1, "b"), map_dice=0.5),
        replace(said(True, False, 0.0, 0.1, "c"), map_dice=0.1),
        said(False, False, 1.0, 0.1, "d"),
        said(True, True, 1.0, 0.95, "e"),  # nobody has outlined it
    ]
    rows = figures(outcomes, draws=20)
    right = rows["Sensitivity, films whose map is right (Dice above 0.4)"]
    assert (right["value"], right["films"]) == (0.5, 2)
    assert rows["Dice on positive films, map at 0.4 whatever the film score"]["value"] == pytest.approx(0.4)
    bands = {name: row for name, row in rows.items() if name.startswith("Share with")}
    assert [(row["value"], row["films"]) for row in bands.values()] == [(pytest.approx(2 / 3), 3), (1.0, 2)]
    calibration = rows["Expected calibration error of the film score"]
    assert calibration["low"] is calibration["high"] is None, "resampling biases it upwards: it has no interval"


def test_a_film_that_the_rule_misses_counts_as_nothing_found_whatever_its_map_says() -> None:
    found = outcome(case("x", True, 0.9), RULE)
    assert (found.called, found.dice) == (True, 1.0)
    missed = outcome(case("x", True, 0.3), RULE)
    assert (missed.called, missed.dice) == (False, 0.0)
    assert missed.peak == pytest.approx(0.8)


def test_the_figures_by_sex_age_and_side_are_of_those_films_only() -> None:
    base = said(True, True, 0.5).__dict__
    outcomes = [
        CaseOutcome(**(base | {"sex": "F", "age": 30, "sides": "right", "truth_area": 0.01, "lesions": 2, "hit": 1})),
        CaseOutcome(
            **(base | {"sex": "M", "age": 70, "sides": "left", "called": False, "dice": 0.0, "lesions": 1, "hit": 0})
        ),
        CaseOutcome(**(base | {"sex": "M", "age": None, "sides": "both", "truth_area": 0.03, "lesions": 1, "hit": 1})),
        CaseOutcome(**(base | {"present": False, "called": False, "sex": "F", "age": 30, "dice": 1.0})),
        CaseOutcome(**(base | {"present": False, "called": True, "sex": "M", "age": 70, "dice": 0.0})),
    ]
    rows = {name: row["value"] for name, row in figures(outcomes, draws=20).items()}
    assert rows["Sensitivity, women"] == 1
    assert rows["Sensitivity, men"] == 0.5
    assert rows["Specificity, men"] == 0
    assert rows["Sensitivity, 65 and older"] == 0
    assert rows["Sensitivity, right side"] == rows["Sensitivity, both sides"] == 1
    assert rows["Dice, left side"] == 0
    assert rows["Lesions whose innermost place is marked"] == 0.5
    assert "Sensitivity, 40 to 64" not in rows


def test_a_lesion_is_hit_at_its_innermost_place_and_a_crumb_is_no_lesion() -> None:
    truth = np.zeros((100, 100), bool)
    truth[10:40, 10:30] = True
    truth[60:80, 60:80] = True
    truth[95, 95] = True
    places = innermost(truth)
    assert len(places) == 2
    assert 18 <= places[0][1] <= 21
    assert 68 <= places[1][0] <= 71
    assert innermost(np.zeros((5, 5), bool)) == []


def test_the_chosen_rule_misses_as_few_films_as_the_bound_on_false_alarms_allows() -> None:
    positives = [case(f"p{i}", True, score) for i, score in enumerate((0.2, 0.5, 0.7, 0.9))]
    negatives = [case(f"n{i}", False, i / 20) for i in range(20)]  # all with a mark: only the score tells
    rule = choose_rule(positives + negatives, most_false=50)
    called = {c.example.film for c in positives + negatives if outcome(c, rule).called}
    assert sum(name.startswith("n") for name in called) <= 10
    assert {"p1", "p2", "p3"} <= called
    stricter = choose_rule(positives + negatives, most_false=10)
    assert stricter.score_threshold > rule.score_threshold
    assert rule.threshold == stricter.threshold == 0.6, "of even rules the one with the smallest areas"
    assert rule.min_area == stricter.min_area == 0.002, "and with the fewest specks"
    assert rule.score_threshold == 0.455, "the lowest step that keeps to the bound, not the score of a film"
    with pytest.raises(ValueError, match="keeps to"):
        choose_rule(positives + negatives, most_false=-1)


class Counting(FakeEngine):
    """An engine that marks what is bright and counts the films that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def load(self) -> EngineInfo:
        return INFO

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        self.asked.append(film.key)
        bright = (film.pixels > 200).astype(np.float32)
        return ProbabilityMaps(film.key, film.rows, film.cols, bright, 0.75)


def test_a_folder_of_films_is_judged_by_the_masks_beside_it_and_looked_at_once(tmp_path: Path) -> None:
    films, masks = tmp_path / "films", tmp_path / "masks"
    films.mkdir()
    masks.mkdir()
    for number, name in enumerate(("air", "none", "emptied")):
        picture = np.full((SIDE, SIDE), 40 + number, np.uint8)
        mask = np.zeros((SIDE, SIDE), np.uint8)
        if name == "air":
            picture[BLOCK] = 255
            mask[BLOCK] = 255
        cv2.imwrite(str(films / f"{name}.png"), picture)
        if name != "none":
            cv2.imwrite(str(masks / f"{name}.png"), mask)
    chosen, engine = beside(films, masks), Counting()
    assert {example.film.rpartition("/")[2]: example.present for example in chosen} == {
        "air.png": True,
        "emptied.png": False,
        "none.png": False,
    }
    first = cases(tmp_path, chosen, engine, tmp_path / "maps")
    again = cases(tmp_path, chosen, engine, tmp_path / "maps")
    assert len(engine.asked) == 3
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.maps.pneumothorax, other.maps.pneumothorax)
    by_hand = {c.example.patient: outcome(c, RULE) for c in first}
    assert by_hand["air"].dice == 1.0
    assert not by_hand["none"].called


def test_the_command_line_that_says_something_else_is_told_of(tmp_path: Path) -> None:
    one = case("a.png", True, 0.9)
    alike = np.where(one.truth, 255, 0).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "a.mask.png"), alike)
    same = compare(one, RULE, {"present": True, "score": 0.9}, tmp_path)
    assert (same.same_call, same.mask_dice, same.dice_difference) == (True, 1.0, 0.0)
    cv2.imwrite(str(tmp_path / "a.mask.png"), alike * 0)
    other = compare(one, RULE, {"present": False, "score": 0.2}, tmp_path)
    assert (other.same_call, other.mask_dice) == (False, 0.0)
    assert summary([same, other]).startswith("2 films: 1 called alike, score differs by at most 0.70000")


def test_a_rule_is_stored_as_it_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from model import evaluate

    everything = {
        "val": [case("p0", True, 0.8), *[case(f"n{i}", False, i / 30) for i in range(10)]],
        "val_patients": [case("p1", True, 0.6), case("n10", False, 0.1)],
    }
    by_split = {split: [c.example for c in members] for split, members in everything.items()}
    by_name = {c.example.film: c for members in everything.values() for c in members}
    read: list[str] = []

    def opened(_data: Any, wanted: Any, _engine: Any, _cache: Any) -> Any:
        read.extend(example.film for example in wanted)
        return [by_name[example.film] for example in wanted]

    monkeypatch.setattr(evaluate, "listed", lambda _, splits: [e for s in splits for e in by_split[s]])
    monkeypatch.setattr(evaluate, "cases", opened)
    monkeypatch.setattr("ptxviewer.inference.torch.loading.torch_engine", lambda *_: Counting())
    line = f"x --data {tmp_path} --out {tmp_path} --draws 20 --choose-rule val --choose-rule val_patients"
    monkeypatch.setattr("sys.argv", line.split())
    evaluate.main()
    record = json.loads((tmp_path / "evaluation.json").read_text())
    assert sorted(read) == sorted(by_name), "each film is opened once"
    chosen = DecisionRule(**record["rule"])
    assert chosen.frontal_threshold == RULE.frontal_threshold
    assert record["figures"]["Sensitivity"]["value"] == 1
    assert record["films"] == 11


def test_films_with_and_without_a_drain_have_figures_of_their_own() -> None:
    shown: dict[str, Any] = {"patient": "p", "view": "PA", "peak": 0.5, "dice": 0.0, "truth_area": 0.0, "area": 0.0}
    films = [
        CaseOutcome(**shown, present=present, called=called, score=score, drain=drain)
        for present, called, score, drain in (
            (True, True, 0.9, True),
            (False, True, 0.8, True),
            (True, False, 0.1, False),
            (False, False, 0.2, False),
            (True, True, 0.9, None),
        )
    ]
    rows = figures(films, draws=20)
    assert rows["Sensitivity, with a chest drain"]["value"] == 1.0
    assert rows["Specificity, with a chest drain"]["value"] == 0.0
    assert rows["Sensitivity, without a chest drain"]["value"] == 0.0
    assert rows["AUC of the film score, without a chest drain"]["value"] == 0.0
    assert rows["AUC of the film score, with a chest drain"]["films"] == 2
