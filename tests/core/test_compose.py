"""The colours over a film must be told apart by everyone, on white bone and on black air."""

from __future__ import annotations

import numpy as np

from ptxviewer.core.drawing.colours import AMBER, CASING, CYAN, heat_table

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def test_heat_colours_rise_evenly_in_lightness() -> None:
    lightness = heat_table() @ LUMINANCE
    assert heat_table().shape == (256, 3)
    assert (np.diff(lightness) >= -0.5).all()
    assert heat_table()[0].sum() < heat_table()[255].sum()


def test_an_outline_with_its_rim_is_seen_on_white_and_on_black() -> None:
    for colour in (CYAN, AMBER):
        assert np.array(colour) @ LUMINANCE > 120
    assert np.array(CASING) @ LUMINANCE < 40
