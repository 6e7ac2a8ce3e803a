"""Looking for films in an archive: a few fields, a list of series, and what is chosen of it is fetched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.pacs.wing import PacsWing
from ptxviewer.app.state.screen import State
from ptxviewer.core.archive import FILM_MODALITIES, RESULT_MODALITIES, FoundSeries, Query
from ptxviewer.core.errors import reason_of
from ptxviewer.core.reasons.pacs import FilmsFetched, Pacs
from ptxviewer.ui.controls import label, spin_box
from ptxviewer.ui.dialogs.fitting import resize_to
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, sentences, tr, trn

SIZE = (900, 560)
WIDTHS = (90, 70, 70, 220, 120, 170)  # of the columns but the last, in pixels


class FindDialog(QDialog):
    """Stays open while films are fetched: they come into the list behind it."""

    def __init__(self, pacs: PacsWing, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Find and fetch"))
        self._pacs = pacs
        self._found: list[FoundSeries] = []
        self._asked = ""  # the node that the list is of
        self._ticket: Ticket | None = None
        self._fetching = False
        facts = state.current.facts if state.current is not None and state.identified else None

        self._nodes = QComboBox()
        for node in state.pacs.settings.nodes:
            self._nodes.addItem(node.name)
        self._id = QLineEdit("" if facts is None else facts.patient.id)
        self._name = QLineEdit()
        self._name.setPlaceholderText(tr("Family name, * for any letters"))
        self._accession = QLineEdit()
        self._years = spin_box(0, 99)
        self._years.setValue(state.pacs.settings.years)
        self._years.setSpecialValueText(tr("any"))
        self._results = QCheckBox(tr("Results of analyses, too"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        for name, editor in (
            (tr("Archive"), self._nodes),
            (tr("Patient ID"), self._id),
            (tr("Name"), self._name),
            (tr("Accession number"), self._accession),
            (tr("Last years"), self._years),
        ):
            editor.setAccessibleName(name)
            form.addRow(label("text", name), editor)
        self.search = QPushButton(tr("Search"))
        self.search.clicked.connect(self._search)
        line = QHBoxLayout()
        line.addWidget(self._results)
        line.addStretch(1)
        line.addWidget(self.search)

        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Series"))
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setHeaderLabels(
            [tr("Date"), tr("Kind"), tr("Objects"), tr("Description"), tr("Patient ID"), tr("Name"), tr("Born")]
        )
        for number, width in enumerate(WIDTHS):
            self.list.setColumnWidth(number, px(width))
        self.list.itemSelectionChanged.connect(self._allow)
        self.list.itemDoubleClicked.connect(lambda _item, _column: self._fetch())
        self.told = label("quiet", tr("Films come into the list of the window as they arrive."), wrap=True)

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.fetch = buttons.addButton(tr("Fetch"), QDialogButtonBox.ButtonRole.ActionRole)
        self.fetch.clicked.connect(self._fetch)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addLayout(form)
        column.addLayout(line)
        column.addWidget(self.list, 1)
        column.addWidget(self.told)
        column.addWidget(buttons)
        self.finished.connect(self._stop)
        resize_to(self, *SIZE)
        for button in (self.search, self.fetch, buttons.button(QDialogButtonBox.StandardButton.Close)):
            button.setAutoDefault(False)
        self.search.setDefault(True)
        self._allow()

    def _allow(self) -> None:
        self.search.setEnabled(self._ticket is None and self._nodes.count() > 0)
        self.fetch.setEnabled(bool(self.list.selectedItems()))

    def _search(self) -> None:
        node = self._pacs.settings.node(self._nodes.currentText())
        if node is None or self._ticket is not None:
            return
        name = self._name.text().strip()
        query = Query(
            self._id.text().strip(),
            f"{name}*" if name and "*" not in name else name,
            self._accession.text().strip(),
            since=self._pacs.fetching.since(self._years.value()),
            modalities=FILM_MODALITIES + (RESULT_MODALITIES if self._results.isChecked() else ()),
        )
        self._show([], say(Pacs.SEARCHING))
        self._asked = node.name
        self._ticket = self._pacs.fetching.find(node, query, self._done)
        self._allow()

    def _done(self, outcome: Outcome[list[FoundSeries]]) -> None:
        self._ticket = None
        if outcome.value is None:
            self._show([], say(reason_of(outcome.error)))
        elif outcome.value:
            self._show(outcome.value, trn("{count} series found.", "{count} series found.", len(outcome.value)))
            self.list.setCurrentIndex(self.list.model().index(0, 0))
            self.list.setFocus()
        else:
            self._show([], say(Pacs.NOTHING_THERE))

    def _show(self, found: list[FoundSeries], told: str) -> None:
        self._found = found
        self.list.clear()
        for one in found:
            description = " · ".join(part for part in (one.study.description, one.study.series_description) if part)
            count = "" if one.count is None else str(one.count)
            person = one.patient
            row = QTreeWidgetItem(
                [one.study.date, one.modality, count, description, person.id, person.name, person.birth_date]
            )
            row.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(row)
        self.told.setText(told)
        self._allow()

    def _fetch(self) -> None:
        node = self._pacs.settings.node(self._asked)
        chosen = [self._found[self.list.indexOfTopLevelItem(item)] for item in self.list.selectedItems()]
        if node is not None and chosen:
            self._fetching = True
            self._pacs.fetching.fetch(node, chosen)

    def show_state(self, state: State) -> None:
        """Say how far a retrieval is."""
        left = state.pacs.fetching
        if left:
            self.told.setText(trn("Fetching, {count} series to go ...", "Fetching, {count} series to go ...", left))
        elif self._fetching and isinstance(state.message, FilmsFetched):
            why = state.banner.reason if state.banner is not None and state.message.missing else None
            self.told.setText(sentences(state.message, why))
        self._fetching = self._fetching and bool(left)

    def _stop(self) -> None:
        """A closed dialog gets no answer; what is being fetched goes on."""
        if self._ticket is not None:
            self._ticket.cancel()
