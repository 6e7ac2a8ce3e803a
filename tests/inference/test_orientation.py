"""A film that lies on its side or its head by its tags is turned for the network, and its maps are turned back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.core.film import Acquisition, Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.upright import turns_upright
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.selftest import golden_film
from tests.bundles import write_bundle
from tests.fakes import FakeRunner
from tests.inference.conftest import Shipped

LYING = {1: ("F", "R"), 2: ("R", "H"), 3: ("H", "L")}
"""What the tags say of a film that was turned anticlockwise that often."""


def lying(film: Radiograph, anticlockwise: int) -> Radiograph:
    row, column = LYING[anticlockwise]
    facts = replace(film.acquisition, row_direction=row, column_direction=column)
    pixels = np.ascontiguousarray(np.rot90(film.pixels, anticlockwise))
    return replace(film, key=f"{film.key} {anticlockwise}", pixels=pixels, acquisition=facts)


@pytest.mark.parametrize(
    ("row", "column", "turns"),
    [
        ("L", "F", 0), ("R", "F", 0), ("", "", 0), ("A", "F", 0), ("L", "", 0), ("L", "H", 2), ("R", "H", 2),
        ("F", "L", 1), ("F", "R", 1), ("H", "L", 3), ("H", "R", 3), ("FL", "LH", 1),
    ],
)  # fmt: skip
def test_the_tags_say_how_often_a_film_has_to_be_turned(row: str, column: str, turns: int) -> None:
    facts = Acquisition(row_direction=row, column_direction=column)
    assert turns_upright(Radiograph("film", np.zeros((4, 5), np.uint16), acquisition=facts)) == turns


@pytest.mark.parametrize("anticlockwise", LYING)
def test_maps_lie_on_the_film_as_it_is_stored(tmp_path: Path, anticlockwise: int) -> None:
    runner = FakeRunner()  # its map is the film that it is shown
    engine = BundleEngine(write_bundle(tmp_path / "bundle"), lambda _card, _weights: runner)
    film = golden_film()
    upright, stored = engine.predict(film), engine.predict(lying(film, anticlockwise))
    expected = np.rot90(upright.pneumothorax, anticlockwise)
    assert float(np.abs(stored.pneumothorax - expected).mean()) < 0.02  # half a pixel of the grid
    band = engine.band(lying(film, anticlockwise))
    assert float(np.abs(band.high - np.rot90(engine.band(film).high, anticlockwise)).mean()) < 0.02


def test_a_phantom_that_lies_is_found_as_one_that_stands(shipped: Shipped) -> None:
    engine = shipped.engine
    rule = engine.load().rule
    film = golden_film()
    upright, mask = find(film, shipped.golden, rule)
    for anticlockwise in (1, 2):  # 3 differs in where the maps lie, which the test before sees
        stored = lying(film, anticlockwise)
        maps = engine.predict(stored)
        found, seen = find(stored, maps, rule)
        assert found.present == upright.present
        assert found.score == pytest.approx(upright.score, abs=0.05)
        both = np.logical_and(seen, np.rot90(mask, anticlockwise)).sum()
        assert both > 0.9 * max(seen.sum(), mask.sum())
        if anticlockwise == 2:  # the side is told as of the film that stands
            assert [lesion.side for lesion in found.lesions] == [lesion.side for lesion in upright.lesions]


def test_tags_that_are_wrong_do_not_hide_a_film_that_stands(shipped: Shipped) -> None:
    film = golden_film()
    wrong = replace(film, acquisition=replace(film.acquisition, row_direction="L", column_direction="H"))
    maps, right = shipped.engine.predict(wrong), shipped.golden
    if right.frontal is None:
        pytest.skip("the shipped network does not say whether a film is frontal")
    np.testing.assert_array_equal(maps.pneumothorax, right.pneumothorax)
