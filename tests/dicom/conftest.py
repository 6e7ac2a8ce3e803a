"""Films are read in this process: children, and that hostile films stay in them, are the subject of test_isolated*."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from ptxviewer.dicom import dicomdir, objects, read
from ptxviewer.dicom.isolated.pool import MEMORY_BYTES, TIMEOUT_S

T = TypeVar("T")


class HerePool:
    """Makes each call at once, without a child."""

    timeout_s, memory_bytes = TIMEOUT_S, MEMORY_BYTES

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        return function(*arguments)

    def warm(self) -> None:
        """There is nothing to start."""


@pytest.fixture(autouse=True)
def _read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.path.stem.startswith("test_isolated") and not request.node.get_closest_marker("shared"):
        for module in (read, dicomdir, objects):
            monkeypatch.setattr(module, "shared_pool", HerePool)
