"""What the reader sees and takes hold of: rows that zoom, distances on the film, two sliders, a result kept back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ptxviewer.app.review.distances import can_move
from ptxviewer.app.state.film import Film, Result
from ptxviewer.app.state.screen import EngineStatus, Overlay, State
from ptxviewer.core.answer import DecisionRule, Distances, HemithoraxFinding, Line, ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.disagreement import band_of
from ptxviewer.core.view import film_viewport
from ptxviewer.core.viewport import viewport
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.layers.disagreement import BandLayer
from ptxviewer.ui.canvas.layers.distances import LineGrip, line_grip_at
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.controls import MarkedSlider
from ptxviewer.ui.film_words import cell, spoken
from ptxviewer.ui.panels.film_strip import chip
from tests.fakes import FakeEngine
from tests.films import AT_DETECTOR, RULE, film, maps
from tests.there import there
from tests.ui.windows import button_of, disclosure_of, open_films, slider_of, started, words


@pytest.fixture
def session(shared: Session) -> Session:
    return shared


class Doubtful(FakeEngine):
    """A network that does not take any film for a chest."""

    RULE = DecisionRule(0.5, 0.4, 0.0005, frontal_threshold=0.5)

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        said = super().predict(film, checkpoint)
        return ProbabilityMaps(
            said.image_key, said.rows, said.cols, said.pneumothorax, said.score,
            said.lung_image_left, said.lung_image_right, frontal=0.1,
        )  # fmt: skip


class Unsure(FakeEngine):
    """A network whose map shows an area that its film score keeps back."""

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        return replace(super().predict(film, checkpoint), score=0.3)


@pytest.fixture
def doubtful(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    with started(qtbot, tmp_path, Doubtful()) as one:
        open_films(one, qtbot)
        yield one


def texts(session: Session) -> str:
    return "\n".join(
        label.text() for label in session.window.reading.findChildren(QLabel) if label.isVisibleTo(session.window)
    )


def test_a_click_on_a_row_zooms_to_its_finding_and_a_second_one_back(session: Session) -> None:
    table = session.window.reading.findings.table
    row = table.visualItemRect(there(table.item(0, 0))).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    now = session.presenter.state.current
    assert now is not None
    assert now.finding == 0
    assert now.view.zoom is not None
    canvas, lesion = session.window.area.canvas, there(now.findings).lesions[0]
    port = film_viewport(there(now.radiograph), now.view, (canvas.width(), canvas.height()))
    at = port.to_screen((lesion.bbox[0] + lesion.bbox[2] / 2, lesion.bbox[1] + lesion.bbox[3] / 2))
    assert 0.2 * canvas.width() < at[0] < 0.8 * canvas.width()
    assert 0.2 * canvas.height() < at[1] < 0.8 * canvas.height()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert there(session.presenter.state.current).finding is None
    assert there(session.presenter.state.current).view.zoom is None


def test_a_zoomed_finding_lies_within_the_canvas_also_on_a_turned_film(session: Session) -> None:
    session.presenter.display.view.rotate(1)
    session.presenter.review.findings.choose(0)
    session.window.area.look_at_finding()
    now, canvas = session.presenter.state.current, session.window.area.canvas
    assert now is not None
    assert now.radiograph is not None
    port = film_viewport(there(now.radiograph), now.view, (canvas.width(), canvas.height()))
    x, y, width, height = there(now.findings).lesions[0].bbox
    for corner in ((x, y), (x + width, y + height)):
        at = port.to_screen(corner)
        assert 0 <= at[0] <= canvas.width()
        assert 0 <= at[1] <= canvas.height()


def test_the_table_says_side_zone_size_and_both_scores(session: Session) -> None:
    table = session.window.reading.findings.table
    heads = [there(table.horizontalHeaderItem(column)).text() for column in range(table.columnCount())]
    assert heads == ["Where", "Area cm²", "Width mm", "Mean", "Peak"]
    lesion = there(there(session.presenter.state.current).findings).lesions[0]
    assert lesion.area_mm2 is not None
    assert there(table.item(0, 0)).text().startswith("R ")
    assert there(table.item(0, 1)).text() == f"{lesion.area_mm2 / 100:.1f}"
    assert there(table.item(0, 3)).text() == f"{lesion.mean_score:.2f}"
    assert "at detector" in there(table.item(0, 1)).toolTip()


def test_a_distance_is_dragged_on_the_film_and_the_sizes_follow(session: Session) -> None:
    session.presenter.review.distances.toggle()
    now, canvas = session.presenter.state.current, session.window.area.canvas
    assert now is not None
    assert now.radiograph is not None
    half = there(now.findings).halves[0]
    port = film_viewport(there(now.radiograph), now.view, (canvas.width(), canvas.height()))
    at = QPointF(*port.to_screen(there(there(half.distances).line("a")).wall)).toPoint()
    before = texts(session)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(canvas, at + QPoint(0, 40))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 40))
    after = session.presenter.state.current
    assert there(there(after).findings).halves[0].moved == ("a",)
    assert there(after).view == now.view  # neither window nor zoom was dragged
    moved = (
        there(there(there(there(after).findings).halves[0].distances).line("a")).wall[1]
        - there(there(half.distances).line("a")).wall[1]
    )
    assert moved == pytest.approx(40 / port.zoom, rel=0.05)
    assert "moved by reader" in texts(session)
    assert "moved by reader" not in before
    session.presenter.review.undo()
    assert there(there(session.presenter.state.current).findings).halves[0].moved == ()


def test_without_the_lines_shown_the_mouse_keeps_its_tool(session: Session) -> None:
    now, canvas = session.presenter.state.current, session.window.area.canvas
    assert now is not None
    assert now.radiograph is not None
    port = film_viewport(there(now.radiograph), now.view, (canvas.width(), canvas.height()))
    at = QPointF(*port.to_screen(there(there(there(now.findings).halves[0].distances).line("a")).lung)).toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(canvas, at + QPoint(30, 0))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at + QPoint(30, 0))
    assert there(session.presenter.state.current).view.voi is not None
    assert there(session.presenter.state.current).review.lines == ()


def test_an_end_wins_over_its_line_and_nothing_is_taken_from_afar() -> None:
    line = Line((100.0, 100.0), (60.0, 100.0))
    away = Line((10.0, 10.0), (10.0, 20.0))
    half = HemithoraxFinding("right", True, 1, 5.0, distances=Distances(away, line, away, away, away))
    port = viewport((200, 200), (200.0, 200.0), zoom=1.0, center=None)
    assert line_grip_at([half], port, (102, 101)) == LineGrip(True, "b", "wall")
    assert line_grip_at([half], port, (61, 99)) == LineGrip(True, "b", "lung")
    assert line_grip_at([half], port, (80, 103)) == LineGrip(True, "b", "both")
    assert line_grip_at([half], port, (80, 120)) is None
    assert line_grip_at([replace(half, distances=None)], port, (80, 100)) is None


def test_two_sliders_come_by_a_click_and_stand_at_the_operating_point(session: Session) -> None:
    controls = session.window.reading.thresholds
    assert controls.threshold.isVisible()
    disclosure_of(controls).click()
    assert not controls.threshold.isVisible()
    score = slider_of(controls, "Film score")
    assert score.chosen == FakeEngine.RULE.score_threshold
    assert slider_of(controls, "Extent").chosen == FakeEngine.RULE.threshold
    said = words(controls).split(" | ")
    assert "any" in said[said.index("Peak score") :]
    assert any(text.endswith("cm²") for text in said[said.index("Smallest area") :])
    score.setValue(score.maximum())
    assert not there(there(session.presenter.state.current).findings).present
    QTest.mouseDClick(score, Qt.MouseButton.LeftButton)
    assert there(there(session.presenter.state.current).findings).present
    disclosure_of(controls).click()
    assert not controls.threshold.isVisible()  # this film's limits are still set apart: none in force is hidden
    session.presenter.review.thresholds.reset()
    assert controls.threshold.isVisible()


def test_the_numbers_follow_the_slider_before_it_is_let_go(session: Session, qtbot: QtBot) -> None:
    slider, table = session.window.reading.thresholds.threshold, session.window.reading.findings.table
    before = there(table.item(0, 1)).text()
    middle = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, middle))
    qtbot.mouseMove(slider, QPoint(slider.width() // 5, middle))
    qtbot.waitUntil(lambda: there(table.item(0, 1)).text() != before, timeout=5000)
    assert float(there(table.item(0, 1)).text()) > float(before)  # a lower threshold marks more
    live = float(there(table.item(0, 1)).text())
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 5, middle))
    assert float(there(table.item(0, 1)).text()) == pytest.approx(live, rel=0.05)


def test_a_result_that_is_kept_back_says_why_and_one_button_shows_it(doubtful: Session) -> None:
    said = texts(doubtful)
    assert "Result not shown." in said
    assert "frontal" in said
    assert "above" not in said
    button = button_of(doubtful.window.reading, "Show anyway")
    button.click()
    said = texts(doubtful)
    assert "Shown because the reader asked for it." in said
    assert "Possible pneumothorax" in said


def test_the_band_covers_what_looks_disagree_about_and_leaves_the_sure_part_free() -> None:
    of = film(640, 640, spacing=AT_DETECTOR)
    grid = np.zeros((64, 64), np.float32)
    grid[20:40, 20:40] = 0.9
    wide, narrow = grid.copy(), grid.copy()
    wide[16:44, 16:44] = 0.9
    narrow[20:40, 20:24] = 0.1
    band = band_of(of.key, [wide, wide, grid, narrow, narrow])
    port = viewport(of.shape, (640.0, 640.0), zoom=None, center=None)
    info = replace(FakeEngine().load(), rule=RULE)
    one = Film(1, Path("film"), radiograph=of, result=Result(maps(of, grid), band=band))
    state = State((one,), 1, overlay=Overlay(band=True), engine=EngineStatus("ready", info))
    layer, scene = BandLayer(), Scene(state, one, of, port)
    ((image, x, y),) = layer.pictures(scene)

    def alpha(at: tuple[int, int]) -> int:
        return image.pixelColor(at[0] - x, at[1] - y).alpha()

    assert alpha((180, 300)) > 0  # beside the outline
    assert alpha((220, 300)) > 0  # the part that some looks lose
    assert alpha((320, 300)) == 0  # what all agree about
    assert layer.pictures(scene)[0][0] is image


def test_areas_held_back_by_the_film_score_are_shown_by_one_button(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path, Unsure()) as session:
        open_films(session, qtbot)
        button = next(b for b in session.window.reading.findChildren(QPushButton) if b.text() == "Show them")
        assert "held back by the film score (0.30, operating point 0.40)" in texts(session)
        button.click()
        now = session.presenter.state.current
        assert now is not None
        assert there(now.findings).present
        assert "Below the operating point: right apex" in texts(session)
        session.presenter.review.undo()
        assert button.isVisible()


@pytest.mark.parametrize("name", ["Threshold", "Film score", "Peak score", "Smallest area", "Extent"])
def test_headline_and_findings_follow_every_slider_while_it_is_held(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    with started(qtbot, tmp_path, FakeEngine(score=0.53)) as session:  # so low that its area is small
        open_films(session, qtbot)
        if name != "Threshold":
            session.presenter.display.toggle_two_thresholds()
        sliders = session.window.reading.findChildren(MarkedSlider)
        slider = next(one for one in sliders if one.accessibleName() == name)
        middle, end = slider.height() // 2, QPoint(slider.width() - 8, slider.height() // 2)
        assert "Possible pneumothorax" in texts(session)
        qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 4, middle))
        qtbot.mouseMove(slider, end)
        qtbot.waitUntil(lambda: "None marked." in texts(session), timeout=5000)
        assert session.window.reading.findings.table.rowCount() == 0
        qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=end)
        assert "None marked." in texts(session)


def test_a_rejected_film_says_so_in_panel_strip_and_list(session: Session) -> None:
    session.presenter.review.set_verdict("reject")
    film = session.presenter.state.current
    assert film is not None
    assert "Rejected by reader." in texts(session)
    assert chip(film) == ("rejected", "quiet", False)
    assert [cell(film, column, False) for column in ("side", "size", "verdict")] == ["", "", "rejected"]
    assert "rejected by reader" in spoken(film, False)
    assert not can_move(film)


def test_the_overlay_follows_the_opacity_while_it_is_held(session: Session, qtbot: QtBot) -> None:
    presenter, canvas = session.presenter, session.window.area.canvas
    presenter.display.overlay.set_mode("fill")
    sliders = session.window.reading.findChildren(MarkedSlider)
    slider = next(one for one in sliders if one.accessibleName() == "Opacity")
    before = canvas.grab().toImage()
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 4, slider.height() // 2))
    qtbot.mouseMove(slider, QPoint(slider.width() - 8, slider.height() // 2))
    assert presenter.state.settings.overlay_opacity > 0.9
    assert canvas.grab().toImage() != before
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 8, slider.height() // 2))
