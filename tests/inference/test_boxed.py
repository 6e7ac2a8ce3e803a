"""The look at the lungs: what the network is shown, and that its maps come back to where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from ptxviewer.core.geometry import GridMap
from ptxviewer.inference.boxed import view_of
from ptxviewer.inference.preprocess import MEAN, STD, prepare
from ptxviewer.phantom.film import Phantom, PhantomSpec, film_of
from tests.films import phantom as made_once

BLACK = -MEAN / STD


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made() -> Phantom:
    return made_once(PhantomSpec(side="right", size=0.5, seed=2, rows=320, cols=256))


def lungs_of(phantom: Phantom, size: int) -> Any:
    """What a perfect first look says."""
    grid = GridMap.for_film(phantom.mask.shape[0], phantom.mask.shape[1], size)
    lungs = [grid.to_grid(one.astype(np.float32)) for one in (phantom.mask, phantom.lung_right, phantom.lung_left)]
    return lambda _grid: np.stack(lungs)


def test_the_network_is_shown_the_lungs_and_nothing_that_they_do_not_need() -> None:
    phantom = made()
    view = view_of(film_of(phantom), 128, lungs_of(phantom, 96), 96)
    assert not view.whole
    box = view.place.box
    assert not box.whole
    assert box.side < 320
    lungs = phantom.lung_right | phantom.lung_left
    inside = np.zeros_like(lungs)
    inside[max(0, box.top) : box.top + box.side, max(0, box.left) : box.left + box.side] = True
    assert (lungs & inside).sum() == lungs.sum()
    assert view.grid.shape == (1, 128, 128)
    assert view.grid.min() == pytest.approx(BLACK)
    assert view.grid.max() == pytest.approx((1 - MEAN) / STD)


def test_a_map_comes_back_to_the_place_on_the_film_that_it_speaks_of() -> None:
    phantom = made()
    film = film_of(phantom)
    view = view_of(film, 256, lungs_of(phantom, 96), 96)
    shown = view.place.to_grid(phantom.mask.astype(np.float32))
    grid = view.onto_film(shown[None])[0]
    back = GridMap.for_film(film.rows, film.cols, 384).to_film(grid) >= 0.5
    assert 2 * (back & phantom.mask).sum() / (back.sum() + phantom.mask.sum()) > 0.97


def test_the_whole_film_is_shown_and_said_so_where_no_lungs_are_found() -> None:
    film = film_of(made())
    nothing = np.zeros((3, 96, 96), np.float32)
    view = view_of(film, 128, lambda _grid: nothing, 96)
    assert view.whole
    # The same picture to a fraction of a pixel of the grid.
    assert np.quantile(np.abs(view.grid - prepare(film, 128)) * STD, 0.95) < 0.03


def test_the_evaluation_sees_what_the_training_saw() -> None:
    """A stored square's middle and the app's own view of the same film are one picture, to a grey value or two."""
    from model.augment import plain
    from model.cutting import cut_out
    from model.pack import ROOM

    phantom = made()
    film = film_of(phantom)
    view = view_of(film, 128, lungs_of(phantom, 96), 96)
    grey = (phantom.pixels >> (phantom.spec.bits - 8)).astype(np.uint8)
    square, inside = cut_out(grey, view.place.box, 128)
    difference = np.abs(plain(square, 128, ROOM, inside) - view.grid) * STD
    assert np.median(difference) < 0.01
    assert np.quantile(difference, 0.99) < 0.08
