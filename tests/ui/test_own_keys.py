"""A reader's own keys in the window: they work, they are told, and a mistake in their file is a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ptxviewer.core.reasons.stored import KeyOfTwo, KeysIgnored
from ptxviewer.ui.commands import normal_key, use_keys
from ptxviewer.ui.dialogs.keys import KeySheet
from tests.there import there
from tests.ui.windows import open_films, started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture(autouse=True)
def _usual_afterwards() -> Iterator[None]:
    yield
    use_keys({})


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
