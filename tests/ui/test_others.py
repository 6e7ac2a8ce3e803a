"""Overlays of others in the window: a colour and a layer of their own, hidden by one key; documents as text."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from ptxviewer.core.drawing.colours import VIOLET
from ptxviewer.core.objects import Document, FilmObject, Mark
from ptxviewer.core.reasons.window import Saved
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.images import rgb_of
from ptxviewer.ui.canvas.layers.others import drawn_of
from ptxviewer.ui.dialogs.documents import DocumentsDialog
from tests.there import there
from tests.ui.windows import open_films, started, words

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def folder(qtbot: QtBot, tmp_path: Path) -> Path:
    """A film with the objects of its result, accepted by a reader."""
    kept = tmp_path / "kept"
    kept.mkdir()
    shutil.copy(sample_study()[0], kept / "film.dcm")
    with started(qtbot, tmp_path) as session:
        session.window.open_paths([kept / "film.dcm"])
        wait_for_a_result(session, qtbot)
        session.presenter.review.set_verdict("accept")
        session.presenter.exporting.save_objects(kept, ["sr", "gsps"])
        qtbot.waitUntil(lambda: isinstance(session.presenter.state.message, Saved), timeout=20_000)
    foreign = pydicom.dcmread(next(kept.glob("*.gsps.dcm")))
    foreign.Manufacturer, foreign.ManufacturerModelName = "ACME", "CAD"
    foreign.save_as(kept / "foreign.dcm")
    next(kept.glob("*.gsps.dcm")).unlink()
    return kept


def wait_for_a_result(session: Session, qtbot: QtBot) -> None:
    def there() -> bool:
        film = session.presenter.state.current
        return film is not None and film.findings is not None

    qtbot.waitUntil(there, timeout=20_000)


def violet(session: Session) -> int:
    shown = rgb_of(session.window.area.canvas.grab().toImage()).astype(int)
    return int((np.abs(shown - VIOLET) <= 12).all(2).sum())


def test_an_earlier_result_and_a_foreign_overlay_are_shown_told_and_hidden(
    qtbot: QtBot, tmp_path: Path, folder: Path
) -> None:
    with started(qtbot, tmp_path / "again") as session:
        session.window.open_paths([folder])
        wait_for_a_result(session, qtbot)
        qtbot.waitUntil(lambda: len(session.presenter.state.objects) == 2, timeout=20_000)  # behind the film
        assert len(session.presenter.state.films) == 1
        panel = session.window.reading.others
        qtbot.waitUntil(panel.isVisible, timeout=20_000)
        told = "\n".join(one.text() for one in panel.findChildren(QLabel))
        assert "accepted" in told
        assert "ACME CAD" in told
        assert violet(session) > 10
        session.window.do("toggle_others")
        assert violet(session) == 0
        session.window.do("take_over")
        assert there(session.presenter.state.current).review.verdict == "accept"


def test_without_anything_from_elsewhere_there_is_no_such_section(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path) as session:
        open_films(session, qtbot)
        assert not session.window.reading.others.isVisible()


def test_of_the_forms_of_an_earlier_result_one_is_drawn() -> None:
    mark = (Mark(((1.0, 1.0),)),)
    report = FilmObject(uid="r", film_uid="1", kind="report", own=True, marks=mark)
    state = FilmObject(uid="p", film_uid="1", kind="presentation state", own=True, marks=mark)
    foreign = FilmObject(uid="f", film_uid="1", marks=mark)
    assert drawn_of([report, state, foreign]) == (report, foreign)


def dialog_of(qtbot: QtBot, *documents: Document, identified: bool = True) -> DocumentsDialog:
    dialog = DocumentsDialog(documents, identified)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def text_of(dialog: DocumentsDialog) -> str:
    return there(dialog.findChild(QPlainTextEdit)).toPlainText()


def test_a_document_is_a_page_of_text(qtbot: QtBot) -> None:
    report = Document(
        uid="1", kind="report", title="Chest <b>X</b>", patient="Doe, J", text="Finding: none\n  Side: left"
    )
    dialog = dialog_of(qtbot, report)
    assert text_of(dialog) == report.text
    assert "Chest <b>X</b>" in words(dialog)
    assert "Doe" in words(dialog)
    assert "Doe" not in words(dialog_of(qtbot, report, identified=False))


def test_a_pdf_can_be_saved_as_it_came(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = dialog_of(qtbot, Document(uid="1", kind="pdf", title="Letter", pdf=b"%PDF-1.4"))
    assert "no text" in text_of(dialog)
    save = next(one for one in dialog.findChildren(QPushButton) if "PDF" in one.text())
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "x.pdf"), ""))
    save.click()
    assert (tmp_path / "x.pdf").read_bytes() == b"%PDF-1.4"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.pdf"), ""))
    save.click()
    assert "does not exist" in words(dialog)
