"""No text of a file is rich text: what looks like HTML stands there as it is written, wherever it is shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom._dicom_dict import DicomDictionary
from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

import ptxviewer
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.ui.application import Session
from ptxviewer.ui.platform.plain import plain_tip
from tests.dicom.made import dataset, ramp, save
from tests.ui.windows import started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
UI = Path(ptxviewer.__file__).parent / "ui"
HOSTILE = '<img src="file:///etc/passwd"><b>x</b>\x1b[31m\u202e'
TEXTS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT")
MEANT = {"SpecificCharacterSet", "PhotometricInterpretation", "Modality", "PatientOrientation", "VOILUTFunction"}
"""Those by which a film is read; what else may hold text holds the hostile one."""
PLAIN_CALLS = {"plain_tip", "tooltip_of", "key_of"}


def hostile_film(path: Path, number: int) -> Path:
    ds = dataset(ramp(100 + number, 90), WindowCenter="2000", WindowWidth="4000", SpecificCharacterSet="ISO_IR 192")
    for tag, (vr, *_, retired, keyword) in DicomDictionary.items():
        if vr in TEXTS and keyword and not retired and keyword not in MEANT and tag >> 16 >= 8:
            written = HOSTILE.encode("ascii", "ignore").decode() if vr in ("AE", "CS") else HOSTILE
            ds.add(DataElement(tag, vr, written, validation_mode=IGNORE))
    table = Dataset()
    table.add_new(0x00283002, "US", [4096, 0, 12])
    table.add_new(0x00283006, "OW", ramp(1, 4096).tobytes())
    table.LUTExplanation = HOSTILE
    ds.VOILUTSequence = [table]
    return save(ds, path)


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    folder = tmp_path / "<b>films"
    folder.mkdir()
    for number in range(2):
        hostile_film(folder / f"<img src='x'>{number}.dcm", number)
    (folder / "<b>torn.dcm").write_bytes((folder / "<img src='x'>0.dcm").read_bytes()[:600])
    with started(qtbot, tmp_path, size=(1440, 900)) as one:
        one.window.open_paths([folder])
        busy = (FilmStatus.OPENING, FilmStatus.WAITING, FilmStatus.ANALYSING)
        qtbot.waitUntil(
            lambda: (
                len(one.presenter.state.films) == 3
                and not [film for film in one.presenter.state.films if film.status in busy]
            ),
            timeout=20_000,
        )
        yield one


def texts_of(widget: QWidget) -> Iterator[str]:
    """Every text of a widget and of all in it that Qt would guess the format of."""
    for one in (widget, *widget.findChildren(QWidget)):
        yield from (one.toolTip(), one.statusTip(), one.whatsThis())
        if isinstance(one, QLabel) and one.textFormat() != Qt.TextFormat.PlainText:
            yield one.text()
        if isinstance(one, QAbstractItemView) and one.model() is not None:
            yield from tips_of(one.model())
    yield from (action.toolTip() for action in widget.findChildren(QAction))


def tips_of(model: QAbstractItemModel) -> Iterator[str]:
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    for row in range(model.rowCount(QModelIndex())):
        for column in range(columns):
            index = model.index(row, column)
            for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.StatusTipRole, Qt.ItemDataRole.WhatsThisRole):
                yield str(index.data(role) or "")


def hostile(text: str) -> bool:
    return "<img" in text or "<b>" in text or "\x1b" in text or "\u202e" in text


def rich(widget: QWidget) -> list[str]:
    return [text for text in texts_of(widget) if hostile(text)]


def test_every_place_shows_it_as_it_is_written(session: Session, qtbot: QtBot) -> None:
    state = session.presenter.state
    assert [film.facts is not None and "<img" in film.facts.patient.name for film in state.films].count(True) == 2
    window = session.window
    session.presenter.films.list.toggle()
    seen = []
    for film in state.films:
        session.presenter.films.select(film.id)
        seen += rich(window)
    window.asking.about_film()
    window.asking.compare_with()
    window.asking.settings()
    window.asking.palette()
    for dialog in QApplication.topLevelWidgets():
        seen += rich(dialog)
        if dialog is not window and dialog.isVisible():
            dialog.close()
    assert seen == []


def test_a_film_whose_rescale_overflows_is_refused_in_one_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    ds = dataset(ramp(100, 90))
    ds["RescaleSlope"] = DataElement("RescaleSlope", "DS", "1e308", validation_mode=IGNORE)
    with started(qtbot, tmp_path) as one:
        one.window.open_paths([save(ds, tmp_path / "a.dcm")])
        qtbot.waitUntil(lambda: [film.status for film in one.presenter.state.films] == [FilmStatus.FAILED])
        assert one.presenter.state.films[0].why is Reading.RESCALE_UNUSABLE
        banner = one.presenter.state.banner
        assert banner is not None
        assert banner.reason is Reading.RESCALE_UNUSABLE


@pytest.mark.parametrize("text", ["a < b", "<img src='x'>", "line\n<b>x</b>", "&lt;b&gt;", "fine", ""])
def test_a_tooltip_is_what_it_says(qapp: QApplication, text: str) -> None:
    shown = plain_tip(text)
    label = QTextDocument()
    label.setHtml(shown if shown.startswith("<p") else f"<pre>{shown}</pre>")
    assert label.toPlainText() == text, "an escaped one reads as it was written"
    assert "<" not in text or shown.startswith("<p"), "Qt must not guess"


def calls_in(code: str) -> Iterator[tuple[str, ast.Call]]:
    """What is called, and the call."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def is_plain(given: ast.expr) -> bool:
    """Escaped, or a text of our own in which nothing of a film is filled."""
    if isinstance(given, ast.IfExp):
        return is_plain(given.body) and is_plain(given.orelse)
    if isinstance(given, ast.Constant):
        return True
    if not isinstance(given, ast.Call) or not isinstance(given.func, (ast.Name, ast.Attribute)):
        return False
    if isinstance(given.func, ast.Attribute):
        return getattr(given.func.value, "id", "") == "quantities"  # numbers with their units
    if given.func.id in ("sentences", "tr"):
        return all(map(is_plain, (*given.args[given.func.id == "tr" :], *(one.value for one in given.keywords))))
    return given.func.id in PLAIN_CALLS


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.name)
def test_tooltips_and_labels_are_made_in_one_place(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    calls = [(name, call) for name, call in calls_in(code) if name in ("setToolTip", "QLabel")]
    assert [call.lineno for name, call in calls if name == "setToolTip" and not is_plain(call.args[-1])] == []
    if path.name != "controls.py":
        assert [call.lineno for name, call in calls if name == "QLabel"] == [], "controls.label is plain"
    assert not [name for name in ("QMessageBox(", "setHtml(", "QTextDocument(", "QStaticText(") if name in code]


def test_the_rule_bites() -> None:
    assert not is_plain(ast.parse("film.name", mode="eval").body)
    assert not is_plain(ast.parse("tr('{name}', name=name)", mode="eval").body)
    assert not is_plain(ast.parse("f'{name}'", mode="eval").body)
    assert is_plain(ast.parse("plain_tip(film.name)", mode="eval").body)
