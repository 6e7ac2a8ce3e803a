"""Two films side by side in the window: captions, change, linked views, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.review.finding_selection import box_around, chosen
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import Banner
from ptxviewer.core.reasons.writing import Writing
from ptxviewer.ui.application import Session
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.dialogs.choose_prior import ChoosePrior
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine


def words(widget: Any) -> str:
    return " | ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget))


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    """Two analysed films of one patient side by side, one of another patient in the list."""
    for number, (day, patient) in enumerate((("20260101", "P1"), ("20260301", "P1"), ("20260401", "P2"))):
        tags = {"PatientID": patient, "StudyDate": day, "StudyTime": "101500", "ViewPosition": "PA",
                "PatientOrientation": ["L", "F"]}  # fmt: skip
        save(dataset(ramp(200 + 40 * number, 160 + 32 * number), **tags), tmp_path / f"{number}.dcm")
    session = Session(tmp_path / "settings.json", FakeEngine())
    window, presenter = session.window, session.presenter
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    window.open_paths([tmp_path / f"{number}.dcm" for number in (1, 0, 2)])
    qtbot.waitUntil(
        lambda: (
            len(presenter.state.films) == 3 and all(film.status is FilmStatus.DONE for film in presenter.state.films)
        ),
        timeout=20_000,
    )
    window.commands["compare"].trigger()
    QApplication.processEvents()
    yield session
    assert session.close()


def test_the_next_finding_fits_into_its_own_half_of_the_screen(session: Session) -> None:
    session.window.commands["next_finding"].trigger()
    film, page = session.presenter.state.current, session.window.area.compare
    assert film is not None
    assert film.radiograph is not None
    assert page is not None
    lesion = chosen(film)
    assert lesion is not None
    _, _, width, height = box_around(lesion, *film.radiograph.shape)
    assert film.view.zoom is not None
    assert film.view.zoom * width <= page.canvas.width() + 1
    assert film.view.zoom * height <= page.canvas.height() + 1


def test_the_copied_picture_is_of_both_films_and_names_nobody(session: Session) -> None:
    page = session.window.area.compare
    assert page is not None
    seen = QGuiApplication.clipboard()
    session.window.commands["copy_picture"].trigger()
    plain = seen.pixmap().toImage()
    assert plain.width() == page.films.width() * page.devicePixelRatioF()
    assert "2026" in words(page), "the screen still names them"
    session.presenter.apply_settings(replace(session.presenter.state.settings, report_identified=True))
    session.window.commands["copy_picture"].trigger()
    named = seen.pixmap().toImage()
    whole = page.films.grab().toImage().convertToFormat(named.format())
    assert plain.copy(whole.rect()) != whole
    assert named.copy(whole.rect()) == whole, "both films as displayed, not the one canvas behind them"


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_two_films_of_a_patient_are_compared(session: Session) -> None:
    window, presenter = session.window, session.presenter
    page = window.area.compare
    assert page is not None
    assert page.isVisible()
    left, right = page.findChildren(QWidget, "caption")
    right_canvas = page.findChildren(Canvas)[1]
    assert "CURRENT" in words(left)
    assert "PRIOR" in words(right)
    assert "59 days apart" in words(page)
    assert "Right: " in words(page)
    window.banner.show_state(replace(presenter.state, banner=Banner(Writing.DISK_FULL)))
    assert not window.banner.isHidden()
    QApplication.processEvents()
    at = QPointF(50, 60)
    wheel = QWheelEvent(
        at, right_canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(right_canvas, wheel)
    assert presenter.state.current is not None
    assert presenter.state.prior is not None
    assert presenter.state.current.view.zoom is not None, "the other film follows"
    assert presenter.state.prior.view.zoom is not None
    ratio = presenter.state.prior.view.zoom / presenter.state.current.view.zoom
    assert ratio == pytest.approx(240 / 200), "each in parts of its own size"
    window.commands["exchange"].trigger()
    assert "PRIOR" in words(right), "which is the prior does not depend on which is worked on"
    assert right.property("active")
    window.commands["back"].trigger()
    assert window.area.canvas.isVisible()
    window.commands["compare_with"].trigger()
    dialog = window.findChild(ChoosePrior)
    assert dialog is not None
    offered = dialog.findChild(QListWidget)
    assert isinstance(offered, QListWidget)
    assert "same patient" in offered.item(0).text()
    offered.setCurrentRow(1)
    dialog.accept()
    assert "different patients" in words(page)
