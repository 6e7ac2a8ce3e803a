"""What is to name nobody repeats no free text of a file, and says where the pixels themselves may name somebody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.cli import main as cli
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import Notice, Saved
from ptxviewer.core.view import FilmView, voi_of
from ptxviewer.dicom.read import read_film
from ptxviewer.report.page import PageOptions, page
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.caption import HEIGHT
from ptxviewer.ui.dialogs.burnt_in import BurntInText
from ptxviewer.words import say
from ptxviewer.words.annotations import corner_texts
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine
from tests.ui.windows import started

CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PLANTED = "PLANTEDNOMEN"
TOLD = say(Reading.MAY_CARRY_TEXT)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


def talkative(path: Path, table: bool) -> Radiograph:
    """A film with a name wherever a report could repeat a text of its file."""
    ds = dataset(ramp(100, 90), ViewPosition=f"PA {PLANTED[:8]}", Manufacturer=PLANTED, SeriesDescription=PLANTED)
    ds.Modality, ds.StudyDescription = "DX", PLANTED
    if table:
        item = Dataset()
        item.add_new(0x00283002, "US", [4096, 0, 12])
        item.add_new(0x00283006, "OW", ramp(1, 4096).tobytes())
        item.LUTExplanation = PLANTED
        ds.VOILUTSequence = [item]
    else:
        ds.WindowCenter, ds.WindowWidth, ds.WindowCenterWidthExplanation = "2000", "3000", PLANTED
    return read_film(save(ds, path))


@pytest.mark.parametrize("table", [False, True])
def test_a_page_that_names_nobody_repeats_no_text_of_the_file(tmp_path: Path, table: bool) -> None:
    film = talkative(tmp_path / "a.dcm", table)
    shown = page(film, None)
    assert PLANTED[:8] not in repr((shown.remark, shown.patient, shown.facts, shown.provenance, shown.headline))
    assert "DX, " in dict(shown.facts)["Film"]
    named = page(film, None, options=PageOptions(identified=True))
    assert PLANTED in repr(named.facts), "on an identified one the window has its name"
    corners = corner_texts(film, FilmView(), voi_of(film, FilmView()), 1.0, identified=False)
    assert PLANTED[:8] not in repr(corners)


@pytest.mark.parametrize("view", ["PA", "AP", "LL", "L LAT"])
def test_defined_terms_stay(tmp_path: Path, view: str) -> None:
    film = read_film(save(dataset(ramp(100, 90), ViewPosition=view), tmp_path / "a.dcm"))
    assert dict(page(film, None).facts)["Film"].startswith(f"DX {view},")


def test_the_json_of_a_film_repeats_no_text_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: FakeEngine(size=32))
    for number, table in enumerate((False, True)):
        talkative(tmp_path / f"film{number}.dcm", table)
    ds = dataset(ramp(100, 90))
    ds.file_meta.TransferSyntaxUID = UID(f"1.2.{PLANTED}")
    save(ds, tmp_path / "film2.dcm", implicit_vr=False, little_endian=True)
    cli.main(["predict", str(tmp_path), "--out", str(tmp_path / "out"), "--force"])
    written = [path.read_text() for path in (tmp_path / "out").glob("*.json")]
    assert len(written) == 3
    assert not [text for text in written if PLANTED[:8] in text]
    assert {json.loads(text)["status"] for text in written} >= {"ok"}


@pytest.mark.parametrize(
    ("tags", "may"),
    [
        ({}, False),
        ({"BurnedInAnnotation": "YES"}, True),
        ({"BurnedInAnnotation": "yes "}, True),
        ({"BurnedInAnnotation": "NO", "SOPClassUID": CAPTURE}, False),
        ({"SOPClassUID": CAPTURE}, True),
        ({"SOPClassUID": f"{CAPTURE}.2"}, True),
        ({"SOPClassUID": f"{CAPTURE}7.1.1"}, False),
        ({"SOPClassUID": CAPTURE, "BurnedInAnnotation": "?"}, True),
        ({"ConversionType": "WSD"}, True),
    ],
    ids=str,
)
def test_which_films_may_carry_text(tmp_path: Path, tags: dict[str, str], may: bool) -> None:
    ds = dataset(ramp(100, 90))
    for keyword, value in tags.items():
        ds[keyword] = DataElement(keyword, "UI" if keyword == "SOPClassUID" else "CS", value, validation_mode=IGNORE)
    film = read_film(save(ds, tmp_path / "a.dcm"))
    assert film.acquisition.may_carry_text is may
    assert (TOLD in page(film, None).remark) is may
    assert TOLD not in page(film, None, options=PageOptions(identified=True)).remark


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return save(dataset(ramp(100, 90), SOPClassUID=CAPTURE), folder / "a.dcm")


def test_the_command_line_says_it(
    tmp_path: Path,
    capture: Path,
    qapp: QApplication,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: FakeEngine(size=32))
    picture = tmp_path / "picture.png"
    cv2.imwrite(str(picture), ramp(100, 90, 255).astype("uint8"))
    for source in (capture, picture):
        for command, name in (("report", "out.pdf"), ("render", "out.png")):
            assert cli.main([command, str(source), "-o", str(tmp_path / name)]) == 0
            assert capsys.readouterr().err.count(TOLD) == 1
    assert cli.main(["report", str(capture), "-o", str(tmp_path / "out.pdf"), "--identified"]) == 0
    assert TOLD not in capsys.readouterr().err


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path, capture: Path) -> Iterator[Session]:
    with started(qtbot, tmp_path) as one:
        settings = one.presenter.state.settings
        one.presenter.apply_settings(replace(settings, reports_folder=str(tmp_path), accepted_notice=True))
        one.window.open_paths([capture])
        qtbot.waitUntil(lambda: [film.status for film in one.presenter.state.films] == [FilmStatus.DONE])
        yield one


def asked() -> list[BurntInText]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, BurntInText) and one.isVisible()]


def reports(folder: Path) -> list[Path]:
    return list(folder.glob("*.png"))


def test_the_reader_is_asked_once_before_a_report_that_is_to_name_nobody(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    session.window.do("save_report")
    (question,) = asked()
    question.reject()
    assert reports(tmp_path) == []
    session.window.do("save_report")
    (question,) = asked()
    question.accept()
    qtbot.waitUntil(lambda: isinstance(session.presenter.state.message, Saved))
    assert len(reports(tmp_path)) == 1
    session.window.do("save_report")
    assert asked() == [], "the reader has looked"
    qtbot.waitUntil(lambda: not isinstance(session.presenter.state.message, Notice))


def test_a_copied_picture_says_it(session: Session) -> None:
    def copied() -> QImage:
        session.window.commands["copy_picture"].trigger()
        return QGuiApplication.clipboard().pixmap().toImage()

    captioned = copied()
    session.presenter.apply_settings(replace(session.presenter.state.settings, report_identified=True))
    assert captioned.height() == copied().height() + HEIGHT
