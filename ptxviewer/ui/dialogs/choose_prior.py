"""Chooses the film to compare with; films of the same patient come first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ptxviewer.app.display.comparison import days_apart, patient_of, siblings
from ptxviewer.app.state.columns import Column
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.ui.controls import label
from ptxviewer.ui.film_words import cell
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import comparison, tr

ROOM, WIDEST = 64, 900  # screen pixels around a line of the list; of the dialog
COLUMNS: tuple[Column, ...] = ("name", "date", "view")


def line_of(state: State, film: Film, other: Film) -> str:
    """Return how a film is offered: name, date, view, how far apart."""
    parts = [cell(other, column, state.identified) for column in COLUMNS]
    same = patient_of(film) and patient_of(film) == patient_of(other)
    parts += [comparison.days_apart(days_apart(film, other)), tr("same patient") if same else ""]
    return "   ".join(part for part in parts if part)


class ChoosePrior(QDialog):
    """``chosen`` is the id of the film, None until one was chosen."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare with"))
        self._list = QListWidget()
        self._list.setObjectName("choices")
        self._list.setAccessibleName(tr("Films"))
        film = state.current
        if film is not None:
            same = siblings(state, film)
            rest = [one for one in state.films if one.id != film.id and one not in same]
            for one in (*same, *(one for one in rest if one.status is not FilmStatus.FAILED)):
                item = QListWidgetItem(line_of(state, film, one))
                item.setData(Qt.ItemDataRole.UserRole, one.id)
                self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.itemDoubleClicked.connect(lambda _item: self.accept())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.addWidget(label("quiet", tr("Films of the same patient, according to the files, come first.")))
        column.addWidget(self._list, 1)
        column.addWidget(buttons)
        self.resize(max(px(520), min(self._list.sizeHintForColumn(0) + ROOM, px(WIDEST))), px(380))

    @property
    def chosen(self) -> int | None:
        """The film that is marked in the list."""
        item = self._list.currentItem()
        return None if item is None else int(item.data(Qt.ItemDataRole.UserRole))
