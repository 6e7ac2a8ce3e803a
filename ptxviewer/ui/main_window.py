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
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QToolButton, QVBoxLayout, QWidget

from ptxviewer.app.commands import BY_ID, COMMANDS
from ptxviewer.app.state.screen import State
from ptxviewer.ui import parts
from ptxviewer.ui.menus import build_menus, make_action, make_toolbar, typing
from ptxviewer.ui.panels.empty import EmptyPage
from ptxviewer.ui.panels.status_bar import StatusBar
from ptxviewer.ui.platform import geometry
from ptxviewer.ui.platform.dropped import local_paths
from ptxviewer.words import tr

if TYPE_CHECKING:
    from ptxviewer.app.presenter import Presenter
    from ptxviewer.ui.asking import Asking
    from ptxviewer.ui.panels.banner import BannerBar
    from ptxviewer.ui.panels.empty import DropVeil
    from ptxviewer.ui.panels.film_area import FilmArea
    from ptxviewer.ui.panels.film_strip import FilmStrip
    from ptxviewer.ui.panels.reading import ReadingPanel
    from ptxviewer.ui.panels.worklist import WorklistPanel
    from ptxviewer.ui.workspace import Workspace

STORE = ".sqlite"  # the suffix of a store of results; results.tables is not imported for it
UNSEEN_MS = 300  # after which the rest is built also where the window has not been seen yet


class MainWindow(QMainWindow):
    """The view of the presenter.

    What is seen of an empty window is built at once, from ``state``: menus, toolbar, empty page, status line. All the
    rest, the ``workspace`` and the ``presenter`` behind it, is made right after the first picture is on screen, or as
    soon as anybody asks for it. ``painted`` is called once, between the two.
    """

    def __init__(
        self, state: State, presenter: Callable[[], Presenter], painted: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._make_presenter = presenter
        self._painted = painted
        self._goes_on = False
        self._state = state
        self._workspace: Workspace | None = None
        self.commands: dict[str, QAction] = {}
        self._enabled: dict[str, bool] = {}
        self.setWindowTitle(tr("PTXViewer (research use only)"))
        self.setAcceptDrops(True)
        self.setMinimumSize(*geometry.SMALLEST)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.status = StatusBar(self.do)
        self._empty = EmptyPage(self.do)
        self._build()
        self._show_frame(state)

    # Building

    def _build(self) -> None:
        whole = QWidget()
        self._column = QVBoxLayout(whole)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        for row in COMMANDS:
            if not row.held:  # Space: see _peek
                self.commands[row.id] = make_action(row, self.do, whole, lambda: self._state)
        build_menus(
            self.menuBar(),
            self.commands,
            lambda: self._state,
            self._forget_window,
            lambda path: self.open_paths([path]),
        )
        # So that keys work while menus are hidden; not the window itself, which hears every change of them in Python.
        whole.addActions(list(self.commands.values()))
        self.toolbar = make_toolbar(self.commands)
        self._column.addWidget(self._empty, 1)
        self._column.insertWidget(0, self.toolbar)  # behind the page, and later the film, in the order of Tab
        self._column.addWidget(self.status)
        self.setCentralWidget(whole)
        self._empty.setFocus()

    @property
    def _presenter(self) -> Presenter:
        return self._make_presenter()

    @property
    def workspace(self) -> Workspace:
        """What lies between toolbar and status line; it is made when it is first asked for."""
        presenter = self._make_presenter()  # may have something to show at once, and then asks for the workspace itself
        if self._workspace is None:
            # Imported here: with these come numpy, OpenCV and most of the program, longer than the window takes.
            from ptxviewer.ui.asking import Asking
            from ptxviewer.ui.film_words import cell
            from ptxviewer.ui.shell import WindowShell
            from ptxviewer.ui.workspace import Workspace

            asking = Asking(self, presenter, lambda: self._state, self.open_paths, self.do)
            probe = self.status.show_probe
            made = self._workspace = Workspace(
                presenter, asking, self._empty, probe, self.select, self.do, self.come_forward
            )
            self._shell = WindowShell(self)
            self._column.insertWidget(1, made, 1)
            made.show()  # now, else the page would be gone for a moment
            geometry.restore_panels(made.panels, self._state.settings.geometry)
            presenter.films.list.show_as(cell)
            presenter.display.view.set_pixel_ratio(self.devicePixelRatioF())
            self.show_state(presenter.state)
            (made.area.currentWidget() or made.area.canvas).setFocus()  # the page lost it on its way into the workspace
        return self._workspace

    @property
    def asking(self) -> Asking:
        """The dialogs."""
        return self.workspace.asking

    @property
    def area(self) -> FilmArea:
        """Where films are seen."""
        return self.workspace.area

    @property
    def reading(self) -> ReadingPanel:
        """The panel beside the film."""
        return self.workspace.reading

    @property
    def strip(self) -> FilmStrip:
        """The thumbnails."""
        return self.workspace.strip

    @property
    def banner(self) -> BannerBar:
        """The sentence over the film."""
        return self.workspace.banner

    @property
    def veil(self) -> DropVeil:
        """What is seen while files are held over the window."""
        return self.workspace.veil

    @property
    def worklist(self) -> WorklistPanel | None:
        """The list of films, None until it is first asked for."""
        return self.workspace.worklist

    # Rendering

    def show_state(self, state: State) -> None:
        """Show ``state``; each part leaves alone what has not changed."""
        self._state = state
        self.workspace.show_state(state)
        self._show_frame(state)

    def _show_frame(self, state: State) -> None:
        self.toolbar.setVisible(not state.film_only)
        self.status.setVisible(not state.film_only)
        if not self.menuBar().isNativeMenuBar():
            self.menuBar().setVisible(not state.film_only)
        self.status.show_state(state)
        for name, action in self.commands.items():
            row = BY_ID[name]
            enabled = row.enabled(state)
            if self._enabled.get(name) is not enabled:  # there are many commands, and each call into Qt costs
                self._enabled[name] = enabled
                action.setEnabled(enabled)
            if row.checked is not None:
                action.setChecked(row.checked(state))  # always: a click has toggled it, whatever came of it

    def find_film(self) -> None:
        """Give the keyboard to the filter of the worklist, which comes back for it."""
        if not self._state.worklist.shown:
            self._presenter.films.list.toggle()
        if self.worklist is not None:
            self.worklist.start_filter()

    # Intents

    def open_paths(self, paths: list[Path]) -> None:
        """Open files that were dropped, chosen, or handed over by the system or a second start.

        Stores of results are shown as lists.
        """
        stores = [path for path in paths if path.suffix.lower() == STORE]
        films = [path for path in paths if path not in stores]
        if films:
            self.reading.settle()
            self._presenter.films.open(films)
        for path in stores:
            self.asking.results(path)

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
        self._open_panel()
        self.reading.write_note()

    def write_text(self) -> None:
        """Give the keyboard to the report text; the reading panel comes back for it."""
        self._open_panel()
        self.reading.write_text()

    def copy_text(self) -> None:
        """Copy the report text to the clipboard."""
        self.reading.text.copy()

    def _forget_window(self, name: str) -> None:
        self._presenter.display.view.forget_window(name)

    def _open_panel(self) -> None:
        if not self._state.settings.panel:
            self._presenter.display.toggle_panel()

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
        return focus in (None, self) or self.workspace.shows_film_in(focus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Space before the widget with the focus does; keys of dialogs do not come this way."""
        if event.type() == QEvent.Type.Expose and not self._goes_on:
            QTimer.singleShot(0, self, self._go_on)  # Qt paints in this event
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
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._workspace is not None:
            self._presenter.display.view.set_pixel_ratio(self.devicePixelRatioF())
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """A key that is let go in another window must not leave the overlay hidden."""
        left = event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow()
        if left and self._workspace is not None:
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
        self.open_paths(local_paths(event.mimeData().urls()))

    def come_forward(self) -> None:
        """A second start was meant for this window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def restore(self, kept: str) -> None:
        """Come back where the window was, on a screen that is still there."""
        geometry.restore(self, kept)

    def showEvent(self, event: QShowEvent) -> None:
        """Listen to keys, and for the first picture of the window."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)
        QTimer.singleShot(UNSEEN_MS, self, self._go_on)  # one that starts covered or minimised is not exposed

    def _go_on(self) -> None:
        """Build the rest: the window is on screen. Once."""
        if self._goes_on:
            return
        self._goes_on = True
        if self._painted is not None:
            self._painted()
        self._presenter.display.view.set_pixel_ratio(self.devicePixelRatioF())
        self.show_state(self._presenter.state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the parts follow."""
        super().resizeEvent(event)
        if self._workspace is not None:
            self._workspace.window_resized()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window and what is being typed, then let go."""
        self.reading.settle()
        settings = self._presenter.state.settings
        worklist = self.worklist
        width = worklist.chosen_width if worklist is not None else settings.worklist_width
        kept = geometry.kept(self, self.workspace.panels, settings.geometry)
        self._presenter.preferences.save(lambda settings: replace(settings, geometry=kept, worklist_width=width))
        self.asking.close_results()
        event.accept()
