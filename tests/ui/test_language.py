"""The window speaks the language that is set, from its first menu on; every language that there is can be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QComboBox, QDialogButtonBox
from pytestqt.qtbot import QtBot

from ptxviewer import words
from ptxviewer.app.commands import BY_ID
from ptxviewer.app.disk.settings import save
from ptxviewer.app.state.settings import Settings
from ptxviewer.ui.application import Session
from ptxviewer.ui.commands import tooltip_of
from ptxviewer.ui.dialogs.settings import SettingsDialog
from ptxviewer.ui.platform.language import follow_language
from tests.fakes import FakeEngine


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    words.speak("en")


def test_menus_and_commands_are_in_the_language_of_the_settings(qtbot: QtBot, tmp_path: Path) -> None:
    save(tmp_path / "settings.json", Settings(language="de"))
    session = Session(tmp_path / "settings.json", FakeEngine(), loaded=lambda settings: words.speak(settings.language))
    qtbot.addWidget(session.window)
    titles = [action.text().replace("&", "") for action in session.window.menuBar().actions()]
    assert titles == [words.tr(title) for title in ("File", "View", "Tools", "Film", "AI", "Help")]
    assert titles[0] == "Datei"
    assert session.window.commands["invert"].text().replace("&", "") == words.tr("Invert") != "Invert"
    assert session.close()


def test_the_dialogs_of_qt_speak_it_too(qapp: QApplication) -> None:
    yes = QDialogButtonBox.StandardButton.Yes
    try:
        assert follow_language(qapp, "de")
        assert QDialogButtonBox(yes).button(yes).text() == "&Ja"
        assert QLocale().toString(1.5) == "1,5"
        assert not follow_language(qapp, "tlh")
    finally:
        assert follow_language(qapp, "en")
    assert QDialogButtonBox(yes).button(yes).text() == "&Yes"


def test_every_catalogue_can_be_chosen(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    choice = next(box for box in dialog.findChildren(QComboBox) if box.accessibleName() == "Language")
    assert [choice.itemData(row) for row in range(choice.count())] == ["", *words.languages()]
    choice.setCurrentIndex(choice.findText("Deutsch"))
    assert dialog.chosen(Settings()).language == "de"


def test_keys_are_named_as_the_language_names_them(qapp: QApplication) -> None:
    assert tooltip_of(BY_ID["open_files"]).endswith("(Ctrl+O)")
    try:
        assert follow_language(qapp, "de")
        assert tooltip_of(BY_ID["open_files"]).endswith("(Strg+O)")
    finally:
        follow_language(qapp, "en")


@pytest.mark.parametrize("language", words.languages())
def test_no_word_of_the_toolbar_is_cut_on_a_small_laptop(qtbot: QtBot, tmp_path: Path, language: str) -> None:
    words.speak(language)
    session = Session(tmp_path / "settings.json", FakeEngine())
    qtbot.addWidget(session.window)
    assert session.window.toolbar.sizeHint().width() <= 1280
    assert session.close()
