"""What every test of the window needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ptxviewer.inference.engine import FakeEngine
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from ptxviewer.ui.none_guard import keep_none


@pytest.fixture(scope="session", autouse=True)
def _none_survives_pyside() -> None:
    keep_none()


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    """The sample film, analysed, in a window; a file whose tests start elsewhere has its own."""
    one = Session(tmp_path / "settings.json", FakeEngine())
    qtbot.addWidget(one.window)
    one.window.resize(1200, 800)
    one.window.show()
    one.presenter.open(sample_study()[:1])
    qtbot.waitUntil(lambda: bool(one.presenter.state.current and one.presenter.state.current.maps), timeout=20_000)
    one.presenter.dismiss_banner()
    yield one
    assert one.close()
