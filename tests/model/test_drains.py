"""Films with and without a chest drain are drawn as the plan says, and films nobody has looked at are judged."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from model.config import Config, Phase
from model.data import chest_drain
from model.drains import drain_read, probabilities, summaries
from model.metrics import auc
from model.pack import Example, Pack
from model.sampler import Sampler
from ptxviewer.paths import bundle_dir
from tests.model.labels_only import LabelsOnly


class Films(LabelsOnly):
    """Films as they come: of 30 positive ones 24 are drained, of 60 negative ones 6."""

    def __init__(self, drains: bool = True) -> None:
        super().__init__(
            [
                Example(f"labelled/{n}", n < 30, "", None, f"p{n}", "positive" if n < 30 else "negative")
                for n in range(90)
            ]
        )
        self.drains = [float(n < 24 or 30 <= n < 36) for n in range(90)] if drains else None


def plan(drains: Any) -> Config:
    return Config(phases=(Phase(64, 8, 10, 0.5),), drains=drains, weights=())


def test_films_are_drawn_by_their_drains() -> None:
    sampler = Sampler(Films(), plan((0.4, 0.25)))
    assert sampler.shares["positive"][:24].sum() == pytest.approx(0.4)
    assert sampler.shares["negative"][:6].sum() == pytest.approx(0.25)
    as_they_come = Sampler(Films(), plan(None))
    assert as_they_come.shares["positive"][:24].sum() == pytest.approx(0.8)


def test_a_plan_that_needs_drains_is_refused_where_the_pack_has_none() -> None:
    with pytest.raises(ValueError, match="drains"):
        Sampler(Films(drains=False), plan((0.4, 0.25)))


def test_what_was_read_stands_and_the_rest_is_judged_from_what_the_encoder_sees() -> None:
    rng = np.random.default_rng(0)
    drained = rng.random(200) < 0.4
    features = rng.normal(size=(200, 20)).astype(np.float32)
    features[:, 3:6] += 2 * drained[:, None]
    read = [bool(drained[n]) if n < 100 else None for n in range(200)]
    chances, area = probabilities(features, read, [f"p{n}" for n in range(200)])
    assert chances[:100].tolist() == drained[:100].tolist()
    assert area > 0.9
    assert auc(chances[100:], drained[100:]) > 0.9


def test_a_film_that_nobody_has_looked_at_is_not_called_undrained() -> None:
    unknown = Example("labelled/nobody-looked.webp", True, "", None, "p", "positive", "train")
    assert chest_drain(unknown) is None
    assert drain_read(unknown) is None


@pytest.mark.weights
def test_the_encoder_of_the_shipped_network_sees_films_whatever_heads_it_has() -> None:
    class OneFilm:
        films = (None,)

        def image(self, _index: Any) -> Any:
            return np.full((80, 80), 90, np.uint8)

        def inside(self, _index: Any) -> Any:
            return 0, 80, 0, 80

    seen = summaries(cast("Pack", OneFilm()), bundle_dir() / "weights.safetensors")
    assert seen.shape == (1, 2 * (512 + 1024))
    assert np.isfinite(seen).all()
