"""The films that are open: thumbnails with the state of each, painted by a delegate so that hundreds cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ptxviewer.app.films.worklist import summary
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.arrays import GreyImage
from ptxviewer.ui.film_words import STATUS, marked, rejected, score_text, spoken_in_strip
from ptxviewer.ui.panels.verdict_mark import paint_verdict
from ptxviewer.ui.panels.worklist_rows import chip_pen
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import finding, tr

WIDTH = 112
PICTURE = 88  # side of a thumbnail's square
LOOK_MS = 120  # after the last scroll the films in sight are looked at
ITEM = QSize(104, 124)
LINE = 18  # height of the line below a picture
Index = QModelIndex | QPersistentModelIndex


def wide(size: int) -> int:
    """Return a width where text is larger than usual: half as much more, since the film needs the room."""
    return (size + px(size)) // 2


def picture_of(grey: GreyImage) -> QImage:
    """Return a thumbnail (rows, cols) as a picture that holds its own pixels."""
    rows, cols = grey.shape
    return QImage(grey.data, cols, rows, grey.strides[0], QImage.Format.Format_Grayscale8).copy()


def chip(film: Film) -> tuple[str, str, bool]:
    """Return (text, colour name, filled): what the strip says of a film, in words and not by colour alone."""
    found = summary(film)
    if found is not None:
        score = finding.verdict("reject") if rejected(film) else score_text(found)
        if film.older is not None:
            score = tr("{score} (older)", score=score)
        return score, "accent" if marked(film) else "quiet", marked(film) and film.older is None
    colour = {FilmStatus.FAILED: "failure", FilmStatus.ANALYSING: "accent"}.get(film.status, "quiet")
    return tr(STATUS[film.status]), colour, False


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
            spoken_text = spoken_in_strip(film)
            return plain_tip(spoken_text) if role == Qt.ItemDataRole.ToolTipRole else spoken_text
        return None

    def show_films(self, films: tuple[Film, ...]) -> None:
        """Take over the films of a state."""
        old_ids, ids = [film.id for film in self.films], [film.id for film in films]
        kept = set(ids)
        for row in range(len(old_ids) - 1, -1, -1):
            if old_ids[row] not in kept:
                self.beginRemoveRows(QModelIndex(), row, row)
                self.films = (*self.films[:row], *self.films[row + 1 :])
                self.endRemoveRows()
        before = self.films
        if [film.id for film in before] != ids[: len(before)]:
            self.beginResetModel()
            self.films = films
            self.endResetModel()
            return
        if len(films) > len(before):  # films that arrive leave the scroll bar where it is
            self.beginInsertRows(QModelIndex(), len(before), len(films) - 1)
            self.films = films
            self.endInsertRows()
        self.films = films
        changed = [n for n, (old, new) in enumerate(zip(before, films[: len(before)], strict=True)) if old is not new]
        if changed:  # one signal: what is not in sight costs nothing, hundreds of signals do
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))


class _Painter(QStyledItemDelegate):
    """Draws one entry. A picture is made when its entry is first painted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures: dict[int, tuple[str, QImage]] = {}

    def forget(self, ids: frozenset[int]) -> None:
        """Drop the pictures of films that were closed."""
        self._pictures = {film_id: kept for film_id, kept in self._pictures.items() if film_id in ids}

    def _picture(self, film: Film) -> QImage | None:
        kept = self._pictures.get(film.id)
        if film.thumbnail is not None and (kept is None or kept[0] != film.key):
            kept = self._pictures[film.id] = film.key, picture_of(film.thumbnail)
        return kept[1] if kept is not None else None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All entries are of one size."""
        return QSize(wide(ITEM.width()), wide(PICTURE) + px(LINE) + ITEM.height() - PICTURE - LINE)

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
        square = QRect(area.x() + (area.width() - wide(PICTURE)) // 2, area.y() + 8, wide(PICTURE), wide(PICTURE))
        painter.fillRect(square, QColor(PALETTE["canvas"]))
        picture = self._picture(film)
        if picture is not None:
            size = picture.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(square.center())
            painter.drawImage(place, picture)
        paint_verdict(painter, film.review.verdict, QPointF(square.right() - 9, square.top() + 10), plate=True)
        font = QFont(option.font)
        font.setPixelSize(px(12))
        painter.setFont(font)
        line = QRect(square.x(), square.bottom() + 5, square.width(), px(LINE))
        painter.setPen(QColor(PALETTE["text" if selected else "quiet"]))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(film.number))
        self._paint_chip(painter, film, line)
        painter.restore()

    @staticmethod
    def _paint_chip(painter: QPainter, film: Film, line: QRect) -> None:
        text, name, filled = chip(film)
        colour = QColor(PALETTE[name])
        scored = summary(film) is not None
        beside = painter.fontMetrics().horizontalAdvance(f"{film.number} ")
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width() - beside)
        width = painter.fontMetrics().horizontalAdvance(text) + (10 if scored else 0)
        place = QRectF(line.right() + 1 - width, line.y() + 0.5, width - 0.5, line.height() - 1)
        align = Qt.AlignmentFlag.AlignCenter
        if scored:
            painter.setPen(chip_pen(film, colour))
            painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 3, 3)
        painter.setPen(QColor(PALETTE["canvas"]) if filled else colour)
        painter.drawText(place, align, text)


class FilmStrip(QListView):
    """Shows the films of a state; a click asks for one."""

    def __init__(self, select: Callable[[int], None], look_at: Callable[[list[int]], None]) -> None:
        """``look_at`` is told which films are in sight, so that those without a picture get one."""
        super().__init__()
        self._select = select
        self._look_at = look_at
        self._ids: frozenset[int] = frozenset()
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._tell_sight)
        self._films = _Films()
        self._painter = _Painter(self)
        self.setModel(self._films)
        self.setItemDelegate(self._painter)
        self.setFixedWidth(wide(WIDTH))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click ends the typing of a note
        self.setAccessibleName(tr("Films"))
        self.clicked.connect(self._clicked)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._looking.start())

    def _clicked(self, index: QModelIndex) -> None:
        film = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(film, Film):
            self._select(film.id)

    def _tell_sight(self) -> None:
        """Tell which films are in sight."""
        if not self.isVisible():
            self._look_at([])
            return
        height = max(1, self.sizeHintForRow(0))
        first = self.verticalScrollBar().value() // height
        visible = self._films.films[first : first + self.viewport().height() // height + 2]
        self._look_at([film.id for film in visible])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More films, or fewer, are in sight."""
        super().resizeEvent(event)
        self._looking.start()

    def sizeHint(self) -> QSize:
        """As wide as it is: a splitter would keep room for the width that lists have by default."""
        return QSize(wide(WIDTH), super().sizeHint().height())

    def show_state(self, state: State) -> None:
        """Show the films and mark the one on screen."""
        ids = frozenset(film.id for film in state.films)
        if ids != self._ids:
            self._ids = ids
            self._painter.forget(ids)
            self._looking.start()
        self._films.show_films(state.films)
        rows = [row for row, film in enumerate(state.films) if film.id == state.current_id]
        if not rows:
            self.clearSelection()
        elif [index.row() for index in self.selectedIndexes()] != rows:
            index = self._films.index(rows[0])
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)
