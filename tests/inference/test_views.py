"""The maps of augmented views come back to the film's own grid, so that only real disagreement widens the band."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ptxviewer.core.errors import Cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.torch.loading import torch_engine
from ptxviewer.inference.views import VIEWS, AugmentedView, augmented, maps_of_views, restored
from tests.bundles import SIZE, write_bundle


def blob(size: int = 96) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    return np.exp(-((x - 30) ** 2 + (y - 44) ** 2) / 200).astype(np.float32)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_puts_what_it_sees_back_in_its_place(view: AugmentedView) -> None:
    grid = blob()
    back = restored(augmented(grid[None], view)[0], view, grid)
    inside = slice(6, -6)
    assert np.abs(back - grid)[inside, inside].max() < 0.02


def test_what_a_view_does_not_reach_is_taken_from_the_film_itself() -> None:
    first = np.full((96, 96), 0.7, np.float32)
    larger = next(view for view in VIEWS if view.scale > 1 and not view.mirrored)
    back = restored(np.zeros((96, 96), np.float32), larger, first)
    assert back[48, 48] == 0
    assert back[0, 0] == pytest.approx(0.7)


def test_every_view_runs_once_and_the_film_itself_first() -> None:
    seen: list[np.ndarray] = []

    def run(grid: np.ndarray) -> np.ndarray:
        seen.append(grid)
        return grid[0]

    maps = maps_of_views(blob()[None], run)
    assert len(maps) == len(seen) == len(VIEWS) == 6
    np.testing.assert_array_equal(seen[0][0], blob())
    np.testing.assert_array_equal(maps[0], blob())


@pytest.fixture
def engine(tmp_path: Path) -> BundleEngine:
    return torch_engine("cpu", write_bundle(tmp_path / "bundle"))


FILM = Radiograph(key="film", pixels=np.random.default_rng(0).integers(0, 4096, (90, 70)).astype(np.uint16))


def test_the_band_of_the_network_encloses_its_views(engine: BundleEngine) -> None:
    band = engine.band(FILM)
    assert band.image_key == "film"
    assert band.low.shape == band.high.shape == (SIZE, SIZE)
    assert (band.low <= band.high).all()
    assert band.views == 6


def test_a_band_can_be_given_up_between_two_views(engine: BundleEngine) -> None:
    engine.load()
    left = iter(range(25))  # stages, more than one view has

    def checkpoint() -> None:
        if next(left, None) is None:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.band(FILM, checkpoint)
    assert engine.band(FILM).views == 6  # and the engine is none the worse
