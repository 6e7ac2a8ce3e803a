"""The reader sees what may be text in a film and decides; the film is saved as they said, also one without a result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsView, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.burnt_in import text_regions
from ptxviewer.core.reasons.window import Saved
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.dicom.read import read_film
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.deidentify import DeidentifyDialog
from tests.dicom.made import dataset, save
from tests.there import there
from tests.ui.windows import started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
TEXT = (20, 20, 330, 60)  # where it stands, about


def film_with_text(path: Path, text: str = "DOE JANE 1950") -> Path:
    """A grey film with a bright name in its corner; a lateral one, which the network does not look at."""
    y, x = np.mgrid[0:600, 0:500].astype(np.float32)
    pixels = (1200 + 600 * np.sin(x / 90) * np.cos(y / 110)).astype(np.uint16)
    letters = np.zeros(pixels.shape, np.uint8)
    cv2.putText(letters, text, (24, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2, cv2.LINE_8)
    pixels[letters > 0] = 4095
    return save(
        dataset(pixels, ViewPosition="LL", WindowCenter="2000", WindowWidth="4000", PatientName="Doe^Jane"), path
    )


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path / "settings"))
    with started(qtbot, tmp_path) as one:
        settings = one.presenter.state.settings
        one.presenter.apply_settings(replace(settings, reports_folder=str(tmp_path), accepted_notice=True))
        one.window.open_paths([film_with_text(tmp_path / "Doe_Jane.dcm")])
        qtbot.waitUntil(lambda: [film.status for film in one.presenter.state.films] == [FilmStatus.NOT_ANALYSED])
        yield one


def asked(session: Session, qtbot: QtBot) -> DeidentifyDialog:
    def shown() -> list[DeidentifyDialog]:
        every = QApplication.topLevelWidgets()
        return [one for one in every if isinstance(one, DeidentifyDialog) and one.isVisible()]

    session.window.do("save_deidentified")
    qtbot.waitUntil(lambda: bool(shown()))
    return shown()[0]


def saved(session: Session, qtbot: QtBot) -> Path:
    qtbot.waitUntil(lambda: isinstance(session.presenter.state.message, Saved))
    message = session.presenter.state.message
    assert isinstance(message, Saved)
    return Path(message.path)


def test_text_near_the_edge_is_proposed_and_stays_unless_the_reader_says_so(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    before = read_film(tmp_path / "Doe_Jane.dcm").pixels
    dialog = asked(session, qtbot)
    places = there(dialog.findChild(QListWidget))
    assert places.count() == 1
    assert dialog.chosen == ()
    dialog.accept()
    path = saved(session, qtbot)
    assert "Doe" not in path.name
    assert (read_film(path).pixels == before).all()
    assert pydicom.dcmread(path).PatientName != "Doe^Jane"


def test_what_is_ticked_or_drawn_is_black(session: Session, qtbot: QtBot) -> None:
    dialog = asked(session, qtbot)
    places, view = there(dialog.findChild(QListWidget)), there(dialog.findChild(QGraphicsView))
    places.setFocus()
    places.setCurrentRow(0)
    QTest.keyClick(places, Qt.Key.Key_Space)
    assert len(dialog.chosen) == 1
    middle = view.viewport().rect().center()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(view.viewport(), middle + QPoint(60, 40))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 40))
    assert len(dialog.chosen) == 2
    drawn = dialog.chosen[1]
    dialog.accept()
    pixels = read_film(saved(session, qtbot)).pixels
    x0, y0, x1, y1 = TEXT
    assert not (pixels[y0:y1, x0:x1] > 4000).any(), "the name is gone"
    assert not pixels[drawn[1] : drawn[3], drawn[0] : drawn[2]].any()
    assert (drawn[0], drawn[1]) > (200, 200)
    assert pixels[400:, :100].all()


def test_a_place_is_added_moved_and_sized_by_keys(session: Session, qtbot: QtBot) -> None:
    dialog = asked(session, qtbot)
    places = there(dialog.findChild(QListWidget))
    add = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Add a place")
    add.setFocus()
    QTest.keyClick(add, Qt.Key.Key_Space)
    (before,) = dialog.chosen
    places.setFocus()
    QTest.keyClick(places, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(places, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    (after,) = dialog.chosen
    assert after[0] < before[0]
    assert after[2] - after[0] == before[2] - before[0]
    assert after[1] == before[1]
    assert after[3] > before[3]
    for _ in range(200):
        QTest.keyClick(places, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.chosen[0][1] == 0, "it stays on the film"
    dialog.reject()


def test_a_place_can_be_taken_off_the_list_and_nothing_is_saved_on_cancel(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = asked(session, qtbot)
    places = there(dialog.findChild(QListWidget))
    places.setCurrentRow(0)
    places.setFocus()
    QTest.keyClick(places, Qt.Key.Key_Delete)
    assert places.count() == 0
    dialog.reject()
    assert {path.name for path in tmp_path.glob("*.dcm")} == {"Doe_Jane.dcm"}


def test_a_file_that_changed_since_it_was_looked_at_is_refused(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = asked(session, qtbot)
    film_with_text(tmp_path / "Doe_Jane.dcm", "ROE RICHARD 71")
    dialog.accept()
    qtbot.waitUntil(lambda: session.presenter.state.banner is not None)
    banner = session.presenter.state.banner
    assert banner is not None
    qtbot.waitUntil(lambda: there(session.presenter.state.banner).reason is Unsaved.FILE_CHANGED)
    assert {path.name for path in tmp_path.glob("*.dcm")} == {"Doe_Jane.dcm"}


def smooth(bright: bool) -> GreyImage:
    y, x = np.mgrid[0:1200, 0:1000].astype(np.float32)
    film = (128 + 90 * np.sin(x / 150) * np.cos(y / 170)).astype(np.uint8)
    film[:120, :] = 40 if bright else 220
    return film


def with_marker(film: GreyImage, colour: int) -> GreyImage:
    cv2.putText(film, "L", (900, 90), cv2.FONT_HERSHEY_SIMPLEX, 2.0, colour, 6)
    return film


@pytest.mark.parametrize("bright", [True, False])
def test_smooth_films_and_markers_are_no_text(bright: bool) -> None:
    film = smooth(bright)
    assert text_regions(film) == []
    assert text_regions(with_marker(film, 255 if bright else 0)) == [], "a film marker is no text"


@pytest.mark.parametrize("size", [0.5, 0.8, 1.2, 2.0])
@pytest.mark.parametrize("bright", [True, False])
def test_rows_of_letters_are_found_beside_a_marker(size: float, bright: bool) -> None:
    colour = 255 if bright else 0
    film = with_marker(smooth(bright), colour)
    cv2.putText(film, "DOE JANE 4711", (30, 70), cv2.FONT_HERSHEY_SIMPLEX, size, colour, max(1, round(2 * size)))
    (width, height), _ = cv2.getTextSize("DOE JANE 4711", cv2.FONT_HERSHEY_SIMPLEX, size, max(1, round(2 * size)))
    (found,) = text_regions(film)
    assert found[0] <= 40
    assert found[2] >= 30 + 0.9 * width
    assert found[1] <= 70 - height * 0.8
    assert found[3] >= 70


def test_a_row_that_begins_near_the_edge_is_found_to_its_end() -> None:
    film = np.full((1200, 1000), 60, np.uint8)
    cv2.putText(film, "DOE JANE 4711", (120, 600), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)
    (width, _), _ = cv2.getTextSize("DOE JANE 4711", cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)
    (found,) = text_regions(film)
    assert found[0] <= 120
    assert found[2] >= 120 + width - 4
    cv2.rectangle(film, (0, 500), (999, 700), 60, -1)
    cv2.putText(film, "DOE", (450, 600), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)
    assert text_regions(film) == [], "over the chest nothing is proposed"
