"""Every dialog with the keyboard alone: each control is named, reached by Tab, seen to have focus; Escape leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QDeadlineTimer, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QRadioButton, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.commands.own_keys import usual
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.settings import PAGES, Settings
from ptxviewer.core.objects import Document
from ptxviewer.core.pacs import Node, PacsSettings
from ptxviewer.core.site import Share, SiteFigures
from ptxviewer.core.tag_list import TagList, TagRow
from ptxviewer.paths import guide_page, sample_study
from ptxviewer.results.store import ResultStore
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.images import rgb_of
from ptxviewer.ui.dialogs.about import about_film
from ptxviewer.ui.dialogs.about_program import ProgramDialog
from ptxviewer.ui.dialogs.burnt_in import BurntInText
from ptxviewer.ui.dialogs.calibrate import CalibrationDialog
from ptxviewer.ui.dialogs.choose_prior import ChoosePrior
from ptxviewer.ui.dialogs.deidentify import DeidentifyDialog
from ptxviewer.ui.dialogs.documents import DocumentsDialog
from ptxviewer.ui.dialogs.edit_keys import KeysEditor
from ptxviewer.ui.dialogs.guide import GuideWindow
from ptxviewer.ui.dialogs.keep_window import KeepWindowDialog
from ptxviewer.ui.dialogs.keys import KeySheet
from ptxviewer.ui.dialogs.monitor import MonitorDialog
from ptxviewer.ui.dialogs.notice import FirstRunNotice
from ptxviewer.ui.dialogs.objects import ObjectsDialog
from ptxviewer.ui.dialogs.pacs_find import FindDialog
from ptxviewer.ui.dialogs.pacs_nodes import NodesDialog
from ptxviewer.ui.dialogs.pacs_queue import QueueDialog
from ptxviewer.ui.dialogs.pacs_send import SendDialog
from ptxviewer.ui.dialogs.palette import Palette
from ptxviewer.ui.dialogs.preview import PreviewDialog
from ptxviewer.ui.dialogs.settings import SettingsDialog
from ptxviewer.ui.dialogs.site import SiteDialog
from ptxviewer.ui.dialogs.tags import TagsDialog
from tests.fakes import FakeEngine
from tests.results.made import film, findings
from tests.there import there
from tests.ui.test_accessible import name_of
from tests.ui.test_contrast import GRAPHICS, linear
from tests.ui.test_fitting_words import dressed
from tests.ui.windows import started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
MARGIN = 3  # screen pixels around a control, in which its focus may be drawn
LEAST = 12  # pixels that change: more than a caret that happens to be lit
LINKS = 40  # at most, on a page of the guide
LUMINANCE = (0.2126, 0.7152, 0.0722)  # of linear red, green and blue (WCAG 2.2)
NODES = PacsSettings(nodes=(Node("A", title="A", host="a.example", tls=True), Node("B", title="B", host="b.example")))
DOCUMENTS = (
    Document(uid="1", kind="report", title="Chest X-ray", text="Finding: none"),
    Document(uid="2", kind="pdf", title="Letter", pdf=b"%PDF-1.4"),
)
TAGS = TagList((TagRow(0, "(0008,0060)", "CS", "Modality", "DX"), TagRow(0, "(0010,0010)", "PN", "Name", "Doe")))
SITE = SiteFigures(3, Share(1, 3), Share(0, 3), (), (1, 1, 1), (), (), Share(1, 1), Share(1, 2))


def reached(what: Callable[[], bool], milliseconds: int = 20_000) -> bool:
    """True once ``what`` holds, events handled meanwhile."""
    end = QDeadlineTimer(milliseconds)
    while not what() and not end.hasExpired():
        QTest.qWait(5)
    return what()


@pytest.fixture(scope="module")
def session(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A window with two films and two nodes, for all dialogs: none of them is accepted."""
    with dressed(qapp):
        one = Session(tmp_path_factory.mktemp("keyboard") / "settings.json", FakeEngine())
        one.window.resize(1200, 800)
        one.window.show()
        one.window.open_paths(list(sample_study()[:2]))
        one.presenter.pacs.apply(NODES)
        assert reached(lambda: [each.status for each in one.presenter.state.films] == [FilmStatus.DONE] * 2)
        yield one
        assert one.close()
        one.window.deleteLater()


def tags_of(session: Session) -> QWidget:
    dialog = TagsDialog(True, session.window)
    dialog.show_tags(TAGS)
    return dialog


def settings_at(page: int) -> Callable[[Session], QWidget]:
    def made(session: Session) -> QWidget:
        dialog = SettingsDialog(Settings(), session.window)
        there(dialog.findChild(QTabWidget)).setCurrentIndex(page)
        return dialog

    return made


def preview_of(session: Session) -> QWidget:
    session.window.do("preview_report")
    assert reached(lambda: isinstance(QApplication.activeModalWidget(), PreviewDialog))
    return there(QApplication.activeModalWidget())


def about_film_of(session: Session) -> QWidget:
    return about_film(1, there(there(session.presenter.state.current).radiograph), session.window)


DIALOGS: dict[str, Callable[[Session], QWidget]] = {
    "about": lambda one: ProgramDialog(one.presenter.state, one.presenter.self_test, one.window),
    "about the film": about_film_of,
    "site": lambda one: SiteDialog(SITE, one.window),
    **{f"settings, page {number}": settings_at(number) for number in range(len(PAGES))},
    "keys": lambda one: KeySheet(one.window),
    "change keys": lambda one: KeysEditor(usual(), lambda _keys: None, one.window),
    "palette": lambda one: Palette(one.presenter.state, lambda _command: None, one.window),
    "calibration": lambda one: CalibrationDialog(lambda _mm: None, one.window),
    "keep window": lambda one: KeepWindowDialog((), lambda _name: None, one.window),
    "monitor": lambda one: MonitorDialog(lambda _scale: None, one.window),
    "find": lambda one: FindDialog(one.presenter.pacs, one.presenter.state, one.window),
    "send results": lambda one: SendDialog(one.presenter.state, "results", one.window),
    "send film": lambda one: SendDialog(one.presenter.state, "film", one.window),
    "nodes": lambda one: NodesDialog(one.presenter.pacs, one.window),
    "queue": lambda one: QueueDialog(one.presenter.pacs, one.presenter.state, one.window),
    "de-identify": lambda one: DeidentifyDialog(np.full((200, 160), 90, np.uint8), [(10, 10, 60, 30)], one.window),
    "documents": lambda one: DocumentsDialog(DOCUMENTS, True, one.window),
    "tags": tags_of,
    "objects": lambda one: ObjectsDialog(("sr",), one.window),
    "choose prior": lambda one: ChoosePrior(one.presenter.state, one.window),
    "notice": lambda one: FirstRunNotice(Path("/reports"), one.presenter.state.engine, one.window),
    "burnt-in text": lambda one: BurntInText(one.window),
    "guide": lambda one: GuideWindow(there(guide_page("en")), one.window),
    "preview": preview_of,
}


def focusable(dialog: QWidget) -> list[QWidget]:
    """What Tab must come to: in sight, possible now, and no part of another control."""
    return [
        one
        for one in dialog.findChildren(QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        and one.isVisible()
        and one.isEnabled()
        and one.focusProxy() is None
        and (not isinstance(one, QRadioButton) or one.isChecked())  # the arrows go to the others
        and not one.objectName().startswith("qt_")
    ]


def tabbed(dialog: QWidget, most: int) -> list[QWidget]:
    """What has the focus after each Tab, until it is at the first again."""
    first = there(QApplication.focusWidget())
    found = [first]
    for _ in range(most + LINKS):
        QTest.keyClick(there(QApplication.focusWidget()), Qt.Key.Key_Tab)
        at = there(QApplication.focusWidget())
        if at is first and len(found) > 1:
            return found
        if at is not found[-1]:  # Tab goes through the links of a page
            found.append(at)
    if len(found) == 1:
        return found
    raise AssertionError(f"Tab does not come back to the first: {[said(one) for one in found]}")


def said(widget: QWidget) -> str:
    return f"{type(widget).__name__} {name_of(widget)}"


def picture(dialog: QWidget, widget: QWidget) -> np.ndarray:
    """The luminance around a control, 0 to 1."""
    around = QRect(widget.mapTo(dialog, QPoint(0, 0)), widget.size())
    shown = dialog.grab(around.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)).toImage()
    return linear(rgb_of(shown)) @ np.asarray(LUMINANCE)


def marked(before: np.ndarray, after: np.ndarray) -> int:
    """How many pixels change by a contrast of 3 to 1 (WCAG 2.2, 2.4.13)."""
    low, high = np.minimum(before, after), np.maximum(before, after)
    return int(((high + 0.05) / (low + 0.05) >= GRAPHICS).sum())


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_is_used_with_the_keyboard_alone(session: Session, qtbot: QtBot, name: str) -> None:
    dialog = DIALOGS[name](session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    walk(dialog, qtbot)


def unseen(window: QWidget, controls: Iterable[QWidget]) -> list[str]:
    """Return the controls that do not show that they have the focus."""
    missed = []
    for one in controls:
        one.setFocus(Qt.FocusReason.TabFocusReason)
        lit = picture(window, one)
        one.clearFocus()
        if (count := marked(picture(window, one), lit)) < LEAST:
            missed.append(f"{said(one)}: {count} pixels")
    return missed


def walk(dialog: QWidget, qtbot: QtBot) -> None:
    """Every control is named, reached and seen to have the focus; Escape leaves."""
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and QApplication.focusWidget() is not None)
    wanted = focusable(dialog)
    assert [said(one) for one in wanted if not name_of(one).strip()] == []
    order = tabbed(dialog, len(wanted))
    assert [said(one) for one in wanted if one not in order] == []
    assert unseen(dialog, order) == []
    order[0].setFocus()
    QTest.keyClick(order[0], Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_every_control_of_the_window_shows_that_it_has_the_focus(session: Session, qtbot: QtBot) -> None:
    """Also one that is down, whose edge has the accent already."""
    window = session.window
    for command in ("two_thresholds", "worklist"):
        window.do(command)
    window.resize(1600, 1600)  # nothing is scrolled away
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    controls = [one for one in focusable(window) if not isinstance(one, Canvas)]  # has it where nothing else does
    down = [one for one in controls if isinstance(one, QAbstractButton) and one.isChecked()]
    assert {one.text() for one in down} >= {"Outline", "All 2"}
    assert unseen(window, controls) == []
    for command in ("two_thresholds", "worklist"):
        window.do(command)


def test_dialogs_that_were_left_do_not_pile_up(session: Session, qtbot: QtBot) -> None:
    commands = ("settings", "save_objects", "pacs_nodes", "pacs_find", "pacs_queue", "shortcuts", "about")
    for command in commands:
        session.window.do(command)
        there(QApplication.activeModalWidget()).close()
    qtbot.waitUntil(lambda: not session.window.findChildren(QDialog))


def test_the_list_of_a_store_is_used_with_the_keyboard_alone(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    store = tmp_path / "r.sqlite"
    with ResultStore(store) as made, made.transaction():
        for number in range(1, 4):
            made.put(film(number), findings(film(number)))
    with dressed(qapp), started(qtbot, tmp_path / "settings") as one:
        one.window.open_paths([store])
        window = one.window.asking.lists[-1]
        qtbot.addWidget(window)
        qtbot.waitUntil(lambda: window.lines.rowCount() == 3)
        walk(window, qtbot)
