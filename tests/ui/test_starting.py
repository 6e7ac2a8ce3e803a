"""The window between sessions: the first start, settings, its place on the screen, quitting."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLineEdit,
)
from pytestqt.qtbot import QtBot

from ptxviewer.app.disk.settings import load, save
from ptxviewer.app.state.settings import Settings
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.notice import FirstRunNotice
from ptxviewer.ui.dialogs.settings import SettingsDialog
from ptxviewer.ui.platform.geometry import reachable
from tests.ui.windows import StoppingEngine, started, words


@pytest.fixture
def session(empty: Session) -> Session:
    return empty


def test_quitting_while_the_network_works_leaves_no_thread(qtbot: QtBot, tmp_path: Path) -> None:
    engine = StoppingEngine()
    with started(qtbot, tmp_path, engine) as session:
        session.window.open_paths(list(sample_study()))
        qtbot.waitUntil(engine.started.is_set, timeout=20_000)
        session.window.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("disk", "model"))]


def test_the_window_comes_back_where_it_was(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path) as first:
        first.window.resize(1111, 733)
        first.window.close()
    assert load(tmp_path / "settings.json").geometry
    with started(qtbot, tmp_path):
        assert load(tmp_path / "settings.json").geometry


def test_a_window_whose_screen_is_gone_is_brought_back() -> None:
    screen = [QRect(0, 0, 1920, 1080)]
    assert reachable(QRect(100, 100, 1440, 900), screen)
    assert not reachable(QRect(2500, 100, 1440, 900), screen)
    assert not reachable(QRect(100, -300, 1440, 900), screen)
    assert not reachable(QRect(-1400, 100, 1440, 900), screen)


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_the_first_start_asks_once(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.window.asking.for_consent()
    notice = session.window.findChild(FirstRunNotice)
    assert isinstance(notice, FirstRunNotice)
    assert "must not be used for diagnosis" in words(notice)
    notice.accept()
    assert load(tmp_path / "settings.json").accepted_notice
    notice.deleteLater()
    QApplication.processEvents()
    session.window.asking.for_consent()
    assert not [one for one in session.window.findChildren(FirstRunNotice) if one.isVisible()]


def test_settings_chosen_in_the_dialog_are_kept(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    assert {box.text() for box in dialog.findChildren(QCheckBox)} >= {"Write patient data into reports"}
    next(box for box in dialog.findChildren(QCheckBox) if box.text().startswith("Write")).setChecked(True)
    next(line for line in dialog.findChildren(QLineEdit) if line.accessibleName() == "Reader's name").setText(" Dr. A ")
    now = Settings(overlay_mode="heat", geometry="kept")  # changed on the screen while the dialog was open
    chosen = dialog.chosen(now)
    assert chosen == replace(now, report_identified=True, reader="Dr. A")
    save(tmp_path / "s.json", chosen)
    assert load(tmp_path / "s.json") == chosen


STARTED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QFileOpenEvent
from tests.fakes import FakeEngine
from ptxviewer.ui.application import Application, Session
application = Application(["ptxviewer"])
application.dress()
application.sendEvent(application, QFileOpenEvent(QUrl.fromLocalFile(sys.argv[1])))
def painted():
    print("torch" in sys.modules, "pydicom" in sys.modules, len(session.presenter.state.films))
    application.listen(session.window.open_paths)
    look.start(20)
def film_is_there():
    film = session.presenter.state.current
    if film is not None and film.radiograph is not None:
        print(film.path.name)
        application.quit()
look = QTimer()
look.timeout.connect(film_is_there)
session = Session(Path(sys.argv[2]) / "settings.json", FakeEngine(), painted)
session.window.show()
application.exec()
print(session.close())
"""


def test_a_file_from_the_system_waits_for_the_window_which_is_painted_before_torch_is_imported(tmp_path: Path) -> None:
    film = sample_study()[0]
    out = subprocess.run(
        [sys.executable, "-c", STARTED, str(film), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert out.split("\n")[:3] == ["False False 0", film.name, "True"]
