"""The window around the film: what is seen in every state, and that keys, drops and closing do what they say."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ptxviewer.app.commands import COMMANDS
from ptxviewer.app.disk.settings import load, save
from ptxviewer.app.state.film import FilmStatus, Result
from ptxviewer.app.state.screen import Banner
from ptxviewer.app.state.settings import ROWS, Settings
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.window import Notice
from ptxviewer.paths import resource, sample_study
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.annotations import EDGE_ROOM, MARGIN
from ptxviewer.ui.dialogs.notice import FirstRunNotice
from ptxviewer.ui.dialogs.settings import SettingsDialog
from ptxviewer.ui.main_window import MainWindow
from ptxviewer.ui.platform.geometry import reachable
from ptxviewer.words import say
from tests.fakes import FakeEngine
from tests.ui.windows import open_films, started


class StoppingEngine(FakeEngine):
    """Analyses until it is told to stop, as a slow network would."""

    def __init__(self) -> None:
        super().__init__()
        self.started = threading.Event()

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        self.started.set()
        pause = threading.Event()
        while True:
            checkpoint()
            pause.wait(0.002)


@pytest.fixture
def session(empty: Session) -> Session:
    return empty


def words(widget: QWidget) -> str:
    """All texts that are seen in a widget."""
    shown = [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return " | ".join([*shown, *(button.text() for button in widget.findChildren(QPushButton))])


def note_of(session: Session) -> QPlainTextEdit:
    return next(line for line in session.window.reading.findChildren(QPlainTextEdit) if line.accessibleName() == "Note")


def button_of(panel: QWidget, text: str) -> QAbstractButton:
    return next(button for button in panel.findChildren(QAbstractButton) if button.text() == text)


def key(window: MainWindow, press: Qt.Key) -> None:
    """A key as the system delivers it: to the window, which finds the widget with the focus."""
    QTest.keyClick(window.windowHandle(), press)


def test_an_empty_window_says_where_to_drop_and_that_it_is_for_research(session: Session) -> None:
    seen = words(session.window)
    for text in ("Drop chest X-rays here", "Open files", "Open folder", "Sample study", "Space", "Research use only"):
        assert text in seen
    assert not session.window.strip.isVisible()
    assert not session.window.reading.isVisible()
    assert "research use only" in session.window.windowTitle()


def test_the_sample_button_opens_the_sample_study_and_shows_what_the_model_says(session: Session, qtbot: QtBot) -> None:
    button = next(b for b in session.window.area.empty.findChildren(QPushButton) if b.text() == "Sample study")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: bool(session.presenter.state.current and session.presenter.state.current.maps), timeout=20_000
    )
    seen = words(session.window.reading)
    assert "Possible pneumothorax, right apex" in seen
    assert "0.90" in seen
    assert "above the operating point (0.40)" in seen
    assert "at the detector" in seen
    assert "CPU" in words(session.window.status)


@pytest.mark.parametrize("worklist", [False, True])
def test_a_sentence_over_the_film_does_not_cover_whose_it_is(session: Session, qtbot: QtBot, worklist: bool) -> None:
    open_films(session, qtbot)
    window, state = session.window, session.presenter.state
    window.resize(1100, 700)
    state = replace(state, worklist=replace(state.worklist, shown=worklist), banner=Banner(Notice.NO_PRIOR))

    def seen(identified: bool) -> np.ndarray:
        window.show_state(replace(state, identified=identified))
        QApplication.processEvents()
        image = window.area.canvas.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        return np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()

    names = seen(False) != seen(True)
    over, ratio = window.banner.geometry(), window.devicePixelRatioF()
    assert names.any()
    assert window.banner.isVisible()
    text = next(one for one in window.banner.findChildren(QLabel) if one.text() == say(Notice.NO_PRIOR))
    assert text.height() >= text.heightForWidth(text.width())
    top, bottom, left, right = (round(at * ratio) for at in (over.top(), over.bottom(), over.left(), over.right()))
    assert not names[top:bottom, left:right].any()


def test_nothing_jumps_when_a_result_arrives(qtbot: QtBot, tmp_path: Path) -> None:
    engine = StoppingEngine()
    with started(qtbot, tmp_path, engine) as session:
        session.window.open_paths(list(sample_study()[:1]))
        qtbot.waitUntil(engine.started.is_set, timeout=20_000)

        def places() -> dict[str, QRect]:
            parts = session.window.reading.findChildren(QWidget)
            return {part.accessibleName(): part.geometry() for part in parts if part.accessibleName()}

        qtbot.waitUntil(lambda: "Analysing ..." in words(session.window.reading), timeout=5_000)
        before = places()
        film = session.presenter.state.current
        assert film is not None
        assert film.radiograph is not None
        maps = FakeEngine().predict(film.radiograph)
        session.window.show_state(
            replace(
                session.presenter.state.with_film(replace(film, status=FilmStatus.DONE, result=Result(maps))),
                message="",
            )
        )
        QApplication.processEvents()
        assert places() == before


def test_a_banner_does_not_cover_the_letter_at_the_top_edge(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    session.presenter.show_problem(Notice.NO_PRIOR)
    qtbot.waitUntil(session.window.banner.isVisible, timeout=10_000)
    assert session.window.banner.geometry().bottom() < MARGIN + EDGE_ROOM


def test_a_bad_file_is_a_banner_with_details_and_the_film_before_is_gone(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    open_films(session, qtbot)
    bad = tmp_path / "bad.dcm"
    bad.write_bytes(b"<html>")
    session.window.open_paths([bad])
    qtbot.waitUntil(session.window.banner.isVisible, timeout=10_000)
    banner = session.window.banner
    assert "not a DICOM film" in words(banner)
    assert "bad.dcm" not in words(banner)
    buttons = {button.text(): button for button in banner.findChildren(QPushButton)}
    qtbot.mouseClick(buttons["Details"], Qt.MouseButton.LeftButton)
    assert "bad.dcm" in words(banner)
    picture = session.window.area.canvas.grab().toImage()
    assert picture.pixelColor(picture.width() // 3, picture.height() // 3).lightness() == 0
    qtbot.mouseClick(buttons["Dismiss"], Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


@pytest.mark.filterwarnings("ignore:Function.*QDragEnterEvent:DeprecationWarning")  # since Qt 6.12 only
def test_films_dropped_anywhere_are_opened_and_the_drop_is_announced(session: Session, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in sample_study()] + [QUrl("https://example.org/a.dcm")])
    act, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window = session.window
    enter = QDragEnterEvent(QPoint(400, 400), act, mime, button, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.veil.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.veil.isVisible()
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 400), act, mime, button, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 400), act, mime, button, none))
    assert not window.veil.isVisible()
    qtbot.waitUntil(lambda: len(session.presenter.state.films) == len(sample_study()), timeout=10_000)


@pytest.mark.filterwarnings("ignore:Function.*QDragEnterEvent:DeprecationWarning")  # since Qt 6.12 only
def test_text_that_is_dragged_over_the_window_is_no_film(session: Session) -> None:
    mime = QMimeData()
    mime.setText("hello")
    action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 400), action, mime, button, none)
    enter.ignore()
    QApplication.sendEvent(session.window, enter)
    assert not enter.isAccepted()


def test_space_hides_the_overlay_wherever_the_focus_is_but_types_in_a_note(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    window, reading = session.window, session.window.reading
    for focus in (window.area.canvas, reading.thresholds.threshold, button_of(reading, "Fill")):
        focus.setFocus()
        QTest.keyPress(window.windowHandle(), Qt.Key.Key_Space)
        assert session.presenter.state.overlay.peeking
        QTest.keyRelease(window.windowHandle(), Qt.Key.Key_Space)
        assert not session.presenter.state.overlay.peeking
    assert session.presenter.state.settings.overlay_mode == "outline"
    note_of(session).setFocus()
    for letter in (Qt.Key.Key_A, Qt.Key.Key_Space, Qt.Key.Key_I):
        key(window, letter)
    assert note_of(session).toPlainText() == "a i"
    assert not session.presenter.state.overlay.peeking
    assert not session.presenter.state.current.view.inverted


def test_the_overlay_comes_back_when_the_window_loses_the_keyboard(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    QTest.keyPress(session.window.windowHandle(), Qt.Key.Key_Space)
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not session.presenter.state.overlay.peeking, timeout=5_000)


def test_keys_act_on_the_film_while_a_slider_has_the_focus(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot, 2)
    session.window.reading.thresholds.threshold.setFocus()
    key(session.window, Qt.Key.Key_Right)
    assert session.presenter.state.current_id == session.presenter.state.films[1].id
    assert session.window.strip.selectedIndexes()[0].row() == 1
    key(session.window, Qt.Key.Key_I)
    assert session.presenter.state.current.view.inverted


def test_enter_presses_the_button_that_has_the_focus(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    button_of(session.window.reading, "Reject").setFocus()
    key(session.window, Qt.Key.Key_Return)
    assert session.presenter.state.current.review.verdict == "reject"
    assert button_of(session.window.reading, "Reject").isChecked()


def test_tab_shows_the_film_alone_and_all_keys_still_work(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    window = session.window
    window.area.canvas.setFocus()
    key(window, Qt.Key.Key_Tab)
    assert session.presenter.state.film_only
    for part in (window.strip, window.reading, window.status, window.menuBar(), window.toolbar):
        assert not part.isVisible()
    key(window, Qt.Key.Key_H)
    assert session.presenter.state.current.view.flipped
    key(window, Qt.Key.Key_Escape)
    assert window.reading.isVisible()
    note_of(session).setFocus()
    key(window, Qt.Key.Key_Tab)
    assert not session.presenter.state.film_only


def test_a_note_stays_with_its_film(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot, 2)
    note_of(session).setFocus()
    QTest.keyClicks(note_of(session), "small rim")
    session.window.select(session.presenter.state.films[1].id)
    assert note_of(session).toPlainText() == ""
    assert session.presenter.state.films[0].review.note == "small rim"
    session.window.select(session.presenter.state.films[0].id)
    assert note_of(session).toPlainText() == "small rim"


def test_enter_ends_a_note_of_several_lines(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    window, note = session.window, note_of(session)
    note.setFocus()
    QTest.keyClicks(note, "rim?")
    QTest.keyClick(note, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(note, "ask again")
    QTest.keyClick(note, Qt.Key.Key_Return)
    assert window.area.canvas.hasFocus()
    assert session.presenter.state.current.review.note == "rim?\nask again"


def test_a_slider_drag_is_one_undo_step_and_a_double_click_goes_back(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    slider = session.window.reading.thresholds.threshold
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(slider, left, pos=QPoint(60, 10))
    for x in (80, 120, 200):
        qtbot.mouseMove(slider, QPoint(x, 10))
    assert session.presenter.state.current.hand is not None
    qtbot.mouseRelease(slider, left, pos=QPoint(200, 10))
    threshold = session.presenter.state.current.review.threshold
    assert threshold is not None
    assert threshold > 0.6
    session.presenter.review.undo()
    assert session.presenter.state.current.review.threshold is None
    assert not session.presenter.state.current.can_undo
    session.presenter.review.thresholds.set(0.8)
    qtbot.mouseClick(slider, left, pos=QPoint(60, 10))
    at, none = QPointF(60, 10), Qt.KeyboardModifier.NoModifier
    second = QMouseEvent(QEvent.Type.MouseButtonDblClick, at, slider.mapToGlobal(at), left, left, none)
    QApplication.sendEvent(slider, second)
    assert session.presenter.state.current.review.threshold is None
    session.presenter.review.undo()
    assert session.presenter.state.current.review.threshold == 0.8, "and not where the first click went"


def test_a_copied_picture_names_nobody_unless_reports_do(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    canvas, clipboard = session.window.area.canvas, QGuiApplication.clipboard()

    def copied() -> QImage:
        session.window.commands["copy_picture"].trigger()
        return clipboard.pixmap().toImage()

    def film_of(picture: QImage) -> QImage:
        return picture.copy(0, 0, canvas.width(), canvas.height())

    named = canvas.grab().toImage()
    assert film_of(copied()) != named
    assert copied().height() > canvas.height(), "a line below says whose it is and what for"
    session.presenter.apply_settings(replace(session.presenter.state.settings, report_identified=True))
    assert film_of(copied()) == named
    assert canvas.grab().toImage() == named


def test_the_folder_dialog_is_titled_by_what_is_asked(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    titles: list[str] = []

    def asked(_parent: QWidget, title: str, _at: str) -> str:
        titles.append(title)
        return ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", asked)
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    for button in dialog.findChildren(QPushButton):
        if button.text().startswith("Choose"):
            button.click()
    assert titles == [row.label for row in ROWS if row.kind == "folder"]


def test_a_bug_in_a_slot_is_a_sentence_and_a_line_in_the_log_without_names(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("ptxviewer").propagate = True
    try:
        raise ValueError("Doe, Jane")
    except ValueError as error:
        session.report_bug(type(error), error, error.__traceback__)
    assert "Something went wrong" in words(session.window.banner)
    assert "ValueError" in caplog.text
    assert "Doe" not in caplog.text


def test_quitting_while_the_network_works_leaves_no_thread(qtbot: QtBot, tmp_path: Path) -> None:
    engine = StoppingEngine()
    with started(qtbot, tmp_path, engine) as session:
        session.window.open_paths(list(sample_study()))
        qtbot.waitUntil(engine.started.is_set, timeout=20_000)
        session.window.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("disk", "model"))]


def test_the_window_comes_back_where_it_was(qtbot: QtBot, tmp_path: Path) -> None:
    with started(qtbot, tmp_path) as first:
        first.window.resize(1111, 733)
        first.window.close()
    assert load(tmp_path / "settings.json").geometry
    with started(qtbot, tmp_path):
        assert load(tmp_path / "settings.json").geometry


def test_a_window_whose_screen_is_gone_is_brought_back() -> None:
    screen = [QRect(0, 0, 1920, 1080)]
    assert reachable(QRect(100, 100, 1440, 900), screen)
    assert not reachable(QRect(2500, 100, 1440, 900), screen)
    assert not reachable(QRect(100, -300, 1440, 900), screen)
    assert not reachable(QRect(-1400, 100, 1440, 900), screen)


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_the_first_start_asks_once(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.window.asking.for_consent()
    notice = session.window.findChild(FirstRunNotice)
    assert isinstance(notice, FirstRunNotice)
    assert "must not be used for diagnosis" in words(notice)
    notice.accept()
    assert load(tmp_path / "settings.json").accepted_notice
    notice.deleteLater()
    QApplication.processEvents()
    session.window.asking.for_consent()
    assert not [one for one in session.window.findChildren(FirstRunNotice) if one.isVisible()]


def test_settings_chosen_in_the_dialog_are_kept(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    assert {box.text() for box in dialog.findChildren(QCheckBox)} >= {"Write patient data into reports"}
    next(box for box in dialog.findChildren(QCheckBox) if box.text().startswith("Write")).setChecked(True)
    next(line for line in dialog.findChildren(QLineEdit) if line.accessibleName() == "Reader's name").setText(" Dr. A ")
    now = Settings(overlay_mode="heat", geometry="kept")  # changed on the screen while the dialog was open
    chosen = dialog.chosen(now)
    assert chosen == replace(now, report_identified=True, reader="Dr. A")
    save(tmp_path / "s.json", chosen)
    assert load(tmp_path / "s.json") == chosen


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_the_sheets_open_by_key(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    for action, title in (
        ("shortcuts", "Keys and mouse"),
        ("about", "About PTXViewer"),
        ("about_film", "About this film"),
    ):
        session.window.commands[action].trigger()
        sheet = next(w for w in QApplication.topLevelWidgets() if w.windowTitle() == title and w.isVisible())
        seen = words(sheet)
        sheet.close()
        assert {"shortcuts": "Hide overlay while held", "about": "Apache-2.0", "about_film": "14 bit"}[action] in seen
        assert "Phantom" not in seen.replace("PTXViewer phantom", "")


def test_every_command_has_its_icon_and_keys_of_its_own() -> None:
    keys: list[str] = []
    for row in COMMANDS:
        assert not row.icon or resource(f"icons/{row.icon}.svg").is_file(), row.icon
        keys += row.keys
    assert len(keys) == len(set(keys))


STARTED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QFileOpenEvent
from tests.fakes import FakeEngine
from ptxviewer.ui.application import Application, Session
application = Application(["ptxviewer"])
application.dress()
application.sendEvent(application, QFileOpenEvent(QUrl.fromLocalFile(sys.argv[1])))
def painted():
    print("torch" in sys.modules, "pydicom" in sys.modules, len(session.presenter.state.films))
    application.listen(session.window.open_paths)
    look.start(20)
def film_is_there():
    film = session.presenter.state.current
    if film is not None and film.radiograph is not None:
        print(film.path.name)
        application.quit()
look = QTimer()
look.timeout.connect(film_is_there)
session = Session(Path(sys.argv[2]) / "settings.json", FakeEngine(), painted)
session.window.show()
application.exec()
print(session.close())
"""


def test_a_file_from_the_system_waits_for_the_window_which_is_painted_before_torch_is_imported(tmp_path: Path) -> None:
    film = sample_study()[0]
    out = subprocess.run(
        [sys.executable, "-c", STARTED, str(film), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert out.split("\n")[:3] == ["False False 0", film.name, "True"]
