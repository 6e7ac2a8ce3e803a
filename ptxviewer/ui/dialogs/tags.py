"""The tags of the film's file: searched, copied, patient data marked, and hidden where the screen names nobody."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.core.reason import Reason
from ptxviewer.core.tag_list import TagList, TagRow, found_in, shown_value
from ptxviewer.ui.controls import SearchField, label
from ptxviewer.ui.dialogs.fitting import resize_to
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, sentences, tr, trn

SIZE = (900, 620)
VALUE = 3  # the column of the values


class _Tree(QTreeWidget):
    """Copies the chosen lines, or all that the search has found."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies tag, name and value of each."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Copy the chosen lines as they are seen; without any all lines in sight."""
        visible = [item for item in _items(self) if not item.isHidden()]
        chosen = [one for one in visible if one.isSelected()] or visible
        lines = ("\t".join((one.text(0), one.text(1), one.text(VALUE))) for one in chosen)
        QGuiApplication.clipboard().setText("\n".join(lines))


def _items(tree: QTreeWidget) -> Iterator[QTreeWidgetItem]:
    """Walk through a tree from top to bottom."""
    ahead = [one for place in reversed(range(tree.topLevelItemCount())) if (one := tree.topLevelItem(place))]
    while ahead:
        item = ahead.pop()
        yield item
        ahead += [one for place in reversed(range(item.childCount())) if (one := item.child(place))]


class TagsDialog(QDialog):
    """Opens at once, and is filled when the file has been read."""

    def __init__(self, identified: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._identified = identified
        self._rows: tuple[TagRow, ...] = ()
        self._items: list[QTreeWidgetItem] = []
        self._cut = False
        self.setWindowTitle(tr("Tags of this file"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.tree = tree = _Tree()
        self.search = SearchField(tr("Search: number, name, value"), tr("Search the tags"), tree)
        self.search.textChanged.connect(self._filter)
        tree.setObjectName("tags")
        tree.setAccessibleName(tr("Tags of this file"))
        tree.setHeaderLabels([tr("Tag"), tr("Name"), tr("Type"), tr("Value")])
        tree.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        header = tree.header()
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 150), (1, 280), (2, 50)):
            tree.setColumnWidth(column, px(width))
        self._foot = label("quiet", tr("Reading the file ..."), wrap=True)
        copy = QPushButton(tr("Copy"))
        copy.setAutoDefault(False)
        copy.clicked.connect(tree.copy)
        close = QPushButton(tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self._foot, 1)
        foot.addWidget(copy)
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.setSpacing(10)
        whole.addWidget(self.search)
        whole.addWidget(tree, 1)
        whole.addLayout(foot)
        resize_to(self, *SIZE)
        self.search.setFocus()

    def show_problem(self, why: Reason) -> None:
        """Say why there are no tags."""
        self._foot.setText(say(why))

    def show_tags(self, tags: TagList) -> None:
        """List the tags of the file."""
        self._rows, self._cut = tags.rows, tags.cut
        parents: list[QTreeWidgetItem] = []
        tops: list[QTreeWidgetItem] = []
        for row in tags.rows:
            item = self._item(row)
            del parents[row.depth :]
            if parents:
                parents[-1].addChild(item)
            else:
                tops.append(item)
            parents.append(item)
            self._items.append(item)
        self.tree.addTopLevelItems(tops)
        self.tree.expandAll()
        self._filter(self.search.text())

    def _item(self, row: TagRow) -> QTreeWidgetItem:
        value = shown_value(row, self._identified)
        item = QTreeWidgetItem([row.tag, row.name, row.vr, tr("hidden") if value is None else value])
        quiet = QColor(PALETTE["quiet"])
        item.setForeground(2, quiet)
        if row.private:
            item.setForeground(0, quiet)
        if row.of_patient:
            item.setForeground(VALUE, QColor(PALETTE["warning"]))
            item.setToolTip(1, plain_tip(tr("Patient data")))
        if value is None:
            item.setForeground(VALUE, quiet)
        elif len(value) > 40:
            item.setToolTip(VALUE, plain_tip(value))
        return item

    def _filter(self, text: str) -> None:
        """Show what holds every word; what it lies in stays, too."""
        words = text.casefold().split()
        wanted = [found_in(row, words, self._identified) for row in self._rows]
        for item, found in zip(self._items, wanted, strict=True):
            item.setHidden(not found)
        for item, found in zip(self._items, wanted, strict=True):
            above = item.parent() if found else None
            while above is not None:
                above.setHidden(False)
                above = above.parent()
        if not self._rows:
            return
        count = sum(wanted)
        self._foot.setText(
            sentences(
                trn("{count} tag.", "{count} tags.", count),
                tr("There are more than are listed.") if self._cut else "",
                tr("Amber: patient data.") if self._identified else tr("Patient data and free text are hidden."),
                tr("Pixels and what follows them are left out."),
            )
        )
