"""The findings of a threshold that is still moving: close to the exact ones, and never of another film's size."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from ptxviewer.core.answer import BY_CARD, LINE_NAMES, DecisionRule, Detection, ProbabilityMaps
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.hemithorax import lung_fields_of
from ptxviewer.core.findings.live import find_live
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.spacing import NO_SPACING
from tests.films import AT_DETECTOR, film
from tests.there import there

RULE = DecisionRule(0.5, 0.4, 0.0005)


@pytest.fixture(scope="module")
def chest() -> tuple[Radiograph, ProbabilityMaps]:
    """A film of 1,200 x 1,000 pixels with air beside the lung on the left of the picture."""
    of = film(1200, 1000, spacing=AT_DETECTOR)
    shapes = []
    for centre, axes in (((300, 600), (180, 420)), ((330, 640), (140, 360)), ((720, 600), (180, 420))):
        shape = np.zeros((1200, 1000), np.float32)
        cv2.ellipse(shape, centre, axes, 0, 0, 360, 1.0, -1)
        shapes.append(shape)
    whole, lung, other = shapes
    grid = GridMap.for_film(1200, 1000, 384)
    air, left, right = (
        np.asarray(np.clip(cv2.GaussianBlur(grid.to_grid(one), (0, 0), 2), 0, 1), np.float32)
        for one in (whole * (1 - lung), lung, other)
    )
    return of, ProbabilityMaps(of.key, 1200, 1000, air, 0.9, left, right)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_what_is_told_while_dragging_is_within_two_percent_of_what_is_told_at_rest(
    chest: Any, threshold: float
) -> None:
    of, maps = chest
    at_rest = find(of, maps, RULE)[0]
    exact, live = find(of, maps, RULE, threshold)[0], find_live(of, maps, RULE, at_rest, threshold, BY_CARD)
    assert live.present
    assert live.threshold == exact.threshold
    assert live.score_threshold == exact.score_threshold
    assert len(live.lesions) == len(exact.lesions) == 1
    one, other = live.lesions[0], exact.lesions[0]
    assert (one.side, one.zones) == (other.side, other.zones)
    assert one.area_px == pytest.approx(other.area_px, rel=0.02)
    assert one.area_mm2 == pytest.approx(other.area_mm2, rel=0.02)
    assert one.width_mm == pytest.approx(other.width_mm, rel=0.05)
    assert one.bbox == pytest.approx(other.bbox, abs=6)
    assert live.halves[0].percent == pytest.approx(exact.halves[0].percent, abs=0.5)
    for name in LINE_NAMES:
        told, true = there(live.halves[0].distances).line(name), there(exact.halves[0].distances).line(name)
        assert there(told).wall == pytest.approx(there(true).wall, abs=10)
        assert there(told).px() == pytest.approx(there(true).px(), abs=8)


def test_nothing_is_left_where_the_film_does_not_count(chest: Any) -> None:
    of, maps = chest
    live = find_live(of, maps, RULE, find(of, maps, RULE)[0], 0.5, Detection(score=0.95))
    assert not live.present
    assert not live.lesions
    assert not live.halves


def test_a_film_without_millimetres_gets_none_while_dragging(chest: Any) -> None:
    _, maps = chest
    of = film(1200, 1000, spacing=NO_SPACING)
    live = find_live(of, maps, RULE, find(of, maps, RULE)[0], 0.4, BY_CARD)
    assert live.lesions[0].area_mm2 is None
    assert live.lesions[0].width_mm is None


def test_lung_fields_are_made_once_for_maps(chest: Any) -> None:
    _, maps = chest
    assert lung_fields_of(maps) is lung_fields_of(maps)
    assert lung_fields_of(maps, (384, 320)).image_left.shape == (384, 320)
