"""Every control has a name for a screen reader and a tooltip that teaches; Tab reaches them in the order of the eye."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ptxviewer.app.commands import BY_ID, COMMANDS
from ptxviewer.app.state.settings import ROWS, Settings
from ptxviewer.core.reasons.window import Notice
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.commands import short_name_of
from ptxviewer.ui.dialogs.calibrate import CalibrationDialog
from ptxviewer.ui.dialogs.fitting import room_for
from ptxviewer.ui.dialogs.keep_window import KeepWindowDialog
from ptxviewer.ui.dialogs.keys import KeySheet
from ptxviewer.ui.dialogs.monitor import MonitorDialog
from ptxviewer.ui.dialogs.palette import Palette
from ptxviewer.ui.dialogs.settings import SettingsDialog
from ptxviewer.words import say, tr
from tests.there import there

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, Canvas)
SIZE, FILMS = (1440, 900), len(sample_study())


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


def controls(root: QWidget) -> list[QWidget]:
    """What can be used, without the insides of other controls."""
    found: list[QWidget] = []
    for one in root.findChildren(QWidget):
        inside = any(isinstance(p, (QComboBox, QAbstractSpinBox, QAbstractItemView)) for p in parents(one, root))
        if isinstance(one, CONTROLS) and not isinstance(one, QScrollBar) and not inside:
            found.append(one)
    return found


def parents(widget: QWidget, root: QWidget) -> Iterator[QWidget]:
    at = widget.parentWidget()
    while at is not None and at is not root:
        yield at
        at = at.parentWidget()


def name_of(widget: QWidget) -> str:
    spoken = QAccessible.queryAccessibleInterface(widget)
    return spoken.text(QAccessible.Text.Name) if spoken is not None else ""


ROLES = {role for role in QAccessible.Role if role not in (QAccessible.Role.NoRole, QAccessible.Role.Client)}


def unheard(root: QWidget) -> list[str]:
    """The controls in sight of which a screen reader says too little, and what of them is missing."""
    labels = {one.buddy() for one in root.findChildren(QLabel) if one.buddy() is not None and one.text()}
    found = []
    for one in controls(root):
        if not one.isVisible() or "qt_" in one.objectName():
            continue
        spoken = QAccessible.queryAccessibleInterface(one)
        missing = [
            what
            for what, there in (
                ("name", bool(name_of(one).strip())),
                ("role", isinstance(one, Canvas) or spoken.role() in ROLES),
                ("label", not isinstance(one, QComboBox) or one in labels or one.accessibleName()),
                ("keyboard", one.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(one, QAbstractItemView)),
            )
            if not there
        ]
        found += [f"{type(one).__name__} {one.objectName()} {name_of(one)}: {', '.join(missing)}"] if missing else []
    return found


def test_every_control_of_the_window_is_heard_and_reached_by_the_keyboard(session: Session) -> None:
    assert unheard(session.window) == []
    names = [name_of(one) for one in controls(session.window.reading) if isinstance(one, QAbstractButton)]
    assert f"{tr('Chest drain')}: {tr('Yes')}" in names  # a button that says "Yes" says to what
    assert f"{tr('Verdict')}: {tr('Reject')}" in names


def test_every_control_of_the_dialogs_has_a_name(session: Session, qtbot: QtBot) -> None:
    dialogs: list[QDialog] = [
        SettingsDialog(Settings()),
        CalibrationDialog(lambda _mm: None),
        KeySheet(),
        Palette(session.presenter.state, lambda _action: None),
        MonitorDialog(lambda _mm: None),
        KeepWindowDialog((), lambda _name: None),
    ]
    for dialog in dialogs:
        qtbot.addWidget(dialog)
        dialog.show()
        assert unheard(dialog) == [], dialog.windowTitle()
        nameless = [type(one).__name__ for one in controls(dialog) if not name_of(one).strip()]
        assert nameless == [], dialog.windowTitle()


def test_every_button_of_the_toolbar_teaches_its_key(session: Session) -> None:
    bar = session.window.toolbar
    for button in bar.findChildren(QAbstractButton):
        if button.text():
            row = next(row for row in COMMANDS if short_name_of(row) == button.text() and row.icon)
            assert row.keys
            assert button.toolTip().endswith(f"({row.keys[0]})")
            assert len(button.toolTip()) > len(button.text()) + len(row.keys[0]) + 3  # more than the button says


def test_every_control_of_the_reading_panel_has_a_tooltip(session: Session) -> None:
    silent = [
        name_of(one)
        for one in controls(session.window.reading)
        if one.isVisible() and not one.toolTip() and not isinstance(one, QAbstractItemView)
    ]
    assert silent == []


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
def test_every_key_can_be_typed(row: object) -> None:
    for key in BY_ID[row.id].keys:  # type: ignore[attr-defined]
        assert QKeySequence(key).toString(), key


def test_tab_goes_through_the_window_in_the_order_of_the_eye(session: Session) -> None:
    window = session.window
    places = []
    at: QWidget = window.toolbar.findChildren(QAbstractButton)[0]
    start = at
    while True:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisible() and at.isEnabled():
            corner = at.mapTo(window, QPoint(0, 0))
            if window.toolbar.isAncestorOf(at):
                places.append((0, corner.x(), 0, type(at).__name__))
            elif window.strip is at or window.strip.isAncestorOf(at):
                places.append((1, 0, 0, type(at).__name__))
            elif window.reading.verdict.isAncestorOf(at):  # the foot, below what scrolls
                places.append((4, corner.y() // 8, corner.x(), type(at).__name__))
            elif window.reading.isAncestorOf(at):
                places.append((3, corner.y() // 8, corner.x(), type(at).__name__))
            else:
                places.append((2, 0, 0, type(at).__name__))
        at = there(at.nextInFocusChain())
        if at is start:
            break
    assert len(places) > 15
    turns = sum(after < before for before, after in zip(places, places[1:] + places[:1], strict=True))
    assert turns <= 1, places


def test_every_setting_is_in_the_dialog_with_an_explanation(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    names = {one.accessibleName() for one in controls(dialog)}
    shown = [row for row in ROWS if row.kind != "hidden"]
    assert all(row.label in names and row.help for row in shown)


def test_a_number_in_the_settings_is_kept(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(film_memory_mb=800))
    qtbot.addWidget(dialog)
    figures = [one for one in controls(dialog) if isinstance(one, QAbstractSpinBox)]
    (figure,) = [one for one in figures if one.property("value") == 800]
    figure.setProperty("value", 1200)
    assert dialog.chosen(Settings()).film_memory_mb == 1200


def test_a_choice_of_the_settings_shows_its_figures(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(rule="quiet"), notes={("rule", "quiet"): "finds 52 %"})
    qtbot.addWidget(dialog)
    choices = next(box for box in dialog.findChildren(QComboBox) if box.currentData() == "quiet")
    assert choices.currentText() == "Quiet: finds 52 %"
    assert dialog.chosen(Settings()).rule == "quiet"


def test_a_length_that_makes_no_sense_cannot_be_taken(qtbot: QtBot) -> None:
    got: list[float] = []
    dialog = CalibrationDialog(got.append)
    qtbot.addWidget(dialog)
    dialog.show()
    (accept,) = [
        one
        for one in controls(dialog)
        if isinstance(one, QAbstractButton) and one.toolTip() == say(Notice.NO_OBJECT_LENGTH)
    ]
    for typed, possible in (("", False), ("abc", False), ("5000", False), ("12,5", True)):
        dialog.field.setText(typed)
        assert accept.isEnabled() == possible
    accept.click()
    assert got == [12.5]


def test_the_palette_does_what_is_chosen_with_the_keyboard_alone(session: Session, qtbot: QtBot) -> None:
    session.window.commands["palette"].trigger()
    (palette,) = session.window.findChildren(Palette)
    qtbot.keyClicks(palette.field, "invert")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert session.presenter.state.current is not None
    assert session.presenter.state.current.view.inverted
    assert not palette.isVisible()


def test_the_palette_says_when_nothing_fits_and_keeps_what_cannot_be_done(session: Session, qtbot: QtBot) -> None:
    done: list[str] = []
    palette = Palette(session.presenter.state, done.append)
    qtbot.addWidget(palette)
    palette.show()
    qtbot.keyClicks(palette.field, "qqqq")
    assert palette.nothing.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    palette.field.clear()
    qtbot.keyClicks(palette.field, "undo")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert done == []
    palette.field.clear()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert len(done) == 1


def test_a_page_that_is_larger_than_the_screen_scrolls_and_others_stand_whole() -> None:
    screen = QSize(1024, 640)
    assert room_for(QSize(480, 400), screen) == QSize(480, 400)
    tall, wide = room_for(QSize(480, 2000), screen), room_for(QSize(3000, 300), screen)
    assert tall.height() < 700
    assert tall.width() > 480  # the bar takes nothing from the page
    assert wide.width() < 1024
    assert wide.height() > 300


def test_settings_and_keys_stand_whole_on_a_usual_screen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    for screen, scrolls in ((QSize(1920, 1080), False), (QSize(1024, 640), True)):
        monkeypatch.setattr("PySide6.QtGui.QScreen.availableSize", lambda _self, screen=screen: screen)
        for dialog in (SettingsDialog(Settings()), KeySheet()):
            qtbot.addWidget(dialog)
            dialog.show()
            QApplication.processEvents()
            for area in dialog.findChildren(QScrollArea):
                page, seen = there(area.widget()).minimumSizeHint(), area.minimumSize()
                assert (page.width() <= seen.width() and page.height() <= seen.height()) or scrolls
            assert dialog.height() <= screen.height()
            assert dialog.width() <= screen.width()
