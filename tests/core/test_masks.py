"""Large masks: the window around what is in them, and the same mask made smaller."""

import cv2
import numpy as np
import pytest

from ptxviewer.core.arrays import Mask
from ptxviewer.core.findings.hemithorax import measuring_shape
from ptxviewer.core.masks import shrunk, window_of


def pieces(rows: int, cols: int) -> Mask:
    drawn = np.zeros((rows, cols), np.uint8)
    for number in range(4):
        middle, axes = (170 + 400 * number, 300 + 310 * number), (250 - 50 * number, 90 + 20 * number)
        cv2.ellipse(drawn, middle, axes, 40.0 * number, 0, 360, 1, -1)
    drawn[700:733, 100:481] = 1
    return drawn.astype(bool)


@pytest.mark.parametrize("share", [0.0, 0.0005, 0.5])
def test_the_window_is_the_bounding_rectangle(share: float) -> None:
    mask = np.random.default_rng(1).random((90, 70)) < share
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    assert window_of(mask) == ((slice(y, y + height), slice(x, x + width)) if width else None)


@pytest.mark.parametrize(("rows", "cols"), [(2500, 2048), (1603, 944), (2038, 1831), (2200, 1500)])
def test_a_smaller_mask_is_that_of_area_averaging(rows: int, cols: int) -> None:
    """Where exactly half of a pixel is in, OpenCV's answer is that of its last digit."""
    mask, shape = pieces(rows, cols), measuring_shape(rows, cols)
    shares = cv2.resize(mask.astype(np.float64), shape[::-1], interpolation=cv2.INTER_AREA)
    told = np.abs(shares - 0.5) > 1e-6
    assert (shrunk(mask, shape) == (shares >= 0.5))[told].all()
    assert told.mean() > 0.99


def test_half_of_a_pixel_is_in() -> None:
    mask = np.zeros((60, 100), bool)
    mask[:, :51] = True
    mask[31:, :] = False
    small = shrunk(mask, (30, 50))
    assert small[:15, :26].all()
    assert small[:16, :25].all()
    assert small.sum() == 16 * 26 - 1  # their corner by a quarter


@pytest.mark.parametrize("place", [(0, 0), (59, 99), (31, 50)])
def test_next_to_nothing_makes_a_smaller_mask_of_nothing(place: tuple[int, int]) -> None:
    mask = np.zeros((60, 100), bool)
    assert not shrunk(mask, (25, 41)).any()
    mask[place] = True
    assert not shrunk(mask, (25, 41)).any()
    assert shrunk(~mask, (25, 41)).all()
    assert shrunk(mask, mask.shape) is mask
