"""Side, zone, percent and distances on phantoms of known truth; the sizes of the literature and their refusals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.answer import LINE_NAMES, Distances, Line, ProbabilityMaps
from ptxviewer.core.film import Acquisition, Radiograph
from ptxviewer.core.findings import sizes
from ptxviewer.core.findings.decide import find, measure
from ptxviewer.core.findings.hemithorax import lung_fields, orientation_of
from ptxviewer.core.reasons.finding import DistancesMissing, Finding, OtherView, OutsideNomogram
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from ptxviewer.phantom.anatomy import Projection
from ptxviewer.phantom.film import AirSide, Phantom, PhantomSpec, film_of, make_phantom
from tests.films import AT_DETECTOR, RULE, film, maps
from tests.there import there

KINDS = tuple(product(("right", "left"), (0.5, 1.0), ("PA", "AP"), (True, False), (8, 16), (False, True)))
"""Side, size, view, spacing present, bits, MONOCHROME1."""
TWENTY_FOUR = KINDS[::3] + KINDS[1::24]


@cache
def drawn(side: AirSide, size: float, view: Projection) -> Phantom:
    return make_phantom(PhantomSpec(side=side, size=size, view=view, bits=16, seed=7, rows=512, cols=430, noise=0))


def phantom(side: AirSide, size: float, view: Projection, bits: int) -> Phantom:
    """A phantom of so many bits; the upper ones of one that is drawn once."""
    made = drawn(side, size, view)
    return replace(made, spec=replace(made.spec, bits=bits), pixels=made.pixels >> np.uint16(16 - bits))


def film_like(made: Phantom, spaced: bool, inverse: bool) -> Radiograph:
    of = film_of(made)
    pixels = np.uint16(2**made.spec.bits - 1) - made.pixels if inverse else made.pixels.copy()
    return replace(of, pixels=pixels, inverse=inverse, spacing=of.spacing if spaced else NO_SPACING)


def true_maps(of: Radiograph, made: Phantom) -> ProbabilityMaps:
    size = max(of.rows, of.cols)
    grids = []
    for mask in (made.mask, made.lung_right, made.lung_left):
        grid = np.zeros((size, size), np.float32)
        left = (size - of.cols) // 2
        grid[: of.rows, left : left + of.cols] = mask
        grids.append(grid)
    return ProbabilityMaps(of.key, of.rows, of.cols, grids[0], 0.9, grids[1], grids[2])


def assert_measured(distances: Distances, truth: tuple[float | None, ...], spacing: PixelSpacing) -> None:
    """A, B and C are those of the curves to about a pixel; what is not there is not measured as 0."""
    for name, true in zip(LINE_NAMES[:3], truth, strict=True):
        line = distances.line(name)
        if true is None:
            assert line is None, name
        elif line is None:
            assert true < 1.0, name  # mm: nothing of it is left on the grid
        else:
            assert line.mm(spacing) == pytest.approx(true, rel=0.03, abs=0.5), name


@pytest.mark.parametrize(("side", "size", "view", "spaced", "bits", "inverse"), TWENTY_FOUR)
def test_a_phantoms_side_percent_and_distances_are_found(
    side: AirSide, size: float, view: Projection, spaced: bool, bits: int, inverse: bool
) -> None:
    made = phantom(side, size, view, bits)
    of = film_like(made, spaced, inverse)
    findings, mask = find(of, true_maps(of, made), replace(RULE, min_area=0.0))
    assert mask.sum() == pytest.approx(made.mask.sum(), rel=0.001)
    half = findings.halves[0]
    assert len(findings.halves) == 1
    assert {lesion.side for lesion in findings.lesions} == {half.side} == {side}
    assert findings.lesions[0].zones[0] in ("apical", "lateral")
    assert half.percent == pytest.approx(made.hemithorax_percent, rel=0.03)
    assert not half.loculated
    assert half.distances is not None
    rows = {row.measure.id: row for row in sizes.sizes_of(half.distances, of.spacing, view)}
    if spaced:
        assert findings.area_mm2 == pytest.approx(made.area_mm2, rel=0.03)
        assert_measured(there(half.distances), made.interpleural_mm, of.spacing)
    else:
        assert findings.area_mm2 is None
        assert there(half.distances.line("a")).mm(of.spacing) is None
    if view == "AP":
        assert {row.refused for row in rows.values()} == {OtherView("AP")}
    elif not spaced:
        refused = {name for name, row in rows.items() if row.refused == Finding.NO_SPACING}
        assert refused == {measure.id for measure in sizes.MEASURES if measure.needs_cm} >= {"collins", "bts_2010"}
    else:
        a, b, c = made.interpleural_mm
        assert a is not None
        assert b is not None
        if c is None:
            assert rows["collins"].refused == DistancesMissing(("c",))
        else:
            assert there(rows["collins"].value).number == pytest.approx(4.2 + 0.47 * (a + b + c), rel=0.03)
        assert there(rows["accp_2001"].value).large == (a >= 30)


def test_there_are_twenty_four_kinds_and_every_choice_is_among_them() -> None:
    assert len(TWENTY_FOUR) >= 24
    assert all(len(set(choice)) == 2 for choice in zip(*TWENTY_FOUR, strict=True))


def lines(a: float, b: float, c: float, rim: float, across: float) -> Distances:
    """Lines of these lengths in cm on a film of 0.2 mm pixels."""
    return Distances(*(Line((0.0, 0.0), (length * 50, 0.0)) for length in (a, b, c, rim, across)))


def by_name(distances: Distances | None, spacing: Any = AT_DETECTOR, view: str = "PA", **more: Any) -> Any:
    return {row.measure.id: row for row in sizes.sizes_of(distances, spacing, view, **more)}


def test_the_formulas_give_the_numbers_of_their_papers() -> None:
    rows = by_name(lines(3.0, 2.0, 1.0, 2.0, 10.0))
    assert rows["collins"].value.number == pytest.approx(4.2 + 4.7 * 6)
    assert rows["rhea"].value.number == pytest.approx(23)  # 2 cm on average
    assert rows["light"].value.number == pytest.approx(100 * (1 - 0.8**3))
    assert rows["bts_2010"].value.large
    assert rows["accp_2001"].value.large
    below = by_name(lines(2.9, 2.0, 1.0, 1.9, 10.0))
    assert below["bts_2010"].value.large is False
    assert below["accp_2001"].value.large is False


@pytest.mark.parametrize(
    ("distances", "more", "reason"),
    [
        (lines(1, 1, 1, 1, 10), {"view": ""}, Finding.VIEW_NOT_STATED),
        (lines(1, 1, 1, 1, 10), {"view": "PA", "posture": "supine"}, Finding.SUPINE_FILM),
        (lines(1, 1, 1, 1, 10), {"view": "PA", "loculated": True}, Finding.LOCULATED),
        (lines(1, 1, 1, 1, 10), {"view": "RL"}, OtherView("RL")),
        (None, {"view": "PA"}, Finding.NO_LUNG_EDGE),
    ],
)
def test_every_formula_is_refused_where_none_holds(
    distances: Distances | None, more: Any, reason: Finding | OtherView
) -> None:
    assert {row.refused for row in by_name(distances, **more).values()} == {reason}


def test_a_sum_of_zero_gives_no_percent_from_the_formulas_constant() -> None:
    rows = by_name(lines(0, 0, 0, 0, 10))
    assert rows["collins"].refused is rows["rhea"].refused is Finding.SUM_IS_ZERO
    assert all(row.refused for row in rows.values())


def test_rhea_is_not_read_beyond_its_nomogram() -> None:
    assert sizes.rhea(0.4) is None
    assert by_name(lines(6, 6, 6, 6, 12))["rhea"].refused == OutsideNomogram(6, 0.5, 5.0)


def test_every_measure_has_its_formula_its_source_and_an_id_of_its_own() -> None:
    assert len({measure.id for measure in sizes.MEASURES}) == len(sizes.MEASURES)
    assert all(measure.name and measure.formula and measure.source for measure in sizes.MEASURES)
    for given_lines in (lines(0, 0, 0, 0, 10), lines(0, 0, 0, 1, 10), lines(3, 2, 1, 2, 10), None):
        assert [size.measure for size in sizes.sizes_of(given_lines, AT_DETECTOR, "PA")] == list(sizes.MEASURES)


@given(st.floats(0.5, 5.0))
def test_rheas_table_agrees_with_its_published_line(average: Any) -> None:
    assert sizes.rhea(average) == pytest.approx(8.71935 * average + 5.3839, abs=1.0)


def test_a_line_is_measured_with_the_spacing_of_its_direction_and_can_be_moved() -> None:
    spacing = PixelSpacing(0.5, 0.2, SpacingOrigin.FIDUCIAL)
    assert Line((0, 0), (0, 10)).mm(spacing) == pytest.approx(5)
    assert Line((0, 0), (10, 0)).mm(spacing) == pytest.approx(2)
    moved = lines(1, 1, 1, 1, 10)
    for name in LINE_NAMES:
        moved = moved.with_line(name, Line((0, 0), (3, 4)))
        assert there(moved.line(name)).px() == 5


def chest(air: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two rectangular lungs of 200 x 60 pixels on a 240 x 200 film, and air somewhere in the one on the left."""
    left, right, mask = (np.zeros((240, 200), bool) for _ in range(3))
    left[20:220, 20:80] = right[20:220, 120:180] = True
    mask[air] = True
    return left, right, mask


@pytest.mark.parametrize(
    ("air", "zone"),
    [
        ((slice(20, 50), slice(20, 80)), "apical"),
        ((slice(90, 150), slice(20, 35)), "lateral"),
        ((slice(190, 220), slice(20, 80)), "basal"),
        ((slice(90, 150), slice(65, 80)), "medial"),
    ],
)
def test_zones_are_parts_of_the_hemithorax(air: Any, zone: str) -> None:
    left, right, mask = chest(air)
    lesions, (half,) = measure(mask, mask.astype(np.float32), lung_fields(left, right), orientation_of(film()),
                               AT_DETECTOR)  # fmt: skip
    assert lesions[0].zones == (zone,)
    assert half.percent == pytest.approx(100 * mask.sum() / (200 * 60))
    assert half.loculated == (zone != "apical")


def test_an_apical_cap_has_the_distance_of_its_height_and_no_other() -> None:
    left, right, mask = chest((slice(20, 50), slice(20, 80)))
    _, (half,) = measure(mask, mask.astype(np.float32), lung_fields(left, right), orientation_of(film()), AT_DETECTOR)
    assert half.distances is not None
    assert there(half.distances.line("a")).px() == 30
    assert dict(half.distances.refusals) == dict.fromkeys(("b", "c", "rim"), Finding.AIR_NOT_AT_LEVEL)
    assert there(half.distances.line("across")).px() == 60


def test_the_side_is_that_of_the_nearer_lung_and_not_of_the_films_middle() -> None:
    left, right, mask = chest((slice(90, 150), slice(105, 110)))  # beyond the middle of the film, between the lungs
    shifted = lung_fields(np.roll(left, 20, 1), np.roll(right, 20, 1))
    lesions, _ = measure(mask, mask.astype(np.float32), shifted, orientation_of(film()), NO_SPACING)
    assert lesions[0].side == "right"


def test_without_a_lung_there_is_a_side_but_no_percent() -> None:
    of = film(640, 640)
    findings, _ = find(of, maps(of, lungs=False), RULE)
    (half,) = findings.halves
    assert half.side == "right"
    assert half.percent is None
    assert half.refused is Finding.NO_LUNG_ON_SIDE
    assert half.distances is None
    assert findings.lesions[0].zones == ()


def test_lungs_on_the_wrong_sides_are_not_believed() -> None:
    left, right, _ = chest((slice(0, 0), slice(0, 0)))
    assert lung_fields(left, right).both_seen
    assert not lung_fields(right, left).both_seen


@pytest.mark.parametrize(("across", "down", "side", "note"), [
    ("L", "F", "right", None), ("", "", "right", None), ("R", "F", "left", Finding.FILM_MIRRORED),
    ("R", "H", "left", Finding.FILM_UPSIDE_DOWN), ("F", "L", "unknown", Finding.FILM_ON_ITS_SIDE),
])  # fmt: skip
def test_orientation_tags_are_believed_and_oddities_said(
    across: str, down: str, side: str, note: Finding | None
) -> None:
    orientation = orientation_of(film(acquisition=Acquisition(row_direction=across, column_direction=down)))
    assert orientation.side(True) == side
    assert orientation.note is note


@pytest.mark.parametrize(("side", "size"), [("right", 0.5), ("left", 1.0)])
def test_a_large_film_measured_on_the_smaller_grid_keeps_its_numbers(side: AirSide, size: float) -> None:
    made = phantom(side, size, "PA", 16)
    small = film_like(made, True, False)
    assert small.spacing.row_mm is not None
    assert small.spacing.col_mm is not None
    fine = PixelSpacing(small.spacing.row_mm / 6, small.spacing.col_mm / 6, SpacingOrigin.DETECTOR)
    of = replace(small, pixels=np.repeat(np.repeat(made.pixels, 6, 0), 6, 1), spacing=fine)
    at_film = replace(true_maps(small, made), rows=of.rows, cols=of.cols)
    findings, mask = find(of, at_film, replace(RULE, min_area=0.0))
    assert mask.shape == of.shape == (3072, 2580)
    (half,) = findings.halves
    assert findings.area_mm2 == pytest.approx(made.area_mm2, rel=0.03)
    assert half.percent == pytest.approx(made.hemithorax_percent, rel=0.03)
    assert_measured(there(half.distances), made.interpleural_mm, fine)
    lesion = findings.lesions[0]
    reference = find(small, true_maps(small, made), replace(RULE, min_area=0.0))[0].lesions[0]
    assert lesion.width_mm == pytest.approx(reference.width_mm, rel=0.03, abs=0.5)
    assert lesion.zones == reference.zones
