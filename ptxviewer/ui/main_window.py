"""The window: toolbar, film strip, film, reading panel, status line; it renders a state and forwards intents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.commands import BY_ID, COMMANDS
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import State
from ptxviewer.ui import parts
from ptxviewer.ui.asking import Asking
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.film_words import cell
from ptxviewer.ui.menus import build_menus, make_action, make_toolbar, typing
from ptxviewer.ui.panels.banner import BannerBar
from ptxviewer.ui.panels.empty import DropVeil
from ptxviewer.ui.panels.film_area import FilmArea
from ptxviewer.ui.panels.film_strip import FilmStrip
from ptxviewer.ui.panels.reading import ReadingPanel
from ptxviewer.ui.panels.status_bar import StatusBar
from ptxviewer.ui.platform import geometry
from ptxviewer.ui.shell import WindowShell
from ptxviewer.words import tr

if TYPE_CHECKING:
    from ptxviewer.ui.panels.worklist import WorklistPanel
    from ptxviewer.ui.platform.watcher import FolderWatcher


class MainWindow(QMainWindow):
    """The view of the presenter. ``painted`` is called once, when the first picture of the window is on screen."""

    def __init__(self, presenter: Presenter, painted: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._presenter = presenter
        self._painted = painted
        self._state = presenter.state
        self.commands: dict[str, QAction] = {}
        self.setWindowTitle(tr("PTXViewer (research use only)"))
        self.setAcceptDrops(True)
        self.setMinimumSize(*geometry.SMALLEST)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.asking = Asking(self, presenter, lambda: self._state, self.open_paths, self.do)
        self.status = StatusBar()
        self.area = FilmArea(presenter, self.asking, self.status.show_probe, self.do)
        self.reading = ReadingPanel(presenter, self.area.look_at_finding, self.do)
        self.strip = FilmStrip(self.select, presenter.films.thumbnails_in_sight)
        self.worklist: WorklistPanel | None = None
        self._watcher: FolderWatcher | None = None
        self._shell = WindowShell(self)
        self._build()
        presenter.films.list.show_as(cell)
        self.show_state(presenter.state)
        self.area.canvas.setFocus()

    # Building

    def _build(self) -> None:
        self.banner = BannerBar(self.area, self._presenter)
        self.veil = DropVeil(self.area)
        self._panels = QSplitter(Qt.Orientation.Horizontal)
        self._panels.setChildrenCollapsible(False)
        self._panels.setHandleWidth(0)
        self._panels.addWidget(self.area)
        self._panels.addWidget(self.reading)
        self._panels.setStretchFactor(0, 1)
        self._panels.setStretchFactor(1, 0)
        self._panels.splitterMoved.connect(lambda _at, _part: self.banner.place())
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.strip)
        row.addWidget(self._panels, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._beside = QHBoxLayout()  # the worklist, when it is asked for, and all the rest
        self._beside.setSpacing(0)
        self._beside.addLayout(row, 1)
        column.addLayout(self._beside, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        for one in COMMANDS:
            if not one.held:  # Space: see _peek
                self.commands[one.id] = make_action(one, self.do, self)
        build_menus(self.menuBar(), self.commands, lambda: self._state)
        self.toolbar = make_toolbar(self.commands)
        column.insertWidget(0, self.toolbar)

    # Rendering

    def show_state(self, state: State) -> None:
        """Show ``state``; each part leaves alone what has not changed."""
        self._state = state
        filled = bool(state.films) or state.opening > 0
        around = filled and not state.film_only
        self.area.show_state(state)
        self.strip.setVisible(around and state.settings.strip and not state.worklist.shown)
        self._show_worklist(
            state, around and state.settings.strip and state.prior_id is None
        )  # two films need the room
        if state.watch is not None and self._watcher is None:
            from ptxviewer.ui.platform.watcher import FolderWatcher

            self._watcher = FolderWatcher(self._presenter, self)
        if self._watcher is not None:
            self._watcher.show_state(state)
        self.reading.setVisible(around and state.settings.panel)
        self.toolbar.setVisible(not state.film_only)
        self.status.setVisible(not state.film_only)
        if not self.menuBar().isNativeMenuBar():
            self.menuBar().setVisible(not state.film_only)
        self.strip.show_state(state)
        self.reading.show_state(state)
        self.status.show_state(state)
        self.banner.show_state(state)
        self.asking.show_state(state)
        for name, action in self.commands.items():
            row = BY_ID[name]
            action.setEnabled(row.enabled(state))
            if row.checked is not None:
                action.setChecked(row.checked(state))

    def _show_worklist(self, state: State, around: bool) -> None:
        """The list takes the place of the strip; it is made when it is first asked for."""
        if self.worklist is None and state.worklist.shown:
            from ptxviewer.ui.panels.worklist import WorklistPanel

            width = state.settings.worklist_width
            self.worklist = WorklistPanel(self._presenter, self.select, self.do, width)
            self._beside.insertWidget(0, self.worklist)
            self.worklist.fit_window()
        if self.worklist is not None:
            if self.worklist.isHidden() is (around and state.worklist.shown):
                self.worklist.setVisible(around and state.worklist.shown)
                QTimer.singleShot(0, self, self.banner.place)
            if state.worklist.shown:
                self.worklist.show_state(state)

    def find_film(self) -> None:
        """Give the keyboard to the filter of the worklist, which comes back for it."""
        if not self._state.worklist.shown:
            self._presenter.films.list.toggle()
        if self.worklist is not None:
            self.worklist.start_filter()

    # Intents

    def open_paths(self, paths: list[Path]) -> None:
        """Open files that were dropped, chosen, or handed over by the system or a second start."""
        if paths:
            self.reading.settle()
            self._presenter.films.open(paths)

    def select(self, film_id: int) -> None:
        """Bring a film on screen; what is being typed stays with the one before."""
        self.reading.settle()
        self._presenter.films.select(film_id)

    def do(self, command_id: str) -> None:
        """Run a command; what is being typed is taken over first."""
        self.reading.settle()
        BY_ID[command_id].run(self._presenter, self._shell)

    def parts(self) -> list[QWidget]:
        """The parts of the window in the order in which F6 goes through them."""
        lists = [] if self.worklist is None else [self.worklist]
        return [self.area.shown_canvas, self.reading, *lists, self.toolbar]

    def write_note(self) -> None:
        """Give the keyboard to the note; the reading panel comes back for it."""
        if not self._state.settings.panel:
            self._presenter.display.toggle_panel()
        self.reading.write_note()

    # Keys that a shortcut cannot express

    def _peek(self, event: QKeyEvent) -> bool:
        """Space hides the overlay while it is held, wherever the focus is, except where text is typed."""
        if event.key() != Qt.Key.Key_Space or event.modifiers() or typing():
            return False
        if not event.isAutoRepeat():
            self._presenter.display.overlay.peek(event.type() == QEvent.Type.KeyPress)
        return True

    def _on_film(self) -> bool:
        focus = QApplication.focusWidget()
        return focus in (None, self, self.strip, self.area.currentWidget()) or isinstance(focus, Canvas)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Space before the widget with the focus does; keys of dialogs do not come this way."""
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return self._peek(event)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, since Space hides the overlay."""
        focus = QApplication.focusWidget()
        if event.key() in parts.ENTER and isinstance(focus, (QPushButton, QToolButton)):
            focus.click()
        elif not self._on_film() and parts.ends_typing(event, self.reading):
            self.area.shown_canvas.setFocus()
        elif not self._peek(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The overlay comes back."""
        if not self._peek(event):
            super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tab moves on and Esc goes back where a control or a text has the focus; on the film both are shortcuts."""
        override = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if override and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Escape) and not self._on_film():  # type: ignore[attr-defined]
            event.accept()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._presenter.display.view.set_pixel_ratio(self.devicePixelRatioF())
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """A key that is let go in another window must not leave the overlay hidden."""
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._presenter.display.overlay.peek(False)
        super().changeEvent(event)

    # Events of the window

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Films may be dropped anywhere."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing was dropped."""
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.veil.hide()
        event.acceptProposedAction()
        self.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def come_forward(self) -> None:
        """A second start was meant for this window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def restore(self, kept: str) -> None:
        """Come back where the window was, on a screen that is still there."""
        geometry.restore(self, self._panels, kept)

    def showEvent(self, event: QShowEvent) -> None:
        """Listen to keys; tell once that the window has been painted."""
        super().showEvent(event)
        self._presenter.display.view.set_pixel_ratio(self.devicePixelRatioF())
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)
        if self._painted is not None:
            painted, self._painted = self._painted, None
            self.repaint()
            QTimer.singleShot(0, painted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the banner at the film's top edge."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.banner.place)
        if self.worklist is not None:
            self.worklist.fit_window()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window and what is being typed, then let go."""
        self.reading.settle()
        settings = self._presenter.state.settings
        width = self.worklist.chosen_width if self.worklist is not None else settings.worklist_width
        kept = geometry.kept(self, self._panels, settings.geometry)
        self._presenter.preferences.save(lambda settings: replace(settings, geometry=kept, worklist_width=width))
        event.accept()
