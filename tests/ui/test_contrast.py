"""What is drawn and written can be told apart: WCAG 2.2 contrast on every grey of a film, by the colour-blind, too.

The film under an outline is that of the 5th and 95th percentile of the sample film's greys, and everything between.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ptxviewer.core.drawing.colours import AMBER, CASING, CYAN, VIOLET
from ptxviewer.core.drawing.outline import drawn
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.read import read_film
from ptxviewer.paths import sample_study
from ptxviewer.ui.platform.style import PALETTE

TEXT, GRAPHICS = 4.5, 3.0  # least contrasts: WCAG 2.2, 1.4.3 for text, 1.4.11 for what is no text
TOLD_APART = 20.0  # least distance of two colours in CIELAB: 2.3 is just seen, side by side
SIGHT = {
    "usual": np.eye(3),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Linear RGB as it is seen without one kind of cone (Machado, Oliveira, Fernandes 2009, severity 1.0)."""
Colours = NDArray[np.float64]


def linear(colours: object) -> Colours:
    """sRGB of 0 to 255 as linear light of 0 to 1."""
    values = np.asarray(colours, np.float64) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def seen(colours: object, sight: str) -> Colours:
    """Linear light as a reader of this sight sees it."""
    return np.clip(linear(colours) @ np.asarray(SIGHT[sight]).T, 0, 1)


def contrast(first: Colours, second: Colours) -> float:
    """The contrast ratio of two colours in linear light, 1 to 21 (WCAG 2.2, relative luminance)."""
    low, high = sorted(float(colour @ (0.2126, 0.7152, 0.0722)) for colour in (first, second))
    return (high + 0.05) / (low + 0.05)


def distance(first: Colours, second: Colours) -> float:
    """How far apart two colours in linear light are in CIELAB."""
    srgb = [np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055) for c in (first, second)]
    lab = [cv2.cvtColor(np.float32(c).reshape(1, 1, 3), cv2.COLOR_RGB2LAB).reshape(3) for c in srgb]
    return float(np.linalg.norm(lab[0] - lab[1]))


def of(name: str) -> Colours:
    """A colour of the window, in linear light."""
    return linear([int(PALETTE[name][place : place + 2], 16) for place in (1, 3, 5)])


@pytest.fixture(scope="module")
def greys() -> range:
    """From the 5th to the 95th percentile of what is on screen of the sample film."""
    film = read_film(sample_study()[0])
    shown = display_lut(film, film.vois[film.default_voi])[film.pixels]
    low, high = np.percentile(shown, (5, 95))
    return range(int(low), int(high) + 1, 5)


@pytest.mark.parametrize("sight", SIGHT)
def test_the_outline_is_seen_on_every_grey_of_the_film(greys: range, sight: str) -> None:
    """Where the line does not differ from the film, the rim beside it does: one of the two has 3 to 1 everywhere."""
    assert len(greys) > 20
    mask = np.zeros((80, 80), np.uint8)
    mask[20:60, 20:60] = 1
    argb = drawn(mask, 1.0).view(np.uint8).reshape(80, 80, 4)
    bgr, alpha = argb[..., :3].astype(float), argb[..., 3:].astype(float) / 255
    for grey in greys:
        across = seen((bgr + grey * (1 - alpha))[40, 10:30, ::-1], sight)  # over the left border, from film to inside
        luminance = across @ (0.2126, 0.7152, 0.0722)
        assert (luminance.max() + 0.05) / (luminance.min() + 0.05) >= GRAPHICS, grey


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("ink", [CYAN, AMBER, VIOLET])
def test_a_line_stands_out_from_the_rim_that_it_always_has(ink: tuple[int, int, int], sight: str) -> None:
    assert contrast(seen(ink, sight), seen(CASING, sight)) >= GRAPHICS


@pytest.mark.parametrize("sight", SIGHT)
def test_whose_line_it_is_is_seen_by_its_colour(sight: str) -> None:
    inks = {"network": CYAN, "reader": AMBER, "others": VIOLET}
    near = {
        (one, other): distance(seen(inks[one], sight), seen(inks[other], sight)) for one, other in combinations(inks, 2)
    }
    assert {pair: round(apart, 1) for pair, apart in near.items() if apart < TOLD_APART} == {}


@pytest.mark.parametrize("ground", ["canvas", "panel", "raised", "line"])
@pytest.mark.parametrize("ink", ["text", "quiet", "accent", "warning", "failure"])
def test_every_text_can_be_read_on_every_ground(ink: str, ground: str) -> None:
    assert contrast(of(ink), of(ground)) >= TEXT


@pytest.mark.parametrize("ground", ["canvas", "panel"])
@pytest.mark.parametrize(
    "ink", ["field", "quiet", "accent", "text"]
)  # of fields, of boxes to tick, of what has the focus
def test_the_edge_of_what_can_be_filled_in_or_has_the_focus_is_seen(ink: str, ground: str) -> None:
    assert contrast(of(ink), of(ground)) >= GRAPHICS
