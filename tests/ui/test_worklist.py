"""The worklist in the window: its lines, keys, filter and buttons do what they say, and it is quick with hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.columns import COLUMNS
from ptxviewer.app.state.facts import Facts, Summary
from ptxviewer.app.state.film import Film, FilmStatus, Result
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import Settings
from ptxviewer.app.state.withheld import as_seen
from ptxviewer.core.film import Patient
from ptxviewer.core.reasons.window import Saved
from ptxviewer.results import tables
from ptxviewer.results.store import ResultStore
from ptxviewer.ui.application import Session
from ptxviewer.ui.panels.worklist import WorklistPanel
from ptxviewer.ui.panels.worklist_table import WIDTHS, hidden_columns
from ptxviewer.ui.platform.notices import Notices
from tests.dicom.made import dataset, ramp, save
from tests.there import there
from tests.ui.windows import started, words


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    with started(qtbot, tmp_path, size=(1440, 900)) as one:
        yield one


def opened(session: Session, qtbot: QtBot, folder: Path, count: int = 5) -> WorklistPanel:
    folder.mkdir()
    for number in range(count):
        tags = {"PatientName": f"Name{number}^A", "ViewPosition": "LL" if number == 2 else "PA"}
        save(dataset(ramp(100 + number, 90), **tags), folder / f"{number}.dcm")
    session.window.open_paths([folder])
    rest = (FilmStatus.DONE, FilmStatus.NOT_ANALYSED)
    qtbot.waitUntil(
        lambda: (
            len(session.presenter.state.films) == count
            and all(film.status in rest for film in session.presenter.state.films)
        ),
        timeout=20_000,
    )
    session.presenter.films.list.toggle()
    assert session.window.worklist is not None
    return session.window.worklist


def names(panel: WorklistPanel) -> list[str]:
    column = COLUMNS.index("name")
    return [panel.lines.index(row, column).data() for row in range(panel.lines.rowCount())]


def test_the_list_takes_the_place_of_the_strip_and_is_led_by_keys(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, tmp_path / "films")
    assert panel.isVisible()
    assert not session.window.strip.isVisible()
    assert names(panel) == [f"{n + 1}  Name{n}, A" for n in (0, 1, 3, 4, 2)], "no answer behind above threshold"
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert session.presenter.state.current is not None
    assert session.presenter.state.current.number == 2
    row = panel.table.visualRect(panel.lines.index(4, 3)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert session.presenter.state.current.number == 3
    assert panel.table.currentIndex().row() == 4
    session.presenter.films.list.toggle()
    assert session.window.strip.isVisible()


def test_the_filter_says_what_it_hides_and_one_button_shows_all(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path / "films")
    session.window.commands["filter_films"].trigger()
    QTest.keyClicks(panel.search, "name3")
    assert names(panel) == ["4  Name3, A"]
    assert "1 of 5 shown" in words(panel)
    QTest.keyClicks(panel.search, "x")
    assert "No film matches the filter." in words(panel)
    QTest.mouseClick(
        next(b for b in panel.findChildren(QPushButton) if b.text() == "Show all"), Qt.MouseButton.LeftButton
    )
    assert len(names(panel)) == 5
    assert panel.search.text() == ""
    QTest.keyClicks(panel.search, "name1")
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(names(panel)) == 5


def test_a_click_on_a_heading_orders_and_patient_names_can_be_hidden(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, tmp_path / "films")
    header = panel.table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(COLUMNS.index("name")) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert names(panel)[0] == "1  Name0, A"
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert names(panel)[0] == "5  Name4, A"
    session.presenter.display.toggle_identified()
    assert not any("Name" in name for name in names(panel))
    assert "Name" not in panel.lines.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_lines_rest_while_the_pointer_is_over_them(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path / "films")
    before = names(panel)
    state = session.presenter.state
    first, *others = state.films
    lowered = replace(first, result=Result(summary=Summary(0.1, False)), urgency=0.1)
    panel.table.underMouse = lambda: True  # type: ignore[method-assign]
    QTest.mouseMove(panel.table.viewport(), QPoint(20, 20))
    QTest.mouseMove(panel.table.viewport(), QPoint(22, 24))
    panel.show_state(replace(state, films=(lowered, *others), current_id=others[0].id))
    assert names(panel) == before
    panel.table.moved_at = -100.0
    panel.show_state(replace(state, films=(lowered, *others), current_id=first.id))
    assert names(panel)[-2:] == [before[0], before[-1]], "what is not for the network stays last"


def test_what_an_edge_in_amber_means_is_said_while_there_is_one(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path / "films", 3)
    assert "Amber" not in words(panel)
    shown = session.presenter.state
    late = (*shown.films[:-1], replace(shown.films[-1], overdue=True, seen=False))
    panel.show_state(replace(shown, films=late, worklist=replace(shown.worklist, kind="all"), current_id=late[0].id))
    qtbot.waitUntil(lambda: "Amber" in words(panel))


def test_the_line_below_a_narrow_list_is_read_whole(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path / "films")
    panel.set_width(280)
    foot = next(one for one in panel.findChildren(QLabel) if one.text().startswith("All films"))
    qtbot.waitUntil(lambda: foot.height() >= 2 * foot.fontMetrics().lineSpacing())
    assert foot.fontMetrics().horizontalAdvance(foot.text()) > foot.width(), "it takes more than one line"


def test_narrow_lists_do_without_columns_in_their_order() -> None:
    whole = sum(WIDTHS.values())
    assert hidden_columns(whole) == set()
    assert hidden_columns(whole - 1) == {"date"}
    assert hidden_columns(310) == {"date", "view", "state", "side"}
    assert hidden_columns(240) == {"date", "view", "state", "side", "verdict"}


def test_the_list_can_be_280_pixels_wide_and_leaves_the_film_its_share(session: Session) -> None:
    panel = session.window.worklist
    session.presenter.films.list.toggle()
    panel = session.window.worklist
    assert panel is not None
    assert panel.width() < 0.35 * session.window.width()
    panel.set_width(100)
    assert panel.width() == 280
    shown = [column for index, column in enumerate(COLUMNS) if not panel.table.isColumnHidden(index)]
    assert {"score", "name"} <= set(shown)
    panel.set_width(5000)
    assert panel.width() <= 0.4 * session.window.width()


def test_the_edge_of_the_list_follows_the_hand_and_no_pointer_that_passes(session: Session) -> None:
    session.presenter.films.list.toggle()
    panel = there(session.window.worklist)
    QApplication.processEvents()
    grip = there(panel.findChild(QWidget, "grip"))

    def pointer(kind: QEvent.Type, x: float, held: bool) -> None:
        button, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        at = QPointF(x, 100)
        event = QMouseEvent(
            kind, QPointF(grip.mapFromGlobal(at)), at, button if kind != QEvent.Type.MouseMove else none,
            button if held else none, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(grip, event)

    before, edge = panel.width(), float(panel.mapToGlobal(QPoint(panel.width(), 0)).x())
    pointer(QEvent.Type.MouseMove, edge - 3, held=False)
    assert panel.width() == before
    pointer(QEvent.Type.MouseButtonPress, edge - 3, held=True)
    pointer(QEvent.Type.MouseMove, edge - 43, held=True)
    pointer(QEvent.Type.MouseButtonRelease, edge - 43, held=False)
    assert panel.width() == before - 40


def test_of_films_that_a_watched_folder_brought_each_is_told_once_and_only_to_who_works_elsewhere() -> None:
    def brought(*ids: int, first_read: bool = False, **of: Any) -> State:
        films = tuple(
            Film(
                n,
                Path(f"{n}"),
                n,
                FilmStatus.DONE,
                result=Result(summary=Summary(0.9, True)),
                arrived=True,
                **of,
            )
            for n in ids
        )
        return as_seen(State(films=films, settings=Settings(reading_mode="first" if first_read else "beside")))

    told: list[int] = []
    elsewhere = True
    notices = Notices(told.append, lambda: elsewhere)
    notices.show_state(brought(1))
    notices.show_state(brought(1))
    assert told == [1]
    notices.show_state(brought(1, 2, 3))
    assert told == [1, 2]
    notices.show_state(brought(4, seen=True))
    notices.show_state(brought(5, first_read=True))
    elsewhere = False
    notices.show_state(brought(6))
    assert told == [1, 2], "read, hidden until a first read, or in front of the reader"


def test_five_hundred_films_are_painted_only_where_they_are_seen(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = tuple(
        Film(n, Path(f"{n}"), n, FilmStatus.DONE, result=Result(summary=Summary(n / 501, n > 200)), urgency=n / 501,
             facts=Facts(Patient(name=f"N{n}")))
        for n in range(1, 501)
    )  # fmt: skip
    shown = replace(session.presenter.state, films=films, current_id=250)
    shown = replace(shown, worklist=replace(shown.worklist, shown=True))
    asked: list[int] = []
    session.window.show_state(shown)
    panel = session.window.worklist
    assert panel is not None
    data = panel.lines.data

    def noted(index: QModelIndex, role: int = 0) -> object:
        asked.append(index.row())
        return data(index, role)

    monkeypatch.setattr(panel.lines, "data", noted)
    panel.table.viewport().update()
    QApplication.processEvents()
    assert len(set(asked)) < 60
    assert panel.lines.rowCount() == 500
    session.window.show_state(State())


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl", "list.sqlite"])
def test_the_list_is_saved_as_the_table_that_triage_writes(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    opened(session, qtbot, tmp_path / "films", 3)
    session.presenter.review.set_verdict("accept")
    target = tmp_path / name
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    session.window.commands["save_list"].trigger()
    qtbot.waitUntil(lambda: isinstance(session.presenter.state.message, Saved), timeout=20_000)
    if name.endswith(".sqlite"):
        with ResultStore(target, writable=False) as store:
            rows = list(store.films())
    else:
        rows = [row for kind, row in tables.read(target) if kind == "film"]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert [row["group"] for row in rows] == ["above", "above", "no answer"]
    assert [row["film"] for row in rows][2] == 3
    assert rows[2]["reason"] == "not_analysed"
    assert {row["verdict"] or "" for row in rows} == {"", "accept"}
    assert b"Name0" not in target.read_bytes()
