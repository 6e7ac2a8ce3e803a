"""The page: 2,000 pixels wide, the outline where the mask is, the letters on the right sides, any script in names."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtGui import QImage

from ptxviewer.core.drawing.colours import AMBER, CYAN
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.film import NO_SPACING, Acquisition, Patient, PixelSpacing, SpacingOrigin
from ptxviewer.core.review import Measurement
from ptxviewer.core.view import FilmView, side_letters
from ptxviewer.report.page import Options
from ptxviewer.report.page import page as page_of
from ptxviewer.ui.report import page as report_page
from ptxviewer.ui.report.page import COLUMN, MARGIN, RIGHT, WIDTH, paint_report, write_png
from tests.films import AT_DETECTOR, NAMED, ORIENTED, STUDIED, film

pytestmark = pytest.mark.usefixtures("qapp")


def pixels(image: QImage):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def painted(of, mask, **more) -> QImage:
    """The page of a film that was not analysed, with a mask on it all the same."""
    return paint_report(replace(page_of(of, None, **more), mask=mask))


def cyan_box(page, colour=CYAN):
    found = np.argwhere((np.abs(page.astype(int) - colour) <= 3).all(2))
    (top, left), (bottom, right) = found.min(0), found.max(0)
    return left, top, right, bottom


@pytest.fixture
def square():
    return film(400, 400, spacing=AT_DETECTOR, acquisition=ORIENTED, patient=NAMED, study=STUDIED)


@pytest.fixture
def mask():
    mask = np.zeros((400, 400), bool)
    mask[40:120, 60:100] = True  # the upper left of the picture
    return mask


def test_the_page_is_2000_wide_and_white(square, mask):
    page = pixels(painted(square, mask))
    assert page.shape[1] == WIDTH == 2000
    assert (page[:, :20] == 255).all()
    assert (page[-20:] == 255).all()


def test_the_outline_lies_on_the_second_film_where_the_mask_is(square, mask):
    page = pixels(painted(square, mask))
    left, top, right, bottom = cyan_box(page)
    scale = COLUMN / 400
    assert left == pytest.approx(RIGHT + 60 * scale, abs=4)
    assert right == pytest.approx(RIGHT + 100 * scale, abs=4)
    assert right - left == pytest.approx(40 * scale, abs=6)
    assert bottom - top == pytest.approx(80 * scale, abs=6)


def test_a_readers_mask_is_drawn_in_another_colour(square, mask):
    page = pixels(paint_report(replace(page_of(square, None), mask=mask, edited=True)))
    plain = pixels(painted(square, mask))
    assert cyan_box(page, AMBER) == pytest.approx(cyan_box(plain), abs=12)  # dashes may end before a corner
    assert not (np.abs(page.astype(int) - CYAN) <= 3).all(2).any()


def test_the_first_film_is_as_displayed(square, mask):
    page = pixels(painted(square, mask))
    inverted = pixels(painted(square, mask, view=FilmView(inverted=True)))
    left, top, *_ = cyan_box(page)
    y, x = top + 50, left - RIGHT + MARGIN + 20
    assert page[y, x, 0] + inverted[y, x, 0] == pytest.approx(255, abs=2)


@pytest.mark.parametrize(
    ("turns", "flipped", "at"),
    [(0, False, (60, 40)), (0, True, (300, 40)), (1, False, (280, 60)), (2, False, (300, 280))],
)
def test_the_outline_turns_with_the_film(square, mask, turns, flipped, at):
    view = FilmView(quarter_turns=turns, flipped=flipped)
    left, top, _, _ = cyan_box(pixels(painted(square, mask, view=view)))
    _, first_top, _, _ = cyan_box(pixels(painted(square, mask)))
    scale = COLUMN / 400
    assert left == pytest.approx(RIGHT + at[0] * scale, abs=5)
    assert top - first_top == pytest.approx((at[1] - 40) * scale, abs=5)


def test_pixels_that_are_not_square_are_shown_as_on_the_patient(mask):
    tall = film(400, 400, spacing=PixelSpacing(0.4, 0.2, SpacingOrigin.DETECTOR, "at detector"))
    left, top, right, bottom = cyan_box(pixels(painted(tall, mask)))
    assert (bottom - top) / (right - left) == pytest.approx(4, rel=0.06)  # 80 x 0.4 mm by 40 x 0.2 mm


def test_side_letters_follow_tags_flips_and_turns(square):
    def letters(of, **view):
        return side_letters(of, FilmView(**view))

    assert letters(square) == ("R", "L", "", "")
    assert letters(square, flipped=True) == ("L", "R", "", "")
    assert letters(square, quarter_turns=1) == ("", "", "R", "L")
    assert letters(square, quarter_turns=2) == ("L", "R", "", "")
    mirrored = replace(square, acquisition=Acquisition(row_direction="R", column_direction="F"))
    assert letters(mirrored) == ("L", "R", "", "")
    assert letters(film()) == ("(R)", "(L)", "", "")
    assert letters(film(), flipped=True) == ("(L)", "(R)", "", "")


def test_long_and_foreign_words_stay_on_the_page(square, mask):
    name = "Семёнов-Тян-Шанский, Пётр ^ 山田太郎 ^ 홍길동 ^ עברית " * 6
    of = replace(square, patient=Patient(name=name, id="X" * 300), notes=("A long sentence of the reader. " * 20,))
    page = pixels(painted(of, mask, options=Options(identified=True)))
    short = pixels(painted(square, mask, options=Options(identified=True)))
    assert (page[:, -MARGIN + 4 :] == 255).all()
    assert page.shape[0] > short.shape[0]


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (33, 34)])
def test_films_of_any_shape_fit(shape):
    of = film(*shape)
    page = painted(of, np.ones(shape, bool))
    assert page.width() == WIDTH
    assert page.height() < 3000


def test_the_png_is_whole_and_has_nothing_beside_it(tmp_path, square, mask):
    target = write_png(painted(square, mask), tmp_path / "report.png")
    assert cv2.imdecode(np.frombuffer(target.read_bytes(), np.uint8), cv2.IMREAD_COLOR).shape[1] == 2000
    assert list(tmp_path.iterdir()) == [target]


def test_where_it_cannot_be_written_it_says_so(tmp_path, square, mask):
    page = painted(square, mask)
    with pytest.raises(ExportFailed, match="why=no_such_folder"):
        write_png(page, tmp_path / "none" / "report.png")
    with pytest.raises(ExportFailed, match="why=png_not_encoded"):
        write_png(QImage(), tmp_path / "report.png")


def test_an_application_is_made_only_where_there_is_none(qapp):
    with report_page.offscreen_application():
        assert type(qapp).instance() is qapp


@pytest.mark.parametrize(("turns", "flipped"), [(0, False), (1, False), (0, True), (3, True)])
def test_measurements_lie_where_they_were_drawn_however_the_film_lies(square, turns, flipped):
    line = Measurement("length", ((20.0, 180.0), (180.0, 180.0)))
    plain = page_of(square, None, view=FilmView(quarter_turns=turns, flipped=flipped))
    drawn = replace(plain, measurements=(line,))
    before, after = (pixels(paint_report(one))[:1000] for one in (plain, drawn))
    differs = (before != after).any(-1)
    assert not differs[:, : WIDTH // 2].any()  # the film as displayed stays as it is
    rows, cols = np.nonzero(differs)
    across = np.ptp(cols) > 2 * np.ptp(rows)
    assert across == (turns % 2 == 0)


def test_only_what_the_reader_changed_is_amber(square, mask):
    edited = mask.copy()
    edited[80:120] = False  # the reader takes the lower half away
    page = replace(page_of(square, None), mask=edited, edited=True, network=mask)
    shown = pixels(paint_report(page))
    cyan, amber, scale = cyan_box(shown), cyan_box(shown, AMBER), COLUMN / 400
    assert cyan[3] - cyan[1] == pytest.approx(40 * scale, abs=8)
    assert amber[3] - amber[1] < 8  # one straight cut, at the lower edge
    assert amber[1] == pytest.approx(cyan[3], abs=8)


@pytest.mark.parametrize("spacing", [AT_DETECTOR, NO_SPACING])
def test_the_bar_is_there_with_and_without_millimetres(square, mask, spacing):
    page = pixels(painted(replace(square, spacing=spacing), np.zeros_like(mask)))
    rows, columns = np.nonzero(page[:, RIGHT + COLUMN // 2 : RIGHT + COLUMN].min(2) > 225)
    on_film = rows[(columns > 20) & (rows < 1100)]
    assert np.bincount(on_film).max() > 0.15 * COLUMN
