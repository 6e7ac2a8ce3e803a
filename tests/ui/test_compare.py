"""Two films side by side in the window: captions, change, linked views, and the way out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QListWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.sentences import NOTHING_FOUND
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import Banner
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.choose_prior import ChoosePrior
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine


def words(widget) -> str:
    return " | ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget))


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_two_films_of_a_patient_are_compared(qtbot: QtBot, tmp_path: Path) -> None:
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
    page = window.area.compare
    assert page is not None
    assert page.isVisible()
    left, right = page._sides
    assert "CURRENT" in words(left)
    assert "PRIOR" in words(right)
    assert "59 days apart" in words(page)
    assert "Right: " in words(page)
    window.banner.show_state(replace(presenter.state, banner=Banner(NOTHING_FOUND)))
    assert window.banner.isHidden(), "it would lie over the headings of both films"
    window.banner.show_state(replace(presenter.state, banner=Banner("The disk is full.")))
    assert not window.banner.isHidden()
    QApplication.processEvents()
    at = QPointF(50, 60)
    wheel = QWheelEvent(
        at, right.canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(right.canvas, wheel)
    assert presenter.state.current is not None
    assert presenter.state.prior is not None
    assert presenter.state.current.view.zoom is not None, "the other film follows"
    ratio = presenter.state.prior.view.zoom / presenter.state.current.view.zoom
    assert ratio == pytest.approx(240 / 200), "each in parts of its own size"
    window.commands["exchange"].trigger()
    assert "PRIOR" in words(right), "which is the prior does not depend on which is worked on"
    assert right._caption.property("active")
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
    assert session.close()
