"""The decision by the halves of the chest: each half is judged by itself, and the film by the worse one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from ptxviewer.inference.torch.evidence import SideHead, halves, mean_inside, most_inside, strongest
from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet

TINY = NetworkConfig(blocks=(1, 1, 1, 1), planes=(8, 8, 8, 8), stem=8, decoder=(8, 8, 8, 8), sides=True)
GRID = 32


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def lungs(left_columns: Any, right_columns: Any) -> torch.Tensor:
    scores = torch.zeros(1, 2, GRID, GRID)
    scores[0, 0, 6:26, slice(*left_columns)] = 1
    scores[0, 1, 6:26, slice(*right_columns)] = 1
    return scores


def test_a_place_belongs_to_the_nearer_lung_not_to_its_half_of_the_picture() -> None:
    inside = halves(lungs((2, 8), (14, 22)))  # a rotated film: both lungs lie left of the middle of the picture
    assert inside[0, 0, 16, 4] == 1
    assert inside[0, 1, 16, 14] == 1  # left of the picture's middle, and yet the other lung
    assert ((inside == 0) | (inside == 1)).all()
    assert (inside.sum(1) == 1).all()


def test_without_lungs_the_middle_of_the_picture_divides() -> None:
    inside = halves(torch.zeros(1, 2, GRID, GRID))
    assert inside[0, 0, :, : GRID // 2].min() == 1
    assert inside[0, 1, :, GRID // 2 :].min() == 1


def test_what_is_seen_in_one_half_says_nothing_of_the_other() -> None:
    inside = halves(lungs((4, 12), (20, 28)))
    places = torch.zeros(1, GRID, GRID)
    places[0, 10:14, 6:10] = 8.0
    left, right = strongest(places, inside, 16)[0]
    assert left == pytest.approx(8)
    assert right == pytest.approx(0)
    features = places[:, None]
    assert mean_inside(features, inside)[0, 1, 0] == 0
    assert most_inside(features, inside)[0].flatten().tolist() == [8, 0]


def test_a_half_with_no_place_at_all_gives_a_number() -> None:
    inside = torch.stack((torch.ones(1, GRID, GRID), torch.zeros(1, GRID, GRID)), 1)
    found = strongest(torch.zeros(1, GRID, GRID), inside, 16)
    assert torch.isfinite(found).all()
    assert found[0, 1] < found[0, 0]
    assert torch.isfinite(mean_inside(torch.ones(1, 3, GRID, GRID), inside)).all()


def test_a_new_head_is_silent_until_it_has_learned() -> None:
    torch.manual_seed(0)
    head = SideHead(deepest=8, eighth=4, finest=4)
    torch.nn.init.zeros_(head.read.weight)
    torch.nn.init.constant_(head.read.bias, -1.5)
    fine, coarse = torch.rand(2, 4, 128, 128), torch.rand(2, 3, 128, 128)
    sides, _ = head(torch.rand(2, 8, 8, 8), torch.rand(2, 4, 32, 32), fine, coarse)
    torch.testing.assert_close(sides, torch.full((2, 2), -1.5))


def test_the_film_is_decided_by_the_half_with_more_evidence() -> None:
    torch.manual_seed(0)
    net = PneumothoraxNet(TINY).eval()
    with torch.inference_mode():
        logits = net(torch.rand(3, 1, 96, 96))
    assert logits.sides.shape == (3, 2)
    torch.testing.assert_close(logits.film, logits.sides.amax(1))
    assert net.film_head is None


def test_the_sides_change_places_with_the_picture() -> None:
    """A mirrored film must not change its decision: the two halves are read by one and the same head."""
    torch.manual_seed(0)
    head = SideHead(deepest=8, eighth=4, finest=4)
    torch.nn.init.normal_(head.place.weight)
    # As training with mirrored films makes it.
    head.gather.weight.data = (head.gather.weight + head.gather.weight.flip(3)) / 2
    deep, eighth = torch.rand(1, 8, 8, 8), torch.rand(1, 4, 32, 32)
    fine, coarse = torch.rand(1, 4, 128, 128), torch.randn(1, 3, 128, 128)
    coarse[:, 1:] = -8
    coarse[:, 1, 20:100, 10:50] = 8
    coarse[:, 2, 20:100, 70:120] = 8
    sides, _ = head(deep, eighth, fine, coarse)
    turned, _ = head(deep.flip(3), eighth.flip(3), fine.flip(3), coarse.flip(3)[:, [0, 2, 1]])
    torch.testing.assert_close(turned, sides.flip(1), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("side", [64, 96, 100])
def test_any_size_of_picture_can_be_read(side: int) -> None:
    with torch.inference_mode():
        logits = PneumothoraxNet(TINY).eval()(torch.rand(1, 1, side, side))
    assert torch.isfinite(logits.sides).all()
