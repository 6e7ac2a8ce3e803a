"""A presentation state's window shows what it would show on the values that it was made for."""

from __future__ import annotations

import numpy as np
import pytest

from ptxviewer.core.film import Acquisition, Radiograph, Voi, VoiLut, Window
from ptxviewer.core.softcopy import Modality, Rescale, on_film
from ptxviewer.core.voi import display_lut, voi_values

STORED = np.arange(4096)
TABLE = VoiLut(np.linspace(4095, 0, 4096).round().astype(np.uint16), 0, 12)


def made_for(voi: Voi | None, modality: Modality) -> np.ndarray:
    """The grey of each stored value, straight from the standard."""
    if isinstance(modality, Rescale):
        values, most = STORED * modality.slope + modality.intercept, 1.0
    else:
        values, most = modality.table[STORED].astype(float), 4095.0
    grey = values / most if voi is None else voi_values(values.astype(float), voi)
    return np.floor(np.clip(grey, 0, 1) * 255 + 0.5)


@pytest.mark.parametrize("offset", [0, 32768])
@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (1.0, -1024.0), (0.25, 7.5), (-1.0, 4095.0)])
@pytest.mark.parametrize(
    ("voi", "modality"),
    [
        (Window(2000, 1000), Rescale()),
        (Window(2000, 1000, "SIGMOID"), Rescale(2.0, -100.0)),
        (Window(100, 1), Rescale(0.5, 3.0)),
        (Window(300, 500, "LINEAR_EXACT"), Rescale(-1.0, 1000.0)),
        (VoiLut(np.arange(0, 4096, 4).astype(np.uint16), 500, 12), Rescale(1.0, 0.0)),
        (VoiLut(np.arange(0, 4096, 4).astype(np.uint16), 500, 12), Rescale(0.3, 10.0)),
        (Window(2000, 1000), TABLE),
        (None, TABLE),
    ],
)
def test_stored_values_have_the_grey_that_the_state_means(
    voi: Voi | None, modality: Modality, slope: float, intercept: float, offset: int
) -> None:
    pixels = (STORED + offset).astype(np.uint16).reshape(64, 64)
    film = Radiograph("film", pixels, slope=slope, intercept=intercept - offset * slope, stored_offset=offset)
    shown = on_film(voi, modality, film)
    assert shown is not None
    grey = display_lut(film, shown)[pixels].ravel().astype(float)
    assert np.abs(grey - made_for(voi, modality)).max() <= 1
    assert on_film(voi, modality, film) == shown  # the command asks whether the state is applied


def test_pixels_that_are_no_stored_values_take_the_state_at_its_word() -> None:
    film = Radiograph("film", np.zeros((4, 4), np.uint16))
    assert on_film(Window(2000, 1000), Rescale(2.0, -100.0), film) == Window(2000, 1000)


def test_a_rescale_without_a_window_changes_nothing() -> None:
    film = Radiograph("film", np.zeros((4, 4), np.uint16), stored_offset=0)
    assert on_film(None, Rescale(2.0, -100.0), film) is None


CURVE = VoiLut(np.round(np.linspace(0, 1, 256) ** 2 * 1023).astype(np.uint16), 0, 10)
"""A Presentation LUT that darkens the middle greys."""


@pytest.mark.parametrize("offset", [0, 32768])
@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.25, 7.5), (-1.0, 4095.0)])
@pytest.mark.parametrize(
    ("voi", "modality"),
    [
        (Window(2000, 1000), Rescale()),
        (Window(300, 500, "LINEAR_EXACT"), Rescale(-1.0, 1000.0)),
        (Window(2000, 1000), TABLE),
        (None, TABLE),
        (None, Rescale()),
        (None, Rescale(-2.0, 8190.0)),
    ],
)
def test_a_presentation_table_comes_behind_the_window(
    voi: Voi | None, modality: Modality, slope: float, intercept: float, offset: int
) -> None:
    pixels = (STORED + offset).astype(np.uint16).reshape(64, 64)
    film = Radiograph(
        "film", pixels, slope=slope, intercept=intercept - offset * slope, stored_offset=offset,
        acquisition=Acquisition(bits_stored=12 if not offset else 13),
    )  # fmt: skip
    if voi is None and isinstance(modality, Rescale):  # all values that can be stored
        low, high = (-4096.0, 4095.0) if offset else (0.0, 4095.0)
        before = (STORED - low) / (high - low)
        before = 1 - before if modality.slope < 0 else before
    else:
        before = made_for(voi, modality) / 255
    expected = CURVE.table[np.round(np.clip(before, 0, 1) * 255).astype(int)] / 1023 * 255
    shown = on_film(voi, modality, film, CURVE)
    assert shown is not None
    assert np.abs(display_lut(film, shown)[pixels].ravel() - expected).max() <= 3
    assert on_film(voi, modality, film, CURVE) is shown


def test_a_presentation_table_without_stored_values_is_applied_to_the_values_of_the_film() -> None:
    film = Radiograph("film", STORED.astype(np.uint16).reshape(64, 64))
    shown = on_film(Window(2048, 4096), None, film, CURVE)
    assert shown is not None
    grey = display_lut(film, shown)[[0, 2048, 4095]].tolist()
    assert grey == [0, pytest.approx(64, abs=2), 255]
