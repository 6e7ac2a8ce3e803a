"""A reader's own keys in the window: they work, they are told, and a mistake in their file is a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ptxviewer.core.reasons.stored import KeyOfTwo, KeysIgnored
from ptxviewer.ui.application import Session
from ptxviewer.ui.commands import normal_key, use_keys
from ptxviewer.ui.dialogs.edit_keys import COMMAND, KeysEditor, pressed_key
from ptxviewer.ui.dialogs.keys import KeySheet
from tests.there import now, there
from tests.ui.windows import open_films, started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture(autouse=True)
def _usual_afterwards() -> Iterator[None]:
    yield
    use_keys({})


def open_editor(session: Session) -> KeysEditor:
    session.window.do("change_keys")
    return there(session.window.findChildren(KeysEditor)[-1])


def choose(editor: KeysEditor, command: str) -> None:
    items = (there(editor.tree.topLevelItem(place)) for place in range(editor.tree.topLevelItemCount()))
    editor.tree.setCurrentItem(next(item for item in items if item.data(0, COMMAND) == command))


def press(editor: KeysEditor, text: str) -> None:
    next(button for button in editor.findChildren(QPushButton) if button.text() == text).click()


def test_own_keys_work_and_are_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps({"invert": "Ctrl+J", "fit": ["B"]}))
    with started(qtbot, tmp_path) as session:
        open_films(session, qtbot)
        canvas = session.window.area.canvas
        for key, modifier, inverted in (
            (Qt.Key.Key_I, Qt.KeyboardModifier.NoModifier, False),  # not any more
            (Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier, True),
        ):
            qtbot.keyClick(canvas, key, modifier)
            assert there(session.presenter.state.current).view.inverted is inverted
        assert session.window.commands["invert"].toolTip().endswith("(Ctrl+J)")
        sheet = KeySheet()
        qtbot.addWidget(sheet)
        assert {"Ctrl+J", "B"} <= {label.text() for label in sheet.findChildren(QLabel)}


def test_a_key_is_changed_by_pressing_it_counts_at_once_and_is_kept(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path) as session:
        open_films(session, qtbot)
        editor = open_editor(session)
        editor.search.setText("invert")
        qtbot.keyClick(editor.search, Qt.Key.Key_Return)
        qtbot.keyClick(editor.tree, Qt.Key.Key_Return)
        assert editor.focusWidget() is editor.field
        qtbot.keyClick(editor.field, Qt.Key.Key_Space)
        assert editor.keys["invert"] == ("I",), "a key that is held is nobody else's"
        qtbot.keyClick(editor.field, Qt.Key.Key_F)
        assert (editor.keys["invert"], editor.keys["fit"]) == (("F",), ())
        assert any("Fit" in one.text() for one in editor.findChildren(QLabel, "amber")), "who loses it is said"
        editor.accept()
        qtbot.keyClick(session.window.area.canvas, Qt.Key.Key_F)
        assert there(session.presenter.state.current).view.inverted
        assert json.loads((tmp_path / "keys.json").read_text()) == {"invert": ["F"], "fit": []}
        again = open_editor(session)
        press(again, "All usual keys")
        again.accept()
        assert not (tmp_path / "keys.json").exists()


def test_what_was_changed_is_forgotten_with_cancel_and_one_command_is_as_usual_again(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with started(qtbot, tmp_path) as session:
        editor = open_editor(session)
        choose(editor, "redo")
        press(editor, "No key")
        assert editor.keys["redo"] == ()
        press(editor, "Usual key")
        assert now(editor.keys["redo"]) == ("Ctrl+Shift+Z", "Ctrl+Y")
        press(editor, "No key")
        editor.reject()
        assert not (tmp_path / "keys.json").exists()
        assert session.window.commands["redo"].shortcut().toString() == "Ctrl+Shift+Z"


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "spelt"),
    [
        (Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier, "?", "?"),
        (Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier, "A", "Shift+A"),
        (Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier, "\x0f", "Ctrl+O"),
        (Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier, "5", "5"),
        (Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier, "", ""),
    ],
)
def test_a_pressed_key_is_spelt_as_the_tables_do(
    key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str, spelt: str
) -> None:
    assert pressed_key(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)) == spelt


def test_a_mistake_in_the_file_is_said_when_the_window_opens(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps({"invert": "B", "fit": "B"}))
    with started(qtbot, tmp_path) as session:
        qtbot.waitUntil(lambda: session.presenter.state.banner is not None)
        assert there(session.presenter.state.banner).reason == KeysIgnored(KeyOfTwo("B", "invert", "fit"), 0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ctrl+o", "Ctrl+O"),
        ("Delete", "Del"),
        ("?", "?"),
        ("Strg+O", ""),
        ("foo", ""),
        ("", ""),
        ("Ctrl+K, Ctrl+O", ""),
    ],
)
def test_keys_are_spelt_as_the_tables_do(text: str, key: str) -> None:
    assert normal_key(text) == key
