"""Every network of these tests is tiny; progress bars start no thread that watches them."""

from __future__ import annotations

import pytest
from tqdm import tqdm


@pytest.fixture(autouse=True)
def _quiet_machinery(one_thread: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """See ``one_thread``. tqdm's monitor is a thread that lives as long as the process."""
    monkeypatch.setattr(tqdm, "monitor_interval", 0)
