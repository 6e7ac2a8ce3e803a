"""Where everything of a report stands on its sheet: measured once, the same on screen, on paper and in files.

A film has one page. What there is to say decides how much of it is left for the pictures; where even the smallest
picture leaves too little room the letters shrink, and last of all the reader's note and text are cut, which they say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QTextLayout, QTextOption

from ptxviewer.core.viewport import pixel_aspect
from ptxviewer.report.by_reader import Pair
from ptxviewer.report.page import Page, Table
from ptxviewer.ui.report.paper import DPI, Paper, dots
from ptxviewer.words import tr

MARGIN, GAP = dots(13), dots(6)
SMALLEST_FILM, TALLEST_FILM, TALLEST_ALONE = dots(62), dots(112), dots(150)
LABEL = 0.27  # of a column, for the labels of facts
SHRUNK = (1.0, 0.94, 0.88, 0.82, 0.76)  # sizes of letters, until everything fits
INK, QUIET, LINE = QColor("#16191d"), QColor("#5c6670"), QColor("#c9d0d6")
TITLE, HEADLINE, REMARK, BODY, SMALL = (round(points * DPI / 72) for points in (9.0, 15.0, 9.5, 8.6, 7.4))
PARAGRAPH = "\u2028"  # within one text layout: a line ends here


@dataclass(frozen=True)
class Words:
    """Lines of text, laid out; ``place`` is the corner of the first one."""

    layout: QTextLayout
    place: QPointF
    colour: QColor


@dataclass(frozen=True)
class Rule:
    """A hairline."""

    start: QPointF
    end: QPointF


@dataclass
class Sheet:
    """One page: its words and lines, and where the pictures of the film lie. In dots from the upper left corner.

    ``films``: as displayed, and with drawings; where nothing is drawn the first one alone, larger.
    """

    size: QSize
    words: list[Words] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    films: tuple[QRect, ...] = ()
    fits: bool = True


def font(size_px: float, bold: bool = False) -> QFont:
    """Return the font of reports.

    Without hinting, so that a line is as long on screen as on paper, and without ligatures: a search finds "film".
    """
    typeface = QFont(QGuiApplication.font())
    typeface.setPixelSize(max(1, round(size_px)))
    typeface.setBold(bold)
    typeface.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if hasattr(QFont, "setFeature"):  # Qt 6.7
        typeface.setFeature(QFont.Tag("liga"), 0)
    return typeface


def text_layout(text: str, size_px: float, width: float, bold: bool = False) -> tuple[QTextLayout, float]:
    """Return ``text`` broken into lines of ``width``, also within a long word, and how tall they are together."""
    layout = QTextLayout(PARAGRAPH.join(text.splitlines()), font(size_px, bold))
    option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += line.height()
    layout.endLayout()
    return layout, height


class _Column:
    """Puts texts below each other into a part of a sheet."""

    def __init__(self, sheet: Sheet, left: float, width: float, y: float, scale: float) -> None:
        self._sheet, self._left, self._width, self._scale = sheet, left, width, scale
        self.y = y

    def text(
        self,
        text: str,
        size_px: float,
        colour: QColor = INK,
        *,
        bold: bool = False,
        at: float = 0.0,
        width: float = 0.0,
    ) -> float:
        """Put a text at the column's y, which stays; returns the y below it."""
        if not text:
            return self.y
        layout, height = text_layout(text, size_px * self._scale, width or self._width - at, bold)
        self._sheet.words.append(Words(layout, QPointF(self._left + at, self.y), colour))
        return self.y + height

    def line(self, text: str, size_px: float, colour: QColor = INK, *, bold: bool = False, gap_mm: float = 0.0) -> None:
        """Put a text below what is there, and ``gap_mm`` under it."""
        if text:
            self.y = self.text(text, size_px, colour, bold=bold) + dots(gap_mm)

    def rule(self) -> None:
        """Put a hairline."""
        end = QPointF(self._left + self._width, self.y)
        self._sheet.rules.append(Rule(QPointF(self._left, self.y), end))
        self.y += dots(1.5)

    def heading(self, text: str) -> None:
        """Put the name of a section over a hairline."""
        self.line(text, SMALL, QUIET, bold=True, gap_mm=0.6)
        self.rule()

    def pairs(self, pairs: tuple[Pair, ...]) -> None:
        """Put labels and values beside each other."""
        at = self._width * LABEL
        for label, value in pairs:
            below = self.text(label, BODY, QUIET, width=at - dots(1.5))
            self.y = max(below, self.text(value, BODY, at=at)) + dots(0.7)
        self.y += dots(2.5)

    def table(self, table: Table) -> None:
        """Put the findings in columns."""
        step = self._width / len(table.columns)
        gap = dots(1.0)
        for cells, size, colour in ((table.columns, SMALL, QUIET), *((row, BODY, INK) for row in table.rows)):
            self.y = max(
                self.text(cell, size, colour, at=number * step, width=step - gap) for number, cell in enumerate(cells)
            ) + dots(0.8)
        self.line(table.more, SMALL, QUIET)
        self.y += dots(1.5)


def drawn_on(report: Page) -> bool:
    """True where there is something to be drawn on the film: then it is there twice."""
    return bool(report.mask.any() or report.measurements or report.halves or report.heat is not None)


def _film_size(report: Page, width: float, height: float) -> QSize:
    """Return the size of the film on the page; pixels that are not square are shown as they are on the patient."""
    film = report.film
    size = QSizeF(film.cols, film.rows * pixel_aspect(film.spacing))
    if report.view.quarter_turns % 2:
        size.transpose()
    size.scale(QSizeF(width, height), Qt.AspectRatioMode.KeepAspectRatio)
    return QSize(max(1, round(size.width())), max(1, round(size.height())))


def _laid(report: Page, paper: Paper, scale: float) -> Sheet:
    """Lay a page out with letters of one scale; ``fits`` says whether the paper is large enough."""
    width, height = paper.size
    inner = width - 2 * MARGIN
    half = (inner - GAP) / 2
    right = MARGIN + half + GAP
    sheet = Sheet(QSize(width, height))
    head = _Column(sheet, MARGIN, inner, MARGIN, scale)
    head.line(report.title, TITLE, QUIET, gap_mm=1.0)
    head.line(report.headline, HEADLINE, bold=True, gap_mm=1.0)
    head.line(report.remark, REMARK, QUIET)
    top = head.y + dots(4)

    below = Sheet(sheet.size)  # laid out from 0, then moved down below the pictures
    both = drawn_on(report)
    captions = [_Column(below, left, half, 0, scale) for left in (MARGIN, right)]
    captions[0].line(report.film_caption, SMALL, QUIET)
    captions[1].line(report.outline_caption, SMALL, QUIET)
    start = max(column.y for column in captions) + dots(5)
    left_column = _Column(below, MARGIN, half, start, scale)
    left_column.heading(tr("Patient and film"))
    left_column.pairs(report.patient)
    left_column.pairs(report.how)
    right_column = _Column(below, right, half, start, scale)
    if report.table is not None or report.measures:
        right_column.heading(tr("Marked on the film, edited by reader") if report.edited else tr("Marked on the film"))
        if report.table is not None:
            right_column.table(report.table)
        right_column.pairs(report.measures)
    if report.text:
        column = min(right_column, left_column, key=lambda one: one.y)
        column.heading(report.text_by)
        column.line(report.text, BODY, gap_mm=2.5)
    column = min(right_column, left_column, key=lambda one: one.y)
    column.heading(tr("Reader"))
    column.pairs(report.by_reader)

    foot_sheet = Sheet(sheet.size)
    foot = _Column(foot_sheet, MARGIN, inner, 0, scale)
    foot.rule()
    foot.line(report.research_use, BODY, bold=True, gap_mm=0.6)
    foot.line(report.provenance, SMALL, QUIET)

    bottom = height - MARGIN - foot.y
    text_height = max(left_column.y, right_column.y)
    room = bottom - top - dots(2) - text_height
    places = [(MARGIN, half), (right, half)] if both else [(MARGIN, inner)]
    across, tallest = places[0][1], TALLEST_FILM if both else TALLEST_ALONE
    wanted = _film_size(report, across, tallest)
    sheet.fits = room >= min(wanted.height(), SMALLEST_FILM)
    film = _film_size(report, across, max(1.0, min(room, wanted.height())))
    down = top + film.height() + dots(2)
    sheet.films = tuple(
        QRect(round(left + (wide - film.width()) / 2), round(top), film.width(), film.height()) for left, wide in places
    )
    for part, offset in ((below, down), (foot_sheet, bottom)):
        by = QPointF(0, offset)
        sheet.words += [replace(words, place=words.place + by) for words in part.words]
        sheet.rules += [Rule(rule.start + by, rule.end + by) for rule in part.rules]
    return sheet


def laid_out(report: Page, paper: Paper) -> Sheet:
    """Return the sheet of a page; everything of it is on the paper."""
    for scale in SHRUNK:
        sheet = _laid(report, paper, scale)
        if sheet.fits:
            return sheet
    return _with_cut_note(report, paper)


def _with_cut_note(report: Page, paper: Paper) -> Sheet:
    """Return the sheet with as much of the reader's texts as has room beside the smallest letters."""
    longest = max((len(report.text), *(len(value) for _, value in report.facts)))
    fitting, low, high = None, 0, longest
    while low < high:
        middle = (low + high + 1) // 2
        sheet = _laid(_cut(report, middle), paper, SHRUNK[-1])
        fitting, low, high = (sheet, middle, high) if sheet.fits else (fitting, low, middle - 1)
    return fitting or _laid(_cut(report, 40), paper, SHRUNK[-1])


def _cut(report: Page, longest: int) -> Page:
    """Return the page with no value longer than ``longest`` letters; what is cut says so."""

    def short(value: str) -> str:
        return value if len(value) <= longest else tr("{beginning} ... (cut, no room)", beginning=value[:longest])

    def cut(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
        return tuple((label, short(value)) for label, value in pairs)

    return replace(
        report,
        text=short(report.text),
        patient=cut(report.patient),
        how=cut(report.how),
        measures=cut(report.measures),
        by_reader=cut(report.by_reader),
        remark=report.remark[: max(longest, 200)],
    )


def unwritable(sheet: Sheet) -> bool:
    """True where no font of this computer has some of the letters: they stand as empty boxes."""
    return any(0 in run.glyphIndexes() for words in sheet.words for run in words.layout.glyphRuns())


def bounds(words: Words) -> QRectF:
    """Return the place of a text on its sheet."""
    return words.layout.boundingRect().translated(words.place)
