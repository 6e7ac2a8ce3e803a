"""Measurements are the patient's, not the grid's: turning the film or making its pixels oblong changes no number."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ptxviewer.core.calibration import calibrated, field_doubt, reader_spacing
from ptxviewer.core.drawing.measure import (
    angle_degrees,
    handles_of,
    has_size,
    length_mm,
    line_of,
    moved,
    region_statistics,
    straightened,
    with_handle,
)
from ptxviewer.core.drawing.sums import BlockSums
from ptxviewer.core.film import Radiograph
from ptxviewer.core.measurement import MeasureKind, Measurement
from ptxviewer.core.reasons.reading import CalibrationDoubtful
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin

AT_DETECTOR = PixelSpacing(0.2, 0.2, SpacingOrigin.DETECTOR)
OBLONG = PixelSpacing(0.3, 0.1, SpacingOrigin.DETECTOR)
NOT_BELIEVED = PixelSpacing(None, None, SpacingOrigin.IMPLAUSIBLE)

coordinate = st.floats(-500, 3000, allow_nan=False)
point = st.tuples(coordinate, coordinate)
turn = st.floats(0, 2 * math.pi)


def film(rows: int = 60, cols: int = 50, **changes: Any) -> Radiograph:
    rng = np.random.default_rng(7)
    pixels = rng.integers(100, 4000, (rows, cols)).astype(np.uint16)
    return Radiograph("film", pixels, **changes)


LARGE = film(900, 650)
KEPT = BlockSums(LARGE.pixels)


def turned(at: tuple[float, float], angle: float) -> tuple[float, float]:
    c, s = math.cos(angle), math.sin(angle)
    return c * at[0] - s * at[1], s * at[0] + c * at[1]


@given(point, point, turn)
def test_a_length_is_the_same_however_the_film_is_turned(a: Any, b: Any, angle: Any) -> None:
    assert length_mm(turned(a, angle), turned(b, angle), AT_DETECTOR) == pytest.approx(
        length_mm(a, b, AT_DETECTOR), abs=1e-6
    )


@given(point, point, point, turn)
def test_an_angle_is_the_same_however_the_film_is_turned(a: Any, b: Any, c: Any, angle: Any) -> None:
    assume(math.dist(a, b) > 1)
    assume(math.dist(b, c) > 1)
    straight, tilted = angle_degrees((a, b, c)), angle_degrees(tuple(turned(p, angle) for p in (a, b, c)))
    assert tilted == pytest.approx(straight, abs=1e-4)
    assert straight is not None
    assert 0 <= straight <= 180


@given(point, point, point, st.floats(0.2, 5))
def test_oblong_pixels_change_neither_length_nor_angle(a: Any, b: Any, c: Any, aspect: Any) -> None:
    """The same places on the patient, on a grid whose rows lie ``aspect`` times further apart."""
    assume(math.dist(a, b) > 1)
    assume(math.dist(b, c) > 1)
    spacing = PixelSpacing(0.2 * aspect, 0.2, SpacingOrigin.DETECTOR)
    oblong = tuple((x, y / aspect) for x, y in (a, b, c))
    assert length_mm(oblong[0], oblong[1], spacing) == pytest.approx(length_mm(a, b, AT_DETECTOR), abs=1e-6)
    assert angle_degrees(oblong, spacing.aspect) == pytest.approx(angle_degrees((a, b, c)), abs=1e-3)


@given(point, point)
def test_a_length_is_nothing_to_itself_and_the_same_both_ways(a: Any, b: Any) -> None:
    assert length_mm(a, a, OBLONG) == 0
    assert length_mm(a, b, OBLONG) == length_mm(b, a, OBLONG)
    assert length_mm(a, b, NO_SPACING) is None


def test_known_angles() -> None:
    assert angle_degrees(((1.0, 0.0), (0.0, 0.0), (0.0, 5.0))) == pytest.approx(90)
    assert angle_degrees(((1.0, 0.0), (0.0, 0.0), (-3.0, 0.0))) == pytest.approx(180)
    assert angle_degrees(((2.0, 2.0), (0.0, 0.0), (7.0, 0.0))) == pytest.approx(45)
    assert angle_degrees(((0.0, 0.0), (0.0, 0.0), (7.0, 0.0))) is None


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
def test_statistics_are_those_of_the_pixels_inside(kind: MeasureKind) -> None:
    one = film(slope=2.0, intercept=-10.0, spacing=OBLONG)
    region = Measurement(kind, ((30.2, 5.4), (4.7, 41.9)))
    y, x = np.mgrid[0:60, 0:50] + 0.5
    if kind == "rectangle":
        inside = (x >= 4.7) & (x < 30.2) & (y >= 5.4) & (y < 41.9)
    else:
        inside = ((x - 17.45) / 12.75) ** 2 + ((y - 23.65) / 18.25) ** 2 <= 1
    values = one.pixels[inside] * 2.0 - 10.0
    found = region_statistics(one, region)
    assert found is not None
    assert found.pixels == inside.sum()
    assert found.mean == pytest.approx(values.mean())
    assert found.sd == pytest.approx(values.std(ddof=1))
    assert (found.low, found.high) == (values.min(), values.max())
    assert found.area_mm2 == pytest.approx(inside.sum() * 0.03)


@given(
    st.tuples(st.floats(-20, 70), st.floats(-20, 70)),
    st.tuples(st.floats(-20, 70), st.floats(-20, 70)),
    st.integers(1, 3),
    st.sampled_from(["ellipse", "rectangle"]),
)
@example((6.0, 0.0), (0.25, 4.0), 1, "ellipse")
@example((41.0, 0.0), (65.0, 34.0), 1, "ellipse")
def test_statistics_turn_with_the_film(a: Any, b: Any, turns: Any, kind: Any) -> None:
    # Where the centre of a pixel lies on the border, which side takes it is a convention, or a matter of rounding.
    # Places that are no fractions keep every centre off it, of an ellipse, too: 0.1 did not (3, 4, 5: a right angle).
    a, b = ((round(x * 4) / 4 + math.pi / 30, round(y * 4) / 4 + math.pi / 30) for x, y in (a, b))
    one = film(spacing=AT_DETECTOR)
    first = region_statistics(one, Measurement(kind, (a, b)))
    pixels, cols = one.pixels, one.cols
    for _ in range(turns):
        a, b = ((y, cols - x) for x, y in (a, b))
        pixels, cols = np.rot90(pixels), pixels.shape[0]
    turned = Radiograph("t", np.ascontiguousarray(pixels), spacing=AT_DETECTOR)
    second = region_statistics(turned, Measurement(kind, (a, b)))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert second.pixels == first.pixels
        assert second.mean == pytest.approx(first.mean)
        assert second.sd == pytest.approx(first.sd)


def test_a_large_ellipse_has_the_area_of_an_ellipse() -> None:
    one = film(600, 500, spacing=AT_DETECTOR)
    found = region_statistics(one, Measurement("ellipse", ((50.0, 100.0), (450.0, 500.0))))
    assert found is not None
    assert found.area_mm2 == pytest.approx(math.pi * 40 * 40, rel=1e-3)


@given(st.tuples(coordinate, coordinate), st.tuples(coordinate, coordinate), st.sampled_from(["ellipse", "rectangle"]))
@example((-200.0, -300.0), (900.0, 1200.0), "ellipse")
@example((16.0, 128.0), (640.0, 512.0), "rectangle")
def test_sums_that_are_kept_change_no_number(a: Any, b: Any, kind: Any) -> None:
    region = Measurement(kind, (a, b))
    assert region_statistics(LARGE, region, KEPT) == region_statistics(LARGE, region)


def test_sums_of_another_film_are_not_used() -> None:
    region = Measurement("ellipse", ((20.0, 20.0), (600.0, 800.0)))
    other = film(900, 650, slope=2.0)
    other = replace(other, pixels=other.pixels // 2)
    assert region_statistics(other, region, KEPT) == region_statistics(other, region)
    padded = replace(LARGE, padding=(0, 2000))
    assert region_statistics(padded, region, KEPT) == region_statistics(padded, region)


def test_padding_and_what_lies_off_the_film_is_not_measured() -> None:
    pixels = np.full((20, 20), 500, np.uint16)
    pixels[:, :10] = 65535
    one = Radiograph("p", pixels, padding=(65535, 65535))
    found = region_statistics(one, Measurement("rectangle", ((-50.0, -50.0), (50.0, 50.0))))
    assert found is not None
    assert (found.pixels, found.mean, found.sd) == (200, 500, 0)
    assert region_statistics(one, Measurement("ellipse", ((1.0, 1.0), (8.0, 9.0)))) is None
    assert region_statistics(one, Measurement("rectangle", ((30.0, 1.0), (40.0, 9.0)))) is None


def test_the_film_is_never_written_to() -> None:
    one = film(padding=(100, 300))
    before = one.pixels.copy()
    region_statistics(one, Measurement("ellipse", ((3.0, 3.0), (40.0, 40.0))))
    assert (one.pixels == before).all()


@pytest.mark.parametrize("given_spacing", [AT_DETECTOR, OBLONG, NO_SPACING, NOT_BELIEVED])
def test_a_calibration_gives_the_object_its_length_and_can_be_taken_back(given_spacing: PixelSpacing) -> None:
    one = film(spacing=given_spacing)
    ends = ((5.0, 5.0), (25.0, 35.0))
    drawn = Measurement("calibration", ends, mm=25.0)
    by_reader = calibrated(one, (Measurement("length", ((0.0, 0.0), (1.0, 1.0))), drawn))
    assert by_reader.spacing.origin is SpacingOrigin.MANUAL
    assert length_mm(*ends, by_reader.spacing) == pytest.approx(25)
    assert by_reader.spacing.aspect == pytest.approx(given_spacing.aspect)
    again = calibrated(by_reader, (replace(drawn, mm=50.0),))
    assert length_mm(*ends, again.spacing) == pytest.approx(50)
    assert calibrated(again, ()).spacing == given_spacing
    assert calibrated(one, ()) is one
    assert calibrated(by_reader, (drawn,)) is by_reader


@pytest.mark.parametrize(
    ("points", "mm"),
    [
        (((5.0, 5.0), (5.0, 5.0)), 25.0),
        (((5.0, 5.0), (50.0, 5.0)), 0.0),
        (((5.0, 5.0), (50.0, 5.0)), None),
        (((5.0, 5.0), (50.0, 5.0)), math.inf),
        (((5.0, 5.0), (math.nan, 5.0)), 25.0),
    ],
)
def test_a_calibration_without_a_size_changes_nothing(points: Any, mm: float | None) -> None:
    assert reader_spacing(AT_DETECTOR, Measurement("calibration", points, mm=mm)) is None


def test_a_calibration_that_makes_no_chest_is_doubted() -> None:
    wide = film(100, 2000)
    good = calibrated(wide, (Measurement("calibration", ((0.0, 0.0), (100.0, 0.0)), mm=20.0),))
    odd = calibrated(wide, (Measurement("calibration", ((0.0, 0.0), (100.0, 0.0)), mm=200.0),))
    assert field_doubt(wide) is field_doubt(good) is None
    assert field_doubt(odd) == CalibrationDoubtful(400)


@pytest.mark.parametrize("kind", ["length", "angle", "ellipse", "rectangle", "calibration"])
def test_handles_follow_the_hand_and_moving_keeps_the_shape(kind: MeasureKind) -> None:
    points = ((10.0, 20.0), (40.0, 60.0)) + (((70.0, 20.0),) if kind == "angle" else ())
    one = Measurement(kind, points)
    assert has_size(one)
    for handle in range(len(handles_of(one))):
        after = with_handle(one, handle, (99.0, 98.0))
        assert (99.0, 98.0) in handles_of(after)
        kept = set(handles_of(one)) & set(handles_of(after))
        assert len(kept) == (1 if one.region else len(points) - 1)
    shifted = moved(one, 3, -4)
    assert line_of(shifted) == pytest.approx(np.add(line_of(one), (3, -4)))


def test_a_straight_hand() -> None:
    line = Measurement("length", ((10.0, 10.0), (20.0, 11.0)))
    assert straightened(line, 1, (50.0, 13.0)) == pytest.approx((50, 10))
    assert straightened(line, 1, (12.0, 60.0)) == pytest.approx((10, 60))
    x, y = straightened(line, 1, (50.0, 52.0))
    assert x - 10 == pytest.approx(y - 10)
    round_one = Measurement("ellipse", ((10.0, 10.0), (20.0, 11.0)))
    assert straightened(round_one, 1, (50.0, 13.0)) == pytest.approx((50, 50))
    assert straightened(round_one, 1, (50.0, 13.0), aspect=2.0) == pytest.approx((50, 30))
