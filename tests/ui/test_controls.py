"""The slider: fine enough for an operating point of three digits, and back on it exactly; whole numbers for frames."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ptxviewer.ui.controls import MarkedSlider

LEFT = Qt.MouseButton.LeftButton


def slider(qtbot: QtBot, highest: float = 1.0, step: float = 0.005) -> tuple[MarkedSlider, list[tuple[float, bool]]]:
    one, moved = MarkedSlider("Film score", "", 0.0, highest, step), list[tuple[float, bool]]()
    qtbot.addWidget(one)
    one.resize(240, 20)
    one.show()
    one.moved.connect(lambda value, settled: moved.append((value, settled)))
    return one, moved


@pytest.mark.parametrize("mark", [0.225, 0.2237, 0.35])
def test_a_drag_away_and_back_returns_exactly_to_the_operating_point(qtbot: QtBot, mark: float) -> None:
    one, moved = slider(qtbot)
    one.show_value(mark, mark)
    one.triggerAction(one.SliderAction.SliderSingleStepAdd)
    one.triggerAction(one.SliderAction.SliderSingleStepSub)
    assert moved[0][0] == pytest.approx(mark, abs=0.0075)
    assert moved[0][0] > mark
    assert moved[1] == (mark, True)


def test_every_step_of_the_film_score_has_three_digits(qtbot: QtBot) -> None:
    one, moved = slider(qtbot)
    one.show_value(0.2, 0.225)
    for _ in range(6):
        one.triggerAction(one.SliderAction.SliderSingleStepAdd)
    assert [value for value, _ in moved] == [0.205, 0.21, 0.215, 0.22, 0.225, 0.23]


def test_a_drag_is_settled_only_when_it_ends(qtbot: QtBot) -> None:
    one, moved = slider(qtbot)
    qtbot.mousePress(one, LEFT, pos=QPoint(60, 10))
    qtbot.mouseMove(one, QPoint(120, 10))
    qtbot.mouseRelease(one, LEFT, pos=QPoint(120, 10))
    assert [settled for _, settled in moved] == [False, False, True]
    assert moved[-1][0] == pytest.approx(0.5, abs=0.01)


def test_a_slider_of_frames_moves_in_whole_numbers(qtbot: QtBot) -> None:
    one, moved = slider(qtbot, step=1)
    one.set_highest(4)
    one.show_value(1)
    one.triggerAction(one.SliderAction.SliderSingleStepAdd)
    assert moved == [(2, True)]
    one.set_highest(120)
    one.show_value(117)
    assert one.chosen == 117
