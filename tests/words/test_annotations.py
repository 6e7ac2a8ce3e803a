"""What is written on the film: nobody is named when de-identified, letters follow the film, bars are honest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.film import Acquisition, Age, Patient, Radiograph, Study, Window
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from ptxviewer.core.view import FilmView, ScaleBar, orientation_letters, scale_bar
from ptxviewer.words.annotations import bar_label, corner_texts

VOI = Window(1600, 3200, explanation="LUNG")
FILM = Radiograph(
    key="a",
    pixels=np.zeros((8, 6), np.uint16),
    vois=(VOI,),
    spacing=PixelSpacing(0.14, 0.14, SpacingOrigin.DETECTOR),
    patient=Patient("Planted, Name", "ID-77", "1950-01-02", "F", Age(54, "Y")),
    study=Study("2024-02-03", "10:22", "Planted study", institution="Planted hospital"),
    acquisition=Acquisition("DX", "PA", lossy=True, row_direction="L", column_direction="F"),
)


def words(view: FilmView, identified: bool) -> str:
    corners = corner_texts(FILM, view, VOI, 0.43, identified)
    return "\n".join(corners.top_left + corners.top_right + corners.bottom_left + corners.bottom_right)


def test_the_corners_say_who_what_and_how() -> None:
    shown = words(FilmView(), True)
    for text in (
        "Planted, Name",
        "ID-77",
        "1950-01-02",
        "2024-02-03",
        "Planted study",
        "DX PA",
        "W 3200 L 1600",
        "LUNG",
    ):
        assert text in shown
    assert "Zoom 43 %" in shown
    assert "Lossy" in shown
    assert "FLIPPED" not in shown


def test_nobody_is_named_on_a_de_identified_screen() -> None:
    shown = words(FilmView(), False)
    assert "De-identified" in shown
    for text in ("Planted", "ID-77", "1950", "2024", "54 y"):
        assert text not in shown


def test_what_is_not_as_taken_is_marked() -> None:
    shown = words(FilmView(inverted=True, flipped=True, quarter_turns=3), True)
    for text in ("INVERTED", "FLIPPED", "TURNED 270°"):
        assert text in shown


@pytest.mark.parametrize(
    ("view", "letters"),
    [
        (FilmView(), "RLHF"),
        (FilmView(flipped=True), "LRHF"),
        (FilmView(quarter_turns=1), "FHRL"),
        (FilmView(quarter_turns=2), "LRFH"),
        (FilmView(flipped=True, quarter_turns=1), "FHLR"),
    ],
)
def test_the_letters_follow_the_film(view: FilmView, letters: str) -> None:
    assert orientation_letters(FILM, view) == tuple(letters)


def test_there_are_no_letters_without_a_tag() -> None:
    assert orientation_letters(replace(FILM, acquisition=Acquisition("DX", "PA")), FilmView()) is None


@given(st.floats(0.02, 32), st.sampled_from((0, 1)))
def test_the_bar_is_as_long_as_it_says(zoom: float, turns: int) -> None:
    spacing = PixelSpacing(0.28, 0.14, SpacingOrigin.DETECTOR)
    bar = scale_bar(spacing, FilmView(quarter_turns=turns), zoom, 200)
    if bar is not None:
        assert bar.length <= 200
        # pixels are shown undistorted: a screen pixel is as many mm across as down
        assert bar.mm is not None
        assert bar.length == pytest.approx(bar.mm / 0.14 * zoom)
        assert bar_label(bar, spacing).endswith("(at detector)")


def test_a_film_without_millimetres_has_a_bar_in_pixels() -> None:
    bar = scale_bar(NO_SPACING, FilmView(), 0.5, 200)
    assert bar == ScaleBar(100.0, pixels=200)
    assert bar_label(bar, NO_SPACING) == "200 px (size unknown)"


@pytest.mark.parametrize(("mm", "text"), [(5, "5 mm"), (10, "1 cm"), (100, "10 cm")])
def test_a_bar_is_labelled_in_round_centimetres(mm: int, text: str) -> None:
    assert bar_label(ScaleBar(1.0, mm=mm), FILM.spacing) == f"{text} (at detector)"
