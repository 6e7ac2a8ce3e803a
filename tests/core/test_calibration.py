"""Which millimetres a film supports: never a size that its tags do not, and always with their origin."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.calibration import SpacingTags, spacing_from_tags
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.words.quantities import spacing_label

D = SpacingOrigin.DETECTOR
COLS = 2000  # at 0.2 mm a chest of 40 cm


def spacing(cols: int = COLS, chest: bool = True, **tags: Any) -> PixelSpacing:
    return spacing_from_tags(SpacingTags(**tags), cols, chest)


@pytest.mark.parametrize(
    ("tags", "origin", "col_mm"),
    [
        ({}, SpacingOrigin.NONE, None),
        ({"pixel_spacing": (0.2, 0.2)}, SpacingOrigin.UNSPECIFIED, 0.2),
        ({"imager_pixel_spacing": (0.2, 0.2)}, SpacingOrigin.DETECTOR, 0.2),
        ({"pixel_spacing": (0.2, 0.2), "imager_pixel_spacing": (0.2, 0.2)}, SpacingOrigin.DETECTOR, 0.2),
        ({"pixel_spacing": (0.18, 0.18), "imager_pixel_spacing": (0.2, 0.2)}, SpacingOrigin.GEOMETRY, 0.18),
        ({"pixel_spacing": (0.2, 0.2), "calibration_type": "FIDUCIAL"}, SpacingOrigin.FIDUCIAL, 0.2),
        ({"pixel_spacing": (0.2, 0.2), "calibration_type": " geometry "}, SpacingOrigin.GEOMETRY, 0.2),
        ({"imager_pixel_spacing": (0.22, 0.22), "magnification": 1.1}, SpacingOrigin.MAGNIFICATION, 0.2),
        (
            {"imager_pixel_spacing": (0.22, 0.22), "source_detector_mm": 1980, "source_patient_mm": 1800},
            SpacingOrigin.MAGNIFICATION,
            0.2,
        ),
        ({"imager_pixel_spacing": (0.2, 0.2), "magnification": 0.5}, SpacingOrigin.DETECTOR, 0.2),
        ({"imager_pixel_spacing": (0.2, 0.2), "source_detector_mm": 1800, "source_patient_mm": 0}, D, 0.2),
    ],
)  # fmt: skip
def test_the_best_tag_wins_and_is_named(tags: Any, origin: SpacingOrigin, col_mm: float | None) -> None:
    found = spacing(**tags)
    assert found.origin is origin
    assert found.col_mm == (None if col_mm is None else pytest.approx(col_mm))


@pytest.mark.parametrize("pair", [(0.0, 0.2), (-1.0, 0.2), (float("nan"), 0.2), (0.2, 1e9), (float("inf"), 1.0)])
def test_numbers_that_no_detector_has_are_not_used(pair: Any) -> None:
    assert spacing(pixel_spacing=pair, imager_pixel_spacing=pair).origin is SpacingOrigin.NONE


@pytest.mark.parametrize(("cols", "believed"), [(1200, False), (1250, True), (3000, True), (3100, False)])
def test_a_chest_of_an_impossible_width_gets_no_millimetres_and_a_sentence(cols: int, believed: bool) -> None:
    found = spacing(cols, pixel_spacing=(0.2, 0.2))
    assert (found.col_mm is not None) == believed
    assert (found.origin is SpacingOrigin.IMPLAUSIBLE) != believed
    assert bool(found.note) != believed
    assert found.pixel_area_mm2 is None or believed


def test_what_is_no_chest_radiograph_may_be_narrow() -> None:
    assert spacing(512, chest=False, pixel_spacing=(0.2, 0.2)).col_mm == 0.2


pairs = st.one_of(st.none(), st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True)))
numbers = st.one_of(st.none(), st.floats())
kinds = st.sampled_from(["", "FIDUCIAL", "GEOMETRY", "?"])


@given(
    pairs, pairs, st.sampled_from(["", "FIDUCIAL", "GEOMETRY", "?"]), numbers, numbers, numbers, st.integers(1, 9000)
)
def test_whatever_the_tags_say_a_size_is_positive_and_has_an_origin(
    pixel: Any, imager: Any, kind: Any, factor: Any, far: Any, near: Any, cols: Any
) -> None:
    found = spacing_from_tags(SpacingTags(pixel, imager, kind, factor, far, near), cols)
    if found.col_mm is None:
        assert found.row_mm is None
        assert found.origin in (SpacingOrigin.NONE, SpacingOrigin.IMPLAUSIBLE)
    else:
        assert found.row_mm is not None
        assert found.row_mm > 0
        assert 250 <= cols * found.col_mm <= 600
        assert spacing_label(found)


@pytest.mark.parametrize(
    ("tags", "aspect", "origin"),
    [
        ({"nominal_scanned_spacing": (0.1, 0.2)}, 0.5, SpacingOrigin.DETECTOR),
        ({"nominal_scanned_spacing": (0.2, 0.2), "pixel_spacing": (0.2, 0.2)}, 1.0, SpacingOrigin.DETECTOR),
        ({"imager_pixel_spacing": (0.01, 0.02)}, 0.5, SpacingOrigin.IMPLAUSIBLE),
        ({"aspect_ratio": (5, 4)}, 1.25, SpacingOrigin.NONE),
        ({"pixel_spacing": (400.0, 200.0)}, 2.0, SpacingOrigin.NONE),  # no size, and still a shape
        ({"aspect_ratio": (1, 1000)}, 1.0, SpacingOrigin.NONE),
        ({"aspect_ratio": (0, 0)}, 1.0, SpacingOrigin.NONE),
        ({"imager_pixel_spacing": (0.2, 0.2), "aspect_ratio": (2, 1)}, 1.0, SpacingOrigin.DETECTOR),
    ],
)  # fmt: skip
def test_the_shape_of_a_pixel_is_known_even_where_its_size_is_not(
    tags: Any, aspect: float, origin: SpacingOrigin
) -> None:
    found = spacing(**tags)
    assert found.aspect == pytest.approx(aspect)
    assert found.origin is origin
