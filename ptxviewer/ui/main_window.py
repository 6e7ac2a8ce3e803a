"""The window: toolbar, film strip, film, reading panel, status bar; it renders a state and forwards intents."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ptxviewer import __version__
from ptxviewer.app.actions import ACTIONS, Action
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state import Film, FilmStatus, State
from ptxviewer.core.voi import display_lut
from ptxviewer.report.model import RESEARCH_USE
from ptxviewer.ui.canvas import Canvas
from ptxviewer.ui.dialogs.settings import SettingsDialog
from ptxviewer.ui.panels.reading import ReadingPanel

THUMBNAIL = 88
MENUS = {
    "file": "File",
    "films": "Films",
    "view": "View",
    "tools": "Tools",
    "overlay": "Overlay",
    "review": "Review",
    "screen": "Screen",
    "help": "Help",
}
LEVEL_COLOURS = {"info": "#98a2ad", "warning": "#f2b33d", "error": "#ff7a70"}


def thumbnail(film: Film) -> QPixmap:
    """Return a small picture of a film through its default window."""
    picture = QImage(THUMBNAIL, THUMBNAIL, QImage.Format.Format_Grayscale8)
    picture.fill(0)
    if film.radiograph is not None:
        radiograph = film.radiograph
        factor = THUMBNAIL / max(radiograph.shape)
        size = max(1, round(radiograph.cols * factor)), max(1, round(radiograph.rows * factor))
        small = cv2.resize(np.asarray(radiograph.pixels), size, interpolation=cv2.INTER_AREA)
        grey = display_lut(radiograph, radiograph.vois[radiograph.default_voi])[small]
        square = np.zeros((THUMBNAIL, THUMBNAIL), np.uint8)
        top, left = (THUMBNAIL - size[1]) // 2, (THUMBNAIL - size[0]) // 2
        square[top : top + size[1], left : left + size[0]] = grey
        picture = QImage(square.data, THUMBNAIL, THUMBNAIL, THUMBNAIL, QImage.Format.Format_Grayscale8).copy()
    return QPixmap.fromImage(picture)


def chip(film: Film) -> str:
    """Return what stands under a thumbnail."""
    if film.maps is not None:
        return f"{film.number}   {film.maps.score:.2f}"
    words = {FilmStatus.OPENING: "opening", FilmStatus.WAITING: "waiting", FilmStatus.ANALYSING: "analysing"}
    return f"{film.number}   {words.get(film.status, film.status.value)}"


class MainWindow(QMainWindow):
    """See the module. ``closed`` is called once when the window goes."""

    def __init__(self, presenter: Presenter) -> None:
        super().__init__()
        self._presenter = presenter
        self._state = presenter.state
        self._thumbnails: dict[tuple[int, str], QPixmap] = {}
        self._actions: dict[str, QAction] = {}
        self.setWindowTitle("PTXViewer (research use only)")
        self.setAcceptDrops(True)
        self.setMinimumSize(1000, 640)
        self.canvas = Canvas()
        self.reading = ReadingPanel(presenter)
        self._build()
        self._make_actions()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        self.show_state(presenter.state)

    # Building

    def _build(self) -> None:
        self._strip = QListWidget()
        self._strip.setFixedWidth(116)
        self._strip.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self._strip.setViewMode(QListWidget.ViewMode.IconMode)
        self._strip.setFlow(QListWidget.Flow.TopToBottom)
        self._strip.setWrapping(False)
        self._strip.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip.setMovement(QListWidget.Movement.Static)
        self._strip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._strip.setAccessibleName("Films")
        self._strip.itemClicked.connect(lambda item: self._presenter.select(item.data(Qt.ItemDataRole.UserRole)))
        film_page = QWidget()
        over = QVBoxLayout(film_page)
        over.setContentsMargins(0, 0, 0, 0)
        over.addWidget(self.canvas)
        self._banner = self._make_banner(film_page)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_empty_page())
        self._pages.addWidget(film_page)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self._strip, self._pages, self.reading):
            row.addWidget(widget)
        self.setCentralWidget(middle)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self._message, self._probe, self._engine, self._research = QLabel(), QLabel(), QLabel(), QLabel()
        self._research.setText("Research use only")
        self._research.setObjectName("research")
        bar.addWidget(self._message, 1)
        for label in (self._probe, self._engine, self._research):
            bar.addPermanentWidget(label)
        self.canvas.view_changed.connect(self._presenter.set_view)
        self.canvas.threshold_stepped.connect(self._presenter.step_threshold)
        self.canvas.opacity_stepped.connect(self._presenter.step_opacity)
        self.canvas.probed.connect(self._probe.setText)

    def _make_banner(self, parent: QWidget) -> QWidget:
        banner = QWidget(parent)
        banner.setObjectName("banner")
        banner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(banner)
        row.setContentsMargins(14, 6, 6, 6)
        self._banner_text = QLabel()
        self._banner_text.setTextFormat(Qt.TextFormat.PlainText)
        dismiss = QPushButton("Dismiss")
        dismiss.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        dismiss.clicked.connect(self._presenter.dismiss_banner)
        row.addWidget(self._banner_text, 1)
        row.addWidget(dismiss)
        banner.hide()
        return banner

    def _make_empty_page(self) -> QWidget:
        page = QWidget()
        page.setObjectName("drop")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        column.setSpacing(14)
        column.addStretch(2)
        title = QLabel("Drop chest X-rays here")
        title.setObjectName("dropTitle")
        keys = QLabel("Space hides the overlay    [  ]  move the threshold    ?  shows every key")
        keys.setObjectName("quiet")
        research = QLabel(RESEARCH_USE)
        research.setObjectName("research")
        self._empty_message = QLabel()
        self._empty_message.setStyleSheet(f"color: {LEVEL_COLOURS['error']}")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for text, act in (
            ("Open files", self._open_files),
            ("Open folder", self._open_folder),
            ("Sample study", self._presenter.open_sample),
        ):
            button = QPushButton(text)
            button.clicked.connect(lambda _checked=False, act=act: act())
            buttons.addWidget(button)
        buttons.addStretch(1)
        for part in (title, self._empty_message):
            column.addWidget(part, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        for part in (keys, research):
            column.addWidget(part, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _make_actions(self) -> None:
        toolbar = self.addToolBar("Tools")
        toolbar.setMovable(False)
        toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._toolbar = toolbar
        menus = {group: self.menuBar().addMenu(title) for group, title in MENUS.items()}
        for row in ACTIONS:
            if row.held:
                continue  # Space: see eventFilter
            action = QAction(row.text, self)
            action.setShortcuts([QKeySequence(key) for key in row.keys])
            action.setCheckable(row.checked is not None)
            action.setToolTip(row.tooltip)
            action.triggered.connect(lambda _checked=False, row=row: self._do(row))
            if "menu" in row.places:
                menus[row.group].addAction(action)
            else:
                self.addAction(action)
            if "toolbar" in row.places:
                toolbar.addAction(action)
            self._actions[row.id] = action

    def _do(self, row: Action) -> None:
        if not row.shell:
            row.run(self._presenter)
            return
        {
            "open_files": self._open_files,
            "open_folder": self._open_folder,
            "save_report_as": self._report_as,
            "copy_picture": lambda: QGuiApplication.clipboard().setPixmap(self.canvas.grab()),
            "settings": self._settings,
            "quit": self.close,
            "zoom_in": lambda: self.canvas.zoom_by(1.25),
            "zoom_out": lambda: self.canvas.zoom_by(0.8),
            "pan_left": lambda: self.canvas.pan_by(60, 0),
            "pan_right": lambda: self.canvas.pan_by(-60, 0),
            "pan_up": lambda: self.canvas.pan_by(0, 60),
            "pan_down": lambda: self.canvas.pan_by(0, -60),
            "shortcuts": self._show_keys,
            "about": self._show_about,
        }[row.id]()

    # Rendering

    def show_state(self, state: State) -> None:
        """Show ``state``; only what changed is done again."""
        before, self._state = self._state, state
        self._pages.setCurrentIndex(1 if state.films or state.opening else 0)
        self.canvas.set_state(state)
        self.reading.show_state(state)
        self._strip.setVisible(bool(state.films) and not state.film_only)
        self.reading.setVisible(bool(state.films) and not state.film_only)
        self._toolbar.setVisible(not state.film_only)
        if before.films is not state.films or before.current_id != state.current_id or not self._strip.count():
            self._show_strip(state)
        self._show_banner(state)
        self._show_status(state)
        for row in ACTIONS:
            action = self._actions.get(row.id)
            if action is None:
                continue
            action.setEnabled(row.enabled(state))
            if row.checked is not None:
                action.setChecked(row.checked(state))

    def _show_strip(self, state: State) -> None:
        while self._strip.count() > len(state.films):
            self._strip.takeItem(self._strip.count() - 1)
        for row, film in enumerate(state.films):
            item = self._strip.item(row)
            if row >= self._strip.count():
                item = QListWidgetItem()
                item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
                self._strip.addItem(item)
            key = (film.id, film.key)
            if key not in self._thumbnails and (film.radiograph is not None or not film.key):
                self._thumbnails[key] = thumbnail(film)
            if item.data(Qt.ItemDataRole.UserRole) != film.id or item.data(Qt.ItemDataRole.UserRole + 1) != film.key:
                item.setData(Qt.ItemDataRole.UserRole, film.id)
                item.setData(Qt.ItemDataRole.UserRole + 1, film.key)
                if key in self._thumbnails:
                    item.setIcon(QIcon(self._thumbnails[key]))
            if item.text() != chip(film):
                item.setText(chip(film))
            if film.id == state.current_id:
                self._strip.setCurrentItem(item)

    def _show_banner(self, state: State) -> None:
        banner = state.banner
        self._empty_message.setText(banner.text if banner is not None and not state.films else "")
        self._banner.setVisible(banner is not None and bool(state.films))
        if banner is not None:
            self._banner_text.setText(banner.text)
            self._banner_text.setStyleSheet(f"color: {LEVEL_COLOURS[banner.level]}")
            self._place_banner()

    def _place_banner(self) -> None:
        width = min(self._banner.sizeHint().width() + 8, max(self.canvas.width() - 40, 100))
        self._banner.setFixedWidth(width)
        self._banner.adjustSize()
        self._banner.move((self.canvas.width() - width) // 2, 12)
        self._banner.raise_()

    def _show_status(self, state: State) -> None:
        waiting = sum(film.status in (FilmStatus.WAITING, FilmStatus.ANALYSING) for film in state.films)
        text = state.message
        if state.opening:
            text = "Opening ..."
        elif waiting:
            text = f"Analysing, {waiting} to go" if waiting > 1 else "Analysing ..."
        self._message.setText(text)
        engine = state.engine
        words = {"not loaded": "", "loading": "Loading the model ...", "failed": "No model", "ready": ""}
        device = words[engine.phase]
        if engine.info is not None and engine.phase == "ready":
            device = engine.info.device
            if state.current is not None and state.current.maps is not None:
                device = f"{state.current.maps.device}  {state.current.maps.infer_ms / 1000:.1f} s"
        self._engine.setText(device)

    # Intents that need Qt

    def _open_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Open films")
        self._presenter.open([Path(name) for name in names])

    def _open_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open folder")
        if name:
            self._presenter.open([Path(name)])

    def _report_as(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save report as", "ptx-report.png", "PNG (*.png)")
        if name:
            self._presenter.save_report(Path(name))

    def _settings(self) -> None:
        dialog = SettingsDialog(self._presenter.settings, self)
        if dialog.exec():
            self._presenter.apply_settings(dialog.settings())

    def _show_keys(self) -> None:
        rows = [(", ".join(row.keys), row.text) for row in ACTIONS if row.keys]
        rows += [("Wheel", "Zoom at the cursor")]
        rows += [("Ctrl+wheel", "Threshold"), ("Alt+wheel", "Opacity"), ("Double click", "Fit; on a slider: its mark")]
        table = "".join(
            f"<tr><td style='padding-right:24px'><b>{keys}</b></td><td>{text}</td></tr>" for keys, text in rows
        )
        self._tell("Keys", f"<table cellpadding=2>{table}</table>")

    def _show_about(self) -> None:
        info = self._state.engine.info
        model = f"{info.model_id}<br>weights {info.model_sha256[:16]}<br>on {info.device}" if info else "not loaded"
        self._tell(
            "About PTXViewer",
            f"<b>PTXViewer {__version__}</b><br>Shows where a pneumothorax may be on a chest radiograph.<br><br>"
            f"Model: {model}<br><br>{RESEARCH_USE}<br>Nothing leaves this computer. Apache-2.0.",
        )

    def _tell(self, title: str, text: str) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setText(text)
        box.open()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the banner at the film's top edge."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self._place_banner)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space hides the overlay while it is held, wherever the focus is, except where text is typed."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            typing = isinstance(QApplication.focusWidget(), (QLineEdit, QPlainTextEdit))
            if event.key() == Qt.Key.Key_Space and not typing and self.isActiveWindow():
                if not event.isAutoRepeat():
                    self._presenter.peek(event.type() == QEvent.Type.KeyPress)
                return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Films may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self._presenter.open(paths)

    def restore(self, geometry: str) -> None:
        """Come back where the window was; Qt moves it onto a screen that is still there."""
        if not geometry or not self.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
            self.resize(1440, 900)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window, then let go."""
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self._presenter.store_settings(geometry=bytes(self.saveGeometry().toBase64().data()).decode())
        event.accept()
