"""The window around the film: what is seen in every state, drops, banners, pictures."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus, Result
from ptxviewer.app.state.screen import Banner
from ptxviewer.app.state.settings import ROWS, Settings
from ptxviewer.core.reasons.window import Notice
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.annotations import EDGE_ROOM, MARGIN
from ptxviewer.ui.dialogs.settings import SettingsDialog
from ptxviewer.ui.platform.dropped import local_paths
from ptxviewer.words import say
from tests.fakes import FakeEngine
from tests.ui.windows import StoppingEngine, open_films, started, words


@pytest.fixture
def session(empty: Session) -> Session:
    return empty


def test_an_empty_window_says_where_to_drop_and_that_it_is_for_research(session: Session) -> None:
    seen = words(session.window)
    for text in ("Drop chest X-rays here", "Open files", "Open folder", "Sample study", "Space", "Research use only"):
        assert text in seen
    assert not session.window.strip.isVisible()
    assert not session.window.reading.isVisible()
    assert "research use only" in session.window.windowTitle()


def test_the_sample_button_opens_the_sample_study_and_shows_what_the_model_says(session: Session, qtbot: QtBot) -> None:
    button = next(b for b in session.window.area.empty.findChildren(QPushButton) if b.text() == "Sample study")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: bool(session.presenter.state.current and session.presenter.state.current.maps), timeout=20_000
    )
    seen = words(session.window.reading)
    assert "Possible pneumothorax, right apex" in seen
    assert "0.90" in seen
    assert "above the operating point (0.40)" in seen
    assert "at the detector" in seen
    assert "CPU" in words(session.window.status)


@pytest.mark.parametrize("worklist", [False, True])
def test_a_sentence_over_the_film_does_not_cover_whose_it_is(session: Session, qtbot: QtBot, worklist: bool) -> None:
    open_films(session, qtbot)
    window, state = session.window, session.presenter.state
    window.resize(1100, 700)
    state = replace(state, worklist=replace(state.worklist, shown=worklist), banner=Banner(Notice.NO_PRIOR))

    def seen(identified: bool) -> np.ndarray:
        window.show_state(replace(state, identified=identified))
        QApplication.processEvents()
        image = window.area.canvas.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        return np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()

    names = seen(False) != seen(True)
    over, ratio = window.banner.geometry(), window.devicePixelRatioF()
    assert names.any()
    assert window.banner.isVisible()
    text = next(one for one in window.banner.findChildren(QLabel) if one.text() == say(Notice.NO_PRIOR))
    assert text.height() >= text.heightForWidth(text.width())
    top, bottom, left, right = (round(at * ratio) for at in (over.top(), over.bottom(), over.left(), over.right()))
    assert not names[top:bottom, left:right].any()


def test_nothing_jumps_when_a_result_arrives(qtbot: QtBot, tmp_path: Path) -> None:
    engine = StoppingEngine()
    with started(qtbot, tmp_path, engine) as session:
        session.window.open_paths(list(sample_study()[:1]))
        qtbot.waitUntil(engine.started.is_set, timeout=20_000)

        def places() -> dict[str, QRect]:
            parts = session.window.reading.findChildren(QWidget)
            return {part.accessibleName(): part.geometry() for part in parts if part.accessibleName()}

        qtbot.waitUntil(lambda: "Analysing ..." in words(session.window.reading), timeout=5_000)
        before = places()
        film = session.presenter.state.current
        assert film is not None
        assert film.radiograph is not None
        maps = FakeEngine().predict(film.radiograph)
        session.window.show_state(
            replace(
                session.presenter.state.with_film(replace(film, status=FilmStatus.DONE, result=Result(maps))),
                message=None,
            )
        )
        QApplication.processEvents()
        assert places() == before


def test_a_banner_does_not_cover_the_letter_at_the_top_edge(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    session.presenter.show_problem(Notice.NO_PRIOR)
    qtbot.waitUntil(session.window.banner.isVisible, timeout=10_000)
    assert session.window.banner.geometry().bottom() < MARGIN + EDGE_ROOM


def test_a_bad_file_is_a_banner_with_details_and_the_film_before_is_gone(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    open_films(session, qtbot)
    bad = tmp_path / "bad.dcm"
    bad.write_bytes(b"<html>")
    session.window.open_paths([bad])
    qtbot.waitUntil(session.window.banner.isVisible, timeout=10_000)
    banner = session.window.banner
    assert "not a DICOM film" in words(banner)
    assert "bad.dcm" not in words(banner)
    buttons = {button.text(): button for button in banner.findChildren(QPushButton)}
    qtbot.mouseClick(buttons["Details"], Qt.MouseButton.LeftButton)
    assert "bad.dcm" in words(banner)
    picture = session.window.area.canvas.grab().toImage()
    assert picture.pixelColor(picture.width() // 3, picture.height() // 3).lightness() == 0
    qtbot.mouseClick(buttons["Dismiss"], Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


@pytest.mark.filterwarnings("ignore:Function.*QDragEnterEvent:DeprecationWarning")  # since Qt 6.12 only
def test_films_dropped_anywhere_are_opened_and_the_drop_is_announced(session: Session, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in sample_study()] + [QUrl("https://example.org/a.dcm")])
    act, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window = session.window
    enter = QDragEnterEvent(QPoint(400, 400), act, mime, button, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.veil.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.veil.isVisible()
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 400), act, mime, button, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 400), act, mime, button, none))
    assert not window.veil.isVisible()
    qtbot.waitUntil(lambda: len(session.presenter.state.films) == len(sample_study()), timeout=10_000)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there, never bytes")
def test_a_file_whose_name_is_no_utf8_is_the_one_that_is_opened(tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/caf\xe9 #1.dcm"
    Path(os.fsdecode(place)).touch()
    urls = [QUrl.fromEncoded(b"file://" + quote(place).encode()), QUrl.fromLocalFile("/a b"), QUrl("https://a.org/b")]
    assert local_paths(urls) == [Path(os.fsdecode(place)), Path("/a b")]
    assert local_paths(urls)[0].is_file()


@pytest.mark.filterwarnings("ignore:Function.*QDragEnterEvent:DeprecationWarning")  # since Qt 6.12 only
def test_text_that_is_dragged_over_the_window_is_no_film(session: Session) -> None:
    mime = QMimeData()
    mime.setText("hello")
    action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 400), action, mime, button, none)
    enter.ignore()
    QApplication.sendEvent(session.window, enter)
    assert not enter.isAccepted()


def test_a_copied_picture_names_nobody_unless_reports_do(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    canvas, clipboard = session.window.area.canvas, QGuiApplication.clipboard()

    def copied() -> QImage:
        session.window.commands["copy_picture"].trigger()
        return clipboard.pixmap().toImage()

    def film_of(picture: QImage) -> QImage:
        return picture.copy(0, 0, canvas.width(), canvas.height())

    named = canvas.grab().toImage()
    assert film_of(copied()) != named
    assert copied().height() > canvas.height(), "a line below says whose it is and what for"
    session.presenter.apply_settings(replace(session.presenter.state.settings, report_identified=True))
    assert film_of(copied()) == named
    assert canvas.grab().toImage() == named


def test_the_folder_dialog_is_titled_by_what_is_asked(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    titles: list[str] = []

    def asked(_parent: QWidget, title: str, _at: str) -> str:
        titles.append(title)
        return ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", asked)
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    for button in dialog.findChildren(QPushButton):
        if button.text().startswith("Choose"):
            button.click()
    assert titles == [row.label for row in ROWS if row.kind == "folder"]


def test_a_bug_in_a_slot_is_a_sentence_and_a_line_in_the_log_without_names(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("ptxviewer").propagate = True
    try:
        raise ValueError("Doe, Jane")
    except ValueError as error:
        session.report_bug(type(error), error, error.__traceback__)
    assert "Something went wrong" in words(session.window.banner)
    assert "ValueError" in caplog.text
    assert "Doe" not in caplog.text
