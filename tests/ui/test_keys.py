"""Keys act on the film wherever the focus is, except where a text is written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ptxviewer.app.commands import COMMANDS
from ptxviewer.paths import resource
from ptxviewer.ui.application import Session
from tests.there import there
from tests.ui.windows import button_of, key, note_of, words

FILMS = 2


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


def test_space_hides_the_overlay_wherever_the_focus_is_but_types_in_a_note(session: Session) -> None:
    window, reading = session.window, session.window.reading
    for focus in (window.area.canvas, reading.thresholds.threshold, button_of(reading, "Fill")):
        focus.setFocus()
        QTest.keyPress(window.windowHandle(), Qt.Key.Key_Space)
        assert session.presenter.state.overlay.peeking
        QTest.keyRelease(window.windowHandle(), Qt.Key.Key_Space)
        assert not session.presenter.state.overlay.peeking
    assert session.presenter.state.settings.overlay_mode == "outline"
    note_of(session).setFocus()
    for letter in (Qt.Key.Key_A, Qt.Key.Key_Space, Qt.Key.Key_I):
        key(window, letter)
    assert note_of(session).toPlainText() == "a i"
    assert not session.presenter.state.overlay.peeking
    assert not there(session.presenter.state.current).view.inverted


def test_the_overlay_comes_back_when_the_window_loses_the_keyboard(session: Session, qtbot: QtBot) -> None:
    QTest.keyPress(session.window.windowHandle(), Qt.Key.Key_Space)
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not session.presenter.state.overlay.peeking, timeout=5_000)


def test_keys_act_on_the_film_while_a_slider_has_the_focus(session: Session) -> None:
    session.window.reading.thresholds.threshold.setFocus()
    key(session.window, Qt.Key.Key_Right)
    assert session.presenter.state.current_id == session.presenter.state.films[1].id
    assert session.window.strip.selectedIndexes()[0].row() == 1
    key(session.window, Qt.Key.Key_I)
    assert there(session.presenter.state.current).view.inverted


def test_enter_presses_the_button_that_has_the_focus(session: Session) -> None:
    button_of(session.window.reading, "Reject").setFocus()
    key(session.window, Qt.Key.Key_Return)
    assert there(session.presenter.state.current).review.verdict == "reject"
    assert button_of(session.window.reading, "Reject").isChecked()


def test_tab_shows_the_film_alone_and_all_keys_still_work(session: Session) -> None:
    window = session.window
    window.area.canvas.setFocus()
    key(window, Qt.Key.Key_Tab)
    assert session.presenter.state.film_only
    for part in (window.strip, window.reading, window.status, window.menuBar(), window.toolbar):
        assert not part.isVisible()
    key(window, Qt.Key.Key_H)
    assert there(session.presenter.state.current).view.flipped
    key(window, Qt.Key.Key_Escape)
    assert window.reading.isVisible()
    note_of(session).setFocus()
    key(window, Qt.Key.Key_Tab)
    assert not session.presenter.state.film_only


def test_a_note_stays_with_its_film(session: Session) -> None:
    note_of(session).setFocus()
    QTest.keyClicks(note_of(session), "small rim")
    session.window.select(session.presenter.state.films[1].id)
    assert note_of(session).toPlainText() == ""
    assert session.presenter.state.films[0].review.note == "small rim"
    session.window.select(session.presenter.state.films[0].id)
    assert note_of(session).toPlainText() == "small rim"


def test_enter_ends_a_note_of_several_lines(session: Session) -> None:
    window, note = session.window, note_of(session)
    note.setFocus()
    QTest.keyClicks(note, "rim?")
    QTest.keyClick(note, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(note, "ask again")
    QTest.keyClick(note, Qt.Key.Key_Return)
    assert window.area.canvas.hasFocus()
    assert there(session.presenter.state.current).review.note == "rim?\nask again"


def test_a_slider_drag_is_one_undo_step_and_a_double_click_goes_back(session: Session, qtbot: QtBot) -> None:
    slider = session.window.reading.thresholds.threshold
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(slider, left, pos=QPoint(60, 10))
    for x in (80, 120, 200):
        qtbot.mouseMove(slider, QPoint(x, 10))
    assert there(session.presenter.state.current).hand is not None
    qtbot.mouseRelease(slider, left, pos=QPoint(200, 10))
    threshold = there(session.presenter.state.current).review.threshold
    assert threshold is not None
    assert threshold > 0.6
    session.presenter.review.undo()
    assert there(session.presenter.state.current).review.threshold is None
    assert not there(session.presenter.state.current).can_undo
    session.presenter.review.thresholds.set(0.8)
    qtbot.mouseClick(slider, left, pos=QPoint(60, 10))
    at, none = QPointF(60, 10), Qt.KeyboardModifier.NoModifier
    second = QMouseEvent(QEvent.Type.MouseButtonDblClick, at, slider.mapToGlobal(at), left, left, none)
    QApplication.sendEvent(slider, second)
    assert there(session.presenter.state.current).review.threshold is None
    session.presenter.review.undo()
    assert there(session.presenter.state.current).review.threshold == 0.8, "and not where the first click went"


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_the_sheets_open_by_key(session: Session) -> None:
    for action, title in (
        ("shortcuts", "Keys and mouse"),
        ("about", "About PTXViewer"),
        ("about_film", "About this film"),
    ):
        session.window.commands[action].trigger()
        sheet = next(w for w in QApplication.topLevelWidgets() if w.windowTitle() == title and w.isVisible())
        seen = words(sheet)
        sheet.close()
        assert {"shortcuts": "Hide overlay while held", "about": "Apache-2.0", "about_film": "14 bit"}[action] in seen
        assert "Phantom" not in seen.replace("PTXViewer phantom", "")


def test_every_command_has_its_icon_and_keys_of_its_own() -> None:
    keys: list[str] = []
    for row in COMMANDS:
        assert not row.icon or resource(f"icons/{row.icon}.svg").is_file(), row.icon
        keys += row.keys
    assert len(keys) == len(set(keys))
