"""What is to be sent and what became of it, object by object; trying again, and discarding."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.pacs.wing import PacsWing
from ptxviewer.app.state.pacs import Parcel
from ptxviewer.app.state.screen import State
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.fitting import resize_to
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import pacs as words
from ptxviewer.words import tr, trn

SIZE = (940, 460)
WIDTHS = (160, 170, 150)
ID = Qt.ItemDataRole.UserRole


def what_of(parcel: Parcel) -> str:
    """Return what a parcel holds, without a name."""
    title = tr("Results of film {number}") if parcel.what == "results" else tr("Film {number}")
    return title.format(number=parcel.film_number)


def outcome_of(parcel: Parcel, sending: bool) -> str:
    """Return what became of a parcel in one line."""
    if sending:
        return tr("Sending ...")
    arrived = sum(delivery.arrived for delivery in parcel.deliveries)
    if len({(delivery.state, delivery.why, delivery.found) for delivery in parcel.deliveries}) == 1:
        return words.outcome(parcel.deliveries[0])
    return trn("{arrived} of {count} sent", "{arrived} of {count} sent", len(parcel.deliveries), arrived=arrived)


class QueueDialog(QDialog):
    """Follows the state while it is open."""

    def __init__(self, pacs: PacsWing, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Sent and to be sent"))
        self._pacs = pacs
        self._shown: tuple[object, ...] = ()
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Sent and to be sent"))
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setHeaderLabels([tr("When"), tr("What"), tr("To"), tr("Outcome")])
        for number, width in enumerate(WIDTHS):
            self.list.setColumnWidth(number, px(width))
        self._told = label("quiet", "", wrap=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.again = buttons.addButton(tr("Try again"), QDialogButtonBox.ButtonRole.ActionRole)
        self.discard = buttons.addButton(tr("Discard"), QDialogButtonBox.ButtonRole.ActionRole)
        self.again.clicked.connect(pacs.sending.retry)
        self.discard.clicked.connect(self._discard)
        for button in (self.again, self.discard):
            button.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(self.list, 1)
        column.addWidget(self._told)
        column.addWidget(buttons)
        self.list.itemSelectionChanged.connect(self._allow)
        resize_to(self, *SIZE)
        self.show_state(state)
        self.list.setCurrentIndex(self.list.model().index(0, 0))

    def show_state(self, state: State) -> None:
        """Show the queue, where it has changed."""
        pacs = state.pacs
        if self._shown == (pacs.parcels, pacs.sending):
            return
        self._shown = (pacs.parcels, pacs.sending)
        chosen = self._chosen()
        self.list.clear()
        for parcel in reversed(pacs.parcels):
            when = parcel.created[:16].replace("T", " ")
            outcome = outcome_of(parcel, parcel.id == pacs.sending)
            row = QTreeWidgetItem([when, what_of(parcel), parcel.node, outcome])
            row.setData(0, ID, parcel.id)
            row.setToolTip(3, plain_tip(outcome))
            for number, one in enumerate(parcel.deliveries if len(parcel.deliveries) > 1 else (), 1):
                told = words.outcome(one)
                part = QTreeWidgetItem(["", tr("Object {number}", number=number), "", told])
                part.setData(0, ID, parcel.id)
                part.setToolTip(3, plain_tip(told))
                row.addChild(part)
            self.list.addTopLevelItem(row)
            row.setSelected(parcel.id in chosen)
        left = pacs.left
        empty = tr("Nothing was sent in this session, and nothing is waiting.")
        waits = trn(
            "{count} waits; it is tried again by itself.", "{count} wait; they are tried again by themselves.", left
        )
        self._told.setText(waits if left else "" if pacs.parcels else empty)
        self.again.setEnabled(any(not one.arrived for one in pacs.parcels))
        self._allow()

    def _allow(self) -> None:
        self.discard.setEnabled(bool(self._chosen()))

    def _chosen(self) -> set[str]:
        return {str(item.data(0, ID)) for item in self.list.selectedItems()}

    def _discard(self) -> None:
        self._pacs.sending.discard(self._chosen())
