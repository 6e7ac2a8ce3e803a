"""Saving results as DICOM from the window: a folder is asked for, and what is there afterwards is the film's."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog
from pytestqt.qtbot import QtBot

from ptxviewer.core.reasons.window import Saved
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.paths import sample_study
from ptxviewer.ui.dialogs.objects import ObjectsDialog
from tests.there import there
from tests.ui.windows import open_films, started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


def asked() -> ObjectsDialog:
    (dialog,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, ObjectsDialog) and one.isVisible())
    return dialog


def test_the_command_writes_the_objects_into_the_folder_that_was_chosen(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "objects"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    with started(qtbot, tmp_path) as session:
        open_films(session, qtbot)
        session.window.do("save_objects")
        dialog = asked()
        next(box for box in dialog.findChildren(QCheckBox) if box.text() == "Report as a page").click()
        dialog.accept()
        qtbot.waitUntil(lambda: session.presenter.state.message == Saved(str(folder)), timeout=20_000)
        assert "pdf" in session.presenter.state.settings.dicom_kinds
    study = pydicom.dcmread(sample_study()[0], stop_before_pixels=True).StudyInstanceUID
    made = [pydicom.dcmread(path) for path in folder.iterdir()]
    assert {one.Modality for one in made} >= {"SR", "PR", "DOC"}
    assert {one.StudyInstanceUID for one in made} == {study}


def test_nothing_is_written_where_no_folder_is_chosen(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    with started(qtbot, tmp_path) as session:
        open_films(session, qtbot)
        before = session.presenter.state.message
        session.window.do("save_objects")
        asked().accept()
        assert session.presenter.state.message == before


def test_a_picture_file_is_told_that_it_has_no_study(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import cv2

    from tests.dicom.made import ramp

    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), (ramp(300, 240) // 16).astype("uint8"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    with started(qtbot, tmp_path) as session:
        session.window.open_paths([picture])
        qtbot.waitUntil(lambda: session.presenter.state.current is not None, timeout=20_000)
        qtbot.waitUntil(lambda: there(session.presenter.state.current).maps is not None, timeout=20_000)
        session.window.do("save_objects")
        asked().accept()

        def told() -> bool:
            banner = session.presenter.state.banner
            return banner is not None and banner.reason is Unsaved.NO_STUDY

        qtbot.waitUntil(told, timeout=20_000)
