"""The page before it is printed or saved: what is seen is what is saved, and afterwards it can be opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.settings import Settings
from ptxviewer.core.reasons.window import Saved
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.preview import PreviewDialog
from tests.ui.windows import open_films, started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    with started(qtbot, tmp_path) as session:
        session.presenter.apply_settings(Settings(accepted_notice=True, reports_folder=str(tmp_path), paper="a4"))
        open_films(session, qtbot)
        yield session


def preview(session: Session, qtbot: QtBot) -> PreviewDialog:
    session.window.do("preview_report")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), PreviewDialog), timeout=20_000)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PreviewDialog)
    return dialog


def button(dialog: PreviewDialog, text: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)


def saved(session: Session, qtbot: QtBot) -> Path:
    qtbot.waitUntil(lambda: isinstance(session.presenter.state.message, Saved), timeout=20_000)
    message = session.presenter.state.message
    assert isinstance(message, Saved)
    return Path(message.path)


def test_what_is_chosen_in_the_preview_is_saved(session: Session, qtbot: QtBot) -> None:
    dialog = preview(session, qtbot)
    (paper,) = dialog.findChildren(QComboBox)
    paper.setCurrentIndex(1)
    named = next(box for box in dialog.findChildren(QCheckBox) if box.text() == "Patient data")
    assert not named.isChecked()
    named.click()
    assert (dialog.content.paper, dialog.content.identified) == ("letter", True)
    button(dialog, "Save PDF").click()
    target = saved(session, qtbot)
    assert target.suffix == ".pdf"
    assert b"/MediaBox [0 0 612.0" in target.read_bytes()
    assert not session.presenter.state.settings.report_identified, "asked for this page only"


def test_save_as_writes_what_the_name_says(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "x.pdf"  # among the formats that the dialog offers the first is a PNG
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    session.window.do("save_report_as")
    assert saved(session, qtbot) == target
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1, "the report, whole"
    assert [path.name for path in tmp_path.iterdir() if path.stem == "x"] == ["x.pdf"]


def test_a_preview_that_is_closed_saves_nothing(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    before = {path.suffix for path in tmp_path.iterdir()}
    button(preview(session, qtbot), "Close").click()
    assert {path.suffix for path in tmp_path.iterdir()} == before


def test_what_was_saved_can_be_opened_and_its_folder(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url).toLocalFile()))
    session.window.do("save_report_pdf")
    target = saved(session, qtbot)
    for text in ("Open", "Show in folder"):
        shown = [one for one in session.window.status.findChildren(QPushButton) if one.text() == text]
        assert shown[0].isVisible()
        shown[0].click()
    assert [Path(path) for path in opened] == [target, tmp_path]
