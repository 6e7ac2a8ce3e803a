"""The decision rule and its measures: every number that a reader sees comes from here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.film import Acquisition
from ptxviewer.core.findings.decide import decide, find, mask_at_film, measure, score_threshold_at, thickness_px
from ptxviewer.core.findings.hemithorax import lung_fields, orientation_of
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from tests.films import AT_DETECTOR, RULE, film, maps


def test_a_block_is_found_where_it_is_with_its_size() -> None:
    of = film(640, 640, spacing=AT_DETECTOR)
    findings, mask = find(of, maps(of), RULE)
    assert findings.present
    (lesion,) = findings.lesions
    assert lesion.side == "right"  # the left of the picture
    assert lesion.area_px == int(mask.sum()) == findings.area_px
    assert lesion.area_px == pytest.approx(120 * 120, rel=0.1)
    assert lesion.area_mm2 == pytest.approx(lesion.area_px * 0.04)
    x, y, width, height = lesion.bbox
    assert mask[y : y + height, x : x + width].sum() == mask.sum()
    assert x == pytest.approx(140, abs=6)
    assert y == pytest.approx(120, abs=6)
    assert lesion.width_px == pytest.approx(width, abs=2)
    assert lesion.width_mm == pytest.approx(lesion.width_px * 0.2)
    assert mask[lesion.peak[1], lesion.peak[0]]
    assert 0.5 <= lesion.mean_score <= lesion.max_score == pytest.approx(0.8)


def test_result_of_another_film_is_refused() -> None:
    with pytest.raises(StaleResult):
        find(film(key="B"), maps(film(key="A")), RULE)


def test_a_readers_mask_stands_whatever_the_rule_says() -> None:
    of = film(640, 640, spacing=AT_DETECTOR)
    own = np.zeros(of.shape, bool)
    own[300:340, 500:600] = True
    findings, mask = find(of, maps(of, score=0.1), RULE, edited=own)
    assert findings.edited
    assert findings.present
    assert np.array_equal(mask, own)
    (lesion,) = findings.lesions
    assert (lesion.side, lesion.area_px) == ("left", 4000)
    assert lesion.area_mm2 == pytest.approx(4000 * 0.04)
    emptied, _ = find(of, maps(of), RULE, edited=np.zeros(of.shape, bool))
    assert emptied.edited
    assert not emptied.present


def test_a_readers_mask_of_another_film_is_refused() -> None:
    of = film(640, 640)
    with pytest.raises(StaleResult):
        find(of, maps(of), RULE, edited=np.zeros((64, 64), bool))


def test_the_gate_closes_the_film_whatever_its_map_says() -> None:
    of = film()
    findings, mask = find(of, maps(of, score=0.39), RULE)
    assert not findings.present
    assert not findings.lesions
    assert not mask.any()
    assert find(of, maps(of, score=0.4), RULE)[0].present


def test_components_below_the_smallest_area_are_dropped_and_stay_dropped() -> None:
    of = film(640, 640)
    grid = np.zeros((64, 64), np.float32)
    grid[10:20, 10:20] = 0.9
    grid[40:42, 40:42] = 0.9
    findings, mask = find(of, maps(of, grid), replace(RULE, min_area=5 / 64**2))
    assert len(findings.lesions) == 1
    assert not mask[380:, 380:].any()
    findings, _ = find(of, maps(of, grid), replace(RULE, min_area=0.0))
    assert [lesion.area_px for lesion in findings.lesions] == sorted(
        (x.area_px for x in findings.lesions), reverse=True
    )
    assert len(findings.lesions) == 2


def test_what_lies_in_the_padding_of_the_letterbox_is_not_the_film() -> None:
    of = film(64, 32)
    grid = np.zeros((64, 64), np.float32)
    grid[:, :14] = 0.9  # the film lies in columns 16 to 47
    assert not find(of, maps(of, grid), RULE)[0].present


def test_the_threshold_is_inclusive() -> None:
    of = film(64, 64)
    grid = np.full((64, 64), 0.5, np.float32)
    assert find(of, maps(of, grid), RULE)[1].all()
    grid = np.full((64, 64), np.nextafter(np.float32(0.5), np.float32(0)), np.float32)
    assert not find(of, maps(of, grid), RULE)[1].any()


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_lower_threshold_never_shows_less(first: Any, second: Any) -> None:
    of = film(96, 80)
    rng = np.random.default_rng(3)
    of_maps = maps(of, rng.random((64, 64), np.float32), score=0.6)
    low, high = sorted((first, second))
    loose, strict = (
        find(of, of_maps, replace(RULE, min_area=0.0), low)[1],
        find(of, of_maps, replace(RULE, min_area=0.0), high)[1],
    )
    assert not (strict & ~loose).any()


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.001, 0.999))
def test_one_slider_moves_both_gates(threshold: Any, gate: Any, at: Any) -> None:
    rule = DecisionRule(threshold, gate, 0.0)
    assert score_threshold_at(rule, threshold) == pytest.approx(gate)
    assert 0 <= score_threshold_at(rule, at) <= 1
    assert (score_threshold_at(rule, at) <= gate + 1e-9) == (at <= threshold + 1e-9) or abs(at - threshold) < 1e-6
    assert score_threshold_at(rule, 0.0) == pytest.approx(0)
    assert score_threshold_at(rule, 1.0) == pytest.approx(1)


def test_a_threshold_outside_its_range_is_brought_back() -> None:
    of = film()
    assert decide(maps(of), RULE, 0.0).threshold == 0.001
    assert decide(maps(of), RULE, 1.0).threshold == 0.999
    assert decide(maps(of), RULE).threshold == RULE.threshold


@given(st.integers(20, 300), st.integers(20, 300), st.sampled_from([32, 64, 100]))
def test_the_mask_has_the_shape_of_the_film(rows: Any, cols: Any, size: Any) -> None:
    of = film(rows, cols)
    decision = decide(maps(of, np.full((size, size), 0.9, np.float32), lungs=False), RULE)
    assert mask_at_film(decision, rows, cols).shape == (rows, cols)
    assert mask_at_film(decision, rows, cols).all()


def test_sides_follow_the_orientation_tag_and_a_mirrored_film_says_so() -> None:
    of = film(acquisition=Acquisition(row_direction="R", column_direction="F"))
    findings, _ = find(of, maps(of), RULE)
    assert findings.lesions[0].side == "left"
    assert findings.side_note is Finding.FILM_MIRRORED
    plain = film(acquisition=Acquisition(row_direction="L", column_direction="F"))
    findings, _ = find(plain, maps(plain), RULE)
    assert (findings.lesions[0].side, findings.side_note) == ("right", None)


def measured(mask: np.ndarray, spacing: PixelSpacing, smallest_px: int = 1) -> Any:
    nothing = np.zeros_like(mask)
    sides = orientation_of(film())
    return measure(mask, mask.astype(np.float32), lung_fields(nothing, nothing), sides, spacing, smallest_px)[0]


def test_rows_and_columns_may_have_different_millimetres() -> None:
    mask = np.zeros((50, 50), bool)
    mask[10:20, 5:25] = True
    spacing = PixelSpacing(0.5, 0.2, SpacingOrigin.FIDUCIAL)
    (lesion,) = measured(mask, spacing)
    assert lesion.area_mm2 == pytest.approx(200 * 0.1)
    assert lesion.width_mm == pytest.approx(20 * 0.2, abs=0.3)


def test_without_spacing_there_are_no_millimetres() -> None:
    mask = np.zeros((50, 50), bool)
    mask[10:20, 5:25] = True
    (lesion,) = measured(mask, NO_SPACING)
    assert lesion.area_mm2 is None
    assert lesion.width_mm is None
    assert lesion.area_px == 200


def test_crumbs_can_be_left_out_of_the_measure() -> None:
    mask = np.zeros((50, 50), bool)
    mask[10:20, 5:25] = True
    mask[40, 40] = True
    assert len(measured(mask, NO_SPACING)) == 2
    assert len(measured(mask, NO_SPACING, smallest_px=2)) == 1
    assert measured(np.zeros((4, 4), bool), NO_SPACING) == ()


def test_the_sum_of_areas_is_known_only_when_every_area_is() -> None:
    of = film(640, 640, spacing=AT_DETECTOR)
    findings, _ = find(of, maps(of), RULE)
    assert findings.area_mm2 == pytest.approx(findings.area_px * 0.04)
    assert replace(findings, lesions=()).area_mm2 is None
    unknown = replace(findings.lesions[0], area_mm2=None)
    assert replace(findings, lesions=(*findings.lesions, unknown)).area_mm2 is None


@pytest.mark.parametrize("seed", range(4))
def test_a_width_is_that_of_all_distances(seed: int) -> None:
    """The quick look that comes first is for speed alone."""
    random = np.random.default_rng(seed)
    drawn = np.zeros((420, 380), np.uint8)
    for _ in range(6):
        (x, y), axes = random.integers(60, 320, 2), random.integers(8, 90, 2)
        cv2.ellipse(drawn, (int(x), int(y)), (int(axes[0]), int(axes[1])), 180 * random.random(), 0, 360, 1, -1)
    drawn[200:204] = 1
    radius = cv2.distanceTransform(np.pad(drawn, 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max()
    assert thickness_px(drawn.astype(bool), NO_SPACING) == pytest.approx(2 * float(radius) - 0.5, rel=1e-6)


@pytest.mark.parametrize("shape", [(10, 3500), (3500, 9), (7, 1400), (1, 2800)])
def test_a_long_thin_band_is_as_wide_as_it_is(shape: tuple[int, int]) -> None:
    assert thickness_px(np.ones(shape, bool), NO_SPACING) == pytest.approx(min(shape), abs=4)
