"""The shipped weights: unaltered, loadable, and still saying what they said when they were exported."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ptxviewer.core.findings.decide import find
from ptxviewer.inference.card import WEIGHTS_FILE, read_card, verify
from ptxviewer.inference.selftest import golden_film, stacked
from ptxviewer.paths import bundle_dir
from tests.inference.conftest import Shipped, bundle_that_ships

pytestmark = pytest.mark.weights


def test_the_bundle_is_whole_and_small_enough_to_ship() -> None:
    bundle = bundle_that_ships()
    card = read_card(bundle)
    assert len(verify(bundle, card)) == (bundle / WEIGHTS_FILE).stat().st_size <= 60_000_000
    assert card.metrics, "the card ships with the figures that model.evaluate measured"
    assert card.intended_use.startswith("Research")
    assert card.licence
    assert card.limits
    assert card.training_data


def test_the_weights_still_say_what_they_said_when_exported(exact: Shipped) -> None:
    """In float32, whatever this computer would choose: what is looked at first is part of it."""
    maps = exact.golden
    said = stacked(maps)
    assert said is not None
    with np.load(bundle_dir() / "golden.npz") as golden:
        np.testing.assert_allclose(said, golden["maps"].astype(np.float32), atol=5e-3)
        assert maps.score == pytest.approx(float(golden["score"]), abs=2e-3)


def test_a_taller_copy_of_a_film_gets_the_same_answer(shipped: Shipped) -> None:
    """Twice the pixels are the same film: the decision may not hang on the resolution."""
    from dataclasses import replace

    film = golden_film()
    rule = shipped.engine.load().rule
    doubled = np.asarray(cv2.resize(film.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR), np.uint16)
    large = replace(film, key="large", pixels=doubled)
    first, mask = find(film, shipped.golden, rule)
    second, large_mask = find(large, shipped.engine.predict(large), rule)
    assert second.score == pytest.approx(first.score, abs=0.02)
    assert large_mask.mean() == pytest.approx(mask.mean(), abs=0.002)
