"""What every test of the window needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ptxviewer.ui.application import Session
from tests.ui.windows import open_films, started


@pytest.fixture
def empty(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    """A window in which no film is open."""
    with started(qtbot, tmp_path) as one:
        yield one


@pytest.fixture
def session(empty: Session, qtbot: QtBot) -> Session:
    """The first sample film, analysed, in a window; a file whose tests start elsewhere has its own."""
    open_films(empty, qtbot)
    empty.presenter.dismiss_banner()
    return empty
