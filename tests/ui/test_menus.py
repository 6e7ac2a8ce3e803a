"""Menus by letter in every language, no letter twice; a toolbar that leaves nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from ptxviewer.ui.menus import with_letters
from ptxviewer.words import speak
from tests.ui.windows import started

TEXTS = st.lists(st.text("abcÄß &.1", max_size=8), max_size=12)


@given(TEXTS)
def test_letters_are_marked_once_and_the_words_stay(texts: list[str]) -> None:
    marked = with_letters(texts)
    bare = [text.replace("&&", "\0").replace("&", "").replace("\0", "&") for text in marked]
    assert bare == texts
    letters = [text.replace("&&", "").partition("&")[2][:1].lower() for text in marked]
    given_out = [letter for letter in letters if letter]
    assert len(set(given_out)) == len(given_out)


@pytest.fixture(params=["en", "de"])
def _language(request: pytest.FixtureRequest) -> Iterator[None]:
    speak(request.param)
    yield
    speak("en")


@pytest.mark.usefixtures("_language")
def test_every_menu_opens_by_a_letter_of_its_own(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path) as session:
        bar = session.window.menuBar()
        titles = [action.text() for action in bar.actions()]
        letters = [title.partition("&")[2][:1].lower() for title in titles]
        assert all(letters)
        assert len(set(letters)) == len(letters)
        inside = [menu.title() for menu in bar.findChildren(QMenu)]
        assert len(set(inside)) == len(inside), "no menu stands in two"
        for menu in bar.findChildren(QMenu):
            used = [action.text().replace("&&", "").partition("&")[2][:1].lower() for action in menu.actions()]
            used = [letter for letter in used if letter]
            assert len(set(used)) == len(used), menu.title()


def test_tools_that_find_no_room_are_behind_a_button(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path) as session:
        bar = session.window.toolbar
        everything = {button.defaultAction() for button in bar.findChildren(QToolButton) if button.defaultAction()}
        for width in (1440, 700, 400, 120):
            bar.resize(width, 45)
            shown = {b.defaultAction() for b in bar.findChildren(QToolButton) if not b.isHidden() and b.defaultAction()}
            more = next(b for b in bar.findChildren(QToolButton) if b.accessibleName() == "More tools")
            assert shown | set(more.menu().actions()) == everything
            assert more.isHidden() is (shown == everything)
