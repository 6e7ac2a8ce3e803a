"""Asks for consent to sending: which films or results, to which node, and that it cannot be undone."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.exports import OBJECTS, kinds_in
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.pacs import What
from ptxviewer.app.state.screen import State
from ptxviewer.ui.commands import capital
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr, trn

WIDTH = 440


class SendDialog(QDialog):
    """``node``, ``film_ids`` and ``kinds`` are what was chosen."""

    def __init__(self, state: State, what: What, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Send results") if what == "results" else tr("Send film"))
        self._current = state.current_id
        films = [film for film in state.films if film.status is not FilmStatus.FAILED]
        if what == "results":
            films = [film for film in films if film.status is FilmStatus.DONE]
        self._all = [film.id for film in films]
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(6)

        column.addWidget(label("text", tr("To")))
        self._nodes = QComboBox()
        self._nodes.setAccessibleName(tr("To"))
        for node in state.pacs.settings.nodes:
            self._nodes.addItem(node.name)
        column.addWidget(self._nodes)
        column.addSpacing(10)

        self._one = QRadioButton(tr("This film"))
        self._every = QRadioButton(trn("{count} film of the list", "All {count} films of the list", len(self._all)))
        self._one.setChecked(True)
        self._every.setVisible(len(self._all) > 1)
        column.addWidget(self._one)
        column.addWidget(self._every)

        self._kinds: dict[str, QCheckBox] = {}
        if what == "results":
            column.addSpacing(10)
            usual = kinds_in(state.settings.dicom_kinds)
            for row in OBJECTS:
                box = QCheckBox(capital(tr(row.name)))
                box.setChecked(row.id in usual)
                box.toggled.connect(lambda _on: self._allow())
                self._kinds[row.id] = box
                column.addWidget(box)
        column.addSpacing(12)
        caution = tr(
            "For research only, not for the care of this patient. What is sent names the patient, and it cannot be "
            "taken back from here."
        )
        column.addWidget(label("amber", caution, wrap=True))
        column.addSpacing(8)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._send = buttons.addButton(tr("Send"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._send.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setFixedWidth(px(WIDTH))
        self._allow()

    def _allow(self) -> None:
        self._send.setEnabled(self._nodes.count() > 0 and (not self._kinds or bool(self.kinds)))

    @property
    def node(self) -> str:
        """The name of the node."""
        return self._nodes.currentText()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of objects; empty where a film is sent."""
        return tuple(kind for kind, box in self._kinds.items() if box.isChecked())

    @property
    def film_ids(self) -> list[int]:
        """The film on screen, or all."""
        if self._every.isChecked():
            return list(self._all)
        return [] if self._current is None else [self._current]
