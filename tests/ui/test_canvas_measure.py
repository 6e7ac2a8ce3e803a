"""Measurements under the mouse: drawn by drag or by clicks, taken by their handles, seen on black and on white."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ptxviewer.core.measurement import Measurement
from ptxviewer.core.spacing import SpacingOrigin
from ptxviewer.core.view import film_viewport
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.calibrate import CalibrationDialog
from tests.there import there
from tests.ui.windows import button_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


def drag(qtbot: QtBot, session: Session, *path: tuple[int, int]) -> None:
    canvas = session.window.area.canvas
    qtbot.mousePress(canvas, LEFT, pos=QPoint(*path[0]))
    for point in path[1:]:
        qtbot.mouseMove(canvas, QPoint(*point))
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(*path[-1]))


def click(qtbot: QtBot, session: Session, at: tuple[int, int]) -> None:
    qtbot.mouseMove(session.window.area.canvas, QPoint(*at))
    qtbot.mouseClick(session.window.area.canvas, LEFT, pos=QPoint(*at))


def kept(session: Session) -> tuple[Measurement, ...]:
    film = session.presenter.state.current
    assert film is not None
    return film.review.measurements


def on_screen(session: Session, measurement: Measurement) -> list[tuple[int, int]]:
    film, canvas = session.presenter.state.current, session.window.area.canvas
    assert film is not None
    assert film.radiograph is not None
    port = film_viewport(film.radiograph, film.view, (float(canvas.width()), float(canvas.height())))
    return [(round(x), round(y)) for x, y in map(port.to_screen, measurement.points)]


def test_a_drag_measures_where_the_mouse_was_and_the_window_stays(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("length")
    view = there(session.presenter.state.current).view
    drag(qtbot, session, (300, 300), (350, 320), (420, 380))
    (one,) = kept(session)
    assert on_screen(session, one) == [(300, 300), (420, 380)]
    assert there(session.presenter.state.current).view == view


def test_two_clicks_measure_as_well_as_a_drag(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("length")
    click(qtbot, session, (300, 300))
    assert kept(session) == ()
    click(qtbot, session, (420, 380))
    assert on_screen(session, kept(session)[0]) == [(300, 300), (420, 380)]


def test_an_angle_is_a_drag_and_a_click_or_three_clicks(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("angle")
    drag(qtbot, session, (300, 300), (350, 320), (420, 380))
    click(qtbot, session, (500, 300))
    for at in ((200, 200), (260, 260), (320, 200)):
        click(qtbot, session, at)
    assert [on_screen(session, one) for one in kept(session)] == [
        [(300, 300), (420, 380), (500, 300)],
        [(200, 200), (260, 260), (320, 200)],
    ]


def test_a_handle_is_taken_with_the_window_tool_and_the_key_deletes(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("length")
    drag(qtbot, session, (300, 300), (420, 380))
    session.presenter.display.set_tool("window")
    view = there(session.presenter.state.current).view
    drag(qtbot, session, (423, 378), (430, 300), (440, 200))
    assert on_screen(session, kept(session)[0])[1] == (440, 200)
    assert there(session.presenter.state.current).view == view
    drag(qtbot, session, (600, 500), (650, 500))  # away from it the tool has the mouse
    assert there(session.presenter.state.current).view != view
    session.window.activateWindow()
    session.window.area.canvas.setFocus()
    qtbot.keyClick(session.window, Qt.Key.Key_Delete)
    assert kept(session) == ()
    qtbot.keyClick(session.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(kept(session)) == 1


def test_handles_are_not_taken_while_a_brush_is_in_the_hand(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("length")
    drag(qtbot, session, (300, 300), (420, 380))
    session.presenter.display.set_tool("brush")
    before = kept(session)
    drag(qtbot, session, (420, 380), (440, 200))
    assert kept(session) == before
    assert there(session.presenter.state.current).review.mask is not None


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_a_calibration_asks_and_every_millimetre_says_so(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("calibrate")
    drag(qtbot, session, (300, 300), (420, 300))
    (dialog,) = session.window.findChildren(CalibrationDialog)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert session.presenter.review.measurements.asks  # nothing typed yet
    dialog.field.setText("100")
    button_of(dialog, "Calibrate").click()
    film = session.presenter.state.current
    assert film is not None
    assert film.radiograph is not None
    assert film.radiograph.spacing.origin is SpacingOrigin.MANUAL
    said = " ".join(one.text() for one in session.window.reading.findChildren(QLabel))
    assert "calibrated by the reader" in said
    assert "at detector" not in said


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_a_calibration_that_is_cancelled_leaves_nothing(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("calibrate")
    drag(qtbot, session, (300, 300), (420, 300))
    (dialog,) = session.window.findChildren(CalibrationDialog)
    dialog.reject()
    assert not session.presenter.review.measurements.asks
    assert there(session.presenter.state.current).hand is None


def test_a_measurement_is_seen_on_black_and_on_white(session: Session, qtbot: QtBot) -> None:
    def picture() -> np.ndarray:
        image = session.window.area.canvas.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        return np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()].astype(int)

    session.presenter.display.overlay.toggle()
    before = picture()
    session.presenter.display.set_tool("length")
    drag(qtbot, session, (330, 200), (430, 300))
    session.presenter.review.measurements.choose(None)
    after = picture()
    assert np.abs(after - before).max() > 100
    for x in range(345, 415, 10):  # along the line: a light core with a dark rim beside it
        around = after[x - 130 - 4 : x - 130 + 5, x - 4 : x + 5]
        assert around.max() - around.min() > 100


def test_a_screen_reader_is_told_what_is_measured(session: Session, qtbot: QtBot) -> None:
    found = session.window.area.canvas.accessibleDescription()
    session.presenter.display.set_tool("length")
    drag(qtbot, session, (300, 300), (420, 380))
    heard = session.window.area.canvas.accessibleDescription()
    assert heard.startswith(found)
    said = heard.removeprefix(f"{found} ")
    assert found.startswith("Possible pneumothorax, right apex")
    assert said.startswith("1  Length: ")
    assert said.endswith("mm (at detector)")
    session.presenter.review.undo()
    assert session.window.area.canvas.accessibleDescription() == found
    session.window.do("toggle_overlay")
    assert session.window.area.canvas.accessibleDescription() == ""  # nothing is drawn


def test_the_button_shows_the_measuring_tool_in_the_hand(session: Session) -> None:
    def drawn(name: str) -> QImage:
        return session.window.commands[name].icon().pixmap(32, 32).toImage()

    for tool in ("angle", "ellipse", "length"):
        session.presenter.display.set_tool(tool)
        assert drawn("measure") == drawn(f"tool_{tool}")
    assert drawn("measure") != drawn("tool_angle")


@pytest.mark.parametrize("drags", [True, False])
def test_a_cobb_angle_is_drawn_by_two_drags_or_a_drag_and_two_clicks(
    session: Session, qtbot: QtBot, drags: bool
) -> None:
    session.presenter.display.set_tool("cobb")
    drag(qtbot, session, (200, 200), (300, 200))
    if drags:
        drag(qtbot, session, (200, 300), (300, 260))
    else:
        click(qtbot, session, (200, 300))
        click(qtbot, session, (300, 260))
    (one,) = kept(session)
    assert one.whole
    assert on_screen(session, one) == [(200, 200), (300, 200), (200, 300), (300, 260)]


def test_a_polygon_region_is_clicked_and_closed_by_a_double_click(session: Session, qtbot: QtBot) -> None:
    session.presenter.display.set_tool("area")
    for at in ((200, 200), (300, 200), (300, 300)):
        click(qtbot, session, at)
    click(qtbot, session, (200, 300))
    last, none = QPointF(200, 300), Qt.KeyboardModifier.NoModifier
    canvas = session.window.area.canvas
    again = QMouseEvent(QEvent.Type.MouseButtonDblClick, last, canvas.mapToGlobal(last), LEFT, LEFT, none)
    QApplication.sendEvent(canvas, again)
    (one,) = kept(session)
    assert on_screen(session, one) == [(200, 200), (300, 200), (300, 300), (200, 300)]
