"""The report text in the panel: prefilled, written, copied, kept, and never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.state.film import Film
from ptxviewer.core.findings.reviewed import answer_of
from ptxviewer.core.reasons.stored import TemplateBroken, TemplateProblem
from ptxviewer.core.review import ReportText, Review
from ptxviewer.report.page import page
from ptxviewer.ui.application import Session
from ptxviewer.ui.report.layout import laid_out
from ptxviewer.ui.report.paper import PAPERS
from tests.films import INFO, film, maps
from tests.ui.windows import open_films, started

CHANGED = "The findings have changed since this text was written."


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


def box(session: Session) -> QPlainTextEdit:
    return session.window.reading.findChildren(QPlainTextEdit)[0]


def current(session: Session) -> Film:
    film = session.presenter.state.current
    assert film is not None
    return film


def told(session: Session) -> str:
    return "\n".join(label.text() for label in session.window.reading.findChildren(QLabel))


def test_the_text_follows_verdict_and_drain_and_is_copied_by_a_key(session: Session) -> None:
    assert "Possible pneumothorax, right" in box(session).toPlainText()
    session.presenter.review.set_verdict("accept")
    session.presenter.review.set_drain("yes")
    assert "A chest drain is in place." in box(session).toPlainText()
    assert "software" not in box(session).toPlainText()
    QTest.keyClick(
        session.window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert QGuiApplication.clipboard().text() == box(session).toPlainText()


def test_what_the_reader_writes_is_kept_undone_and_not_overwritten(session: Session) -> None:
    session.window.do("write_text")
    box(session).selectAll()
    QTest.keyClicks(box(session), "Small apical pneumothorax.")
    QTest.keyClick(box(session), Qt.Key.Key_Escape)
    kept = current(session).review.text
    assert kept is not None
    assert kept.text == "Small apical pneumothorax."
    assert CHANGED not in told(session)
    session.presenter.review.set_verdict("reject")
    assert box(session).toPlainText() == "Small apical pneumothorax."
    assert CHANGED in told(session)
    session.presenter.review.undo()
    assert CHANGED not in told(session)
    session.presenter.review.undo()
    assert current(session).review.text is None
    assert "Possible pneumothorax" in box(session).toPlainText()


def test_a_text_as_prefilled_is_none_of_the_readers(session: Session) -> None:
    session.window.do("write_text")
    QTest.keyClicks(box(session), "x")
    QTest.keyClick(box(session), Qt.Key.Key_Backspace)
    session.window.reading.settle()
    assert current(session).review.text is None


def test_a_text_stays_with_its_film(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot, 2)
    first, second = (film.id for film in session.presenter.state.films[-2:])
    session.window.select(first)
    session.window.do("write_text")
    QTest.keyClicks(box(session), "Mine. ")
    session.window.select(second)
    headline = session.window.reading.decision
    qtbot.waitUntil(lambda: headline.visibleRegion().boundingRect().top() == 0)  # the next film begins at its top
    assert "Mine." not in box(session).toPlainText()
    session.window.select(first)
    assert box(session).toPlainText().startswith("Mine. ")
    session.window.do("reset_text")
    assert "Mine." not in box(session).toPlainText()


def test_a_sites_broken_template_is_said_at_the_start(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "sentences").mkdir()
    (tmp_path / "sentences" / "en.txt").write_text("== nonsense ==")
    with started(qtbot, tmp_path) as session:
        banner = session.presenter.state.banner
        assert banner is not None
        assert banner.reason == TemplateBroken("en.txt", 1, TemplateProblem.UNKNOWN_SECTION)


def test_the_text_is_in_sight_and_has_the_keyboard_once_there_is_a_result(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path, size=(1024, 640)) as session:
        assert not BY_ID["write_text"].enabled(session.presenter.state)
        open_films(session, qtbot)
        QTest.keyClick(session.window, Qt.Key.Key_F3)
        text = box(session)
        assert text.hasFocus()
        qtbot.waitUntil(lambda: text.visibleRegion().boundingRect() == text.rect())


def test_a_text_that_is_longer_than_the_page_is_cut_and_says_so(qapp: QApplication) -> None:
    of = film(640, 640)
    review = Review(text=ReportText("\n".join(["A long dictated line."] * 150), "basis"))
    sheet = laid_out(page(of, answer_of(of, maps(of), INFO, review), review), PAPERS["a4"])
    assert sheet.fits
    assert any("cut, no room" in words.layout.text() for words in sheet.words)
