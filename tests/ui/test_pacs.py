"""The PACS in the window: dialogs that the keyboard can do alone, and a day's work against a real archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.pacs import Parcel
from ptxviewer.core.archive import RESULT_MODALITIES, Query
from ptxviewer.core.pacs import Delivery, Node, PacsSettings, Station
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.pacs_find import FindDialog
from ptxviewer.ui.dialogs.pacs_nodes import NodesDialog
from ptxviewer.ui.dialogs.pacs_queue import QueueDialog, outcome_of
from ptxviewer.ui.dialogs.pacs_send import SendDialog
from ptxviewer.ui.panels.status_bar import network_text
from ptxviewer.words import say
from tests.dicom.made import in_study, ramp, save
from tests.pacs.servers import free_port, orthanc
from tests.ui.test_accessible import name_of
from tests.ui.windows import open_films, started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
D = TypeVar("D", bound=QDialog)


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    with started(qtbot, tmp_path) as one:
        yield one


def opened(session: Session, qtbot: QtBot, command: str, kind: type[D]) -> D:
    session.window.do(command)
    [dialog] = [one for one in session.window.findChildren(kind) if one.isVisible()]
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def reached_by_tab(dialog: QDialog) -> set[QWidget]:
    """What Tab comes to, from where the keyboard is when the dialog opens."""
    found: list[QWidget] = []
    for _ in range(80):
        press_tab(dialog)
        focus = QApplication.focusWidget()
        if focus is None or focus in found:
            break
        found.append(focus)
    return set(found)


def press_tab(dialog: QDialog) -> None:
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)


def nodes(*some: Node) -> PacsSettings:
    return PacsSettings(nodes=some)


A = Node("A", title="A", host="a.example")


def test_without_a_node_every_command_leads_to_the_nodes(session: Session, qtbot: QtBot) -> None:
    open_films(session, qtbot)
    for command in ("pacs_results", "pacs_film", "pacs_find"):
        dialog = opened(session, qtbot, command, NodesDialog)
        dialog.reject()
        assert not dialog.isVisible()


def test_a_node_is_added_tested_and_kept_by_keys_alone(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(session, qtbot, "pacs_nodes", NodesDialog)
    qtbot.keyClick(dialog.add_node, Qt.Key.Key_Space)
    for text in ("Archive", None, "ARCHIVE", "127.0.0.1"):
        if text is not None:
            qtbot.keyClicks(QApplication.focusWidget(), text)
        press_tab(dialog)
    assert {dialog.test, dialog.remove_node, dialog.list} <= reached_by_tab(dialog)
    dialog.accept()
    assert not dialog.isVisible()
    [node] = session.presenter.pacs.settings.nodes
    assert (node.name, node.title, node.host, node.port) == ("Archive", "ARCHIVE", "127.0.0.1", 104)
    kept = tmp_path / "pacs.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "ARCHIVE" in kept.read_text()


def test_a_fault_is_said_and_the_dialog_stays(session: Session, qtbot: QtBot) -> None:
    dialog = opened(session, qtbot, "pacs_nodes", NodesDialog)
    dialog.add_node.click()
    dialog.test.click()
    assert dialog.told.text() == say(Pacs.BAD_TITLE)
    dialog.accept()
    assert dialog.isVisible()
    assert dialog.fault.text() == say(Pacs.BAD_TITLE)
    dialog.remove_node.click()
    dialog.accept()
    assert not dialog.isVisible()


def test_a_node_that_does_not_answer_is_one_sentence(session: Session, qtbot: QtBot) -> None:
    session.presenter.pacs.apply(nodes(Node("A", title="A", host="127.0.0.1", port=free_port())))
    dialog = opened(session, qtbot, "pacs_nodes", NodesDialog)
    dialog.test.click()
    qtbot.waitUntil(lambda: dialog.told.text() == say(Pacs.NO_CONNECTION), timeout=15_000)
    assert dialog.test.isEnabled()
    dialog.reject()


def test_every_control_has_a_name(session: Session, qtbot: QtBot) -> None:
    session.presenter.pacs.apply(nodes(replace(A, tls=True), Node("W", "web", url="https://w.example", auth="basic")))
    open_films(session, qtbot)
    for command, kind in (
        ("pacs_nodes", NodesDialog),
        ("pacs_results", SendDialog),
        ("pacs_find", FindDialog),
        ("pacs_queue", QueueDialog),
    ):
        dialog = opened(session, qtbot, command, kind)
        assert [type(one).__name__ for one in reached_by_tab(dialog) if not name_of(one).strip()] == []
        dialog.reject()


def test_nothing_is_sent_where_the_dialog_is_left(session: Session, qtbot: QtBot) -> None:
    session.presenter.pacs.apply(nodes(A))
    open_films(session, qtbot)
    dialog = opened(session, qtbot, "pacs_results", SendDialog)
    assert len(reached_by_tab(dialog)) >= 7
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert session.presenter.state.pacs.left == 0


def test_the_queue_follows_and_discards(session: Session, qtbot: QtBot) -> None:
    session.presenter.pacs.apply(nodes(Node("A", title="A", host="127.0.0.1", port=free_port())))
    open_films(session, qtbot)
    dialog = opened(session, qtbot, "pacs_queue", QueueDialog)
    assert dialog.list.topLevelItemCount() == 0
    session.presenter.pacs.sending.results("A", [session.presenter.state.films[0].id], ("sr",))
    qtbot.waitUntil(lambda: say(Pacs.NO_CONNECTION) in text_of(dialog), timeout=20_000)
    assert network_text(session.presenter.state)
    dialog.list.setCurrentIndex(dialog.list.model().index(0, 0))
    dialog.discard.click()
    qtbot.waitUntil(lambda: dialog.list.topLevelItemCount() == 0)
    assert session.presenter.state.pacs.left == 0
    dialog.reject()


def text_of(dialog: QueueDialog) -> str:
    item = dialog.list.topLevelItem(0)
    return "" if item is None else item.text(3)


def test_a_parcel_is_told_in_one_line() -> None:
    there, refused = Delivery("stored", None, True), Delivery("failed", Pacs.CLASS_NOT_TAKEN)
    mixed = Parcel("x", "A", "results", 1, "2026-01-01T10:00:00", (there, refused))
    assert "1 of 2" in outcome_of(mixed, sending=False)
    assert say(Pacs.CLASS_NOT_TAKEN) in outcome_of(replace(mixed, deliveries=(refused,)), sending=False)


def test_a_day_with_an_archive(qtbot: QtBot, tmp_path: Path) -> None:
    """Results are sent, found, deleted here, and fetched back as earlier results; so are films."""
    count = 5
    films = tmp_path / "films"
    films.mkdir()
    for number in range(count):
        tags = {"PatientID": "DAY", "StudyDate": f"202601{number + 1:02}"}
        save(in_study(ramp(80, 80 + number), **tags), films / f"{number:02}.dcm")
    station = Station("PTXVIEWER", port=free_port())
    with orthanc(tmp_path / "orthanc", station) as archive, started(qtbot, tmp_path / "kept") as session:
        presenter = session.presenter
        presenter.pacs.apply(PacsSettings(station, (archive.dicom, archive.web), years=99))
        session.window.open_paths([films])

        def all_done() -> bool:
            states = [film.status for film in presenter.state.films]
            return len(states) == count and set(states) == {FilmStatus.DONE}

        qtbot.waitUntil(all_done, timeout=60_000)
        ids = [film.id for film in presenter.state.films]
        presenter.pacs.sending.results("orthanc", ids, ("sr",))
        qtbot.waitUntil(lambda: arrived(session) == count, timeout=90_000)
        presenter.pacs.sending.film("web", ids[:3])
        qtbot.waitUntil(lambda: arrived(session) == count + 3, timeout=30_000)
        assert all(one.found for parcel in presenter.state.pacs.parcels for one in parcel.deliveries)
        assert not [path for path in (tmp_path / "kept" / "outbox").rglob("*") if path.is_file()]
        assert archive.count() == count + 3

        presenter.films.close_all()
        for path in films.iterdir():
            path.unlink()
        dialog = opened(session, qtbot, "pacs_find", FindDialog)
        found = presenter.pacs.fetching
        results: list[object] = []
        query = Query("DAY", modalities=RESULT_MODALITIES)
        found.find(archive.dicom, query, lambda outcome: results.append(outcome.value))
        qtbot.waitUntil(lambda: bool(results), timeout=30_000)
        reports = results[0]
        assert isinstance(reports, list)
        assert len(reports) == count
        found.find(archive.web, Query("DAY"), lambda outcome: results.append(outcome.value))
        qtbot.waitUntil(lambda: len(results) == 2, timeout=30_000)
        back = results[1]
        assert isinstance(back, list)
        assert len(back) == 3
        found.fetch(archive.web, back)
        found.fetch(archive.dicom, reports[-3:])  # of the oldest studies, whose films these are
        qtbot.waitUntil(lambda: not presenter.state.pacs.fetching and len(presenter.state.films) == 3, timeout=30_000)
        qtbot.waitUntil(lambda: len(presenter.state.objects) == 3, timeout=30_000)
        uids = {film.facts.study.sop_uid for film in presenter.state.films if film.facts is not None}
        assert {one.film_uid for one in presenter.state.objects} == uids, "earlier results of the films that came back"
        dialog.reject()


def arrived(session: Session) -> int:
    return sum(parcel.arrived for parcel in session.presenter.state.pacs.parcels)
