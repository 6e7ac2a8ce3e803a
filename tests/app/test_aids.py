"""Aids to the eye: they change what is drawn and nothing else; the apices are found, named and mirrored rightly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.display.apices import Shift, pane_view, panes, shifted
from ptxviewer.app.state.film import Film, Result
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.film import Acquisition, Radiograph, Window
from ptxviewer.core.view import FilmView, film_viewport
from tests.app.rig import AppRig

ROWS, COLS, GRID = 800, 640, 64
SIZE = (500.0, 700.0)


def film(view: FilmView | None = None, *, lungs: bool = True, row_direction: str = "L") -> Film:
    """Lungs of which the left of the picture begins at grid row 12, the other at 16."""
    radiograph = Radiograph(
        "film",
        np.zeros((ROWS, COLS), np.uint16),
        vois=(Window(0, 1),),
        acquisition=Acquisition("DX", "PA", row_direction=row_direction, column_direction="F" if row_direction else ""),
    )
    left, right = np.zeros((GRID, GRID), np.float32), np.zeros((GRID, GRID), np.float32)
    left[12:50, 12:26] = 1
    right[16:50, 38:52] = 1
    maps = ProbabilityMaps("film", ROWS, COLS, np.zeros((GRID, GRID), np.float32), 0.1, left, right)
    return Film(1, Path("film"), radiograph=radiograph, result=Result(maps) if lungs else None, view=view or FilmView())


def shot(one: Film) -> Radiograph:
    assert one.radiograph is not None
    return one.radiograph


def on_pane(one: Film, number: int, point: tuple[float, float], shift: Shift | None = None) -> tuple[float, float]:
    pane = panes(one, shot(one))[number]
    view = pane_view(one, shot(one), pane, SIZE, shift or Shift())
    return film_viewport(shot(one), view, SIZE).to_screen(point)


APEX = (163.0, 150.0), (489.0, 200.0)  # of the film, in the middle of each lung's upper end


def test_like_lies_over_like() -> None:
    one = film()
    first, second = on_pane(one, 0, APEX[0]), on_pane(one, 1, APEX[1])
    assert first == pytest.approx(second, abs=8)
    towards_the_spine = on_pane(one, 0, (APEX[0][0] + 40, 300)), on_pane(one, 1, (APEX[1][0] - 40, 300))
    assert all(x > SIZE[0] / 2 for x, _ in towards_the_spine)


@pytest.mark.parametrize(
    ("row_direction", "lefts"),
    [("L", [False, True]), ("R", [True, False]), ("", [False, True])],
)
def test_the_sides_are_the_patients(row_direction: str, lefts: list[bool]) -> None:
    one = film(row_direction=row_direction)
    assert [pane.left for pane in panes(one, shot(one))] == lefts
    assert [pane.mirrored for pane in panes(one, shot(one))] == [False, True]


@pytest.mark.parametrize("view", [FilmView(flipped=True), FilmView(quarter_turns=2)])
def test_panes_stand_as_the_film_lies(view: FilmView) -> None:
    one = film(view)
    assert [(pane.left, pane.mirrored) for pane in panes(one, shot(one))] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    "view", [FilmView(), FilmView(flipped=True), FilmView(quarter_turns=1), FilmView(inverted=True)]
)
@pytest.mark.parametrize("lungs", [True, False])
def test_every_pane_shows_its_box_enlarged_through_the_same_window(view: FilmView, lungs: bool) -> None:
    one = film(view, lungs=lungs)
    for pane in panes(one, shot(one)):
        shown = pane_view(one, shot(one), pane, SIZE, Shift())
        port = film_viewport(shot(one), shown, SIZE)
        x0, y0, x1, y1 = pane.box
        for corner in ((x0, y0), (x1, y1)):
            x, y = port.to_screen(corner)
            assert -1 <= x <= SIZE[0] + 1
            assert -1 <= y <= SIZE[1] + 1
        assert port.zoom > film_viewport(shot(one), FilmView(), SIZE).zoom
        assert (shown.voi, shown.inverted) == (one.view.voi, one.view.inverted)


def test_moving_one_pane_moves_the_other_as_its_mirror_image() -> None:
    one = film()
    first, second = panes(one, shot(one))
    fitted = pane_view(one, shot(one), first, SIZE, Shift())
    assert fitted.center is not None
    assert fitted.zoom is not None
    moved = replace(fitted, zoom=2 * fitted.zoom, center=(fitted.center[0] - 30, fitted.center[1] + 10))
    shift = shifted(first, shot(one), fitted, moved)
    assert pane_view(one, shot(one), first, SIZE, shift) == moved
    other, before = (pane_view(one, shot(one), second, SIZE, s) for s in (shift, Shift()))
    assert other.center is not None
    assert before.center is not None
    assert np.subtract(other.center, before.center) == pytest.approx((30, 10))
    assert shifted(first, shot(one), fitted, FilmView()) == Shift()


def test_the_pneumothorax_over_a_lung_belongs_to_its_apex() -> None:
    one = film()
    assert one.maps is not None
    air = np.zeros((GRID, GRID), np.float32)
    air[6:12, 12:26] = 1
    with_air = replace(one, result=Result(replace(one.maps, pneumothorax=air)))
    assert panes(with_air, shot(one))[0].box[1] < panes(one, shot(one))[0].box[1] - 50


def test_sharpening_is_said_on_the_film_and_not_part_of_it() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    before = rig.film
    seen = []
    for _ in range(3):
        rig.do("next_sharpening")
        seen.append(rig.state.sharpening)
    assert seen == ["unsharp", "clahe", "off"]
    assert rig.film is before
    assert before.radiograph is not None


def test_escape_takes_the_magnifier_then_the_apices() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.do("apices")
    rig.do("magnifier")
    assert (rig.state.pair, rig.state.magnifier) == ("apices", True)
    rig.do("back")
    assert (rig.state.pair, rig.state.magnifier) == ("apices", False)
    rig.do("back")
    assert rig.state.pair is None
    assert not BY_ID["back"].enabled(rig.state)


def test_a_report_is_of_the_film_as_it_is_whatever_aids_the_eye() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    film = rig.film
    for how in ("unsharp", "clahe"):
        rig.presenter.display.aids.sharpen(how)
        rig.presenter.exporting.save()
        rig.settle()
    assert len(rig.reports) == 2
    assert all(report.film is film.radiograph and report.view == film.view for report in rig.reports)
    assert all(not hasattr(report, "sharpening") for report in rig.reports)


def test_the_bases_lie_side_by_side_with_the_room_below_them() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.do("apices")
    rig.do("bases")
    assert rig.state.pair == "bases"
    film = rig.film
    assert film.radiograph is not None
    above, below = panes(film, film.radiograph, "apices"), panes(film, film.radiograph, "bases")
    assert [pane.left for pane in above] == [pane.left for pane in below]
    for high, low in zip(above, below, strict=True):
        assert high.box[1] < low.box[1]
        assert high.box[3] < low.box[3]
    rig.do("bases")
    assert rig.state.pair is None
