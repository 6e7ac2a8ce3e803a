"""A film that lies by its tags has the findings of the one that stands, and they lie on it where they belong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from ptxviewer.core.answer import BY_CARD, ProbabilityMaps
from ptxviewer.core.film import Acquisition, Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.live import find_live
from ptxviewer.core.findings.upright import Turn, turns_upright
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.phantom.film import Outlines, PhantomSpec, outlines_of
from tests.films import RULE

SPEC = PhantomSpec(seed=5, rows=451, cols=380, side="left", size=0.5)
LYING = {
    ("L", "F"): (0, False), ("F", "R"): (1, False), ("R", "H"): (2, False), ("H", "L"): (3, False),
    ("R", "F"): (0, True), ("F", "L"): (1, True), ("L", "H"): (2, True), ("H", "R"): (3, True),
}  # fmt: skip
"""By orientation tags: how often the film was turned anticlockwise, and whether it was mirrored before."""
SHAPES = [(1.0, 1.0), (0.5, 1.0)]
"""Of a pixel, height and width in parts of a square one."""


@cache
def _truth() -> Outlines:
    return outlines_of(SPEC)


def _film(
    turned: int, mirrored: bool, tags: tuple[str, str], shape: tuple[float, float]
) -> tuple[Radiograph, ProbabilityMaps]:
    """The phantom as it is stored, and the maps as the engine lays them on it."""
    truth = _truth()
    masks = [truth.mask, truth.lung_right, truth.lung_left]
    masks = [np.repeat(mask, 2, axis=0) if shape[0] == 0.5 else mask for mask in masks]
    if mirrored:
        masks = [mask[:, ::-1] for mask in (masks[0], masks[2], masks[1])]
    mm = SPEC.width_mm / SPEC.cols
    spacing = PixelSpacing(mm * shape[0], mm * shape[1], SpacingOrigin.DETECTOR)
    rows, cols = masks[0].shape
    if turned % 2:
        spacing = replace(spacing, row_mm=spacing.col_mm, col_mm=spacing.row_mm)
    lying = [np.ascontiguousarray(np.rot90(mask, turned), dtype=np.float32) for mask in masks]
    grid_map = GridMap.for_film(lying[0].shape[0], lying[0].shape[1], 256, spacing.aspect)
    stored = [grid_map.to_grid(mask) for mask in lying]
    lungs = stored[:0:-1] if turned == 2 else stored[1:]
    facts = Acquisition(modality="DX", view="PA", row_direction=tags[0], column_direction=tags[1])
    pixels = np.ascontiguousarray(np.rot90(np.arange(rows * cols).reshape(rows, cols) % 4096, turned)).astype(np.uint16)
    film = Radiograph("film", pixels, spacing=spacing, acquisition=facts)
    maps = ProbabilityMaps("film", *film.shape, stored[0], 0.9, lungs[0], lungs[1], aspect=spacing.aspect)
    return film, maps


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tags", LYING)
def test_a_film_that_lies_has_the_findings_of_one_that_stands(
    tags: tuple[str, str], shape: tuple[float, float]
) -> None:
    turned, mirrored = LYING[tags]
    upright, expected_mask = find(*_film(0, mirrored, ("R" if mirrored else "L", "F"), shape), RULE)
    film, maps = _film(turned, mirrored, tags, shape)
    found, mask = find(film, maps, RULE)
    both = np.count_nonzero(mask & np.rot90(expected_mask, turned))
    assert both > 0.98 * max(np.count_nonzero(mask), np.count_nonzero(expected_mask))
    assert [lesion.side for lesion in found.lesions] == ["left"] == [half.side for half in found.halves]
    (half,), (standing,) = found.halves, upright.halves
    assert half.percent is not None
    assert half.percent == pytest.approx(standing.percent, abs=0.5)
    assert half.on_image_left is standing.on_image_left
    assert found.lesions[0].zones == upright.lesions[0].zones
    assert found.lesions[0].width_mm == pytest.approx(upright.lesions[0].width_mm or 0, abs=1)
    x, y, width, height = found.lesions[0].bbox
    assert np.count_nonzero(mask[y : y + height, x : x + width]) == found.lesions[0].area_px
    peak = found.lesions[0].peak
    assert mask[peak[1], peak[0]]
    assert half.distances is not None
    assert standing.distances is not None
    assert dict(half.distances.lines).keys() == dict(standing.distances.lines).keys()
    turn = Turn(turned, *film.shape)
    for name, line in half.distances.lines:
        there = standing.distances.line(name)
        assert there is not None
        for point, other in ((line.wall, there.wall), (line.lung, there.lung)):
            assert point == pytest.approx(turn.back(other), abs=4)
        assert line.mm(film.spacing) == pytest.approx(there.mm(_film(0, mirrored, tags, shape)[0].spacing), abs=1.5)
    live = find_live(film, maps, RULE, found, RULE.threshold, BY_CARD)
    assert [half.side for half in live.halves] == ["left"]
    assert live.halves[0].percent == pytest.approx(half.percent, abs=1.5)
    assert live.lesions[0].bbox == pytest.approx(found.lesions[0].bbox, abs=8)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_what_is_turned_up_comes_back_to_its_place(turns: int) -> None:
    picture: NDArray[np.int64] = np.arange(35).reshape(5, 7)
    turn = Turn(turns, 5, 7)
    standing = turn.up(picture)
    for y, x in np.ndindex(*standing.shape):
        left, top, width, height = turn.box_back((x, y, 1, 1))
        assert (width, height) == (1, 1)
        assert picture[top, left] == standing[y, x]


def test_what_the_network_knew_only_as_stored_is_measured_as_stored() -> None:
    film, maps = _film(0, False, ("F", "R"), (1.0, 1.0))  # the tags are wrong
    assert turns_upright(film) == 1
    found, _ = find(film, replace(maps, as_stored=True), RULE)
    assert [half.side for half in found.halves] == ["unknown"]
    assert found.halves[0].refused is Finding.NOT_UPRIGHT
    assert found.side_note is Finding.FILM_ON_ITS_SIDE
