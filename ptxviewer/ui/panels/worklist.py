"""The worklist beside the film: all films as a table, the most urgent first, with filter, progress, pause and stop.

The order rests while the pointer moves over the table: a line must not slip away from under a click.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.films import worklist
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.columns import COLUMNS
from ptxviewer.app.state.screen import Kind, State
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.ui.commands import key_of, small_button
from ptxviewer.ui.controls import ElidedLabel, Segments, label
from ptxviewer.ui.film_words import ordered_by, progress_text
from ptxviewer.ui.panels.worklist_rows import ROW, Lines
from ptxviewer.ui.panels.worklist_table import CALM_S, GRIP, Grip, Search, Table, hidden_columns, widths_for
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import sentences, tr

NARROWEST, WIDEST = 280, 800
USUAL_SHARE = 0.3  # of the window, until the reader has chosen a width
AROUND = 18 + GRIP  # margins and grip
KIND_ROOM = 18  # screen pixels around the name of a kind
LARGEST_SHARE = 0.4  # of the window: the film is the screen
REFRESH_MS = 120  # films that are done in the background change the list at most so often
KINDS: tuple[tuple[Kind, Msgid, Msgid], ...] = (
    ("all", N_("All"), N_("All films")),
    ("above", N_("Above"), N_("Films above threshold")),
    ("no answer", N_("No answer"), N_("Films that wait, were not analysed, or could not be opened")),
    ("unread", N_("Unread"), N_("Films that nobody has looked at")),
)


class WorklistPanel(QWidget):
    """Renders the films of a state as a table; every control is an intent of the presenter."""

    def __init__(
        self, presenter: Presenter, select: Callable[[int], None], do: Callable[[str], None], width: int = 0
    ) -> None:
        super().__init__()
        self.setObjectName("worklist")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._presenter = presenter
        self._select = select
        self._do = do
        self.chosen_width = 0  # as the reader left it; 0: as usual
        self._state: State | None = None
        self._numbers: dict[Kind, int] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(REFRESH_MS)
        self._later.timeout.connect(self._refresh)
        self.lines = Lines(self)
        self._build()
        self.set_width(width)

    # Building

    def _build(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(12, 12, 6, 8)
        column.setSpacing(6)
        column.addLayout(self._heading())
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(3)
        self._bar.setAccessibleName(tr("Films done"))
        keep = self._bar.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(keep)
        column.addWidget(self._bar)
        self._kinds = Segments(
            [(kind, tr(text), tr(tip)) for kind, text, tip in KINDS],
            lambda kind: self._presenter.films.list.filter(kind=kind),  # type: ignore[arg-type]
            tr("Films"),
        )
        column.addWidget(self._kinds)
        table = self._table()
        self.search = Search()
        self.search.setPlaceholderText(tr("Filter: name, view, date, verdict ... ({key})", key=key_of("filter_films")))
        self.search.setAccessibleName(tr("Filter the worklist"))
        self.search.setAcceptDrops(False)
        self.search.textEdited.connect(lambda text: self._presenter.films.list.filter(text=text))
        self.search.left.connect(self.table.setFocus)
        column.addWidget(self.search)
        column.addWidget(table, 1)
        self._none = label("quiet", tr("No film matches the filter."))
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._none, 1)
        foot = QHBoxLayout()
        self._foot = label("quiet", wrap=True)  # what the order is, or what is left out, is read whole
        self._foot.setMinimumHeight(px(26))
        self._all = QPushButton(tr("Show all"))
        self._all.setObjectName("small")
        self._all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._all.clicked.connect(self._show_all)
        foot.addWidget(self._foot, 1)
        foot.addWidget(self._all)
        column.addLayout(foot)
        self._grip = Grip()
        self._grip.moved.connect(lambda x: self.set_width(x - self.mapToGlobal(QPoint(0, 0)).x()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(self._grip)

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._progress = ElidedLabel()
        self._progress.setFixedHeight(px(26))
        self._progress.setObjectName("value")
        self._pause, self._stop = small_button("pause", self._do), small_button("stop_background", self._do)
        self._go_on = small_button("go_on", self._do)
        self._stop.setText(tr("Stop"))
        row.addWidget(label("section", tr("Worklist").upper()))
        row.addSpacing(6)
        row.addWidget(self._progress, 1)
        for button in (self._go_on, self._pause, self._stop):
            row.addWidget(button)
        return row

    def _table(self) -> Table:
        table = self.table = Table()
        table.setObjectName("films")
        table.setModel(self.lines)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setMouseTracking(True)
        table.setAccessibleName(tr("Films by urgency"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setMinimumSectionSize(px(ROW))
        table.verticalHeader().setDefaultSectionSize(px(ROW))
        self._widths = widths_for(table)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(30)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for index, column in enumerate(COLUMNS):
            header.resizeSection(index, self._widths[column])
        header.setSectionResizeMode(COLUMNS.index("name"), QHeaderView.ResizeMode.Stretch)
        header.setToolTip(
            tr("Click: order by this column; again: the other way round. By urgency: click the score twice.")
        )
        header.sectionClicked.connect(self._sort)
        table.selectionModel().currentRowChanged.connect(self._chosen)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._menu)
        return table

    def set_width(self, width: int) -> None:
        """Be that wide, within bounds and as far as the window has room; 0 is as usual."""
        self.chosen_width = min(max(width, px(NARROWEST)), px(WIDEST)) if width else 0
        self.fit_window()

    def fit_window(self) -> None:
        """Leave the film its share of the window."""
        window = self.window().width() if self.parentWidget() is not None else WIDEST
        wanted = self.chosen_width or round(USUAL_SHARE * window)
        self.setFixedWidth(max(min(wanted, round(LARGEST_SHARE * window), px(WIDEST)), px(NARROWEST)))
        self._name_kinds()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Do without the columns for which there is no room."""
        super().resizeEvent(event)
        left = hidden_columns(self.width() - 40, self._widths)
        for index, column in enumerate(COLUMNS):
            self.table.setColumnHidden(index, column in left)

    # Intents

    def _sort(self, section: int) -> None:
        column = COLUMNS[section]
        now = self._presenter.state.worklist
        by_urgency = column == "score" and now.sort == "score" and now.reverse
        self._presenter.films.list.sort(None if by_urgency else column)

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        film_id = self.lines.film_id(index.row()) if index.isValid() else None
        if film_id is not None and film_id != self._presenter.state.current_id:
            self._select(film_id)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        urgency = menu.addAction(tr("Order by urgency"))
        urgency.setEnabled(self._presenter.state.worklist.sort is not None)
        urgency.triggered.connect(lambda: self._presenter.films.list.sort(None))
        menu.exec(self.table.viewport().mapToGlobal(at))
        menu.deleteLater()

    def _show_all(self) -> None:
        self.search.clear()
        self._presenter.films.list.filter(text="", kind="all")

    def start_filter(self) -> None:
        """Let the reader type what is looked for."""
        self.search.setFocus()
        self.search.selectAll()

    # Rendering

    def show_state(self, state: State) -> None:
        """Show the films of a state: at once where the reader did something, soon where the background did."""
        before, self._state = self._state, state
        if before is None or (before.current_id, before.worklist, before.identified, len(before.films)) != (
            state.current_id, state.worklist, state.identified, len(state.films)
        ):  # fmt: skip
            self._refresh()
        else:
            changed = before.films is not state.films or (before.paused, before.pace_s) != (state.paused, state.pace_s)
            if changed and not self._later.isActive():
                self._later.start()

    def _refresh(self) -> None:
        state = self._state
        if state is None:
            return
        films = worklist.shown(state)
        calm = time.monotonic() - self.table.moved_at >= CALM_S or not self.table.underMouse()
        same = self.lines.order == (state.worklist.sort, state.worklist.reverse)
        if not calm and same:
            films = self.lines.resting(films)
            self._later.start(round(1000 * CALM_S))
        self.lines.show(state, films)
        self._show_current(state)
        self._show_around(state, len(films))

    def _show_current(self, state: State) -> None:
        row = self.lines.row_of(state.current_id)
        selection = self.table.selectionModel()
        selection.blockSignals(True)
        if row is None:
            self.table.clearSelection()
            self.table.setCurrentIndex(QModelIndex())
        elif self.table.currentIndex().row() != row or not selection.isRowSelected(row):
            self.table.selectRow(row)
        selection.blockSignals(False)
        if row is not None and self.lines.newly_current(state.current_id):
            self.table.scrollTo(self.lines.index(row, 0))
        self.table.viewport().update()

    def _name_kinds(self) -> None:
        """Write how many films each kind has, where the list is wide enough for all of it."""
        texts = {kind: f"{tr(text)} {self._numbers.get(kind, 0)}" for kind, text, _tip in KINDS}
        metrics = self._kinds.fontMetrics()
        needed = sum(metrics.horizontalAdvance(text) + KIND_ROOM for text in texts.values())
        numbered = needed <= self.width() - AROUND
        for kind, text, tip in KINDS:
            button = self._kinds.buttons[kind]
            self._kinds.name_choice(kind, texts[kind] if numbered else tr(text))
            button.setToolTip(plain_tip(f"{tr(tip)}: {self._numbers.get(kind, 0)}"))

    def _show_around(self, state: State, count: int) -> None:
        now = worklist.progress(state)
        self._progress.setText(progress_text(now, state.paused))
        self._bar.setRange(0, max(1, now.total))
        self._bar.setValue(now.done)
        self._bar.setVisible(bool(now.waiting or now.stopped))
        self._pause.setText(tr("Go on") if state.paused else tr("Pause"))
        self._pause.setVisible(bool(now.waiting))
        self._stop.setVisible(bool(now.waiting))
        self._go_on.setVisible(bool(now.stopped) and not now.waiting)
        chosen = state.worklist
        self._numbers = worklist.counts(state)
        self._name_kinds()
        self._kinds.show_choice(chosen.kind)
        if self.search.text() != chosen.text and not self.search.hasFocus():
            self.search.setText(chosen.text)
        left_out = now.total - count
        self.table.setVisible(count > 0)
        self._none.setVisible(count == 0)
        self._all.setVisible(left_out > 0)
        self._foot.setText(
            tr("{count} of {total} shown: the filter hides {hidden}.", count=count, total=now.total, hidden=left_out)
            if left_out
            else sentences(
                tr("Dashed: by an older network.") if any(film.older for film in state.films) else "",
                tr("Amber edge: unread for too long.") if any(map(worklist.overdue, state.films)) else "",
                ordered_by(chosen.sort),
                tr("Bold: not looked at yet."),
                tr("{key}: next most urgent.", key=key_of("next_urgent")),
            )
        )
        self._foot.setProperty("left", bool(left_out))
        self._foot.style().polish(self._foot)
