"""Fixtures that every test may use; Qt runs offscreen unless a display is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("dev", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The films and DICOM files that lie beside the checkout; they never enter the repository."""
    path = REPOSITORY.parent / "shared"
    if not path.is_dir():
        pytest.skip("the shared films and DICOM files do not lie beside this checkout")
    return path
