"""The lines of the worklist: as a model of Qt, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from ptxviewer.app.films.urgency import Group
from ptxviewer.app.films.worklist import group, overdue, summary, unread
from ptxviewer.app.state.columns import COLUMNS, Column
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.ui.film_words import cell, heading, marked, score_text, spoken, status_text
from ptxviewer.ui.panels.verdict_mark import paint_verdict
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px

Index = QModelIndex | QPersistentModelIndex
ROW = 26  # height of a line
MARK_ROOM = 16  # of a verdict beside a word
QUIET_STATES = (FilmStatus.OPENING, FilmStatus.WAITING, FilmStatus.DONE)


class Lines(QAbstractTableModel):
    """The films in the order of the list. Lines that come or move keep selection and scroll bar where they are."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._state = State()
        self._films: list[Film] = []
        self._current: int | None = None
        self.order: tuple[Column | None, bool] = (None, False)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many films are shown."""
        return len(self._films) if parent is None or not parent.isValid() else 0

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns there are."""
        return len(COLUMNS) if parent is None or not parent.isValid() else 0

    def film_id(self, row: int) -> int | None:
        """Return the film in a line."""
        return self._films[row].id if 0 <= row < len(self._films) else None

    def films(self, first: int, last: int) -> list[tuple[int, Film, bool]]:
        """Return (line, film, first of its group) of the lines from ``first`` to ``last``, as far as there are some."""
        by_urgency = self.order == (None, False)
        found = []
        for row in range(max(first, 0), min(last + 1, len(self._films))):
            film = self._films[row]
            new = row > 0 and by_urgency and self._part(self._films[row - 1]) != self._part(film)
            found.append((row, film, new))
        return found

    def _part(self, film: Film) -> Group:
        return "above" if overdue(film) else group(self._state, film)

    @property
    def state(self) -> State:
        """The state that was shown last."""
        return self._state

    def row_of(self, film_id: int | None) -> int | None:
        """Return the line of a film, None where the filter hides it."""
        return next((row for row, film in enumerate(self._films) if film.id == film_id), None)

    def newly_current(self, film_id: int | None) -> bool:
        """True once for every film that comes on screen."""
        new, self._current = film_id != self._current, film_id
        return new

    def resting(self, films: Sequence[Film]) -> list[Film]:
        """Return the films in the order of the lines that are there, new ones last."""
        place = {film.id: row for row, film in enumerate(self._films)}
        return sorted(films, key=lambda film: place.get(film.id, len(place)))

    def show(self, state: State, films: list[Film]) -> None:
        """Take over the films."""
        self._state = state
        self.order = (state.worklist.sort, state.worklist.reverse)
        before, ids = [film.id for film in self._films], [film.id for film in films]
        if before == ids:
            changed = [row for row, (old, new) in enumerate(zip(self._films, films, strict=True)) if old is not new]
            self._films = films
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(COLUMNS) - 1))
            return
        if len(before) != len(ids):
            self.beginResetModel()
            self._films = films
            self.endResetModel()
            return
        self.layoutAboutToBeChanged.emit()
        rows = {film_id: row for row, film_id in enumerate(ids)}
        kept = self.persistentIndexList()
        moved = [
            self.index(rows[before[one.row()]], one.column()) if before[one.row()] in rows else QModelIndex()
            for one in kept
        ]
        self._films = films
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the heading of a column, with an arrow where the list is ordered by it."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = (" ▴" if self.order[1] else " ▾") if column == self.order[0] else ""
            return heading(column) + arrow
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words, for selection, screen readers and tooltips; ``paint_row`` draws."""
        if not index.isValid() or index.row() >= len(self._films):
            return None
        film, column = self._films[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell(film, column, self._state.identified)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            spoken_text = spoken(film, self._state.identified)
            return plain_tip(spoken_text) if role == Qt.ItemDataRole.ToolTipRole else spoken_text
        return None


def paint_row(
    painter: QPainter, state: State, film: Film, top: int, columns: Sequence[tuple[Column, int, int]]
) -> None:
    """Draw one line from ``top`` on; ``columns`` are (name, x, width) of those that are shown.

    All of it in one go, and not cell by cell through Qt's delegates: those call back into Python some thousand times
    for every picture of the list, and each call may have to wait for a thread that analyses.
    """
    regular, bold = painter.font(), QFont(painter.font())
    bold.setPixelSize(px(13))
    bold.setBold(unread(film))
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    verdict = film.review.verdict
    marked_in: Column = "verdict" if any(column == "verdict" for column, _, _ in columns) else "name"
    if overdue(film):
        painter.fillRect(QRect(0, top + 4, 3, px(ROW) - 8), QColor(PALETTE["warning"]))
    for column, x, width in columns:
        if column == "score":
            _paint_score(painter, film, x, top)
            if summary(film) is None and not any(one == "state" for one, _, _ in columns):
                _paint_status(painter, film, x, top, columns)
            continue
        text = cell(film, column, state.identified)
        if verdict and column == marked_in:
            paint_verdict(painter, verdict, QPointF(x + (13 if column == "verdict" else width - 12), top + px(ROW) / 2))
        if not text:
            continue
        mark = MARK_ROOM if verdict and column == marked_in else 0
        left, room = x + 7 + (mark if column == "verdict" else 0), width - 8 - mark
        painter.setFont(bold if column == "name" else regular)
        painter.setPen(QColor(PALETTE[_colour(film, column)]))
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(text) > room - 2:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - 2)
        painter.drawText(QRect(left, top, room, px(ROW)), middle, text)
    painter.setFont(regular)


def _colour(film: Film, column: Column) -> str:
    if column == "state":
        quiet = "quiet" if film.status in QUIET_STATES and film.older is None else "warning"
        return {FilmStatus.FAILED: "failure", FilmStatus.ANALYSING: "accent"}.get(film.status, quiet)
    return "text" if column == "name" or marked(film) else "quiet"


def _paint_status(painter: QPainter, film: Film, x: int, top: int, columns: Sequence[tuple[Column, int, int]]) -> None:
    """Say why there is no score where the list is too narrow for a column of it, in place of score, side and size."""
    end = next((left for column, left, _ in columns if column == "name" and left > x), x + px(60))
    painter.setPen(QColor(PALETTE[_colour(film, "state")]))
    text = painter.fontMetrics().elidedText(status_text(film), Qt.TextElideMode.ElideRight, end - x - 8)
    painter.drawText(QRect(x + 7, top, end - x - 8, px(ROW)), Qt.AlignmentFlag.AlignVCenter, text)


def chip_pen(film: Film, colour: QColor) -> QPen:
    """Return what a score is framed with: dashes where it is an older network's."""
    return QPen(colour, 1, Qt.PenStyle.SolidLine if film.older is None else Qt.PenStyle.DashLine)


def _paint_score(painter: QPainter, film: Film, x: int, top: int) -> None:
    """A chip as in the strip, filled where something is above threshold, unless an older network says so."""
    found = summary(film)
    if found is None:
        return
    place = QRectF(x + 4.5, top + px(ROW) / 2 - px(9) - 0.5, px(40), px(18))
    filled = marked(film) and film.older is None
    colour = QColor(PALETTE["accent" if marked(film) else "quiet"])
    painter.setPen(chip_pen(film, colour if marked(film) else QColor(PALETTE["edge"])))
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place, 3, 3)
    painter.setPen(QColor(PALETTE["canvas"]) if filled else colour)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, score_text(found))
