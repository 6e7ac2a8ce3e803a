"""The films that are open: thumbnails with the state of each, painted by a delegate so that hundreds cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ptxviewer.app.state import Film, FilmStatus, State
from ptxviewer.core.types import Radiograph
from ptxviewer.core.voi import display_lut
from ptxviewer.ui.style import PALETTE

WIDTH = 112
PICTURE = 88  # side of a thumbnail's square
STORED = 2 * PICTURE  # pixels kept, sharp at a device pixel ratio of 2
ITEM = QSize(104, 124)
Index = QModelIndex | QPersistentModelIndex


def thumbnail(film: Radiograph) -> QImage:
    """Return a picture of the film through its default window, its longer side ``STORED`` pixels."""
    step = max(1, min(film.shape) // (2 * STORED))
    coarse = np.ascontiguousarray(film.pixels[::step, ::step])
    factor = STORED / max(film.shape)
    size = max(1, round(film.cols * factor)), max(1, round(film.rows * factor))
    small = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_AREA), np.uint16)
    grey = np.ascontiguousarray(display_lut(film, film.vois[film.default_voi])[small])
    return QImage(grey.data, size[0], size[1], grey.strides[0], QImage.Format.Format_Grayscale8).copy()


def chip(film: Film) -> tuple[str, str, bool]:
    """Return (text, colour name, filled): what the strip says of a film, in words and not by colour alone."""
    if film.status is FilmStatus.DONE and film.maps is not None:
        present = film.findings is not None and film.findings.present
        return f"{film.maps.score:.2f}", "accent" if present else "quiet", present
    colour = {FilmStatus.FAILED: "failure", FilmStatus.ANALYSING: "accent"}.get(film.status, "quiet")
    return film.status.value, colour, False


def spoken(film: Film) -> str:
    """Return what a screen reader says of an entry."""
    text, _, present = chip(film)
    if film.status is FilmStatus.DONE:
        text = f"score {text}, {'above' if present else 'nothing above'} threshold"
    return f"Film {film.number}, {text}"


class _Films(QAbstractListModel):
    """The films of the last state; only entries that changed are painted again."""

    def __init__(self) -> None:
        super().__init__()
        self.films: tuple[Film, ...] = ()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many films there are."""
        return len(self.films) if parent is None or not parent.isValid() else 0

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the film itself for painting, its words for screen readers and tooltips."""
        if not index.isValid() or index.row() >= len(self.films):
            return None
        film = self.films[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return film
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return spoken(film)
        return None

    def show_films(self, films: tuple[Film, ...]) -> None:
        """Take over the films of a state."""
        before, self_ids = self.films, [film.id for film in films]
        if [film.id for film in before] != self_ids:
            self.beginResetModel()
            self.films = films
            self.endResetModel()
            return
        self.films = films
        for row, (old, new) in enumerate(zip(before, films, strict=True)):
            if old is not new:
                self.dataChanged.emit(self.index(row), self.index(row))


class _Painter(QStyledItemDelegate):
    """Draws one entry. Thumbnails are kept when a film's pixels are put away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures: dict[int, tuple[str, QImage]] = {}

    def forget(self, ids: set[int]) -> None:
        """Drop the pictures of films that were closed."""
        self._pictures = {film_id: kept for film_id, kept in self._pictures.items() if film_id in ids}

    def _picture(self, film: Film) -> QImage | None:
        kept = self._pictures.get(film.id)
        if film.radiograph is not None and (kept is None or kept[0] != film.key):
            kept = self._pictures[film.id] = film.key, thumbnail(film.radiograph)
        return kept[1] if kept is not None else None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All entries are of one size."""
        return ITEM

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Picture, number, chip."""
        film = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(film, Film):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(PALETTE["accent"]), 1) if selected else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(PALETTE["raised"]))
            painter.drawRoundedRect(QRectF(area).adjusted(3.5, 2.5, -3.5, -2.5), 4, 4)
        square = QRect(area.x() + (area.width() - PICTURE) // 2, area.y() + 8, PICTURE, PICTURE)
        painter.fillRect(square, QColor(PALETTE["canvas"]))
        picture = self._picture(film)
        if picture is not None:
            size = picture.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(square.center())
            painter.drawImage(place, picture)
        font = QFont(option.font)
        font.setPixelSize(12)
        painter.setFont(font)
        line = QRect(square.x(), square.bottom() + 5, square.width(), 18)
        painter.setPen(QColor(PALETTE["text" if selected else "quiet"]))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(film.number))
        self._paint_chip(painter, film, line)
        painter.restore()

    @staticmethod
    def _paint_chip(painter: QPainter, film: Film, line: QRect) -> None:
        text, name, filled = chip(film)
        colour = QColor(PALETTE[name])
        scored = film.status is FilmStatus.DONE
        width = painter.fontMetrics().horizontalAdvance(text) + (10 if scored else 0)
        place = QRectF(line.right() + 1 - width, line.y() + 0.5, width - 0.5, line.height() - 1)
        align = Qt.AlignmentFlag.AlignCenter
        if scored:
            painter.setPen(QPen(colour, 1))
            painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 3, 3)
        painter.setPen(QColor(PALETTE["canvas"]) if filled else colour)
        painter.drawText(place, align, text)


class FilmStrip(QListView):
    """Shows the films of a state; a click asks for one."""

    def __init__(self, select: Callable[[int], None]) -> None:
        super().__init__()
        self._select = select
        self._films = _Films()
        self._painter = _Painter(self)
        self.setModel(self._films)
        self.setItemDelegate(self._painter)
        self.setFixedWidth(WIDTH)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click ends the typing of a note
        self.setAccessibleName("Films")
        self.clicked.connect(self._clicked)

    def _clicked(self, index: QModelIndex) -> None:
        film = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(film, Film):
            self._select(film.id)

    def show_state(self, state: State) -> None:
        """Show the films and mark the one on screen."""
        self._painter.forget({film.id for film in state.films})
        self._films.show_films(state.films)
        rows = [row for row, film in enumerate(state.films) if film.id == state.current_id]
        if not rows:
            self.clearSelection()
        elif [index.row() for index in self.selectedIndexes()] != rows:
            index = self._films.index(rows[0])
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)
