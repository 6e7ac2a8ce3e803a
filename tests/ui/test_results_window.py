"""A store of results in a window: opened like a film, filtered, its films brought on screen, its selection saved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ptxviewer.app.exports import EXPORTS, OBJECTS
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.window import Notice
from ptxviewer.paths import sample_study
from ptxviewer.results import tables
from ptxviewer.results.browsing import COLUMNS
from ptxviewer.results.store import ResultStore
from ptxviewer.ui.application import Session
from ptxviewer.ui.results.window import ResultsWindow
from ptxviewer.words import say, tr
from tests.results.made import film, findings
from tests.ui.windows import started

FILMS = 700
NAME = "Planted^Nomen"


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    with started(qtbot, tmp_path / "settings") as one:
        yield one


@pytest.fixture
def store(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(written, tmp_path / written.name))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film 1 is at its place, film 2 is not; the others have no file in the store. Tests have copies of it."""
    folder = tmp_path_factory.mktemp("store")
    path, there = folder / "r.sqlite", folder / "there.dcm"
    shutil.copyfile(sample_study()[0], there)
    files = {1: str(there), 2: str(folder / "gone.dcm")}
    with ResultStore(path) as made, made.transaction():
        for number in range(1, FILMS + 1):
            row = film(number, file=files.get(number), patient=NAME)
            if number == 3:
                status = there.stat()
                row |= {"file_bytes": status.st_size, "file_mtime_ns": status.st_mtime_ns}
            made.put(row, findings(row))
    return path


def opened(session: Session, qtbot: QtBot, store: Path) -> ResultsWindow:
    session.window.open_paths([store])
    window = session.window.asking.lists[-1]
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: window.lines.rowCount() == FILMS)
    return window


def told(session: Session) -> Reason | None:
    banner = session.presenter.state.banner
    return None if banner is None else banner.reason


def shown(window: ResultsWindow, row: int) -> list[str]:
    return [str(window.lines.index(row, column).data() or "") for column in range(len(COLUMNS))]


def choose(window: ResultsWindow, *numbers: int) -> None:
    """Select films, in a list that has few of them."""
    window.bar.query.setText(f"film={','.join(map(str, numbers))}")
    window.bar.tell()


def only(window: ResultsWindow, qtbot: QtBot, *numbers: int) -> None:
    choose(window, *numbers)
    qtbot.waitUntil(lambda: sorted(map(window.lines.number, range(window.lines.rowCount()))) == sorted(numbers))
    window.table.selectAll()


def test_it_opens_like_a_film_with_the_most_urgent_first(session: Session, qtbot: QtBot, store: Path) -> None:
    window = opened(session, qtbot, store)
    best = max(range(1, FILMS + 1), key=lambda number: film(number)["score"])
    assert window.lines.number(0) == best
    assert session.presenter.state.films == ()
    assert window.table.hasFocus() or window.table.currentIndex().row() == 0


def test_filter_order_and_all_again(session: Session, qtbot: QtBot, store: Path) -> None:
    window = opened(session, qtbot, store)
    left = sum(film(number)["side"] == "left" for number in range(1, FILMS + 1))
    window.bar.side.setCurrentIndex(window.bar.side.findData("left"))
    qtbot.waitUntil(lambda: window.lines.rowCount() == left)
    window.bar.reset.click()
    qtbot.waitUntil(lambda: window.lines.rowCount() == FILMS)
    header = window.table.horizontalHeader()
    header.sectionClicked.emit(COLUMNS.index("film"))
    qtbot.waitUntil(lambda: window.lines.number(0) == 1)
    header.sectionClicked.emit(COLUMNS.index("film"))
    qtbot.waitUntil(lambda: window.lines.number(0) == FILMS)
    choose(window, 10**6)
    qtbot.waitUntil(lambda: window.lines.rowCount() == 0)
    assert not window.table.isVisible()


@pytest.mark.qt_log_ignore("does not support raise")
def test_enter_brings_the_film_on_screen_and_says_where_it_is_gone(session: Session, qtbot: QtBot, store: Path) -> None:
    window = opened(session, qtbot, store)
    only(window, qtbot, 2)
    qtbot.keyClick(window.table, Qt.Key.Key_Return)
    assert "2" in window.told.text()
    only(window, qtbot, 1)
    qtbot.keyClick(window.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(session.presenter.state.films) == 1, timeout=20_000)


@pytest.mark.qt_log_ignore("does not support raise")
def test_a_film_that_the_store_does_not_name_is_found_in_a_folder(
    session: Session, qtbot: QtBot, store: Path, written: Path
) -> None:
    window = opened(session, qtbot, store)
    only(window, qtbot, 3)
    window.open_chosen()
    before = window.told.text()
    window.look_in(written.parent)
    qtbot.waitUntil(lambda: window.place_of_number(3) is not None)
    window.open_chosen()
    assert window.told.text() != before
    qtbot.waitUntil(lambda: len(session.presenter.state.films) == 1, timeout=20_000)


def test_names_are_shown_only_where_the_screen_shows_them(session: Session, qtbot: QtBot, store: Path) -> None:
    window = opened(session, qtbot, store)
    assert any(NAME in text for text in shown(window, 0)) is session.presenter.state.identified
    session.presenter.apply_settings(replace(session.presenter.state.settings, screen_identified=False))
    assert not any(NAME in text for text in shown(window, 0))


def test_a_first_read_is_not_spoilt(session: Session, store: Path) -> None:
    session.presenter.apply_settings(replace(session.presenter.state.settings, reading_mode="first"))
    session.window.open_paths([store])
    assert session.window.asking.lists == ()
    assert told(session) is Notice.STORE_HIDDEN


def test_what_is_no_store_is_told(session: Session, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"SQLite format 3\0 but not really" * 40)
    session.window.open_paths([other])
    assert told(session) in {Results.STORE_NOT_OURS, Results.STORE_DAMAGED}


@pytest.mark.parametrize("suffix", [*(one.suffix for one in tables.FORMATS if one.suffix != ".parquet"), ".sqlite"])
def test_the_selection_is_saved_as_a_table(
    session: Session, qtbot: QtBot, store: Path, tmp_path: Path, suffix: str
) -> None:
    window = opened(session, qtbot, store)
    only(window, qtbot, 5, 6)
    target = tmp_path / f"chosen{suffix}"
    window.export.write_table(target)
    qtbot.waitUntil(lambda: str(target) in window.told.text())
    if suffix == ".sqlite":
        with ResultStore(target, writable=False) as kept:
            rows = list(kept.films())
    else:
        rows = [row for kind, row in tables.read(target) if kind == "film"]
    assert {row["film"] for row in rows} == {5, 6}
    assert len(rows) == 2
    assert not any(row.get("patient") for row in rows)


def test_every_row_of_the_export_table_is_offered_and_says_what_was_not_saved(
    session: Session, qtbot: QtBot, store: Path, tmp_path: Path
) -> None:
    window = opened(session, qtbot, store)
    assert len(window.export.menu.actions()) >= len(EXPORTS) + len(OBJECTS) + 2
    only(window, qtbot, 1, 2)
    out = tmp_path / "out"
    out.mkdir()
    window.export.films(EXPORTS[0], out)
    qtbot.waitUntil(lambda: not session.presenter.exporting.busy, timeout=20_000)
    assert [path.name for path in out.iterdir()] == [f"ptx-report-film1{EXPORTS[0].suffix}"]
    assert say(Reading.FILE_GONE) in window.told.text()
    window.export.objects(["sr"], out)
    qtbot.waitUntil(lambda: not session.presenter.exporting.busy, timeout=20_000)
    assert (out / "ptx-dicom-film1.sr.dcm").is_file()


def test_while_films_are_saved_nothing_else_is_begun_and_it_can_be_stopped_without_a_selection(
    session: Session, qtbot: QtBot, store: Path, tmp_path: Path
) -> None:
    window = opened(session, qtbot, store)
    only(window, qtbot, 1, 2, 3)

    def offered() -> set[str]:
        window.export.menu.aboutToShow.emit()
        return {action.text() for action in window.export.menu.actions() if action.isEnabled() and action.text()}

    free = offered()
    assert tr("Stop exporting") not in free
    window.export.films(EXPORTS[0], tmp_path)
    assert offered() == {tr("Table..."), tr("Stop exporting")}
    window.table.clearSelection()
    assert window.export.button.isEnabled()
    assert offered() == {tr("Stop exporting")}
    window.export.stop()
    assert not session.presenter.exporting.busy
    only(window, qtbot, 1, 2, 3)
    assert offered() == free


def test_it_closes_with_the_window_of_films(session: Session, qtbot: QtBot, store: Path) -> None:
    window = opened(session, qtbot, store)
    session.window.close()
    assert not window.isVisible()
