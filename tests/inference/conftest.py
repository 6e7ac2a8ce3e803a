"""The shipped network, started once for all tests that only ask it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.inference.card import CARD_FILE
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.selftest import golden_film
from ptxviewer.inference.torch.loading import torch_engine
from ptxviewer.paths import bundle_dir


@dataclass
class Shipped:
    """The engine of the shipped bundle, and what it says of the golden film."""

    engine: BundleEngine

    @cached_property
    def golden(self) -> ProbabilityMaps:
        """The maps of the golden film."""
        return self.engine.predict(golden_film())


def bundle_that_ships() -> Path:
    """The shipped bundle; before the first export the test is skipped, but not in CI."""
    if not (bundle_dir() / CARD_FILE).exists() and not os.environ.get("CI"):
        pytest.skip("no weights have been exported yet")
    return bundle_dir()


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    """The shipped network on the CPU; no test may change it."""
    return Shipped(torch_engine("cpu", bundle_that_ships()))


@pytest.fixture(scope="session")
def exact() -> Shipped:
    """The shipped network in float32, whatever this computer would choose; no test may change it."""
    return Shipped(torch_engine("cpu", bundle_that_ships(), exact=True))
