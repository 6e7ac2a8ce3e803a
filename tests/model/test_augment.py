"""The random changes: each does what it says, to the film and its masks alike, and never to what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model.augment import (
    Augmentation,
    Changes,
    augment,
    blurred,
    changes,
    compressed,
    plain,
    to_unit,
    warp,
    with_stamps,
)
from model.pack import Stamps, write_stamps

SIDE = 80
STILL = Augmentation(
    rotation_deg=0, aspect=1, scale=(1, 1), shift=0, flip=0, gamma=(1, 1), noise=0, blur=0, compression=0, text=0
)
ROOM = 1.25
SIZE = 64


def changed(image: np.ndarray, masks: np.ndarray, config: Augmentation, seed: int = 0, inside: Any = None) -> Any:
    rng = np.random.default_rng(seed)
    matrices = np.stack([warp(rng, config, SIDE, ROOM * SIZE, SIZE)])
    return augment(
        torch.from_numpy(image[None].copy()),
        torch.from_numpy(masks[None].copy()),
        np.array([inside or (0, SIDE, 0, SIDE)]),
        SIZE,
        ROOM,
        changes(rng, config, matrices),
    )


def film() -> Any:
    rng = np.random.default_rng(0)
    image = rng.integers(40, 200, (SIDE, SIDE)).astype(np.uint8)
    masks = np.zeros((3, SIDE, SIDE), np.uint8)
    masks[0, 20:40, 12:30] = 255
    masks[1, 16:60, 12:36] = 255
    return image, masks


def test_unchanged_it_is_what_the_evaluation_sees() -> None:
    image, masks = film()
    grid, targets = changed(image, masks, STILL)
    np.testing.assert_allclose(grid[0].numpy(), plain(image, SIZE, ROOM), atol=0.06)  # percentiles of every third pixel
    np.testing.assert_allclose(targets[0].numpy(), masks[:, 8:72, 8:72] / 255, atol=1e-5)


def test_a_mirrored_film_swaps_its_lungs() -> None:
    image, masks = film()
    image[:, : SIDE // 2] = 220
    grid, targets = changed(image, masks, Augmentation(**(STILL.__dict__ | {"flip": 1.0})))
    assert grid[0, 0, 32, 48] > grid[0, 0, 32, 16]
    assert targets[0, 1].max() == 0
    np.testing.assert_allclose(targets[0, 2].numpy(), masks[1, 8:72, 8:72][:, ::-1] / 255, atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_film_and_mask_move_together(seed: int) -> None:
    """A film that is bright where its mask is stays so, however it is moved; nothing else is bright."""
    _, masks = film()
    image = np.where(masks[0] > 0, 220, 40).astype(np.uint8)
    config = Augmentation(**(STILL.__dict__ | {"rotation_deg": 20, "aspect": 1.3, "shift": 0.05, "flip": 0.5}))
    grid, targets = changed(image, masks, config, seed)
    bright, mask = grid[0, 0] > grid[0, 0].mean() + grid[0, 0].std(), targets[0, 0] > 0.5
    assert mask.sum() > 100
    assert 2 * (bright & mask).sum() / (bright.sum() + mask.sum()) > 0.9


def test_what_is_not_film_stays_black_and_does_not_count_for_the_greys() -> None:
    image, masks = film()
    image[:30] = 255  # padding that is not film, however bright
    grid, _ = changed(image, masks, STILL, inside=(30, SIDE, 0, SIDE))
    black = plain(np.zeros((SIDE, SIDE), np.uint8), SIZE, ROOM)[0, 0, 0]
    assert grid[0, 0, :20].max() == pytest.approx(float(black))
    assert grid[0, 0, 24:].std() > 0.8


def test_a_flat_film_becomes_black_rather_than_not_a_number() -> None:
    flat = torch.full((1, 16, 16), 7.0)
    assert to_unit(flat, torch.ones(1, 16, 16, dtype=torch.bool)).abs().max() == 0
    assert to_unit(flat, torch.zeros(1, 16, 16, dtype=torch.bool)).abs().max() == 0


def test_each_film_is_blurred_by_its_own_amount() -> None:
    pictures = torch.rand(3, 32, 32)
    before = pictures.clone()
    soft = blurred(pictures, np.array([0.0, 0.5, 2.0]))
    torch.testing.assert_close(soft[0], before[0])
    assert before[1].std() > soft[1].std() > soft[2].std()
    assert soft[2].mean() == pytest.approx(float(before[2].mean()), abs=0.03)


@pytest.mark.parametrize("shape", [(64, 64), (67, 61)])
def test_compression_takes_fine_detail_first_and_more_of_it_at_low_quality(shape: Any) -> None:
    y, x = np.mgrid[: shape[0], : shape[1]]
    smooth = torch.from_numpy((0.5 + 0.3 * np.sin(x / 15) * np.cos(y / 20)).astype(np.float32))
    rough = torch.from_numpy(np.random.default_rng(0).random(shape).astype(np.float32))
    lost = [float((compressed(one, 30) - one).abs().mean()) for one in (smooth, rough)]
    assert lost[0] < 0.02 < lost[1]
    assert float((compressed(rough, 80) - rough).abs().mean()) < lost[1]


def test_the_same_step_sees_the_same_films() -> None:
    image, masks = film()
    wide = Augmentation(compression=1.0, blur=1.0)
    for one, again in zip(changed(image, masks, wide, 3), changed(image, masks, wide, 3), strict=True):
        torch.testing.assert_close(one, again, rtol=0, atol=0)
    assert isinstance(changes(np.random.default_rng(0), wide, np.eye(3)[None]), Changes)


@pytest.fixture
def stamps(tmp_path: Path) -> Stamps:
    bar, text = np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    bar[30:34] = 255
    text[10:14, 10:20] = 255
    record = write_stamps(tmp_path, [(bar, (60.0, 60.0))], [text])
    return Stamps(tmp_path, record, SIDE)


def test_a_device_only_adds_to_the_film_and_leaves_the_stored_one_alone(stamps: Stamps) -> None:
    image = np.full((SIDE, SIDE), 90, np.uint8)
    drawn = with_stamps(np.random.default_rng(0), image, Augmentation(devices=1.0, text=0.0), stamps, False)
    assert (image == 90).all()
    assert (drawn[30:34] > 100).all()
    assert (np.delete(drawn, slice(30, 34), 0) == 90).all()


def test_letters_can_be_read_on_a_mirrored_film(stamps: Stamps) -> None:
    image = np.zeros((SIDE, SIDE), np.uint8)
    only_text = Augmentation(devices=0.0, text=1.0)
    straight, turned = (
        with_stamps(np.random.default_rng(4), image, only_text, stamps, mirrored) for mirrored in (False, True)
    )
    np.testing.assert_array_equal(turned[:, ::-1], straight)  # so that mirroring the film turns the letters back


def test_without_stamps_nothing_is_drawn() -> None:
    image, _ = film()
    assert with_stamps(np.random.default_rng(0), image, Augmentation(devices=1.0, text=1.0), None, False) is image
