"""What is drawn on a film must lie where the mask lies, and nowhere else."""

import numpy as np
import pytest

from ptxviewer.core.compose import CASING, CYAN, compose, draw_outline, heat_table


@pytest.fixture
def grey():
    return np.random.default_rng(0).integers(0, 256, (60, 80)).astype(np.uint8)


@pytest.fixture
def mask():
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:60] = True
    return mask


@pytest.mark.parametrize("mode", ["outline", "fill"])
def test_an_empty_mask_leaves_the_film_as_it_is(grey, mode):
    picture = compose(grey, np.zeros(grey.shape, bool), mode=mode)
    np.testing.assert_array_equal(picture, np.repeat(grey[:, :, None], 3, 2))


def test_the_outline_is_on_the_border_and_leaves_the_inside_readable(grey, mask):
    picture = compose(grey, mask, line_px=2)
    plain = np.repeat(grey[:, :, None], 3, 2)
    np.testing.assert_array_equal(picture[26:34, 36:54], plain[26:34, 36:54])
    np.testing.assert_array_equal(picture[:15], plain[:15])
    assert (picture == CYAN).all(2).any()
    edge = picture[30, 28:33].astype(int)
    assert abs(edge - CYAN).sum(1).min() < 40


def test_the_outline_is_seen_on_white_and_on_black(mask):
    for level in (0, 255):
        picture = compose(np.full(mask.shape, level, np.uint8), mask, line_px=3)
        luminance = picture @ np.array([0.299, 0.587, 0.114])
        assert abs(luminance - level).max() > 120


def test_fill_blends_the_mask_alone(grey, mask):
    picture = compose(grey, mask, mode="fill", opacity=0.3, line_px=0)
    np.testing.assert_array_equal(picture[~mask], np.repeat(grey[:, :, None], 3, 2)[~mask])
    expected = grey[mask][:, None] * 0.7 + np.array(CYAN) * 0.3
    assert np.abs(picture[mask] - expected).max() <= 0.51


def test_full_opacity_is_the_colour_and_none_is_the_film(grey, mask):
    assert (compose(grey, mask, mode="fill", opacity=1.0, line_px=0)[mask] == CYAN).all()
    np.testing.assert_array_equal(
        compose(grey, mask, mode="fill", opacity=0.0, line_px=0), np.repeat(grey[:, :, None], 3, 2)
    )


def test_heat_shows_scores_and_fades_where_the_network_sees_nothing(grey, mask):
    score = np.zeros(grey.shape, np.float32)
    score[:, 40:] = 1.0
    picture = compose(grey, np.zeros_like(mask), score, "heat", opacity=1.0)
    np.testing.assert_array_equal(picture[:, :40], np.repeat(grey[:, :40, None], 3, 2))
    assert (picture[:, 40:] == heat_table()[255]).all()


def test_inputs_are_not_changed(grey, mask):
    before_grey, before_mask = grey.copy(), mask.copy()
    compose(grey, mask, mask.astype(np.float32), "heat")
    np.testing.assert_array_equal(grey, before_grey)
    np.testing.assert_array_equal(mask, before_mask)


def test_pictures_of_different_size_are_refused(grey, mask):
    with pytest.raises(ValueError, match="one grid"):
        compose(grey, mask[:-1])
    with pytest.raises(ValueError, match="one grid"):
        compose(grey, mask, np.zeros((2, 2), np.float32), "heat")
    with pytest.raises(ValueError, match="needs the score"):
        compose(grey, mask, None, "heat")


def test_holes_are_outlined_too(mask):
    mask[26:34, 40:50] = False
    picture = np.zeros((*mask.shape, 3), np.uint8)
    draw_outline(picture, mask, 1)
    assert picture[30, 37:42].any()


def test_heat_colours_rise_evenly_in_lightness():
    lightness = heat_table() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) >= -0.5).all()
    assert heat_table()[0].sum() < heat_table()[255].sum()
    assert sum(CASING) < 100
