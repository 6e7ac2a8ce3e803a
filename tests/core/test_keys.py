"""The key of a film is of its pixels and their meaning, and stays what it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.keys import is_older, key_of, older_key, with_older_key

PIXELS = np.arange(48, dtype=np.uint16).reshape(6, 8)
FILM = Radiograph("", PIXELS, vois=(Window(1, 2),))


def changed(row: int, col: int) -> np.ndarray:
    pixels = PIXELS.copy()
    pixels[row, col] ^= 1
    return pixels


OTHERS = [
    replace(FILM, pixels=changed(0, 0)), replace(FILM, pixels=changed(5, 7)),
    replace(FILM, pixels=PIXELS.reshape(8, 6)), replace(FILM, slope=2.0), replace(FILM, intercept=-1.0),
    replace(FILM, inverse=True), replace(FILM, padding=(0, 0)), replace(FILM, frame=1),
]  # fmt: skip


@pytest.mark.parametrize("hashed", [key_of, older_key])
def test_films_that_differ_in_pixels_or_their_meaning_have_other_keys(hashed: Any) -> None:
    assert len({hashed(film) for film in (FILM, *OTHERS)}) == 1 + len(OTHERS)
    assert hashed(replace(FILM, pixels=np.asfortranarray(PIXELS), vois=(Window(3, 4),))) == hashed(FILM)


def test_keys_are_the_same_on_every_computer_and_in_every_version() -> None:
    assert key_of(FILM) == "b3-7f9059523802fa53b4bbb310c25733fd"
    assert older_key(FILM) == "4000709b53b0e623b169ccec079eb64b"
    assert (is_older(key_of(FILM)), is_older(older_key(FILM)), is_older("")) == (False, True, False)


def test_the_older_key_outlives_the_pixels() -> None:
    black = replace(with_older_key(FILM), pixels=np.zeros_like(PIXELS))
    assert older_key(black) == older_key(FILM) != older_key(replace(FILM, pixels=np.zeros_like(PIXELS)))
