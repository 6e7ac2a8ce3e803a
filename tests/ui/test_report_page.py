"""The page: one sheet, the outline where the mask is, the letters on the right sides, any script in names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from ptxviewer.core.drawing.colours import AMBER, CYAN
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.film import Acquisition, Patient, Radiograph
from ptxviewer.core.findings.reviewed import answer_of
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons import UnknownReason
from ptxviewer.core.review import Review
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from ptxviewer.core.view import FilmView, side_letters
from ptxviewer.report.page import Overlay, Page, PageOptions
from ptxviewer.report.page import page as page_of
from ptxviewer.ui.report import page as report_page
from ptxviewer.ui.report.files import write_png
from ptxviewer.ui.report.films import film_picture, whole_picture
from ptxviewer.ui.report.layout import MARGIN, bounds, laid_out
from ptxviewer.ui.report.page import paint_report
from ptxviewer.ui.report.paper import PAPERS
from tests.films import AT_DETECTOR, INFO, NAMED, ORIENTED, STUDIED, film, maps
from tests.there import there

pytestmark = pytest.mark.usefixtures("qapp")


def pixels(image: QImage) -> Any:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


A4, LETTER = PAPERS["a4"], PAPERS["letter"]
WIDTH, HEIGHT = A4.size
SIDE = 1000  # of the pictures that tests look at


def drawn(page: Any, drawings: Any = True, ratio: Any = 1.0) -> np.ndarray:
    """The picture of the film, by itself."""
    return pixels(film_picture(page, QSize(SIDE, SIDE), drawings=drawings, ratio=ratio))


def painted(of: Radiograph, mask: np.ndarray, **more: Any) -> QImage:
    """The page of a film that was not analysed, with a mask on it all the same."""
    return paint_report(masked(of, mask, **more), A4)


def masked(of: Radiograph, mask: np.ndarray, **more: Any) -> Page:
    return replace(page_of(of, None, **more), mask=mask)


def cyan_box(page: np.ndarray, colour: Any = CYAN) -> tuple[int, int, int, int]:
    lowest, highest = (np.clip(np.asarray(colour) + change, 0, 255).astype(np.uint8) for change in (-3, 3))
    found = cv2.inRange(np.ascontiguousarray(page), lowest, highest) > 0
    rows, cols = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    return int(cols[0]), int(rows[0]), int(cols[-1]), int(rows[-1])


@pytest.fixture
def square() -> Radiograph:
    return film(400, 400, spacing=AT_DETECTOR, acquisition=ORIENTED, patient=NAMED, study=STUDIED)


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros((400, 400), bool)
    mask[40:120, 60:100] = True  # the upper left of the picture
    return mask


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_the_page_is_a_sheet_of_paper_at_300_dpi(square: Radiograph, mask: np.ndarray, paper: Any) -> None:
    page = paint_report(masked(square, mask), paper)
    assert (page.width() / 300, page.height() / 300) == pytest.approx(
        (paper.width_mm / 25.4, paper.height_mm / 25.4), abs=0.01
    )
    assert page.dotsPerMeterX() == page.dotsPerMeterY() == 11811
    shown = pixels(page)
    for edge in (shown[:, :40], shown[:, -40:], shown[:40], shown[-40:]):
        assert (edge == 255).all()


def test_the_outline_lies_on_the_second_film_where_the_mask_is(square: Radiograph, mask: np.ndarray) -> None:
    shown = pixels(painted(square, mask))
    place = laid_out(masked(square, mask), A4).films[1]
    left, top, right, bottom = cyan_box(shown)
    scale = place.width() / 400
    assert left - place.left() == pytest.approx(60 * scale, abs=5)
    assert right - left == pytest.approx(40 * scale, abs=8)
    assert bottom - top == pytest.approx(80 * scale, abs=8)


def test_a_readers_mask_is_drawn_in_another_colour(square: Radiograph, mask: np.ndarray) -> None:
    shown, plain = drawn(replace(masked(square, mask), edited=True)), drawn(masked(square, mask))
    assert cyan_box(shown, AMBER) == pytest.approx(cyan_box(plain), abs=12)  # dashes may end before a corner
    assert not (np.abs(shown.astype(int) - CYAN) <= 3).all(2).any()


def test_the_first_film_is_as_displayed(square: Radiograph, mask: np.ndarray) -> None:
    plain = drawn(masked(square, mask), drawings=False)
    inverted = drawn(masked(square, mask, view=FilmView(inverted=True)), drawings=False)
    assert plain[400, 300, 0] + inverted[400, 300, 0] == pytest.approx(255, abs=2)
    assert not (np.abs(plain.astype(int) - CYAN) <= 3).all(2).any()


@pytest.mark.parametrize(
    ("turns", "flipped", "at"),
    [(0, False, (60, 40)), (0, True, (300, 40)), (1, False, (280, 60)), (2, False, (300, 280))],
)
def test_the_outline_turns_with_the_film(
    square: Radiograph, mask: np.ndarray, turns: int, flipped: bool, at: Any
) -> None:
    left, top, _, _ = cyan_box(drawn(masked(square, mask, view=FilmView(quarter_turns=turns, flipped=flipped))))
    assert (left, top) == pytest.approx((at[0] * SIDE / 400, at[1] * SIDE / 400), abs=5)


def test_pixels_that_are_not_square_are_shown_as_on_the_patient(mask: np.ndarray) -> None:
    tall = film(400, 400, spacing=PixelSpacing(0.4, 0.2, SpacingOrigin.DETECTOR))
    left, top, right, bottom = cyan_box(drawn(masked(tall, mask)))
    assert (bottom - top) / (right - left) == pytest.approx(4, rel=0.06)  # 80 x 0.4 mm by 40 x 0.2 mm


def test_side_letters_follow_tags_flips_and_turns(square: Radiograph) -> None:
    def letters(of: Any, **view: Any) -> Any:
        return side_letters(of, FilmView(**view))

    assert letters(square) == ("R", "L", "", "")
    assert letters(square, flipped=True) == ("L", "R", "", "")
    assert letters(square, quarter_turns=1) == ("", "", "R", "L")
    assert letters(square, quarter_turns=2) == ("L", "R", "", "")
    mirrored = replace(square, acquisition=Acquisition(row_direction="R", column_direction="F"))
    assert letters(mirrored) == ("L", "R", "", "")
    assert letters(film()) == ("(R)", "(L)", "", "")
    assert letters(film(), flipped=True) == ("(L)", "(R)", "", "")


def inside(sheet: Any) -> bool:
    """All words stand on the sheet, within its margins."""
    places = [bounds(words) for words in sheet.words]
    right, bottom = sheet.size.width() - MARGIN, sheet.size.height() - MARGIN
    return all(
        place.left() >= MARGIN - 2 and place.right() <= right + 2 and place.bottom() <= bottom + 2 for place in places
    )


def test_long_and_foreign_words_stay_on_the_page(square: Radiograph, mask: np.ndarray) -> None:
    name = "Семёнов-Тян-Шанский, Пётр ^ 山田太郎 ^ 홍길동 ^ עברית " * 6
    note = UnknownReason("a_long_code_of_a_newer_version " * 20)
    of = replace(square, patient=Patient(name=name, id="X" * 300), notes=(note,))
    assert inside(laid_out(masked(of, mask, options=PageOptions(identified=True)), A4))


@pytest.mark.parametrize("paper", [A4, LETTER])
@pytest.mark.parametrize("length", [1, 12, 60, 600])
def test_there_is_one_page_however_much_is_written(
    square: Radiograph, mask: np.ndarray, paper: Any, length: int
) -> None:
    review = Review(verdict="unsure", note="One line of a note, as a reader writes it.\n" * length)
    sheet = laid_out(masked(square, mask, review=review), paper)
    assert inside(sheet)
    assert sheet.fits
    assert sheet.films[0].height() >= 500
    assert not any(bounds(words).intersects(QRectF(place)) for place in sheet.films for words in sheet.words)


def test_a_film_with_nothing_drawn_on_it_is_there_once_and_larger(square: Radiograph, mask: np.ndarray) -> None:
    (alone,) = laid_out(page_of(square, None), A4).films
    first, _ = laid_out(masked(square, mask), A4).films
    assert alone.width() > 1.3 * first.width()


def test_lines_of_a_note_stay_lines(square: Radiograph) -> None:
    review = Review(note="first\nsecond\n\nfourth")
    sheet = laid_out(page_of(square, None, review), A4)
    note = next(words for words in sheet.words if words.layout.text().startswith("first"))
    assert note.layout.lineCount() == 4


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (33, 34)])
def test_films_of_any_shape_fit(shape: Any) -> None:
    of = film(*shape)
    page = painted(of, np.ones(shape, bool))
    assert (page.width(), page.height()) == (WIDTH, HEIGHT)


def test_scores_and_distances_are_drawn_as_displayed(square: Radiograph) -> None:
    answer = answer_of(square, maps(square), INFO, Review())
    shown = {
        overlay: drawn(page_of(square, answer, options=PageOptions(overlay=overlay)), ratio=2.0)
        for overlay in (Overlay(), Overlay("heat", 0.5), Overlay("fill", 0.5), Overlay(distances=True))
    }
    plain = shown.pop(Overlay())
    for picture in shown.values():
        assert (picture != plain).any(2).mean() > 0.001
    rejected = page_of(
        square, answer, Review(verdict="reject"), options=PageOptions(overlay=Overlay("heat", 0.5, distances=True))
    )
    assert rejected.heat is None
    assert not rejected.halves


def test_letters_that_no_font_has_are_told(square: Radiograph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_page, "unwritable", lambda _sheet: True)
    sheet = report_page.sheet_of(page_of(square, None), A4)
    assert any("boxes" in words.layout.text() for words in sheet.words)


def test_the_png_is_whole_and_has_nothing_beside_it(tmp_path: Path, square: Radiograph, mask: np.ndarray) -> None:
    target = write_png(painted(square, mask), tmp_path / "report.png")
    assert there(cv2.imdecode(np.frombuffer(target.read_bytes(), np.uint8), cv2.IMREAD_COLOR)).shape[1] == WIDTH
    assert list(tmp_path.iterdir()) == [target]


def test_where_it_cannot_be_written_it_says_so(tmp_path: Path, square: Radiograph, mask: np.ndarray) -> None:
    page = painted(square, mask)
    with pytest.raises(ExportFailed, match="why=no_such_folder"):
        write_png(page, tmp_path / "none" / "report.png")
    with pytest.raises(ExportFailed, match="why=png_not_encoded"):
        write_png(QImage(), tmp_path / "report.png")


def test_an_application_is_made_only_where_there_is_none(qapp: QApplication) -> None:
    with report_page.offscreen_application():
        assert type(qapp).instance() is qapp


@pytest.mark.parametrize(("turns", "flipped"), [(0, False), (1, False), (0, True), (3, True)])
def test_measurements_lie_where_they_were_drawn_however_the_film_lies(
    square: Radiograph, turns: int, flipped: bool
) -> None:
    line = Measurement("length", ((20.0, 180.0), (180.0, 180.0)))
    plain = page_of(square, None, view=FilmView(quarter_turns=turns, flipped=flipped))
    with_line = replace(plain, measurements=(line,))
    assert (drawn(plain, drawings=False) == drawn(with_line, drawings=False)).all()  # as displayed, it stays as it is
    rows, cols = np.nonzero((drawn(plain) != drawn(with_line)).any(-1))
    assert (np.ptp(cols) > 2 * np.ptp(rows)) == (turns % 2 == 0)


def test_only_what_the_reader_changed_is_amber(square: Radiograph, mask: np.ndarray) -> None:
    edited = mask.copy()
    edited[80:120] = False  # the reader takes the lower half away
    shown = drawn(replace(page_of(square, None), mask=edited, edited=True, network=mask))
    cyan, amber, scale = cyan_box(shown), cyan_box(shown, AMBER), SIDE / 400
    assert cyan[3] - cyan[1] == pytest.approx(40 * scale, abs=8)
    assert amber[3] - amber[1] < 8  # one straight cut, at the lower edge
    assert amber[1] == pytest.approx(cyan[3], abs=8)


@pytest.mark.parametrize("spacing", [AT_DETECTOR, NO_SPACING])
def test_the_bar_is_there_with_and_without_millimetres(square: Radiograph, mask: np.ndarray, spacing: Any) -> None:
    shown = drawn(masked(replace(square, spacing=spacing), np.zeros_like(mask)), ratio=2.0)
    rows, _ = np.nonzero(shown[SIDE // 2 :, SIDE // 2 :].min(2) > 225)
    assert np.bincount(rows).max() > 0.15 * SIDE


def test_a_picture_by_itself_says_what_it_is(square: Radiograph, mask: np.ndarray) -> None:
    whole = whole_picture(masked(square, mask))
    assert (whole.width(), whole.height() > whole.width()) == (900, True)
    band = pixels(whole)[900:]
    assert (band > 150).any()  # words below the film
    assert cyan_box(pixels(whole))[0] == pytest.approx(60 * 900 / 400, abs=5)
