"""What every test of the window needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ptxviewer.core.film import Radiograph
from ptxviewer.dicom import read
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from tests.ui.snapshot import Snapshots, offscreen_on_linux
from tests.ui.windows import open_films, started

READ_REALLY = read.read_film


@lru_cache
def _decoded(path: Path, frame: int) -> Radiograph:
    return READ_REALLY(path, frame)


@pytest.fixture(autouse=True)
def _sample_decoded_once() -> Iterator[None]:
    """The sample is the film of most tests here; its value is frozen, and reading it is tested elsewhere."""

    def read_film(path: Path, frame: int = 0) -> Radiograph:
        return _decoded(path, frame) if path in sample_study() else READ_REALLY(path, frame)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "read_film", read_film)
        yield


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


@pytest.fixture
def snapshots(qapp: QApplication, request: pytest.FixtureRequest) -> Snapshots:
    """Compares pictures with kept ones; where these were not made here, the test is skipped."""
    if not offscreen_on_linux():
        pytest.skip("the kept pictures are of Linux, offscreen")
    return Snapshots(request.config.getoption("--update-snapshots"))
