"""The editing tools under the mouse: what the hand draws on the screen is what the mask gets on the film."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import Film
from ptxviewer.core.arrays import Mask
from ptxviewer.core.view import FilmView, film_viewport
from ptxviewer.ui.application import Session

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
VIEWS = [FilmView(), FilmView(flipped=True), FilmView(quarter_turns=1), FilmView(zoom=2.0, center=(700.0, 800.0))]


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


def film(session: Session) -> Film:
    current = session.presenter.state.current
    assert current is not None
    return current


def mask(session: Session) -> Mask:
    kept = film(session).review.mask
    assert kept is not None
    return kept.unpack()


def on_film(session: Session, at: tuple[int, int]) -> tuple[int, int]:
    """(row, col) under a point of the canvas."""
    canvas, one = session.window.area.canvas, film(session)
    assert one.radiograph is not None
    port = film_viewport(one.radiograph, one.view, (float(canvas.width()), float(canvas.height())))
    x, y = port.to_film((float(at[0]), float(at[1])))
    return int(y), int(x)


def drag(qtbot: QtBot, session: Session, *path: tuple[int, int], keys: Qt.KeyboardModifier | None = None) -> None:
    canvas, held = session.window.area.canvas, keys or Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(canvas, LEFT, held, QPoint(*path[0]))
    for point in path[1:]:
        qtbot.mouseMove(canvas, QPoint(*point))
    qtbot.mouseRelease(canvas, LEFT, held, QPoint(*path[-1]))


@pytest.mark.parametrize("view", VIEWS)
def test_brush_and_eraser_work_where_the_pointer_is_however_the_film_lies(
    session: Session, qtbot: QtBot, view: FilmView
) -> None:
    session.presenter.display.view.set_view(film(session).id, view)
    session.presenter.display.set_tool("brush")
    drag(qtbot, session, (400, 350), (440, 380), (470, 350))
    for at in ((400, 350), (440, 380), (470, 350), (455, 365)):
        assert mask(session)[on_film(session, at)]
    session.presenter.display.set_tool("erase")
    drag(qtbot, session, (440, 380), (441, 380))
    assert not mask(session)[on_film(session, (440, 380))]
    session.presenter.display.set_tool("brush")
    drag(qtbot, session, (470, 350), (471, 350), keys=CTRL)  # the other way round
    assert not mask(session)[on_film(session, (470, 350))]
    for _ in range(3):
        session.presenter.review.undo()
    assert film(session).review.mask is None


def test_a_polygon_is_clicked_and_closed_by_a_double_click_or_a_key(session: Session, qtbot: QtBot) -> None:
    canvas = session.window.area.canvas
    session.presenter.display.set_tool("polygon")
    corners = (380, 420), (480, 420), (480, 520)
    for at in corners:
        qtbot.mouseClick(canvas, LEFT, pos=QPoint(*at))
    qtbot.mouseDClick(canvas, LEFT, pos=QPoint(380, 520))
    assert mask(session)[on_film(session, (460, 440))]
    assert not mask(session)[on_film(session, (500, 470))]
    session.presenter.review.undo()
    for at in corners:
        qtbot.mouseClick(canvas, LEFT, pos=QPoint(*at))
    session.window.commands["finish_stroke"].trigger()
    assert mask(session)[on_film(session, (470, 440))]
    assert not mask(session)[on_film(session, (385, 515))]


def test_fill_and_shrink_are_one_click(session: Session, qtbot: QtBot) -> None:
    canvas = session.window.area.canvas
    session.presenter.display.set_tool("brush")
    ring = [(430 + round(60 * np.cos(t)), 450 + round(60 * np.sin(t))) for t in np.linspace(0, 2 * np.pi, 40)]
    drag(qtbot, session, *ring)
    assert not mask(session)[on_film(session, (430, 450))]
    session.presenter.display.set_tool("fill")
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(430, 450))
    assert mask(session)[on_film(session, (430, 450))]
    before = int(mask(session).sum())
    session.presenter.display.set_tool("shrink")
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(430, 450))
    assert 0 < int(mask(session).sum()) < before
    session.presenter.display.set_tool("fill")
    qtbot.mouseClick(canvas, LEFT, CTRL, QPoint(430, 450))
    assert not mask(session)[on_film(session, (430, 450))]


def test_the_size_follows_keys_and_the_wheel(session: Session) -> None:
    canvas = session.window.area.canvas
    session.presenter.display.set_tool("brush")
    sizes = [session.presenter.state.brush]
    session.window.commands["brush_larger"].trigger()
    sizes.append(session.presenter.state.brush)
    at = QPointF(400, 400)
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ShiftModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    zoom = film(session).view.zoom
    QApplication.sendEvent(canvas, event)
    sizes.append(session.presenter.state.brush)
    assert sizes == sorted(set(sizes))
    assert film(session).view.zoom == zoom
    session.window.commands["brush_smaller"].trigger()
    assert session.presenter.state.brush < sizes[2]


def test_findings_and_the_verdict_follow_an_edit_at_once(session: Session, qtbot: QtBot) -> None:
    before = film(session).findings
    assert before is not None
    session.presenter.display.set_tool("brush")
    drag(qtbot, session, (430, 450), (460, 460))
    after = film(session).findings
    assert after is not None
    assert after.edited
    assert after.area_px == int(mask(session).sum()) != before.area_px
    assert film(session).review.verdict == "edited"
    session.window.commands["verdict_accept"].trigger()  # whoever accepts an own mask confirms it
    assert film(session).review.verdict == "edited"
    session.window.commands["reset_mask"].trigger()
    assert film(session).findings == before
    assert film(session).review.verdict == ""
