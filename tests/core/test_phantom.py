"""The phantom must be what it says: its mask, areas and distances are the ground truth of other tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, get_args

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptxviewer.core.spacing import SpacingOrigin
from ptxviewer.phantom.film import AirSide, Outlines, Phantom, PhantomSpec, film_of, make_phantom, outlines_of
from ptxviewer.phantom.lungs import Shape

SMALL = PhantomSpec(rows=192, cols=161)
OLDER = replace(SMALL, side="none", seed=11)
BOTH = PhantomSpec(side="both", size=0.8, seed=4, rows=216, cols=180, noise=0)
specs = st.builds(
    PhantomSpec,
    side=st.sampled_from(["right", "left"]),
    size=st.floats(0, 1),
    seed=st.integers(0, 10_000),
    rows=st.just(216),
    cols=st.just(180),
    view=st.sampled_from(["PA", "AP"]),
)


@cache
def made(spec: PhantomSpec) -> Phantom:
    return make_phantom(spec)


def lung_of(truth: Phantom | Outlines, spec: PhantomSpec) -> np.ndarray:
    return truth.lung_right if spec.side == "right" else truth.lung_left


def test_the_same_spec_gives_the_same_film() -> None:
    first, second = made(SMALL), make_phantom(SMALL)
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.mask, second.mask)
    assert film_of(first).key == film_of(second).key


def test_another_seed_is_another_person() -> None:
    one, other = made(replace(SMALL, side="none")), made(OLDER)
    assert (one.lung_right ^ other.lung_right).sum() > 0.02 * one.lung_right.sum()
    assert film_of(one).key != film_of(other).key


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("size", [0.0, 0.5, 1.0])
def test_area_and_distances_do_not_depend_on_the_resolution(side: AirSide, size: float) -> None:
    coarse, fine = (
        outlines_of(PhantomSpec(side=side, size=size, seed=6, rows=r, cols=c)) for r, c in ((512, 430), (1024, 860))
    )
    # a rim of 4 mm is five coarse pixels: counting pixel centres along its border carries a little more error
    assert coarse.area_mm2 == pytest.approx(fine.area_mm2, rel=0.01 if size else 0.02)
    assert coarse.hemithorax_percent == pytest.approx(fine.hemithorax_percent, rel=0.01 if size else 0.02)
    for one, other in zip(coarse.interpleural_mm, fine.interpleural_mm, strict=True):
        assert one == (None if other is None else pytest.approx(other, abs=0.4))
    for lungs in ("lung_right", "lung_left"):
        a, b = getattr(coarse, lungs).sum() * 4, getattr(fine, lungs).sum()
        assert a == pytest.approx(b, rel=0.01)


def test_the_picture_is_the_same_at_another_resolution() -> None:
    small = make_phantom(PhantomSpec(rows=384, cols=320, noise=0, marker=False)).pixels.astype(np.float32)
    large = make_phantom(PhantomSpec(rows=768, cols=640, noise=0, marker=False)).pixels.astype(np.float32)
    shrunk = cv2.resize(large, (320, 384), interpolation=cv2.INTER_AREA)
    assert np.median(np.abs(shrunk - small)) < 0.005 * (small.max() - small.min())
    assert np.corrcoef(shrunk.ravel(), small.ravel())[0, 1] > 0.998


def test_the_outlines_are_those_of_the_film() -> None:
    outlines, phantom = outlines_of(SMALL), made(SMALL)
    for name in ("mask", "lung_right", "lung_left"):
        assert np.array_equal(getattr(outlines, name), getattr(phantom, name))
    assert outlines.area_mm2 == phantom.area_mm2
    assert outlines.sides == phantom.sides


def test_a_film_without_pneumothorax_says_so() -> None:
    phantom = made(replace(SMALL, side="none"))
    assert not phantom.mask.any()
    assert phantom.area_mm2 == phantom.hemithorax_percent == 0
    assert phantom.sides == ()


@settings(max_examples=15, deadline=None)
@given(specs)
def test_truths_hold_for_every_person(spec: Any) -> None:
    phantom = outlines_of(spec)
    mask, lung = phantom.mask, lung_of(phantom, spec)
    assert mask.any()
    assert phantom.area_mm2 == pytest.approx(mask.sum() * (spec.width_mm / spec.cols) ** 2)
    assert phantom.hemithorax_percent == pytest.approx(100 * mask.sum() / (mask.sum() + lung.sum()))
    assert not (mask & (phantom.lung_right | phantom.lung_left)).any()
    assert not (phantom.lung_right & phantom.lung_left).any()
    columns = np.flatnonzero(mask.any(0))
    on_image_left = columns.mean() < spec.cols / 2
    assert on_image_left == (spec.side == "right")
    a, b, c = phantom.interpleural_mm
    assert a is not None
    assert a > 1
    assert all(mm is None or mm > 0 for mm in (b, c))
    assert (c or 0) <= (b or 0) + 1
    assert max(a, b or 0) < spec.rim_mm * 1.6 + 3
    assert 0.35 < phantom.lung_left.sum() / phantom.lung_right.sum() < 2.0


@settings(max_examples=8, deadline=None)
@given(specs, st.floats(0, 0.7))
def test_a_larger_size_is_a_larger_pneumothorax(spec: Any, size: Any) -> None:
    smaller, larger = (outlines_of(replace(spec, size=s)) for s in (size, size + 0.3))
    assert larger.area_mm2 > smaller.area_mm2
    assert larger.hemithorax_percent > smaller.hemithorax_percent
    over_the_top = smaller.interpleural_mm[0], larger.interpleural_mm[0]
    assert over_the_top[0] is not None
    assert over_the_top[1] is not None
    assert over_the_top[1] > over_the_top[0]
    # the chest does not change, only where the lung ends
    assert ((smaller.mask | lung_of(smaller, spec)) == (larger.mask | lung_of(larger, spec))).all()


@settings(max_examples=2, deadline=None)
@given(specs.filter(lambda s: s.size > 0.3))
def test_air_beyond_the_pleura_is_darker_than_the_same_place_with_lung(spec: Any) -> None:
    with_it = make_phantom(replace(spec, noise=0))
    without = make_phantom(replace(spec, noise=0, side="none"))
    inside = cv2.erode(with_it.mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    change = with_it.pixels[inside].astype(float) - without.pixels[inside]
    assert np.median(change) < 0
    assert (change < 0).mean() > 0.85


@pytest.mark.parametrize("side", ["right", "left"])
def test_air_is_darker_than_the_lung_beside_it(side: str) -> None:
    phantom = made(BOTH)
    near = cv2.dilate(phantom.mask.astype(np.uint8), np.ones((13, 13), np.uint8)).astype(bool)
    on_image_left = np.arange(BOTH.cols) < BOTH.cols / 2
    air = phantom.mask & (on_image_left == (side == "right"))
    ring = near & (phantom.lung_right if side == "right" else phantom.lung_left)
    assert np.mean(phantom.pixels[air]) < np.mean(phantom.pixels[ring])


def test_distances_are_those_of_the_mask() -> None:
    spec = PhantomSpec(side="left", size=0.8, seed=9, rows=1024, cols=860)
    phantom = outlines_of(spec)
    rows = np.flatnonzero(lung_of(phantom, spec).any(1))
    for part, expected in zip((0.25, 0.75), phantom.interpleural_mm[1:], strict=True):
        row = int(rows[0] + part * (rows[-1] - rows[0]))
        assert phantom.mask[row].sum() * spec.width_mm / spec.cols == pytest.approx(expected or 0.0, abs=1.5)


@pytest.mark.parametrize("bits", [10, 14, 16])
def test_bits_are_filled_and_respected(bits: int) -> None:
    pixels = made(replace(SMALL, bits=bits)).pixels
    assert pixels.dtype == np.uint16
    assert (1 << bits) * 0.6 < pixels.max() < 1 << bits


def test_dense_is_bright() -> None:
    phantom = made(replace(SMALL, side="none"))
    lung = phantom.lung_right | phantom.lung_left
    rows, cols = np.nonzero(lung)
    spine = phantom.pixels[rows.mean().astype(int) :, cols.mean().astype(int) - 5 : cols.mean().astype(int) + 5]
    assert spine.mean() > phantom.pixels[lung].mean()
    center, width = phantom.window
    assert abs(center - phantom.pixels[lung].mean()) < width


def test_noise_grows_with_its_parameter() -> None:
    quiet, usual, loud = (made(replace(SMALL, noise=n)).pixels.astype(float) for n in (0.0, 1.0, 4.0))
    assert 0 < np.std(usual - quiet) < np.std(loud - quiet)


def test_the_marker_is_on_the_patients_left() -> None:
    change = made(SMALL).pixels != made(replace(SMALL, marker=False)).pixels
    rows, cols = np.nonzero(change)
    assert cols.min() > 0.8 * SMALL.cols
    assert rows.max() < 0.15 * SMALL.rows


def test_the_film_tells_the_truth_about_itself() -> None:
    phantom = made(SMALL)
    film = film_of(phantom)
    assert film.patient.name.startswith("Sample")
    assert film.spacing.origin is SpacingOrigin.DETECTOR
    assert film.spacing.row_mm == pytest.approx(360 / SMALL.cols)
    assert (film.acquisition.modality, film.acquisition.view) == ("DX", "PA")
    assert film.orientation_known
    assert not film.mirrored
    assert phantom.pixels.flags.writeable, "making a film must not lock the phantom's own array"


@pytest.mark.parametrize("wrong", [{"size": 1.1}, {"rows": 4}, {"bits": 17}, {"width_mm": 0.0}, {"noise": -1.0}])
def test_impossible_specs_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="must"):
        PhantomSpec(**wrong)


def test_anatomy_outside_a_narrow_field_is_left_out() -> None:
    phantom = make_phantom(PhantomSpec(width_mm=120, rows=96, cols=80))
    assert phantom.pixels.shape == (96, 80)


def test_the_pixels_of_older_shapes_are_those_that_were_shipped() -> None:
    """The golden output of the bundle was made on phantoms: new shapes must not change the old ones.

    Sums of all pixels, with room for the last digit of a float: it depends on the number of threads.
    """
    specs = (SMALL, replace(SMALL, side="left", size=1.0, view="AP"), OLDER)
    sums = [int(made(spec).pixels.sum()) for spec in specs]
    assert sums == pytest.approx([248_127_085, 250_379_650, 270_639_564], abs=60)


@pytest.mark.parametrize("shape", get_args(Shape))
def test_air_of_every_shape_is_darker_than_the_lung_that_was_there(shape: Shape) -> None:
    with_it, without = made(replace(BOTH, shape=shape)), made(replace(BOTH, side="none"))
    assert {side.side for side in with_it.sides} == {"right", "left"}
    inside = cv2.erode(with_it.mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    assert np.median(with_it.pixels[inside].astype(float) - without.pixels[inside]) < 0
    chest = with_it.mask | with_it.lung_right | with_it.lung_left
    assert (chest == (without.lung_right | without.lung_left)).all()
