"""The middle of the window: lists, film area, panels, and the dialogs over them.

The empty page is in sight before any of it. To import and build all this takes longer than the window itself, so the
window does it after its first picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import State
from ptxviewer.ui.asking import Asking
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.panels.banner import BannerBar
from ptxviewer.ui.panels.empty import DropVeil, EmptyPage
from ptxviewer.ui.panels.film_area import FilmArea
from ptxviewer.ui.panels.film_strip import FilmStrip
from ptxviewer.ui.panels.reading import ReadingPanel

if TYPE_CHECKING:
    from ptxviewer.ui.panels.worklist import WorklistPanel
    from ptxviewer.ui.platform.courier import Courier
    from ptxviewer.ui.platform.notices import SystemNotices
    from ptxviewer.ui.platform.watcher import FolderWatcher

CLOCK_MS = 15_000  # between two looks at which films have waited too long


class Workspace(QWidget):
    """Renders what of a state is between toolbar and status line."""

    def __init__(
        self,
        presenter: Presenter,
        asking: Asking,
        empty: EmptyPage,
        probed: Callable[[str], None],
        select: Callable[[int], None],
        do: Callable[[str], None],
        come_forward: Callable[[], None],
    ) -> None:
        """``empty`` becomes the first page of the film area; the rest as in ``FilmArea`` and ``FilmStrip``."""
        super().__init__()
        self._presenter = presenter
        self._select = select
        self._do = do
        self.asking = asking
        self.area = FilmArea(presenter, empty, asking.place, probed, do)
        self.reading = ReadingPanel(presenter, self.area.look_at_finding, do)
        self.strip = FilmStrip(select, presenter.films.thumbnails_in_sight)
        self.worklist: WorklistPanel | None = None
        self._watcher: FolderWatcher | None = None
        self._courier: Courier | None = None
        self._notices: SystemNotices | None = None
        self._come_forward = come_forward
        self._minutes = QTimer(self)
        self._minutes.setInterval(CLOCK_MS)
        self._minutes.timeout.connect(presenter.films.list.look_at_clock)
        self.banner = BannerBar(self.area, presenter)
        self.veil = DropVeil(self.area)
        self.panels = QSplitter(Qt.Orientation.Horizontal)
        self.panels.setChildrenCollapsible(False)
        self.panels.setHandleWidth(0)
        self.panels.addWidget(self.area)
        self.panels.addWidget(self.reading)
        self.panels.setStretchFactor(0, 1)
        self.panels.setStretchFactor(1, 0)
        self.panels.splitterMoved.connect(lambda _at, _part: self.banner.place())
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.strip)
        self._row.addWidget(self.panels, 1)

    def show_state(self, state: State) -> None:
        """Show ``state``; each part leaves alone what has not changed."""
        filled = bool(state.films) or state.opening > 0
        around = filled and not state.film_only
        self.area.show_state(state)
        self.strip.setVisible(around and state.settings.strip and not state.worklist.shown)
        self._show_worklist(
            state, around and state.settings.strip and state.prior_id is None
        )  # two films need the room
        if state.watch is not None and self._watcher is None:
            from ptxviewer.ui.platform.notices import SystemNotices
            from ptxviewer.ui.platform.watcher import FolderWatcher

            self._watcher = FolderWatcher(self._presenter, self)
            self._notices = SystemNotices(self.window(), self._come_forward)
        if self._watcher is not None:
            self._watcher.show_state(state)
        if state.pacs.left and self._courier is None:
            from ptxviewer.ui.platform.courier import Courier

            self._courier = Courier(self._presenter, self)
        if self._courier is not None:
            self._courier.show_state(state)
        if self._notices is not None:
            self._notices.show_state(state)
        if bool(state.films) is not self._minutes.isActive():
            (self._minutes.start if state.films else self._minutes.stop)()
        self._show_panel(state)
        self.strip.show_state(state)
        self.reading.show_state(state)
        self.banner.show_state(state)
        self.asking.show_state(state)

    def _show_worklist(self, state: State, around: bool) -> None:
        """The list takes the place of the strip; it is made when it is first asked for."""
        if self.worklist is None and state.worklist.shown:
            from ptxviewer.ui.panels.worklist import WorklistPanel

            self.worklist = WorklistPanel(self._presenter, self._select, self._do, state.settings.worklist_width)
            self._row.insertWidget(0, self.worklist)
            self.worklist.fit_window()
        if self.worklist is not None:
            if self.worklist.isHidden() is (around and state.worklist.shown):
                self.worklist.setVisible(around and state.worklist.shown)
                QTimer.singleShot(0, self, self.banner.place)
            if state.worklist.shown:
                self.worklist.show_state(state)

    def _show_panel(self, state: State) -> None:
        around = (bool(state.films) or state.opening > 0) and not state.film_only
        self.reading.setVisible(around and state.settings.panel and self._has_room(state))

    def _has_room(self, state: State) -> bool:
        """False where a small window in large text holds the list or two films, and not the panel beside them."""
        two = state.prior_id is not None
        if self.worklist is None or self.worklist.isHidden():
            if not two:
                return True
            beside = 0 if self.strip.isHidden() else self.strip.width()
        else:
            beside = self.worklist.width()
        films = self.area.minimumWidth() * (2 if two else 1)
        return beside + films + self.reading.minimumWidth() <= self.window().width()

    def window_resized(self) -> None:
        """Keep the banner at the film's top edge, and the list in proportion to the window."""
        QTimer.singleShot(0, self, self.banner.place)
        if self.worklist is not None:
            self.worklist.fit_window()
        self._show_panel(self._presenter.state)

    def shows_film_in(self, widget: QWidget | None) -> bool:
        """True where ``widget`` is the film or its list: there keys are those of the film."""
        return widget in (self.strip, self.area.currentWidget()) or isinstance(widget, Canvas)
