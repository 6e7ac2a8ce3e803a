"""What every test of the window needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from ptxviewer.app import presenter
from ptxviewer.app.ports import View
from ptxviewer.app.state.screen import State
from ptxviewer.app.store import Store
from ptxviewer.core.film import Radiograph
from ptxviewer.dicom import read
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from tests.fakes import FakeEngine
from tests.ui.snapshot import Snapshots, offscreen_on_linux
from tests.ui.windows import open_films, started

READ_REALLY = read.read_film


@lru_cache
def _decoded(path: Path, frame: int) -> Radiograph:
    return READ_REALLY(path, frame)


@pytest.fixture(scope="module", autouse=True)
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


@pytest.fixture(scope="module")
def _one_window(
    _sample_decoded_once: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Session, Store]]:
    """A window for all tests of a file, and where its state is kept.

    The file says how many films of the sample are open (``FILMS``, one) and how large the window is (``SIZE``).
    """
    stores: list[Store] = []

    def remembered(view: View, state: State) -> Store:
        stores.append(Store(view, state))
        return stores[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presenter, "Store", remembered)  # made when it is first asked for
        one = Session(tmp_path_factory.mktemp("window") / "settings.json", FakeEngine())
        one.window.resize(*getattr(request.module, "SIZE", (1200, 800)))
        one.window.show()
        open_films(one, QtBot(request), getattr(request.module, "FILMS", 1))
    one.presenter.dismiss_banner()
    unread = stores[0].state
    one.presenter.review.set_verdict("accept")  # starts the lane that saves reviews, else it begins within a test
    stores[0].edit(lambda _state: unread)
    yield one, stores[0]
    one.window.close()
    assert one.close()
    one.window.deleteLater()


@pytest.fixture
def shared(_one_window: tuple[Session, Store], qtbot: QtBot) -> Iterator[Session]:
    """As ``session``, but one for all tests of a file: its state is put back, so are dialogs, size and keyboard.

    For tests that neither close it nor look at files it has written.
    """
    one, store = _one_window
    before, size = store.state, one.window.size()
    with qtbot.waitActive(one.window):
        one.window.activateWindow()
    one.window.area.canvas.setFocus()
    yield one
    for dialog in one.window.findChildren(QDialog):
        dialog.close()
        dialog.deleteLater()
        QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
    one.presenter.review.settle()
    store.edit(lambda _state: before)
    one.window.resize(size)


@pytest.fixture
def snapshots(qapp: QApplication, request: pytest.FixtureRequest) -> Snapshots:
    """Compares pictures with kept ones; where these were not made here, the test is skipped."""
    if not offscreen_on_linux():
        pytest.skip("the kept pictures are of Linux, offscreen")
    return Snapshots(request.config.getoption("--update-snapshots"))
