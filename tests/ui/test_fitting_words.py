"""No word of the window is cut, in any language: labels and buttons get the width that their texts ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableWidget, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer import words
from ptxviewer.core.reasons.window import Notice
from ptxviewer.ui.application import Session
from ptxviewer.ui.controls import ElidedLabel
from ptxviewer.ui.platform import text_size
from ptxviewer.ui.platform.style import stylesheet
from tests.ui.windows import open_films, started

NAMED = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
MARGINS = 24  # of the panel beside the film, at least


@pytest.fixture(params=words.languages())
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    words.speak(request.param)
    yield request.param
    words.speak("en")


@contextmanager
def dressed(qapp: QApplication, factor: float = 1.0) -> Iterator[None]:
    """The look counts: fonts and margins are its."""
    before = qapp.style().objectName()
    qapp.setStyle("Fusion")
    text_size.use(factor)
    qapp.setStyleSheet(stylesheet())
    yield
    text_size.use(1.0)
    qapp.setStyleSheet("")
    qapp.setStyle(before)


SMALLEST, USUAL = (1024, 640), (1440, 900)
SIZES = {1.0: (USUAL, SMALLEST), 1.25: (USUAL,), 1.5: (USUAL,), 2.0: (USUAL, SMALLEST)}  # of windows, by size of text


@pytest.fixture(params=SIZES, ids="text {:.0%}".format)
def factor(request: pytest.FixtureRequest) -> float:
    """How much larger than usual the text is."""
    return float(request.param)


@pytest.fixture
def window(factor: float, spoken: str, qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    """A film with a result, in text of the usual size and larger."""
    with dressed(qapp, factor), started(qtbot, tmp_path, size=USUAL) as session:
        open_films(session, qtbot)
        session.presenter.dismiss_banner()
        yield session


def cut(inside: QWidget) -> list[str]:
    """Return the texts in sight that have less room than they need; labels that end in an ellipsis are made for it."""
    found = []
    for widget in inside.findChildren(QWidget):
        if not widget.isVisibleTo(inside) or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, (QLabel, QPushButton)) and widget.text():
            wraps = isinstance(widget, QLabel) and widget.wordWrap()
            needed = widget.heightForWidth(widget.width()) if wraps else widget.sizeHint().width()
            if needed > (widget.height() if wraps else widget.width()):
                found.append(widget.text())
        elif isinstance(widget, QToolButton) and widget.toolButtonStyle() is NAMED:
            if widget.fontMetrics().horizontalAdvance(widget.text()) > widget.width() - 4:
                found.append(widget.text())
        elif isinstance(widget, QTableWidget):
            found += cut_cells(widget)
    return found


def cut_cells(table: QTableWidget) -> list[str]:
    items = [table.item(row, column) for row in range(table.rowCount()) for column in range(table.columnCount())]
    return [
        item.text()
        for item in items
        if item is not None
        and table.fontMetrics().horizontalAdvance(item.text()) > table.columnWidth(item.column()) - 2
    ]


def walk(session: Session, qtbot: QtBot) -> Iterator[str]:
    """Bring the window into one state after the other, each as it is seen with a film; yields what it is called."""
    presenter, do = session.presenter, session.window.do
    yield "result"
    do("two_thresholds")
    yield "sensitivity and extent apart"
    do("threshold_up")
    yield "moved from the operating point"
    do("reset_threshold")
    do("two_thresholds")
    for command in ("toggle_lines", "toggle_band", "next_finding"):
        do(command)
    yield "band, distances, a finding chosen"
    do("toggle_overlay")
    yield "overlay off"
    do("toggle_overlay")
    do("verdict_unsure")
    presenter.review.mask.begin((700.0, 500.0), False)
    presenter.review.mask.extend(((900.0, 700.0),))
    presenter.review.mask.finish()
    yield "edited"
    do("two_thresholds")
    yield "edited, sensitivity and extent apart"
    do("two_thresholds")
    for notice in (Notice.NO_PRIOR, Notice.WENT_WRONG):
        presenter.show_problem(notice)
        yield f"banner {notice.name}"
    presenter.dismiss_banner()
    open_films(session, qtbot, 2)
    do("worklist")
    yield "worklist"
    do("worklist")
    presenter.display.comparison.choose(presenter.state.films[0].id)
    yield "compare"


def faults(session: Session) -> list[str]:
    """Return what is cut, and whether the panel beside the film is wider than its place."""
    reading = session.window.reading
    beyond = reading.thresholds.width() > reading.width() - MARGINS
    return [*cut(session.window), *(["the panel reaches beyond its edge"] if beyond else [])]


def test_no_word_of_the_window_is_cut(window: Session, factor: float, qtbot: QtBot) -> None:
    found: dict[str, list[str]] = {}
    states = 0
    for state in walk(window, qtbot):
        states += 1
        for width, height in SIZES[factor]:
            window.window.resize(width, height)
            QApplication.processEvents()  # layouts are posted
            try:
                qtbot.waitUntil(lambda: not faults(window), timeout=1000)
            except qtbot.TimeoutError:
                found[f"{state} at {width} x {height}"] = faults(window)
            size = window.window.size()  # nothing pushes the window beyond the screen
            assert (size.width(), size.height()) == (width, height)
    assert found == {}
    assert states == 11


def test_english_has_room_for_the_names_in_the_smallest_window(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    with dressed(qapp), started(qtbot, tmp_path, size=(1024, 640)) as session:
        styles = {button.toolButtonStyle() for button in session.window.toolbar.findChildren(QToolButton)}
        assert styles == {NAMED}
