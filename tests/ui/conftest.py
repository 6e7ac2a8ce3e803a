"""What every test of the window needs."""

from __future__ import annotations

import pytest

from ptxviewer.ui.none_guard import keep_none


@pytest.fixture(scope="session", autouse=True)
def _none_survives_pyside() -> None:
    keep_none()
