"""The composition root: Qt's application, settings, window, presenter, single instance."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QSocketNotifier
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from ptxviewer import __version__
from ptxviewer.app.commands import keys_file
from ptxviewer.app.commands.own_keys import differing
from ptxviewer.app.disk import settings as settings_file
from ptxviewer.app.state.screen import State, state_at_start
from ptxviewer.app.state.settings import DEFAULTS, Settings
from ptxviewer.bootstrap import scrubbed
from ptxviewer.core.private import private_folder
from ptxviewer.core.reason import Reason
from ptxviewer.paths import SETTINGS_DIR, cache_folder, data_folder, sample_study, settings_folder, site_settings
from ptxviewer.ui.commands import normal_key, use_keys
from ptxviewer.ui.controls import tabular
from ptxviewer.ui.main_window import MainWindow
from ptxviewer.ui.platform import text_size
from ptxviewer.ui.platform.hearing import tell_roles
from ptxviewer.ui.platform.icons import app_icon
from ptxviewer.ui.platform.language import follow_language
from ptxviewer.ui.platform.single_instance import hand_over, serve, server_name, shared_secret
from ptxviewer.ui.platform.style import stylesheet
from ptxviewer.words import language as spoken_language
from ptxviewer.words import speak, system_language

if TYPE_CHECKING:
    from ptxviewer.app.presenter import Presenter
    from ptxviewer.core.engine import Engine
    from ptxviewer.ui.services import Backing

log = logging.getLogger(__name__)
SWITCH_S = 0.0005  # how long Qt waits for a thread that analyses, each time that it calls into Python; usual: 0.005


class Application(QApplication):
    """Queues the files that the system asks to open until somebody listens (macOS sends them before the window is)."""

    def __init__(self, arguments: list[str]) -> None:
        # Given as an argument since setStyle() hands out the style, whose type PySide then has to build.
        super().__init__([*arguments, "-style", "Fusion"])
        self._waiting: list[Path] = []
        self._opener: Callable[[list[Path]], None] | None = None

    def dress(self) -> None:
        """Put on the look: the same on every system, since a dark room is the same everywhere."""
        self.setApplicationName("PTXViewer")
        self.setApplicationVersion(__version__)
        self.setDesktopFileName("ptxviewer")
        tell_roles()
        self.setFont(tabular(self.font()))
        self.setStyleSheet(stylesheet())
        self.setWindowIcon(app_icon())

    def write_in(self, size: str) -> None:
        """Write in a size in percent, "" as the system has it; for all that is built from now on."""
        text_size.use(int(size) / 100 if size else text_size.of_system(self.primaryScreen().logicalDotsPerInch()))
        if text_size.factor() > 1:
            self.setStyleSheet(stylesheet())

    def event(self, event: QEvent) -> bool:
        """Take file-open events."""
        if isinstance(event, QFileOpenEvent):
            name = event.file() or event.url().toLocalFile()
            if name:
                self.hand([Path(name)])
            return True
        return super().event(event)

    def hand(self, paths: list[Path]) -> None:
        """Open ``paths`` now, or when the window is there."""
        if self._opener is None:
            self._waiting += paths
        else:
            self._opener(paths)

    def listen(self, opener: Callable[[list[Path]], None]) -> None:
        """From now on ``opener`` gets the files, first those that waited."""
        self._opener = opener
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            opener(waiting)


class Session:
    """Everything that lives as long as the window.

    ``loaded`` gets the settings before anything is built, ``painted`` is called when the window is first on screen.
    """

    def __init__(
        self,
        settings_path: Path,
        engine: Engine | None = None,
        painted: Callable[[], None] | None = None,
        reviews: Path | None = None,
        results: Path | None = None,
        site_path: Path | None = None,
        loaded: Callable[[Settings], None] = lambda _settings: None,
    ) -> None:
        sys.setswitchinterval(SWITCH_S)
        self._problems: list[Reason] = []
        site = settings_file.load_site(site_path, self._problems.append) if site_path else DEFAULTS
        settings = settings_file.load(settings_path, self._problems.append, site)
        loaded(settings)
        use_keys(keys_file.load(settings_path.with_name(keys_file.NAME), normal_key, self._problems.append))
        self._backing: Backing | None = None
        self._closed = False

        def make_backing() -> Backing:
            # Numpy, OpenCV and most of the program: after the first paint.
            from ptxviewer.app.disk import pacs_file
            from ptxviewer.report import templates
            from ptxviewer.ui.services import Backing, PacsPlaces

            sentences = (folder.parent / "sentences" for folder in (settings_path, site_path) if folder is not None)
            templates.use(tuple(sentences))
            if (broken := templates.problem()) is not None:
                self._problems.append(broken)
            return Backing(
                self,
                settings,
                engine,
                save_settings=lambda value: settings_file.save(settings_path, value, site),
                save_keys=lambda keys: keys_file.save(settings_path.with_name(keys_file.NAME), differing(keys)),
                reviews=reviews or settings_path.parent / "reviews",
                results=results or settings_path.parent / "results",
                pacs=PacsPlaces(
                    settings_path.with_name(pacs_file.NAME),
                    None if site_path is None else site_path.with_name(pacs_file.NAME),
                    (reviews or settings_path.parent / "reviews").parent,
                ),
            )

        self._make_backing = make_backing
        self.window = MainWindow(state_at_start(settings), lambda: self.presenter, painted)
        self.window.restore(settings.geometry)

    @property
    def backing(self) -> Backing:
        """The presenter and what it works with; made when first asked for, at the latest after the first paint."""
        if self._backing is None:
            self._backing = self._make_backing()
            if not self._backing.alone:
                from ptxviewer.core.reasons.window import Notice

                self._backing.presenter.show_problem(Notice.OTHER_WINDOW, "warning")
            for problem in self._problems:
                self._backing.presenter.show_problem(problem)
        return self._backing

    @property
    def presenter(self) -> Presenter:
        """The behaviour behind the window."""
        return self.backing.presenter

    def render(self, state: State) -> None:
        """Show ``state`` in the window (``View``)."""
        if not self._closed:
            self.window.show_state(state)

    def warm_up(self) -> None:
        """Get ready for the first film while the window is still empty."""
        self.backing.warm_up()

    def close(self) -> bool:
        """End all work; True when the lanes ended in time."""
        backing = self.backing  # made even now where nobody asked for it before: then nobody will later
        self._closed = True
        return backing.close()

    def report_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A bug in a slot: a sentence for the reader, a trace without texts for the log; the app goes on."""
        log.error("%s", scrubbed(kind, trace))
        if not self._closed and not isinstance(error, KeyboardInterrupt):
            with suppress(Exception):  # when showing is what fails, saying so would fail as well
                self.presenter.show_problem()


def _quit_on_signals(application: QApplication) -> QSocketNotifier:
    """End cleanly on Ctrl+C and SIGTERM: Qt's loop never returns to Python by itself, a socket wakes it."""
    reading, writing = socket.socketpair()
    for end in (reading, writing):
        end.setblocking(False)
    signal.set_wakeup_fd(writing.fileno())

    def note(_number: int, _frame: FrameType | None) -> None:
        """The wake-up is all that is wanted."""

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read, application)
    notifier.activated.connect(lambda: (reading.recv(64), application.closeAllWindows(), application.quit()))
    notifier.ends = (reading, writing)  # type: ignore[attr-defined]  # they live as long as it does
    return notifier


def run(
    files: Sequence[Path], *, sample: bool = False, settings_dir: Path | None = None, language: str | None = None
) -> int:
    """Open the window, or hand the files to the one that runs already; returns the exit status.

    ``language`` None: as the settings say, else as the system has it.
    """
    application = Application(sys.argv[:1])
    folder = settings_folder(settings_dir)
    own = folder if settings_dir is not None or SETTINGS_DIR in os.environ else None
    paths = [path.absolute() for path in (*files, *(sample_study() if sample else ()))]
    data = own or data_folder()
    cache = own or cache_folder()
    if own is None:
        for one in (folder, data, cache):
            with suppress(OSError):
                private_folder(one)
    name, key = server_name(own), shared_secret(own)
    if hand_over(name, paths, key):
        return 0
    sessions: list[Session] = []

    def handed(more: list[Path]) -> None:
        for session in sessions:
            session.window.come_forward()
        application.hand(more)

    server = serve(name, handed, key)
    application.dress()

    def painted() -> None:
        log.info("First paint, %.0f ms of processor time", 1000 * time.process_time())
        application.listen(session.window.open_paths)
        session.warm_up()
        session.window.asking.for_consent()

    def chosen(settings: Settings) -> None:
        speak(language or settings.language or system_language(QLocale.system().uiLanguages()))
        follow_language(application, spoken_language())
        application.write_in(settings.text_size)

    session = Session(
        folder / "settings.json",
        painted=painted,
        reviews=data / "reviews",
        results=cache / "results",
        site_path=None if own else site_settings(),
        loaded=chosen,
    )
    sessions.append(session)
    sys.excepthook = session.report_bug
    signals = _quit_on_signals(application)
    application.hand(paths)
    session.window.show()
    status = application.exec()
    signals.setEnabled(False)
    server.close()
    if not session.close():
        # A driver call that never returns must not keep a closed window alive.
        logging.shutdown()
        os._exit(status)
    return int(status)
