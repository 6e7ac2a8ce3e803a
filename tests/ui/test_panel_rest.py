"""Nothing jumps: verdict and sliders lie in the same place for every film, at every size of the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ptxviewer import words
from ptxviewer.app.state.film import Film, FilmStatus, Result
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.withheld import as_withheld
from ptxviewer.core.answer import Gate
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Acquisition, Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.reviewed import find_reviewed
from ptxviewer.core.history import History
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.reading import NotAnalysed, OtherModality, Reading
from ptxviewer.core.review import Review
from ptxviewer.ui.application import Session
from tests import films
from tests.fakes import FakeEngine
from tests.there import there

RULE = FakeEngine.RULE
PLAIN = films.film(640, 640, spacing=films.AT_DETECTOR, acquisition=films.ORIENTED)
BEDSIDE = replace(PLAIN, acquisition=Acquisition("DX", "AP", row_direction="L", column_direction="F"))


def film(
    of: Radiograph = PLAIN,
    score: float = 0.9,
    review: Review = Review(),  # noqa: B008
    grid: np.ndarray | None = None,
    **changes: Any,
) -> Film:
    maps = films.maps(of, grid, score)
    findings, _ = find_reviewed(of, maps, RULE, review)
    known = {"radiograph": of, "key": of.key, "status": FilmStatus.DONE, "result": Result(maps, findings), **changes}
    return Film(1, Path("a"), history=History(review), **known)


def every_kind() -> Iterator[Film]:
    both = films.maps(PLAIN).pneumothorax.copy()
    both[12:40, 40:50] = 0.8
    several = films.maps(PLAIN).pneumothorax.copy()
    for row in range(12, 56, 8):
        several[row : row + 5, 14:22] = 0.8
    yield film()
    yield film(grid=both)
    yield film(grid=several)
    yield film(score=0.1)  # areas held back
    yield film(BEDSIDE, 0.1)  # and the signs of a supine film
    yield film(grid=np.zeros((64, 64), np.float32), score=0.05)
    for verdict in ("accept", "reject", "unsure"):
        yield film(review=Review(verdict=verdict))
        yield film(grid=both, review=Review(verdict=verdict, drain="yes"))
    yield film(review=Review(mask=PackedMask.pack(np.zeros(PLAIN.shape, bool)), verdict="edited"))
    yield film(replace(PLAIN, spacing=films.film().spacing))
    gate = Gate(False, Finding.NOT_FRONTAL)
    refused = film()
    yield as_withheld(
        replace(refused, result=Result(refused.maps, replace(find(PLAIN, there(refused.maps), RULE)[0], gate=gate)))
    )
    yield film(result=None, status=FilmStatus.NOT_ANALYSED, why=NotAnalysed(OtherModality("CT")))
    yield film(result=None, status=FilmStatus.WAITING)
    yield Film(1, Path("a"), status=FilmStatus.OPENING)
    yield Film(1, Path("a"), status=FilmStatus.FAILED, why=Reading.FILE_DAMAGED)


@pytest.fixture(scope="module")
def every_film() -> tuple[Film, ...]:
    return tuple(every_kind())


def place(part: QWidget, window: QWidget) -> QRect:
    return QRect(part.mapTo(window, QPoint(0, 0)), part.size())


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    words.speak(request.param)
    yield request.param
    words.speak("en")


def test_verdict_and_sliders_stay_where_they_are_from_film_to_film(
    language: str, empty: Session, qtbot: QtBot, every_film: tuple[Film, ...]
) -> None:
    window, presenter = empty.window, empty.presenter
    presenter.warm_up()
    qtbot.waitUntil(lambda: presenter.state.engine.info is not None)
    for size in ((1024, 640), (1440, 900), (1024, 768)):
        window.resize(*size)
        seen: set[tuple[object, object]] = set()
        foot = QRect()
        for one in every_film:
            state: State = replace(presenter.state, films=(one,), current_id=1)
            window.show_state(state)
            QApplication.processEvents()
            reading = window.reading
            foot, slider = place(reading.verdict, window), place(reading.thresholds.threshold, window)
            seen.add((foot.getRect(), slider.getRect()))
        assert len(seen) == 1, (size, seen)
        assert window.rect().contains(foot)
        assert (window.width(), window.height()) == size
    window.show_state(presenter.state)
