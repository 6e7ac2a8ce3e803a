"""The list of tags in the window: searched and copied as it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.tags import TagsDialog
from tests.dicom.made import dataset, ramp, save
from tests.ui.windows import started


def opened(session: Session, qtbot: QtBot, path: Path) -> TagsDialog:
    session.window.open_paths([path])
    qtbot.waitUntil(lambda: session.presenter.state.shown is not None, timeout=20_000)
    session.window.commands["tags"].trigger()
    dialog = session.window.findChild(TagsDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() > 0, timeout=20_000)
    return dialog


def seen(dialog: TagsDialog) -> list[str]:
    items = (dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount()))
    return [f"{item.text(1)}={item.text(3)}" for item in items if item is not None and not item.isHidden()]


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_tags_are_searched_and_copied_and_patient_data_hidden(qtbot: QtBot, tmp_path: Path) -> None:
    save(dataset(ramp(60, 50), PatientName="<b>Doe</b>^Jane"), tmp_path / "film.dcm")
    with started(qtbot, tmp_path) as session:
        dialog = opened(session, qtbot, tmp_path / "film.dcm")
        dialog.search.setText("patient's name")
        assert seen(dialog) == ["Patient's Name=<b>Doe</b>^Jane"]
        dialog.tree.selectAll()
        dialog.tree.copy()
        assert QGuiApplication.clipboard().text() == "(0010,0010)\tPatient's Name\t<b>Doe</b>^Jane"
        QTest.keyClick(dialog.search, Qt.Key.Key_Down)
        assert dialog.tree.hasFocus(), "the found lines are a key away"
        dialog.search.setText("0028 0010")
        dialog.tree.copy()
        assert QGuiApplication.clipboard().text() == "(0028,0010)\tRows\t60", "what was chosen before is out of sight"
        assert seen(dialog) == ["Rows=60"]
        dialog.reject()
        session.presenter.display.toggle_identified()
        qtbot.waitUntil(lambda: session.window.findChild(TagsDialog) is None)
        dialog = opened(session, qtbot, tmp_path / "film.dcm")
        dialog.search.setText("doe")
        assert seen(dialog) == []
        dialog.search.setText("")
        assert "Patient's Name=hidden" in seen(dialog)
        dialog.reject()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_tags_of_a_film_that_cannot_be_opened_are_listed(qtbot: QtBot, tmp_path: Path) -> None:
    broken = dataset(ramp(60, 50))
    del broken.PixelData
    save(broken, tmp_path / "film.dcm")
    with started(qtbot, tmp_path) as session:
        session.window.open_paths([tmp_path / "film.dcm"])
        qtbot.waitUntil(lambda: [film.status for film in session.presenter.state.films] == [FilmStatus.FAILED])
        session.window.commands["tags"].trigger()
        dialog = session.window.findChild(TagsDialog)
        assert dialog is not None
        qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() > 0, timeout=20_000)
        dialog.search.setText("rows")
        assert seen(dialog) == ["Rows=60"]
        dialog.reject()
