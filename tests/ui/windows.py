"""The whole program in a window, with a network that answers at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from ptxviewer.ui.controls import MarkedSlider
from ptxviewer.ui.main_window import MainWindow
from tests.fakes import FakeEngine


class StoppingEngine(FakeEngine):
    """Analyses until it is told to stop, as a slow network would."""

    def __init__(self, size: int = 64) -> None:
        super().__init__(size)
        self.started, self.ended = threading.Event(), threading.Event()

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        self.started.set()
        pause = threading.Event()
        try:
            while True:
                checkpoint()
                pause.wait(0.002)
        finally:
            self.ended.set()


@contextmanager
def started(
    qtbot: QtBot, folder: Path, engine: FakeEngine | None = None, size: tuple[int, int] = (1200, 800)
) -> Iterator[Session]:
    """A window that has the keyboard and no film yet; its settings are in ``folder``."""
    one = Session(folder / "settings.json", engine or FakeEngine())
    qtbot.addWidget(one.window)
    one.window.resize(*size)
    with qtbot.waitActive(one.window):
        one.window.show()
        one.window.activateWindow()
    yield one
    assert one.close()


def open_films(session: Session, qtbot: QtBot, count: int = 1) -> None:
    """Open films of the sample study and wait for their results."""
    session.window.open_paths(list(sample_study()[:count]))
    newest, done = slice(-count, None), [FilmStatus.DONE] * count
    qtbot.waitUntil(lambda: [film.status for film in session.presenter.state.films[newest]] == done, timeout=20_000)


def words(widget: QWidget) -> str:
    """All texts that are seen in a widget."""
    shown = [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return " | ".join([*shown, *(button.text() for button in widget.findChildren(QPushButton))])


def note_of(session: Session) -> QPlainTextEdit:
    return next(line for line in session.window.reading.findChildren(QPlainTextEdit) if line.accessibleName() == "Note")


def slider_of(panel: QWidget, name: str) -> MarkedSlider:
    """The slider that a screen reader calls ``name``."""
    return next(one for one in panel.findChildren(MarkedSlider) if one.accessibleName() == name)


def disclosure_of(panel: QWidget) -> QPushButton:
    """The heading that opens and closes a part of a panel."""
    button = panel.findChild(QPushButton, "disclosure")
    assert isinstance(button, QPushButton)
    return button


def button_of(panel: QWidget, text: str) -> QAbstractButton:
    return next(button for button in panel.findChildren(QAbstractButton) if button.text() == text)


def key(window: MainWindow, press: Qt.Key) -> None:
    """A key as the system delivers it: to the window, which finds the widget with the focus."""
    QTest.keyClick(window.windowHandle(), press)
