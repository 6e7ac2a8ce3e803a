"""Films made for the gate: each is another film than the one it was made of, told apart by its key."""

from __future__ import annotations

import numpy as np
import pytest

from model.kinds import KINDS, SPOILT, grey_of, made
from ptxviewer.core.film import Radiograph
from ptxviewer.phantom.film import PhantomSpec, film_of
from tests.films import phantom


def film() -> Radiograph:
    return film_of(phantom(PhantomSpec(side="right", seed=3, rows=200, cols=160)))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "as it is"])
def test_each_kind_is_another_picture_under_another_key(kind: str) -> None:
    plain = film()
    other = made(plain, kind, 1)
    assert other.key != plain.key
    assert other.shape != plain.shape or not np.array_equal(grey_of(other), grey_of(plain))
    assert np.array_equal(made(plain, kind, 1).pixels, other.pixels)


def test_a_film_as_it_is_keeps_what_is_seen_on_it() -> None:
    assert np.array_equal(grey_of(made(film(), "as it is", 0)), grey_of(film()))


def test_what_teaches_the_gate_to_refuse_is_never_a_frontal_film_to_be_read() -> None:
    assert not {"as it is", "photographed", "apices cut off", "bases cut off"} & set(SPOILT)
    assert set(SPOILT) <= set(KINDS)
