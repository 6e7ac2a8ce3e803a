"""The side of an expert's mask and of the app's, counted so that a wrong side cannot hide."""

from __future__ import annotations

from typing import Any

import numpy as np

from model.sides import Sides, agreement, sides_of_mask
from ptxviewer.core.findings.hemithorax import LungFields, lung_fields


def chest(shift: int = 0) -> LungFields:
    left, right = np.zeros((100, 100), bool), np.zeros((100, 100), bool)
    left[10:90, 10 + shift : 40 + shift] = right[10:90, 60 + shift : 90 + shift] = True
    return lung_fields(left, right)


def block(*cols: Any) -> np.ndarray:
    mask = np.zeros((100, 100), bool)
    for first, last in cols:
        mask[20:40, first:last] = True
    return mask


def test_each_large_part_of_a_mask_has_a_side_and_a_crumb_has_none() -> None:
    assert sides_of_mask(block((12, 20)), chest(), "right", "left") == {"right"}
    assert sides_of_mask(block((12, 20), (70, 80)), chest(), "right", "left") == {"right", "left"}
    assert sides_of_mask(block((12, 20), (70, 71)), chest(), "right", "left") == {"right"}


def test_a_patient_beside_the_films_middle_keeps_his_sides() -> None:
    mask = block((52, 58))
    assert sides_of_mask(mask, chest(20), "right", "left") == {"right"}
    nothing = np.zeros((100, 100), bool)
    assert sides_of_mask(mask, lung_fields(nothing, nothing), "right", "left") == {"left"}


def made(expert: Any, named: Any, touching: Any) -> Sides:
    return Sides("x", "val", "PA", frozenset(expert), frozenset(expert), tuple(named), frozenset(touching))


def test_a_larger_false_alarm_on_the_other_side_counts_against_the_first_figure_only() -> None:
    films = [made({"left"}, ["right", "left"], {"left"}), made({"left"}, ["left"], {"left"}),
             made({"right"}, ["left"], set())]  # fmt: skip
    figures = agreement(films)
    assert figures["named first"] == (1, 3)
    assert figures["named"] == (2, 3)
    assert figures["where found"] == (2, 2)
