"""The window comes back where it was on these screens, with its panels, and never where nobody can reach it."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.ui.platform import geometry

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


def window(qtbot: QtBot) -> tuple[QWidget, QSplitter]:
    made = QWidget()
    panels = QSplitter(made)
    for text in ("film", "panel"):
        panels.addWidget(QLabel(text))
    qtbot.addWidget(made)
    return made, panels


def test_each_arrangement_of_screens_has_its_own_place(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made, panels = window(qtbot)
    kept = ""
    for screens, place in (("desk", QRect(50, 60, 700, 500)), ("train", QRect(10, 30, 400, 300))):
        monkeypatch.setattr(geometry, "arrangement", lambda screens=screens: screens)
        made.setGeometry(place)
        panels.resize(place.size())
        panels.setSizes([place.width() - 100, 100])
        kept = geometry.kept(made, panels, kept)
    for screens, size in (("desk", (700, 500)), ("train", (400, 300)), ("never seen", (400, 300))):
        monkeypatch.setattr(geometry, "arrangement", lambda screens=screens: screens)
        again, its_panels = window(qtbot)
        geometry.restore(again, kept)
        geometry.restore_panels(its_panels, kept)
        assert (again.width(), again.height()) == size
    assert list(json.loads(kept)) == ["desk", "train"]


def test_the_arrangement_not_seen_for_longest_is_forgotten(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made, panels = window(qtbot)
    kept = ""
    for number in range(12):
        monkeypatch.setattr(geometry, "arrangement", lambda number=number: f"screens {number}")
        kept = geometry.kept(made, panels, kept)
    assert list(json.loads(kept)) == [f"screens {number}" for number in range(4, 12)]


def test_a_place_whose_screen_is_gone_is_not_taken(qtbot: QtBot) -> None:
    made, panels = window(qtbot)
    made.setGeometry(9000, 9000, 700, 500)
    kept = geometry.kept(made, panels, "")
    again, its_panels = window(qtbot)
    geometry.restore(again, kept)
    geometry.restore_panels(its_panels, kept)
    screen = again.screen().availableGeometry()
    assert screen.intersects(again.geometry())


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{", '{"a": 3}', '{"a": {"window": 3}}', "AdnQywADAAA="])
def test_what_cannot_be_read_is_as_if_it_had_never_been(qtbot: QtBot, text: str) -> None:
    made, panels = window(qtbot)
    geometry.restore(made, text)
    geometry.restore_panels(panels, text)
    assert made.screen().availableGeometry().intersects(made.geometry())
    assert list(json.loads(geometry.kept(made, panels, text)))[-1] == geometry.arrangement()


@pytest.mark.parametrize(
    ("room", "size"),
    [((3840, 2120), (3072, 1696)), ((1920, 1040), (1536, 900)), ((1440, 860), (1440, 860)), ((1024, 660), (1024, 660))],
)
def test_a_first_window_is_large_on_a_large_screen_and_never_larger_than_it(
    room: tuple[int, int], size: tuple[int, int]
) -> None:
    assert geometry.first_size(*room) == size
