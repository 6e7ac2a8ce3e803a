"""A store of results as a list in a window of its own: it opens at once, however many films there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLayout,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.presenter import Presenter
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.reason import Reason
from ptxviewer.results import browsing
from ptxviewer.results.browsing import COLUMNS, Choices, Column, Filter, Listing, Places, Rows
from ptxviewer.results.query import Condition
from ptxviewer.ui.controls import ElidedLabel, label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.ui.results.export import ExportMenu
from ptxviewer.ui.results.filters import FilterBar
from ptxviewer.ui.results.rows import WIDTHS, StoreRows, heading
from ptxviewer.words import say, tr, trn
from ptxviewer.words.notices import RESEARCH_USE
from ptxviewer.words.quantities import count

SIZE, SMALLEST = (1080, 680), (820, 440)
ROW = 24
HEADING_ROOM = 28  # pixels beside a heading: margins and its arrow


class _Table(QTableView):
    """Enter opens the film of the current row."""

    def __init__(self, opened: Callable[[], None]) -> None:
        super().__init__()
        self._opened = opened

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._opened()
        else:
            super().keyPressEvent(event)


class ResultsWindow(QWidget):
    """``open_paths`` brings a film into the window of films. Raises ``PtxError`` for what is no store."""

    def __init__(
        self,
        path: Path,
        presenter: Presenter,
        open_paths: Callable[[list[Path]], None],
        forward: Callable[[], None],
    ) -> None:
        super().__init__()
        rows = Rows(path)
        self._path = path
        self._rows = rows
        self._presenter = presenter
        self._open_paths = open_paths
        self._forward = forward
        self._sort: Column | None = None
        self._descending = True
        self._filter = Filter()
        self._tickets: list[Ticket] = []
        self._places: Places = {}
        self._folder: Path | None = None
        self._total = 0
        self.setObjectName("results")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(tr("{file} - results (research use only)", file=path.name))
        self.lines = StoreRows(rows, presenter.state.identified, self)
        self.lines.failed.connect(self.tell, Qt.ConnectionType.QueuedConnection)  # rows are read while they are painted
        self._build()
        self.setMinimumSize(px(SMALLEST[0]), px(SMALLEST[1]))
        resize_to_window(self)
        self._refresh_choices()
        self._order()

    # ---- building

    def _build(self) -> None:
        self.bar = FilterBar(self._filtered)
        self.bar.reset.setEnabled(False)
        self.table = self._made_table()
        self._none = label("quiet", tr("No film of the store matches the filter."))
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self._none)
        self._count = ElidedLabel()
        self._count.setObjectName("value")
        self._count.setFixedHeight(px(24))
        self._count.setAccessibleName(tr("Films"))
        self.told = label("quiet", tr(RESEARCH_USE), wrap=True)
        self.open = QPushButton(tr("Open film"))
        self.open.clicked.connect(self.open_chosen)
        self.folder = QPushButton(tr("Folder of the films..."))
        self.folder.setToolTip(tr("Where to find films that the store does not name or that were moved"))
        self.folder.clicked.connect(self._ask_folder)
        self.export = ExportMenu(
            self, self._presenter, self._path, self.chosen_numbers, self.place_of_number, self.tell, self._say
        )
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.told, 1)
        for button in (self.folder, self.export.button, self.open):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # what is said below does not move the window
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addWidget(self.bar)
        column.addWidget(self._count)
        column.addWidget(self._pages, 1)
        column.addLayout(foot)
        for keys, run in (
            ("F5", self.refresh),
            ("Ctrl+F", self._find),
            ("Ctrl+W", self.close),
            ("Esc", self._escape),
            ("Ctrl+O", self.open_chosen),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(run)
        self.table.setFocus()
        self._allow()

    def _made_table(self) -> _Table:
        table = _Table(self.open_chosen)
        table.setObjectName("films")
        table.setModel(self.lines)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setAccessibleName(tr("Films of the store"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setTabKeyNavigation(False)
        vertical = table.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(px(ROW))
        vertical.setDefaultSectionSize(px(ROW))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setToolTip(tr("Click: order by this column; again: the other way round; again: by urgency."))
        for number, column in enumerate(COLUMNS):
            needed = header.fontMetrics().horizontalAdvance(heading(column)) + px(HEADING_ROOM)
            header.resizeSection(number, max(px(WIDTHS[column]), needed))
        header.setStretchLastSection(True)
        header.sectionClicked.connect(self._sorted_by)
        table.doubleClicked.connect(lambda _index: self.open_chosen())
        table.selectionModel().selectionChanged.connect(lambda _new, _old: self._allow())
        table.selectionModel().currentRowChanged.connect(lambda now, _before: self._tell_note(now.row()))
        return table

    # ---- order and filter

    def _filtered(self, wanted: Filter) -> None:
        self._filter = wanted
        self._order()

    def _sorted_by(self, section: int) -> None:
        column = COLUMNS[section]
        header = self.table.horizontalHeader()
        if column != self._sort:
            self._sort, self._descending = column, column in ("score", "size", "date")
        elif self._descending == (column in ("score", "size", "date")):
            self._descending = not self._descending
        else:
            self._sort = None
        header.setSortIndicatorShown(self._sort is not None)
        if self._sort is not None:
            order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(section, order)
        self._order()

    def refresh(self) -> None:
        """Read the store again: a run may have written more films."""
        self._refresh_choices()
        self._order()

    def _refresh_choices(self) -> None:
        path = self._path

        def done(outcome: Outcome[Choices]) -> None:
            if outcome.value is not None:
                self.bar.offer(outcome.value)

        self._tickets.append(self._presenter.browse(lambda _checkpoint: browsing.choices(path), done))

    def _order(self) -> None:
        """Show the films that fit in their order: the first of them at once, then all."""
        try:
            condition = self._filter.condition()
        except PtxError as error:
            self.tell(error.reason)
            return
        self._retire()
        order = browsing.order_of(self._sort, descending=self._descending)
        self._count.setText(tr("Looking through the store ..."))
        indexed = self._sort is None  # by a column all films are looked at before the first is known
        if indexed:
            self._submit(condition, order, first=True, longer=False)
        self._submit(condition, order, first=False, longer=indexed)

    def _submit(self, condition: Condition, order: str, *, first: bool, longer: bool) -> None:
        path = self._path

        def done(outcome: Outcome[Listing]) -> None:
            if outcome.value is None:
                self._count.setText("")
                self.tell(reason_of(outcome.error))
            else:
                self._show(outcome.value, longer=longer)

        self._tickets.append(
            self._presenter.browse(
                lambda checkpoint: browsing.ordered(path, condition, order, checkpoint, first=first), done
            )
        )

    def _show(self, found: Listing, *, longer: bool) -> None:
        self._total = found.total
        self.lines.use(found.numbers, longer=longer)
        shown = len(found.numbers)
        self._pages.setCurrentWidget(self.table if shown else self._none)
        self._none.setText(
            tr("No film of the store matches the filter.") if found.total else tr("The store holds no film yet.")
        )
        if found.whole:
            self._count.setText(
                tr("All {count} films of the store", count=count(shown))
                if shown == found.total
                else tr("{count} of {total} films", count=count(shown), total=count(found.total))
            )
        if not longer:
            self.table.scrollToTop()
            self.tell(None)
            if shown:
                self.table.setCurrentIndex(self.lines.index(0, 0))
        self._allow()

    def _retire(self) -> None:
        for ticket in self._tickets:
            ticket.cancel()
        self._tickets.clear()

    # ---- films

    def chosen_numbers(self) -> list[int]:
        """Return the numbers of the films that are chosen, in the order of the list."""
        selection = self.table.selectionModel().selection()
        ranges = sorted((selection.at(n).top(), selection.at(n).bottom()) for n in range(selection.count()))
        places = dict.fromkeys(place for top, bottom in ranges for place in range(top, bottom + 1))
        return [self.lines.number(place) for place in places]

    def place_of_number(self, number: int) -> Path | None:
        """Return the file of a film, None where it is not there any more."""
        found = next(iter(self._rows.some([number])), None)
        return None if found is None else browsing.place_of(found, self._places)

    def open_chosen(self) -> None:
        """Bring the film of the current row into the window of films; say so where its file is not there."""
        index = self.table.currentIndex()
        row = self.lines.record(index.row()) if index.isValid() else None
        if row is None:
            return
        path = browsing.place_of(row, self._places)
        if path is not None:
            self.tell(None)
            self._forward()
            self._open_paths([path])
        elif row.get("file"):
            self._say(tr("The file of film {number} is no longer in its place.", number=row["film"]))
        elif self._folder is None:
            self._say(tr("This store does not name its files: choose the folder in which the films lie."))
        else:
            self._say(tr("No file in the folder is that of film {number}.", number=row["film"]))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Folder of the films"))
        if name:
            self.look_in(Path(name))

    def look_in(self, folder: Path) -> None:
        """Find the films of the store in a folder."""

        def done(outcome: Outcome[Places]) -> None:
            if outcome.value is None:
                self.tell(reason_of(outcome.error))
                return
            self._folder, self._places = folder, outcome.value
            self._say(trn("{count} file in the folder.", "{count} files in the folder.", len(outcome.value)))

        self._say(tr("Looking through the folder ..."))
        self._tickets.append(self._presenter.browse(lambda checkpoint: browsing.places_in(folder, checkpoint), done))

    def _tell_note(self, place: int) -> None:
        """Say why the current film has no answer."""
        row = self.lines.record(place) if place >= 0 else None
        self._say(str((row or {}).get("note") or "") or tr(RESEARCH_USE))

    def _allow(self) -> None:
        self.open.setEnabled(self.table.currentIndex().isValid())
        self.export.button.setEnabled(self.table.selectionModel().hasSelection() or self.export.busy)  # to stop it, too

    # ---- the rest

    def show_identified(self, identified: bool) -> None:
        """Name patients, or nobody."""
        if self.lines.identified is not identified:
            self.lines.identified = identified
            self.lines.layoutChanged.emit()

    def tell(self, why: Reason | None) -> None:
        """Say why something is not so; None: what always holds."""
        self._say(tr(RESEARCH_USE) if why is None else say(why))

    def _say(self, text: str) -> None:
        self.told.setText(text)

    def _find(self) -> None:
        self.bar.query.setFocus()
        self.bar.query.selectAll()

    def _escape(self) -> None:
        """Out of the filter to the list, and from there out of the window."""
        if self.table.hasFocus():
            self.close()
        else:
            self.table.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the store back."""
        self._retire()
        self.export.stop()
        self._rows.close()
        event.accept()


def resize_to_window(window: QWidget) -> None:
    """Take the usual size, or what the screen has."""
    room = window.screen().availableSize()
    window.resize(min(px(SIZE[0]), room.width() - 40), min(px(SIZE[1]), room.height() - 60))
