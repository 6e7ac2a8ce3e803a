"""The lines of the worklist as a model of Qt, and how a score is painted in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ptxviewer.app.listing import summary, unread
from ptxviewer.app.state import Column, Film, FilmStatus, State
from ptxviewer.app.worklist import COLUMNS, cell, group, name_of, state_of
from ptxviewer.ui.style import PALETTE

Index = QModelIndex | QPersistentModelIndex
HEADINGS: dict[Column, str] = {
    "score": "Score", "side": "Side", "size": "Size", "name": "Film", "view": "View", "date": "Date",
    "state": "State", "verdict": "Verdict",
}  # fmt: skip
FIRST_OF_GROUP = Qt.ItemDataRole.UserRole + 1
QUIET_STATES = (FilmStatus.OPENING, FilmStatus.WAITING, FilmStatus.DONE)


def spoken(state: State, film: Film) -> str:
    """Return what a screen reader says of a line, and its tooltip: all of it, and why there is no result."""
    facts = film.facts if state.identified else None
    found = summary(film)
    parts = [name_of(state, film), facts.patient.id if facts is not None else "", cell(state, film, "view")]
    parts += [cell(state, film, "date"), facts.study.description if facts is not None else ""]
    if found is not None:
        above = "above threshold" if found.present else "nothing above threshold"
        parts += [f"score {found.score:.2f}, {above}", found.side, found.size]
    else:
        parts += [state_of(film), film.error or film.note]
    parts.append(film.review.verdict)
    return ", ".join(part for part in parts if part)


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
            return HEADINGS[column] + arrow
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words and look."""
        if not index.isValid() or index.row() >= len(self._films):
            return None
        film, column = self._films[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell(self._state, film, column)
        if role == Qt.ItemDataRole.UserRole:
            return film
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(self._state, film)
        if role == FIRST_OF_GROUP:
            before = self._films[index.row() - 1] if index.row() else film
            return self.order[0] is None and group(self._state, before) != group(self._state, film)
        if role == Qt.ItemDataRole.FontRole and column == "name" and unread(film):
            font = QFont(QApplication.font())
            font.setPixelSize(13)
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(PALETTE[self._colour(film, column)])
        return None

    def _colour(self, film: Film, column: Column) -> str:
        if column == "state":
            return {FilmStatus.FAILED: "failure", FilmStatus.ANALYSING: "accent"}.get(
                film.status, "quiet" if film.status in QUIET_STATES else "warning"
            )
        found = summary(film)
        return "text" if column == "name" or (found is not None and found.present) else "quiet"


class Cell(QStyledItemDelegate):
    """Paints a score as the strip does, filled where something is above threshold, and a line between two groups."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Words or chip, then the line."""
        if COLUMNS[index.column()] == "score":
            self._paint_score(painter, option, index)
        else:
            super().paint(painter, option, index)
        if index.data(FIRST_OF_GROUP):
            painter.fillRect(QRect(option.rect.x(), option.rect.y(), option.rect.width(), 1), QColor(PALETTE["edge"]))

    @staticmethod
    def _paint_score(painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        film = index.data(Qt.ItemDataRole.UserRole)
        found = summary(film) if isinstance(film, Film) else None
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(PALETTE["line"]))
        if found is not None:
            place = QRectF(option.rect.x() + 4.5, option.rect.center().y() - 8.5, 40, 18)
            colour = QColor(PALETTE["accent" if found.present else "quiet"])
            painter.setPen(QPen(colour if found.present else QColor(PALETTE["edge"]), 1))
            painter.setBrush(colour if found.present else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 3, 3)
            font = QFont(option.font)
            font.setPixelSize(12)
            painter.setFont(font)
            painter.setPen(QColor(PALETTE["canvas"]) if found.present else colour)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{found.score:.2f}")
        painter.restore()
