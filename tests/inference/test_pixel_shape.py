"""A film says the same however its scanner laid the pixels: half the rows, half the columns, pixels of 0.8 to 1."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.core.viewport import pixel_aspect
from ptxviewer.dicom.read import read_film
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.selftest import golden_film
from tests.inference.conftest import Shipped

SHAPES = {"half the rows": (1.0, 0.5), "half the columns": (0.5, 1.0), "0.8 to 1": (0.8, 1.0)}
"""Columns and rows that are kept."""


def stored_as(film: Radiograph, kept: tuple[float, float], mm: float | None = None) -> Radiograph:
    """Return a film on fewer columns or rows, by area averaging; ``mm`` None leaves only the shape of a pixel."""
    size = round(film.cols * kept[0]), round(film.rows * kept[1])
    pixels = np.asarray(cv2.resize(film.pixels, size, interpolation=cv2.INTER_AREA), np.uint16)
    across, down = film.cols / size[0], film.rows / size[1]
    spacing = (
        PixelSpacing(None, None, SpacingOrigin.NONE, ratio=down / across)
        if mm is None
        else PixelSpacing(mm * down, mm * across, SpacingOrigin.DETECTOR)
    )
    return replace(film, key=f"{film.key} {kept}", pixels=pixels, spacing=spacing)


@pytest.fixture(scope="module")
def square() -> Radiograph:
    return replace(golden_film(), spacing=PixelSpacing(None, None, SpacingOrigin.NONE))


@pytest.fixture(scope="module")
def maps_of_square(square: Radiograph, shipped: Shipped) -> ProbabilityMaps:
    return shipped.engine.predict(square)


@pytest.mark.parametrize("kept", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("mm", [None, 0.7])
def test_the_network_sees_a_film_in_the_shape_that_it_has_on_the_patient(
    square: Radiograph, kept: tuple[float, float], mm: float | None
) -> None:
    wanted, seen = prepare(square, 256), prepare(stored_as(square, kept, mm), 256)
    assert float(np.abs(wanted - seen).mean()) < 0.04  # of standard deviations; a squashed film differs by 0.5
    squashed = replace(stored_as(square, kept), spacing=square.spacing)
    assert float(np.abs(wanted - prepare(squashed, 256)).mean()) > 0.1


@pytest.mark.parametrize("kept", SHAPES.values(), ids=SHAPES)
def test_a_phantom_is_found_with_the_same_extent(
    square: Radiograph, maps_of_square: ProbabilityMaps, shipped: Shipped, kept: tuple[float, float]
) -> None:
    rule = shipped.engine.load().rule
    findings = []
    stored = stored_as(square, kept)
    for film, maps in ((square, maps_of_square), (stored, shipped.engine.predict(stored))):
        assert maps.aspect == pixel_aspect(film.spacing)
        measured, mask = find(film, maps, rule)
        assert mask.shape == film.shape
        findings.append((measured.present, mask.mean(), measured.halves[0].percent))
    (present, share, percent), (present_too, share_too, percent_too) = findings
    assert present
    assert present_too
    assert share_too == pytest.approx(share, rel=0.1)
    assert percent_too == pytest.approx(percent, rel=0.1)


def test_nearly_square_pixels_are_taken_as_square(square: Radiograph) -> None:
    nearly = replace(square, spacing=PixelSpacing(0.1435, 0.143, SpacingOrigin.DETECTOR))
    assert np.array_equal(prepare(nearly, 256), prepare(square, 256))


@pytest.mark.shared
def test_real_films_are_decided_as_the_square_ones(shared_dir: Path, shipped: Shipped) -> None:
    """Every film in each shape looks to the network as the square one; one in each shape is decided, too."""
    paths = sorted((shared_dir / "dicom" / "siim").glob("*.dcm"))
    if not paths:
        pytest.skip("the films of SIIM-ACR do not lie beside this checkout")
    info = shipped.engine.load()
    differing, changed = [], []
    for number, path in enumerate(paths):
        film = replace(read_film(path), spacing=PixelSpacing(None, None, SpacingOrigin.NONE))
        film = replace(film, pixels=film.pixels * np.uint16(256))  # averages lose nothing: only the shape differs
        wanted = prepare(film, 512)
        others = {name: stored_as(film, kept) for name, kept in SHAPES.items()}
        seen = {name: float(np.abs(prepare(other, 512) - wanted).mean()) for name, other in others.items()}
        differing += [(path.name, name, value) for name, value in seen.items() if value > 0.1]
        if number % 8 == 0:
            other = others[list(SHAPES)[number // 8 % len(SHAPES)]]
            decided = [find(one, shipped.engine.predict(one), info.rule)[0].present for one in (film, other)]
            changed += [path.name] if decided[0] != decided[1] else []
    assert differing == []
    assert changed == []
