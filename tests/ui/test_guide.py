"""The guide: opened by F1 from files that ship, every page it leads to is there, and its pictures fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from installers.facts import GUIDE_PAGES
from ptxviewer import paths
from ptxviewer.core.reasons.window import Notice
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.guide import GuideWindow
from ptxviewer.words import tr
from tools import keys_table

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
DOCS = Path(__file__).parents[2] / "docs"
GUIDE = DOCS / "guide"
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


def shipped() -> set[Path]:
    """All files of the guide that come with the program."""
    return {*(path for path in GUIDE.rglob("*") if path.is_file()), *(DOCS / page for page in GUIDE_PAGES)}


def links(page: Path) -> Iterator[Path]:
    """Where the links and pictures of a page lead to, as far as they stay on this computer."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            yield (page.parent / target).resolve()


@pytest.mark.parametrize("page", sorted(GUIDE.rglob("*.md")), ids=lambda page: str(page.relative_to(GUIDE)))
def test_everything_that_a_page_leads_to_ships(page: Path) -> None:
    assert [str(target) for target in links(page) if target not in shipped()] == []


def test_every_page_is_reached_from_the_first_one() -> None:
    seen, left = set(), [GUIDE / "index.md", GUIDE / "de" / "index.md"]
    while left:
        page = left.pop()
        seen.add(page)
        left += [target for target in links(page) if target.suffix == ".md" and target in shipped() - seen]
    assert {*GUIDE.rglob("*.md")} <= seen


def test_the_wheel_and_the_frozen_app_bring_the_same_pages() -> None:
    project = (DOCS.parent / "pyproject.toml").read_text(encoding="utf-8")
    (wheel,) = re.findall(r"^only-include = \[([^\]]*)\]", project, re.MULTILINE)
    assert set(re.findall(r'"(docs/[^"]*)"', wheel)) == {"docs/guide", *(f"docs/{page}" for page in GUIDE_PAGES)}


def test_the_pictures_are_small_enough_to_ship() -> None:
    sizes = [picture.stat().st_size for picture in (GUIDE / "pictures").iterdir()]
    assert max(sizes) < 150_000
    assert sum(sizes) < 2_000_000


def test_the_table_of_keys_is_that_of_the_commands() -> None:
    page = keys_table.PAGE.read_text(encoding="utf-8")
    assert keys_table.with_table(page) == page, "run `python tools/keys_table.py`"


def test_the_first_page_is_in_the_readers_language_where_there_is_one() -> None:
    assert paths.guide_page("de") == GUIDE / "de" / "index.md"
    assert paths.guide_page("fr") == GUIDE / "index.md"


def guide_of(session: Session) -> GuideWindow:
    (guide,) = session.window.findChildren(GuideWindow)
    return guide


def test_f1_opens_the_guide_beside_the_window(session: Session, qtbot: QtBot) -> None:
    qtbot.keyClick(session.window.area.canvas, Qt.Key.Key_F1)
    guide = guide_of(session)
    assert not guide.isModal()
    assert "Research software" in guide.pages.toPlainText()
    guide.pages.follow(QUrl("first-look.md"))
    assert guide.pages.source().fileName() == "first-look.md"
    picture = guide.pages.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl("pictures/result.jpg"))
    assert isinstance(picture, QImage)
    assert 0 < picture.deviceIndependentSize().width() <= guide.pages.viewport().width()
    back = next(button for button in guide.findChildren(QPushButton) if button.text() == tr("Back"))
    back.click()
    assert guide.pages.source().fileName() == "index.md"
    guide.pages.follow(QUrl("no-such-page.md"))
    guide.pages.follow(QUrl("../../LICENSE-OF-NOBODY"))
    assert guide.pages.source().fileName() == "index.md"
    qtbot.keyClick(guide, Qt.Key.Key_Escape)
    assert not guide.isVisible()


def test_without_its_pages_a_sentence_says_so(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptxviewer.ui.asking.guide_page", lambda _language: None)
    session.window.do("guide")
    banner = session.presenter.state.banner
    assert banner is not None
    assert banner.reason is Notice.NO_GUIDE
