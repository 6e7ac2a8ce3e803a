"""A reader without a mouse gets from the film into every part of the window and back, and writes a note."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from tests.there import now, there

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
SIZE, FILMS = (1440, 900), len(sample_study())


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> QWidget:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key, modifier)
    after = QApplication.focusWidget()
    assert after is not None
    return after


def test_f6_goes_round_the_parts_that_can_be_seen(session: Session, qtbot: QtBot) -> None:
    window = session.window
    assert window.reading.isAncestorOf(press(qtbot, Qt.Key.Key_F6))
    assert window.toolbar.isAncestorOf(press(qtbot, Qt.Key.Key_F6))
    assert press(qtbot, Qt.Key.Key_F6) is window.area.canvas
    assert window.toolbar.isAncestorOf(press(qtbot, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier))
    session.presenter.films.list.toggle()
    session.presenter.display.toggle_panel()
    assert press(qtbot, Qt.Key.Key_F6) is window.area.canvas
    assert window.worklist is not None
    assert window.worklist.isAncestorOf(press(qtbot, Qt.Key.Key_F6))


def test_esc_gives_the_keyboard_back_to_the_film_before_it_does_anything_else(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("brush")
    press(qtbot, Qt.Key.Key_F6)
    assert press(qtbot, Qt.Key.Key_Escape) is session.window.area.canvas
    assert session.presenter.state.tool == "brush"
    press(qtbot, Qt.Key.Key_Escape)
    assert now(session.presenter.state.tool) == "window"


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_a_note_is_written_without_a_mouse(session: Session, qtbot: QtBot, end: Qt.Key) -> None:
    session.presenter.display.toggle_panel()  # hidden: the key brings it back
    note = press(qtbot, Qt.Key.Key_F2)
    assert session.window.reading.isAncestorOf(note)
    qtbot.keyClicks(note, "bulla?")
    assert press(qtbot, end) is session.window.area.canvas
    film = session.presenter.state.current
    assert film is not None
    assert film.review.note == "bulla?"
    session.presenter.review.undo()
    assert there(session.presenter.state.current).review.note == ""
