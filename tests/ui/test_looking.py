"""Apices, magnifier and sharpening on the screen: the same overlay, the same hand, and the film itself left alone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.core.reasons.window import Notice
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.images import rgb_of
from ptxviewer.ui.canvas.layers.lens import SIDE
from tests.there import there


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


def picture(widget: QWidget) -> np.ndarray:
    return rgb_of(widget.grab().toImage()).astype(int)


def cyan(shown: np.ndarray) -> int:
    return int(((shown[:, :, 2] > 150) & (shown[:, :, 2] - shown[:, :, 0] > 80) & (shown[:, :, 1] > 120)).sum())


def test_a_sentence_over_the_apices_does_not_cover_which_is_mirrored(session: Session) -> None:
    session.presenter.show_problem(Notice.NO_PRIOR)
    session.presenter.display.aids.toggle_pair("apices")
    QApplication.processEvents()
    area, over = session.window.area, session.window.banner.geometry()
    assert session.window.banner.isVisible()
    for name in area.apices.findChildren(QLabel):
        assert name.text()
        assert not over.intersects(QRect(name.mapTo(area, QPoint(0, 0)), name.size()))


def test_the_overlay_follows_to_its_apex_and_hides_there_too(session: Session) -> None:
    session.presenter.display.aids.toggle_pair("apices")
    assert session.window.area.apices.isVisible()
    assert not session.window.area.canvas.isVisible()
    first, second = session.window.area.apices.canvases
    assert cyan(picture(first)) > 100
    assert cyan(picture(second)) == 0
    session.presenter.display.overlay.peek(True)
    assert cyan(picture(first)) == 0


def test_an_apex_is_measured_and_edited_in_film_points_also_where_it_is_mirrored(
    session: Session, qtbot: QtBot
) -> None:
    session.presenter.display.aids.toggle_pair("apices")
    session.presenter.display.set_tool("length")
    for canvas in session.window.area.apices.canvases:
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 300))
        qtbot.mouseMove(canvas, QPoint(250, 300))
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(250, 300))
    film = session.presenter.state.current
    assert film is not None
    assert film.radiograph is not None
    right, left = film.review.measurements
    middle = film.radiograph.cols / 2
    assert all(x < middle for x, _ in right.points)
    assert all(x > middle for x, _ in left.points)
    assert right.points[1][0] > right.points[0][0]
    assert left.points[1][0] < left.points[0][0]  # towards the spine on both panes
    session.presenter.display.set_tool("window")
    canvas = session.window.area.apices.canvases[1]
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 500))
    qtbot.mouseMove(canvas, QPoint(160, 540))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(160, 540))
    film = session.presenter.state.current
    assert film is not None
    assert film.view.voi is not None
    assert (film.view.zoom, film.view.flipped) == (None, False)


def test_zooming_one_pane_zooms_both_and_another_visit_begins_anew(session: Session) -> None:
    session.presenter.display.aids.toggle_pair("apices")

    def zoom() -> list[float]:
        views = [canvas.view for canvas in session.window.area.apices.canvases if canvas.view is not None]
        return [view.zoom for view in views if view.zoom is not None]

    zooms = [zoom()]
    session.window.commands["zoom_in"].trigger()
    zooms.append(zoom())
    session.presenter.display.aids.toggle_pair("apices")
    assert zoom() == []  # no film is kept for nothing
    session.presenter.display.aids.toggle_pair("apices")
    zooms.append(zoom())
    assert zooms[1] == pytest.approx([1.25 * one for one in zooms[0]])
    assert zooms[2] == pytest.approx(zooms[0])


def test_the_magnifier_shows_what_is_under_the_pointer_and_nothing_further_away_changes(
    session: Session, qtbot: QtBot
) -> None:
    canvas = session.window.area.canvas
    before = picture(canvas)
    session.presenter.display.aids.toggle_magnifier()
    at = QPoint(canvas.width() // 2, canvas.height() // 2)
    qtbot.mouseMove(canvas, at)
    after = picture(canvas)
    changed = (before != after).any(-1)
    rows, cols = np.nonzero(changed)
    assert rows.size > SIDE * SIDE / 4
    assert np.hypot(rows - at.y(), cols - at.x()).max() <= SIDE / 2 + 2
    middle = slice(at.y() - 3, at.y() + 4), slice(at.x() - 3, at.x() + 4)
    assert after[middle].mean() == pytest.approx(before[middle].mean(), abs=12)  # the same place, the same window


def test_sharpening_changes_the_picture_says_so_and_leaves_the_film_and_the_probe(session: Session) -> None:
    film = session.presenter.state.current
    assert film is not None
    assert film.radiograph is not None
    pixels = film.radiograph.pixels.copy()
    session.presenter.display.toggle_annotations()
    plain = picture(session.window.area.canvas)
    for how in ("unsharp", "clahe"):
        session.presenter.display.aids.sharpen(how)
        shown = picture(session.window.area.canvas)
        assert np.abs(shown - plain).mean() > 0.5
        chip = shown[-45:, -260:] - plain[-45:, -260:]
        assert ((chip[:, :, 0] - chip[:, :, 2]) > 80).any()  # amber, also without corner texts
    session.presenter.display.aids.sharpen("off")
    assert (picture(session.window.area.canvas) == plain).all()
    assert there(there(session.presenter.state.current).radiograph).pixels is film.radiograph.pixels
    assert (film.radiograph.pixels == pixels).all()


def test_what_is_not_on_a_pane_is_not_written_there(session: Session) -> None:
    film = session.presenter.state.current
    assert film is not None
    assert film.radiograph is not None
    session.presenter.display.aids.toggle_pair("apices")
    second = session.window.area.apices.canvases[1]
    before = picture(second)
    rows, cols = film.radiograph.shape
    session.presenter.display.set_tool("length")
    session.presenter.review.measurements.begin((0.1 * cols, 0.3 * rows))
    session.presenter.review.measurements.move((0.25 * cols, 0.35 * rows))
    session.presenter.review.measurements.place()
    session.presenter.review.distances.toggle()
    assert (picture(session.window.area.apices.canvases[0]) != before).any()
    assert (picture(second) == before).all()
