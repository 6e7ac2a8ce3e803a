"""The window with real threads: what is dropped is shown, analysed, reported; it ends cleanly."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QFileOpenEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import Saved
from ptxviewer.core.reasons.writing import NotWritten
from ptxviewer.core.viewport import viewport
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Application, Session
from ptxviewer.ui.canvas.images import rgb_of
from ptxviewer.ui.platform import single_instance
from tests.benchmarks import bench_start
from tests.there import there
from tests.ui.windows import open_films, started


@pytest.fixture
def session(empty: Session) -> Session:
    return empty


def test_the_sample_study_is_shown_and_analysed(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    picture = session.window.area.canvas.grab().toImage()
    assert picture.pixelColor(picture.width() // 2, picture.height() // 2).lightness() > 60
    red, _, blue = np.moveaxis(rgb_of(picture)[::2, ::2], 2, 0)
    assert ((blue > 150) & (red < 110)).sum() > 20, "the outline is cyan"
    session.presenter.display.overlay.peek(True)
    hidden = session.window.area.canvas.grab().toImage()
    assert hidden != picture


def test_a_bad_file_is_one_sentence_and_the_next_film_opens(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    bad = tmp_path / "bad.dcm"
    bad.write_bytes(b"<html>")
    session.presenter.films.open([bad])
    qtbot.waitUntil(lambda: session.presenter.state.banner is not None, timeout=10_000)
    assert session.presenter.state.banner is not None
    assert session.presenter.state.banner.reason is Reading.OTHER_FILE_TYPE
    open_films(session, qtbot)


def test_a_report_is_written_without_patient_data(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    open_films(session, qtbot)
    target = tmp_path / "report.png"
    session.presenter.exporting.save_to(target)
    qtbot.waitUntil(lambda: isinstance(session.presenter.state.message, Saved), timeout=20_000)
    picture = cv2.imdecode(np.frombuffer(target.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] in (2480, 2550)  # A4 or Letter at 300 dpi
    session.presenter.exporting.save_to(tmp_path / "missing" / "report.png")
    qtbot.waitUntil(lambda: session.presenter.state.banner is not None, timeout=10_000)
    assert session.presenter.state.banner is not None
    assert isinstance(session.presenter.state.banner.reason, NotWritten)


def test_the_wheel_zooms_at_the_cursor(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    canvas, film = session.window.area.canvas, session.presenter.state.current
    assert film is not None
    assert film.radiograph is not None
    at = QPointF(200, 150)

    def under() -> tuple[float, float]:
        view = there(session.presenter.state.current).view
        size = float(canvas.width()), float(canvas.height())
        return viewport(there(film.radiograph).shape, size, zoom=view.zoom, center=view.center).to_film(
            (at.x(), at.y())
        )

    before = under()
    wheel = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, wheel)
    assert there(session.presenter.state.current).view.zoom is not None
    assert under() == pytest.approx(before)


def test_dragging_changes_the_window(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    canvas = session.window.area.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    qtbot.mouseMove(canvas, QPoint(360, 300))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(360, 300))
    assert session.presenter.state.current is not None
    assert session.presenter.state.current.view.voi is not None


def test_maps_of_another_film_are_refused_by_the_canvas(session: Session, qtbot: QtBot) -> None:
    from dataclasses import replace

    open_films(session, qtbot)
    state = session.presenter.state
    film = state.current
    assert film is not None
    assert film.result is not None
    assert film.maps is not None
    stale = replace(film, result=replace(film.result, maps=replace(film.maps, image_key="another")))
    with pytest.raises(StaleResult):
        session.window.area.canvas.set_state(state.with_film(stale))


def test_quitting_while_films_are_analysed(session: Session, qtbot: QtBot) -> None:
    session.presenter.films.open(sample_study())
    qtbot.waitUntil(lambda: bool(session.presenter.state.films), timeout=10_000)
    assert session.presenter.state.films[0].status in FilmStatus


def test_space_hides_the_overlay_while_it_is_held(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.window, "isActiveWindow", lambda: True)
    for kind, held in ((QEvent.Type.KeyPress, True), (QEvent.Type.KeyRelease, False)):
        event = QKeyEvent(kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(session.window, event)
        assert session.presenter.state.overlay.peeking is held


def test_files_from_the_system_wait_for_the_window(qapp: QApplication) -> None:
    got: list[Path] = []
    waiting: list[Path] = []

    class Stand:
        _waiting = waiting
        _opener = None
        hand = Application.hand

    stand = cast("Application", Stand())
    event = QFileOpenEvent(QUrl.fromLocalFile("/films/a.dcm"))
    Application.hand(stand, [Path(event.file())])
    assert [path.name for path in waiting] == ["a.dcm"]
    Application.listen(stand, got.extend)
    assert [path.name for path in got] == ["a.dcm"]


def test_a_second_start_hands_its_files_over(qtbot: QtBot, tmp_path: Path) -> None:
    got: list[Path] = []
    name = f"ptxviewer-test-{tmp_path.name}"
    assert not single_instance.hand_over(name, [tmp_path], b"key")
    server = single_instance.serve(name, got.extend, b"key")
    done: list[bool] = []
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication; a = QCoreApplication([]);"
        "from ptxviewer.ui.application import hand_over;"
        "sys.exit(0 if hand_over(sys.argv[1], [Path(sys.argv[2])], b'key') else 1)"
    )

    def second_start() -> None:
        command = [sys.executable, "-c", code, name, str(tmp_path)]
        done.append(subprocess.run(command, check=False).returncode == 0)

    thread = threading.Thread(target=second_start)
    thread.start()
    qtbot.waitUntil(lambda: bool(got), timeout=30_000)
    thread.join(30)
    assert got == [tmp_path]
    assert done == [True]
    server.close()


def test_torch_and_pydicom_stay_out_of_the_core_and_the_app() -> None:
    code = (
        "import sys, ptxviewer.app.presenter, ptxviewer.app.commands, ptxviewer.report.page; "
        "import ptxviewer.core.findings.decide; "
        "print([m for m in ('torch', 'PySide6', 'pydicom') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out.strip() == "[]"


def test_the_window_is_painted_before_anything_is_imported_that_is_not_in_sight(tmp_path: Path) -> None:
    *_, imported = bench_start.child(bench_start.CHILD, str(tmp_path))
    assert imported == "-"


def test_a_stroke_of_the_brush_on_the_canvas_changes_mask_findings_and_outline(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    presenter, canvas = session.presenter, session.window.area.canvas
    presenter.display.set_tool("brush")
    before = canvas.grab().toImage()
    middle = canvas.rect().center()
    QTest.mouseMove(canvas, middle)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(canvas, middle + QPoint(40, 10))
    live = presenter.state.current
    assert live is not None
    assert live.stroke is not None
    assert canvas.grab().toImage() != before
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 10))
    film = presenter.state.current
    assert film is not None
    assert film.findings is not None
    assert film.findings.edited
    assert film.review.verdict == "edited"
    presenter.review.undo()
    assert presenter.state.current is not None
    assert presenter.state.current.review.mask is None


def test_the_film_has_the_keyboard_and_before_it_no_button_of_the_toolbar(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path) as session:
        focus = session.window.focusWidget()
        assert focus is not None
        assert not session.window.toolbar.isAncestorOf(focus)
        open_films(session, qtbot)
        assert session.window.focusWidget() is session.window.area.canvas
