"""Distances are measured between the borders of the marked air or not at all: phantoms of every shape, and by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptxviewer.core.answer import LINE_NAMES, Distances, Findings, HemithoraxFinding, Line
from ptxviewer.core.arrays import Mask
from ptxviewer.core.findings.decide import measure
from ptxviewer.core.findings.hemithorax import lung_fields, orientation_of
from ptxviewer.core.findings.reviewed import with_lines
from ptxviewer.core.findings.sizes import disagreement, sizes_of_half
from ptxviewer.core.reasons.finding import AreaWithoutDistances, DistancesMissing, Finding, SizesDisagree
from ptxviewer.core.review import MovedLine
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.phantom.film import AirSide, Outlines, PhantomSpec, outlines_of
from ptxviewer.phantom.lungs import Shape
from tests.films import ORIENTED, film
from tests.there import there

ROWS, COLS = 384, 322
SPACING = PixelSpacing(360 / COLS, 360 / COLS, SpacingOrigin.DETECTOR)
FILM = film(ROWS, COLS, spacing=SPACING, acquisition=ORIENTED)
SHAPES: tuple[Shape, ...] = get_args(Shape)


@cache
def chest(shape: Shape, side: AirSide = "both", size: float = 0.8, seed: int = 3) -> Outlines:
    return outlines_of(PhantomSpec(side=side, size=size, seed=seed, shape=shape, rows=ROWS, cols=COLS))


def halves_of(truth: Outlines, air: Mask) -> dict[str, HemithoraxFinding]:
    """The halves of a chest with this air marked, by side; its lungs are seen as fields, air and all."""
    right = np.arange(COLS) < COLS / 2
    lungs = lung_fields(truth.lung_right | (truth.mask & right), truth.lung_left | (truth.mask & ~right))
    found = measure(air, air.astype(np.float32), lungs, orientation_of(FILM), SPACING)[1]
    return {half.side: half for half in found}


def distances(half: HemithoraxFinding) -> Distances:
    assert half.distances is not None
    return half.distances


def in_mask(mask: Mask, line: Line, start: float, end: float) -> float:
    """Share of a line in the mask, from ``start`` pixels before its wall's end to ``end`` pixels after its lung's."""
    steps = np.linspace(-start, line.px() + end, 50) / line.px()
    x, y = (line.wall[axis] + steps * (line.lung[axis] - line.wall[axis]) for axis in (0, 1))
    rows, cols = np.clip(np.floor(y).astype(int), 0, ROWS - 1), np.clip(np.floor(x).astype(int), 0, COLS - 1)
    return float(mask[rows, cols].mean())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_distance_is_that_of_the_curves_and_what_is_not_there_has_a_reason(shape: Shape) -> None:
    truth = chest(shape)
    halves = halves_of(truth, truth.mask)
    assert halves.keys() == {"right", "left"}
    for true in truth.sides:
        half = halves[true.side]
        assert half.percent == pytest.approx(true.hemithorax_percent, rel=0.03)
        for name, mm in zip(LINE_NAMES[:3], true.interpleural_mm, strict=True):
            line = distances(half).line(name)
            if mm is None or (line is None and mm < 1.5):  # of a millimetre there may be nothing left on the grid
                assert line is None, (name, true)
                reason = Finding.AIR_NOT_AT_CUPOLA if name == "a" else Finding.AIR_NOT_AT_LEVEL
                assert distances(half).refusal(name) is reason
            else:
                assert line is not None, (name, true)
                assert line.mm(SPACING) == pytest.approx(mm, rel=0.03, abs=1.2), (name, true)


@pytest.mark.parametrize(
    ("shape", "measured"),
    [("collapsed", "abc"), ("apical", "a"), ("loculated", ""), ("basal", "c"), ("subpulmonic", "")],
)
def test_each_shape_has_the_distances_that_its_air_reaches(shape: Shape, measured: str) -> None:
    for half in halves_of(chest(shape), chest(shape).mask).values():
        assert "".join(name for name, _ in distances(half).lines if name in "abc") == measured
        refused = {size.measure.id: size.refused for size in sizes_of_half(FILM, half)}
        if shape == "apical":
            assert refused["collins"] == refused["rhea"] == DistancesMissing(("b", "c"))
            assert refused["light"] == refused["bts_2010"] == DistancesMissing(("rim",))
            assert refused["accp_2001"] is None
        if measured == "abc":
            assert refused["collins"] is None


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.sampled_from(["right", "left", "both"]),
    st.sampled_from([0.3, 0.6, 1.0]),
    st.integers(0, 2),
    st.integers(0, ROWS),
    st.booleans(),
)
def test_a_distance_lies_in_the_marked_air_and_ends_at_its_borders(
    shape: Shape, side: str, size: float, seed: int, cut: int, above: bool
) -> None:
    truth = chest(shape, side, size, seed)
    air = truth.mask.copy()
    if above:
        air[:cut] = False  # a reader has rubbed out the upper or the lower part
    else:
        air[cut:] = False
    for half in halves_of(truth, air).values():
        for name, line in () if half.distances is None else half.distances.lines:
            if name == "across":
                continue
            assert line.px() >= 1
            if line.px() < 2:
                continue  # a thread one pixel wide has no inside, and gaps between its rows
            assert in_mask(air, line, -0.6, -0.6) > 0.9  # it runs through air
            assert in_mask(air, line, 4, 4) < in_mask(air, line, 0, 0)  # and not beyond
            vertical = line.wall[0] == line.lung[0]
            assert vertical == (name == "a")
            assert vertical or line.wall[1] == line.lung[1]


def by_hand(top: int, bottom: int, left: int, right: int) -> HemithoraxFinding:
    """A chest of two rectangular lungs of 300 x 100 pixels; air in these rows and columns of the lung on the left."""
    lungs = [np.zeros((ROWS, COLS), bool) for _ in range(2)]
    lungs[0][40:340, 40:140] = lungs[1][40:340, 180:280] = True
    air = np.zeros((ROWS, COLS), bool)
    air[top:bottom, left:right] = True
    found = measure(air, air.astype(np.float32), lung_fields(*lungs), orientation_of(FILM), SPACING)[1]
    assert len(found) == 1
    return found[0]


def test_air_inside_of_the_lung_parts_it_from_no_wall() -> None:
    half = by_hand(60, 320, 80, 100)
    reasons = dict(distances(half).refusals)
    assert reasons == {
        "a": Finding.AIR_NOT_AT_CUPOLA, "b": Finding.AIR_NOT_AT_WALL,
        "c": Finding.AIR_NOT_AT_WALL, "rim": Finding.AIR_NOT_AT_WALL,
    }  # fmt: skip


def test_air_across_the_whole_width_has_no_distance_to_a_lung_that_is_not_beside_it() -> None:
    half = by_hand(40, 200, 40, 140)
    assert there(distances(half).line("a")).px() == 160
    reasons = dict(distances(half).refusals)
    assert reasons["b"] is Finding.AIR_NOT_AT_LEVEL  # of the lung that is left, below
    assert reasons["rim"] is Finding.NO_LUNG_AT_LEVEL
    assert {size.measure.id for size in sizes_of_half(FILM, half) if size.value is not None} == {"accp_2001"}


def test_a_strip_beside_the_mediastinum_is_no_lung() -> None:
    assert distances(by_hand(40, 200, 40, 132)).refusal("rim") is Finding.NO_LUNG_AT_LEVEL


def test_a_large_area_without_any_distance_is_said_to_be_unreliable() -> None:
    reason = disagreement(FILM, by_hand(150, 340, 60, 140))
    assert isinstance(reason, AreaWithoutDistances)
    assert reason.percent == pytest.approx(100 * 190 * 80 / (300 * 100))
    assert disagreement(FILM, by_hand(150, 200, 60, 140)) is None  # a small one may well have none


@pytest.mark.parametrize(("mm", "apart"), [(20.0, False), (60.0, True)])
def test_collins_and_an_area_that_are_far_apart_are_both_put_in_doubt(mm: float, apart: bool) -> None:
    line = Line((0.0, 0.0), (mm / 360 * COLS, 0.0))
    half = HemithoraxFinding("right", True, 1000, 30.0, distances=Distances(line, line, line, line, line))
    reason = disagreement(FILM, half)
    collins = 4.2 + 4.7 * 3 * mm / 10
    assert (reason is not None) == apart == (abs(collins - 30) > 30)
    if apart:
        assert isinstance(reason, SizesDisagree)
        assert reason == SizesDisagree(reason.collins, 30.0)
        assert reason.collins == pytest.approx(collins)
    assert disagreement(replace(FILM, acquisition=replace(ORIENTED, view="AP")), half) is None  # Collins is not given


def test_what_is_left_of_a_lung_does_not_decide_on_which_side_the_air_lies() -> None:
    """The network saw a scrap at the diaphragm of one lung and all of the other: the air stays on its own side."""
    scrap, lung, air = (np.zeros((ROWS, COLS), bool) for _ in range(3))
    scrap[310:340, 40:110] = lung[40:340, 180:280] = air[40:300, 40:140] = True
    found = measure(air, air.astype(np.float32), lung_fields(scrap, lung), orientation_of(FILM), SPACING)[1]
    assert [half.side for half in found] == ["right"]


def test_a_reader_can_put_a_line_where_none_was_measurable_and_the_formula_follows() -> None:
    half = by_hand(40, 70, 40, 140)
    assert distances(half).line("b") is distances(half).line("c") is None
    findings = Findings(True, 0.9, 0.5, 0.4, halves=(half,))
    drawn = [MovedLine(True, name, Line((40.0, 200.0), (60.0, 200.0))) for name in ("b", "c")]
    moved = with_lines(findings, drawn).halves[0]
    assert moved.moved == ("b", "c")
    collins = next(size for size in sizes_of_half(FILM, moved) if size.measure.id == "collins")
    assert collins.value is not None
    assert distances(with_lines(findings, []).halves[0]).line("b") is None
