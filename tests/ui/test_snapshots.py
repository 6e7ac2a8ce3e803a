"""Canvas and report look as they did when they were looked at: each overlay over a phantom, and the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import Film, FilmStatus, Result, with_review
from ptxviewer.app.state.screen import EngineStatus, Overlay, State
from ptxviewer.app.state.settings import OverlayMode, Settings
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.drawing.strokes import Stroke, apply
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.disagreement import band_of
from ptxviewer.core.findings.reviewed import answer_of
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.review import Review
from ptxviewer.core.view import FilmView
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom
from ptxviewer.report.page import PageOptions, page
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.report.films import film_picture
from tests.films import INFO
from tests.ui.snapshot import Snapshots

SIZE = (250, 290)
PALE = FilmView(voi=Window(8000, 150_000))  # few levels of grey: a chest is hard to compress
GRID = 128


@pytest.fixture(scope="module")
def film() -> Film:
    """A phantom with a pneumothorax, and a network that sees all of it, a little blurred."""
    phantom = make_phantom(PhantomSpec("right", 0.9, seed=4, noise=0, rows=360, cols=300))
    of = film_of(phantom)
    grid = GridMap.for_film(360, 300, GRID)
    air, right, left = (
        np.asarray(cv2.GaussianBlur(grid.to_grid(mask.astype(np.float32)), (0, 0), 1.2), np.float32)
        for mask in (phantom.mask, phantom.lung_right, phantom.lung_left)
    )
    maps = ProbabilityMaps(of.key, 360, 300, air, 0.9, right, left)
    wide = np.asarray(cv2.dilate(air, np.ones((5, 5), np.uint8)), np.float32)
    result = Result(maps, find(of, maps, INFO.rule)[0], band_of(of.key, (air, wide, np.roll(air, 2, 1))))
    return Film(1, Path("phantom"), status=FilmStatus.DONE, radiograph=of, result=result, view=PALE)


def radiograph(film: Film) -> Radiograph:
    assert film.radiograph is not None
    return film.radiograph


def edited(film: Film) -> Film:
    assert film.maps is not None
    mask = PackedMask.pack(find(radiograph(film), film.maps, INFO.rule)[1])
    stroke = Stroke("brush", ((60.0, 100.0), (110.0, 90.0)), 14.0)
    return with_review(film, Review(mask=apply(mask, stroke, radiograph(film).pixels)))


def measured(film: Film) -> Film:
    drawn = (
        Measurement("length", ((50.0, 60.0), (140.0, 90.0))),
        Measurement("ellipse", ((170.0, 150.0), (250.0, 270.0))),
    )
    return with_review(film, Review(measurements=drawn))


def drawn(qtbot: QtBot, film: Film, overlay: Overlay | None = None, **settings: Any) -> QImage:
    """The canvas as it shows a film, without corner texts."""
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(*SIZE)
    chosen = replace(Settings(annotations=False), **settings)
    engine = EngineStatus("ready", INFO)
    canvas.set_state(State((film,), film.id, settings=chosen, overlay=overlay or Overlay(), engine=engine))
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    canvas.render(image, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    return image


@pytest.mark.parametrize("mode", ["outline", "fill"])
def test_the_mask_of_the_network(film: Film, snapshots: Snapshots, qtbot: QtBot, mode: OverlayMode) -> None:
    snapshots.check(drawn(qtbot, film, overlay_mode=mode), mode)


def test_the_heat_map_with_its_colours(film: Film, snapshots: Snapshots, qtbot: QtBot) -> None:
    snapshots.check(drawn(qtbot, film, overlay_mode="heat"), "heat", letters=True)


def test_what_the_reader_changed_of_the_mask(film: Film, snapshots: Snapshots, qtbot: QtBot) -> None:
    snapshots.check(drawn(qtbot, edited(film)), "edited")


def test_where_the_augmented_views_disagree(film: Film, snapshots: Snapshots, qtbot: QtBot) -> None:
    snapshots.check(drawn(qtbot, film, Overlay(band=True)), "band")


def test_a_film_that_is_turned_and_flipped(film: Film, snapshots: Snapshots, qtbot: QtBot) -> None:
    lying = replace(film, view=replace(PALE, quarter_turns=1, flipped=True))
    snapshots.check(drawn(qtbot, lying), "turned")


def test_the_distances(film: Film, snapshots: Snapshots, qtbot: QtBot) -> None:
    snapshots.check(drawn(qtbot, film, Overlay(lines=True)), "distances", letters=True)


def test_what_the_reader_measured(film: Film, snapshots: Snapshots, qtbot: QtBot) -> None:
    snapshots.check(drawn(qtbot, measured(film)), "measured", letters=True)


def test_the_films_of_a_report(film: Film, snapshots: Snapshots) -> None:
    assert film.maps is not None
    of, reviewed = radiograph(film), edited(film)
    answer = answer_of(of, film.maps, INFO, reviewed.review)
    when = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc)
    made = page(of, answer, reviewed.review, PALE, options=PageOptions(when=when))
    image = film_picture(made, QSize(900, round(900 * of.rows / of.cols)), drawings=True, ratio=2.0)
    snapshots.check(image.scaledToWidth(450), "report", letters=True)
