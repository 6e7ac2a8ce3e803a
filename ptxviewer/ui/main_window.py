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
    QGuiApplication,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.actions import ACTIONS, BY_ID
from ptxviewer.app.actions.base import Action
from ptxviewer.app.choosing import box_around, chosen
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state import State
from ptxviewer.ui import geometry, parts
from ptxviewer.ui.canvas import Canvas
from ptxviewer.ui.canvas_apices import ApicesView
from ptxviewer.ui.folders import reports_folder
from ptxviewer.ui.menus import build_menus, make_action, make_toolbar, typing
from ptxviewer.ui.panels.banner import BannerBar
from ptxviewer.ui.panels.empty import DropVeil, EmptyPage
from ptxviewer.ui.panels.film_strip import FilmStrip
from ptxviewer.ui.panels.reading import ReadingPanel
from ptxviewer.ui.panels.status_bar import StatusBar

if TYPE_CHECKING:
    from ptxviewer.ui.dialogs.notice import FirstRunNotice
    from ptxviewer.ui.panels.compare import ComparePage
    from ptxviewer.ui.panels.worklist import WorklistPanel
    from ptxviewer.ui.watcher import FolderWatcher

ZOOM_STEP = 1.25
PAN_STEP = 60  # screen pixels


class MainWindow(QMainWindow):
    """The view of the presenter. ``painted`` is called once, when the first picture of the window is on screen."""

    def __init__(self, presenter: Presenter, painted: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._presenter = presenter
        self._painted = painted
        self._state = presenter.state
        self._actions: dict[str, QAction] = {}
        self._notice: FirstRunNotice | None = None  # the page of the first start, for as long as the window lives
        self.setWindowTitle("PTXViewer (research use only)")
        self.setAcceptDrops(True)
        self.setMinimumSize(*geometry.SMALLEST)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.canvas = Canvas()
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.reading = ReadingPanel(presenter, self.look_at_finding)
        self.strip = FilmStrip(self._select, presenter.look_at)
        self.status = StatusBar()
        self.worklist: WorklistPanel | None = None
        self._watcher: FolderWatcher | None = None
        self.compare: ComparePage | None = None
        self._build()
        self.show_state(presenter.state)
        self.canvas.setFocus()

    # Building

    def _build(self) -> None:
        self.empty = EmptyPage(self._open_files, self._open_folder, self._presenter.open_sample)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.canvas)
        self.apices = ApicesView(self._presenter.displaying.set_view)
        self._pages.addWidget(self.apices)
        self._pages.setMinimumWidth(240)  # else the empty page, unseen, would push the panels over the film
        self.banner = BannerBar(self._pages, self._presenter)
        self._veil = DropVeil(self._pages)
        self._panels = QSplitter(Qt.Orientation.Horizontal)
        self._panels.setChildrenCollapsible(False)
        self._panels.setHandleWidth(0)
        self._panels.addWidget(self._pages)
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
        for one in ACTIONS:
            if not one.held:  # Space: see _peek
                self._actions[one.id] = make_action(one, self._do, self)
        build_menus(self.menuBar(), self._actions, lambda: self._state)
        self._toolbar = make_toolbar(self._actions)
        column.insertWidget(0, self._toolbar)
        self.canvas.view_changed.connect(self._presenter.displaying.set_view)
        for canvas in (self.canvas, *self.apices.canvases):
            self._listen(canvas)

    def _listen(self, canvas: Canvas) -> None:
        """Everything that a hand does on a canvas, in film points: the same on the film and on an apex."""
        presenter, measuring = self._presenter, self._presenter.measuring
        canvas.threshold_stepped.connect(presenter.step_threshold)
        canvas.opacity_stepped.connect(presenter.overlaying.step_opacity)
        canvas.stroke_begun.connect(presenter.editing.begin)
        canvas.stroke_moved.connect(presenter.editing.extend)
        canvas.stroke_ended.connect(presenter.editing.finish)
        canvas.brush_stepped.connect(presenter.editing.resize)
        canvas.lines.begun.connect(presenter.lining.begin)
        canvas.lines.moved.connect(presenter.lining.move)
        canvas.lines.ended.connect(presenter.lining.finish)
        canvas.measure.begun.connect(measuring.begin)
        canvas.measure.grabbed.connect(measuring.grab)
        canvas.measure.moved.connect(measuring.move)
        canvas.measure.placed.connect(self._placed)
        canvas.measure.chosen.connect(measuring.choose)
        canvas.probed.connect(self.status.show_probe)

    # Rendering

    def show_state(self, state: State) -> None:
        """Show ``state``; each part leaves alone what has not changed."""
        self._state = state
        filled = bool(state.films) or state.opening > 0
        around = filled and not state.film_only
        apices = state.apices and state.current is not None and state.current.radiograph is not None
        self._show_compare(state)
        page = self.compare if state.prior_id is not None else self.apices if apices else self.canvas
        self._pages.setCurrentWidget(page if filled and page is not None else self.empty)
        self.canvas.set_state(state)
        self.apices.show_state(state)
        self.strip.setVisible(around and state.strip and not state.worklist.shown)
        self._show_worklist(state, around and state.strip and state.prior_id is None)  # two films need the room
        if state.watch is not None and self._watcher is None:
            from ptxviewer.ui.watcher import FolderWatcher

            self._watcher = FolderWatcher(self._presenter, self)
        if self._watcher is not None:
            self._watcher.show_state(state)
        self.reading.setVisible(around and state.panel)
        self._toolbar.setVisible(not state.film_only)
        self.status.setVisible(not state.film_only)
        if not self.menuBar().isNativeMenuBar():
            self.menuBar().setVisible(not state.film_only)
        self.strip.show_state(state)
        self.reading.show_state(state)
        self.status.show_state(state)
        self.banner.show_state(state)
        if self._notice is not None:
            self._notice.show_engine(state.engine)
        for name, action in self._actions.items():
            row = BY_ID[name]
            action.setEnabled(row.enabled(state))
            if row.checked is not None:
                action.setChecked(row.checked(state))

    def _show_compare(self, state: State) -> None:
        """Two films side by side; the page is made when it is first asked for."""
        if self.compare is None and state.prior_id is not None:
            from ptxviewer.ui.panels.compare import ComparePage

            self.compare = ComparePage(self._presenter, self.status.show_probe)
            self._pages.addWidget(self.compare)
        if self.compare is not None:
            self.compare.show_state(state)

    def _compare_with(self) -> None:
        from ptxviewer.ui.dialogs.choose_prior import ChoosePrior

        dialog = ChoosePrior(self._state, self)
        dialog.accepted.connect(
            lambda: self._presenter.comparing.choose(dialog.chosen) if dialog.chosen is not None else None
        )
        self._ask(dialog)

    def _show_worklist(self, state: State, around: bool) -> None:
        """The list takes the place of the strip; it is made when it is first asked for."""
        if self.worklist is None and state.worklist.shown:
            from ptxviewer.ui.panels.worklist import WorklistPanel

            width = self._presenter.remembering.settings.worklist_width
            self.worklist = WorklistPanel(self._presenter, self._select, width)
            self._beside.insertWidget(0, self.worklist)
            self.worklist.fit_window()
        if self.worklist is not None:
            if self.worklist.isHidden() is (around and state.worklist.shown):
                self.worklist.setVisible(around and state.worklist.shown)
                QTimer.singleShot(0, self, self.banner.place)
            if state.worklist.shown:
                self.worklist.show_state(state)

    def _find_film(self) -> None:
        if not self._state.worklist.shown:
            self._presenter.batch.toggle_list()
        if self.worklist is not None:
            self.worklist.start_filter()

    # Intents

    def open_paths(self, paths: list[Path]) -> None:
        """Open files that were dropped, chosen, or handed over by the system or a second start."""
        if paths:
            self.reading.settle()
            self._presenter.open(paths)

    def _select(self, film_id: int) -> None:
        self.reading.settle()
        self._presenter.select(film_id)

    def _do(self, row: Action) -> None:
        self.reading.settle()
        if not row.shell:
            row.run(self._presenter)
        else:
            self._shell_acts()[row.id]()

    def _shell_acts(self) -> dict[str, Callable[[], object]]:
        """Return what the window does itself, by the id of the action."""
        return {
            "open_files": self._open_files,
            "open_folder": self._open_folder,
            "save_report_as": self._report_as,
            "copy_picture": self._copy_picture,
            "settings": self._settings,
            "quit": self.close,
            "next_finding": self._next_finding,
            "zoom_in": lambda: self._film_view().zoom_by(ZOOM_STEP),
            "zoom_out": lambda: self._film_view().zoom_by(1 / ZOOM_STEP),
            "pan_left": lambda: self._film_view().pan_by(PAN_STEP, 0),
            "pan_right": lambda: self._film_view().pan_by(-PAN_STEP, 0),
            "pan_up": lambda: self._film_view().pan_by(0, PAN_STEP),
            "pan_down": lambda: self._film_view().pan_by(0, -PAN_STEP),
            "next_part": lambda: parts.go_on(self._parts()),
            "previous_part": lambda: parts.go_on(self._parts(), -1),
            "write_note": self._write_note,
            "palette": self._palette,
            "filter_films": self._find_film,
            "watch_folder": self._watch_folder,
            "compare_with": self._compare_with,
            "shortcuts": self._shortcuts,
            "about_film": self._about_film,
            "about": self._about,
        }

    def _parts(self) -> list[QWidget]:
        """The parts of the window in the order in which F6 goes through them."""
        lists = [] if self.worklist is None else [self.worklist]
        return [self._film_view(), self.reading, *lists, self._toolbar]

    def _write_note(self) -> None:
        if not self._state.panel:
            self._presenter.toggle_panel()
        self.reading.write_note()

    def _film_view(self) -> Canvas:
        """Where the film is seen now."""
        shown = self._pages.currentWidget()
        if self.compare is not None and shown is self.compare:
            return self.compare.canvas
        return self.apices.canvases[0] if shown is self.apices else self.canvas

    def _next_finding(self) -> None:
        self._presenter.choosing.next()
        self.look_at_finding()

    def look_at_finding(self) -> None:
        """Zoom to the finding that is looked at, or back to the whole film."""
        film = self._state.current
        lesion = chosen(film)
        if lesion is None or film is None or film.radiograph is None:
            self._presenter.displaying.fit()
        else:
            self.canvas.zoom_to(box_around(lesion, *film.radiograph.shape))

    def _ask(self, dialog: QDialog) -> None:
        """Show a dialog over the window; afterwards keys go to the film again, with or without a window manager."""
        dialog.finished.connect(self.activateWindow)
        dialog.open()

    def _open_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Open chest X-rays")
        self.open_paths([Path(name) for name in names])

    def _open_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a folder of chest X-rays")
        self.open_paths([Path(name)] if name else [])

    def _watch_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Watch a folder: its films are added as they arrive")
        if name:
            self._presenter.watching.choose(Path(name))

    def _report_as(self) -> None:
        start = self._state.reports_folder or Path.home()
        name, _ = QFileDialog.getSaveFileName(self, "Save the report", str(start / "ptx-report.png"), "PNG (*.png)")
        if name:
            path = Path(name)
            self._presenter.reporting.save(path if path.suffix else path.with_suffix(".png"))

    def _copy_picture(self) -> None:
        """Copy the film as displayed; patient data go along only where reports may have them."""
        shown = self._state
        named = shown.identified and self._presenter.remembering.settings.report_identified
        self.canvas.set_state(replace(shown, identified=named))
        apices = self._pages.currentWidget() is self.apices  # these name nobody
        QGuiApplication.clipboard().setPixmap((self.apices if apices else self.canvas).grab())
        self.canvas.set_state(shown)

    # Dialogs are imported when they are asked for: the first picture of the window does not wait for them.

    def _palette(self) -> None:
        from ptxviewer.ui.dialogs.palette import Palette

        self._ask(Palette(self._state, self._do, self))

    def _shortcuts(self) -> None:
        from ptxviewer.ui.dialogs.keys import KeySheet

        self._ask(KeySheet(self))

    def _about(self) -> None:
        from ptxviewer.ui.dialogs.about_program import ProgramDialog

        self._ask(ProgramDialog(self._state, self._presenter.self_test, self))

    def _placed(self) -> None:
        """A point of a measurement is set; a line over an object asks for its length."""
        measuring = self._presenter.measuring
        measuring.place()
        if measuring.asks:
            from ptxviewer.ui.dialogs.calibrate import CalibrationDialog

            dialog = CalibrationDialog(measuring.calibrate, self)
            dialog.rejected.connect(measuring.cancel)
            self._ask(dialog)

    def _settings(self) -> None:
        from ptxviewer.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._presenter.remembering.settings, self)
        dialog.accepted.connect(lambda: self._presenter.apply_settings(dialog.settings()))
        self._ask(dialog)

    def _about_film(self) -> None:
        from ptxviewer.ui.dialogs.about import about_film

        film = self._state.current
        if film is not None and film.radiograph is not None:
            self._ask(about_film(film.number, film.radiograph, self))

    def ask_to_accept(self) -> None:
        """At the first start, say what the program is not for; without consent it ends."""
        if self._presenter.remembering.settings.accepted_notice:
            return
        from ptxviewer.ui.dialogs.notice import FirstRunNotice

        given = reports_folder(self._presenter.remembering.settings.reports_folder)
        notice = self._notice = FirstRunNotice(given, self._state.engine, self)

        def accepted() -> None:
            kept = replace(self._presenter.remembering.settings, accepted_notice=True)
            self._presenter.apply_settings(
                kept if notice.reports == given else replace(kept, reports_folder=str(notice.reports))
            )

        notice.accepted.connect(accepted)
        notice.rejected.connect(self.close)
        self._ask(notice)

    # Keys that a shortcut cannot express

    def _peek(self, event: QKeyEvent) -> bool:
        """Space hides the overlay while it is held, wherever the focus is, except where text is typed."""
        if event.key() != Qt.Key.Key_Space or event.modifiers() or typing():
            return False
        if not event.isAutoRepeat():
            self._presenter.overlaying.peek(event.type() == QEvent.Type.KeyPress)
        return True

    def _on_film(self) -> bool:
        focus = QApplication.focusWidget()
        return focus in (None, self, self.strip, self.apices) or isinstance(focus, Canvas)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Space before the widget with the focus does; keys of dialogs do not come this way."""
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return self._peek(event)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, since Space hides the overlay."""
        focus = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, (QPushButton, QToolButton)):
            focus.click()
        elif not self._on_film() and parts.ends_typing(event, self.reading):
            self._film_view().setFocus()
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
            self._presenter.displaying.set_pixel_ratio(self.devicePixelRatioF())
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """A key that is let go in another window must not leave the overlay hidden."""
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._presenter.overlaying.peek(False)
        super().changeEvent(event)

    # Events of the window

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Films may be dropped anywhere."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing was dropped."""
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self._veil.hide()
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
        self._presenter.displaying.set_pixel_ratio(self.devicePixelRatioF())
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
        remembering = self._presenter.remembering
        width = self.worklist.chosen_width if self.worklist is not None else remembering.settings.worklist_width
        kept = geometry.kept(self, self._panels, remembering.settings.geometry)
        remembering.keep(geometry=kept, worklist_width=width)
        event.accept()
