"""The parts of a mask and their areas are those of OpenCV's statistics."""

import cv2
import numpy as np
import pytest

from ptxviewer.core.components import components


@pytest.mark.parametrize("share", [0.0, 0.002, 0.3, 1.0])
def test_labels_and_areas_are_those_of_opencv(share: float) -> None:
    mask = np.random.default_rng(1).random((90, 70)) < share
    _, expected, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    for given in (mask, np.asfortranarray(mask)):
        labels, areas = components(given)
        assert (labels == expected).all()
        assert areas.tolist() == stats[:, cv2.CC_STAT_AREA].tolist()


def test_one_part_has_all_of_the_area() -> None:
    mask = np.zeros((20, 20), bool)
    mask[3:8, 4:6] = True
    labels, areas = components(mask)
    assert (labels == mask).all()
    assert areas.tolist() == [390, 10]
