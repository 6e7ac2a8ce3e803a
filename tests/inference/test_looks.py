"""Other looks at a film come back to its grid: where a look moves nothing, the band is as thin as the network's own."""

from __future__ import annotations

import numpy as np
import pytest

from ptxviewer.core.errors import Cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.inference.looks import LOOKS, all_looks, as_seen, brought_back
from ptxviewer.inference.torch.loading import torch_engine
from tests.bundles import SIZE, write_bundle


def blob(size: int = 96) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    return np.exp(-((x - 30) ** 2 + (y - 44) ** 2) / 200).astype(np.float32)


@pytest.mark.parametrize("look", LOOKS)
def test_a_network_that_marks_what_it_sees_marks_the_same_place_at_every_look(look) -> None:
    grid = blob()
    back = brought_back(as_seen(grid[None], look)[0], look, grid)
    inside = slice(6, -6)
    assert np.abs(back - grid)[inside, inside].max() < 0.02


def test_what_a_look_does_not_reach_is_taken_from_the_first() -> None:
    first = np.full((96, 96), 0.7, np.float32)
    larger = next(look for look in LOOKS if look.scale > 1 and not look.mirrored)
    back = brought_back(np.zeros((96, 96), np.float32), larger, first)
    assert back[48, 48] == 0
    assert back[0, 0] == pytest.approx(0.7)


def test_every_look_is_taken_once_and_the_film_itself_is_the_first() -> None:
    seen: list[np.ndarray] = []

    def run(grid: np.ndarray) -> np.ndarray:
        seen.append(grid)
        return grid[0]

    maps = all_looks(blob()[None], run)
    assert len(maps) == len(seen) == len(LOOKS) == 6
    np.testing.assert_array_equal(seen[0][0], blob())
    np.testing.assert_array_equal(maps[0], blob())


@pytest.fixture
def engine(tmp_path):
    return torch_engine("cpu", write_bundle(tmp_path / "bundle"))


FILM = Radiograph(key="film", pixels=np.random.default_rng(0).integers(0, 4096, (90, 70)).astype(np.uint16))


def test_the_networks_band_encloses_its_looks(engine) -> None:
    band = engine.band(FILM)
    assert band.image_key == "film"
    assert band.low.shape == band.high.shape == (SIZE, SIZE)
    assert (band.low <= band.high).all()
    assert band.looks == 6


def test_a_band_can_be_given_up_between_two_looks(engine) -> None:
    engine.load()
    left = iter(range(25))  # stages, more than one look has

    def checkpoint() -> None:
        if next(left, None) is None:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.band(FILM, checkpoint)
    assert engine.band(FILM).looks == 6  # and the engine is none the worse
