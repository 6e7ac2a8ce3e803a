"""Where everything is put together: Qt's application, the lanes, the presenter, the window, the one instance."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType

import platformdirs
from PySide6.QtCore import QEvent, QLocale, QSocketNotifier
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from ptxviewer import __version__
from ptxviewer.app.disk import settings as settings_file
from ptxviewer.app.disk.result_file import ResultFolder
from ptxviewer.app.disk.review_file import ReviewFolder
from ptxviewer.app.jobs import ThreadLane
from ptxviewer.app.ports import Services
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import DEFAULTS, Settings
from ptxviewer.bootstrap import scrubbed
from ptxviewer.core.engine import Checkpoint, Engine, EngineInfo, SelfTest
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons import Reason
from ptxviewer.inference.shipped import make_engine
from ptxviewer.paths import SETTINGS_DIR, bundle_dir, sample_study, settings_folder, site_settings
from ptxviewer.ui.controls import tabular
from ptxviewer.ui.exports import WRITERS, write_objects
from ptxviewer.ui.main_window import MainWindow
from ptxviewer.ui.platform.bridge import Bridge
from ptxviewer.ui.platform.folders import reports_folder
from ptxviewer.ui.platform.icons import app_icon
from ptxviewer.ui.platform.language import follow_language
from ptxviewer.ui.platform.single_instance import hand_over, serve, server_name
from ptxviewer.ui.platform.style import stylesheet
from ptxviewer.words import language as spoken_language
from ptxviewer.words import speak, system_language

log = logging.getLogger(__name__)
SWITCH_S = 0.0005  # how long Qt waits for a thread that analyses, each time that it calls into Python; usual: 0.005


class Application(QApplication):
    """Queues the files that the system asks to open until somebody listens (macOS sends them before the window is)."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._waiting: list[Path] = []
        self._opener: Callable[[list[Path]], None] | None = None

    def dress(self) -> None:
        """Put on the look: the same on every system, since a dark room is the same everywhere."""
        self.setApplicationName("PTXViewer")
        self.setApplicationVersion(__version__)
        self.setDesktopFileName("ptxviewer")
        self.setStyle("Fusion")
        self.setFont(tabular(self.font()))
        self.setStyleSheet(stylesheet())
        self.setWindowIcon(app_icon())

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


def read(path: Path, frame: int) -> Radiograph:
    """Read a film. pydicom takes longer to import than the window to appear, so it waits until it is needed."""
    from ptxviewer.dicom.read import read_film

    return read_film(path, frame)


def find_films(paths: Sequence[Path], unpacked: Path) -> list[Path]:
    """Return the films among ``paths``; archives are unpacked below ``unpacked``. pydicom is imported here, too."""
    from ptxviewer.dicom.collect import collect

    return collect(paths, unpacked)


def run_self_test(engine: Engine, checkpoint: Checkpoint) -> SelfTest:
    """Compare the network with its golden output. On the model lane."""
    from ptxviewer.inference.selftest import self_test

    return self_test(engine, bundle_dir(), checkpoint)


def is_film(path: Path) -> bool:
    """Look at the first bytes of a file. Raises ``OSError`` where it cannot be read."""
    from ptxviewer.dicom.collect import looks_like_film

    with path.open("rb"):
        return looks_like_film(path)


def read_facts(path: Path) -> Facts | None:
    """Return who a film shows and when, without decoding it; None where only the whole film can tell."""
    from ptxviewer.dicom.read import read_header

    header = read_header(path)
    return None if header is None else Facts(header[0], header[1], header[2].modality, header[2].view)


def expected_engine() -> EngineInfo | None:
    """Return what the card says of the shipped network, which is loaded later: results of it can be shown by then."""
    from ptxviewer.inference.card import expected_info

    return expected_info(bundle_dir())


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
        self._unpacked = tempfile.TemporaryDirectory(prefix="ptxviewer-")
        problems: list[Reason] = []
        site = settings_file.load_site(site_path, problems.append) if site_path else DEFAULTS
        settings = settings_file.load(settings_path, problems.append, site)
        loaded(settings)
        self.bridge = Bridge()
        self._window: MainWindow | None = None
        network = engine or make_engine(settings.device)
        disk = self._disk = ThreadLane("disk", self.bridge.post)
        services = Services(
            read_film=read,
            collect=lambda paths: find_films(paths, Path(self._unpacked.name)),
            engine=network,
            disk=disk,
            model=ThreadLane("model", self.bridge.post),
            exports=WRITERS,
            objects=write_objects,
            reports_folder=reports_folder,
            save_settings=lambda value: settings_file.save(settings_path, value, site),
            sample=sample_study(),
            reviews=ReviewFolder(reviews or settings_path.parent / "reviews"),
            keep=ThreadLane("reviews", self.bridge.post),
            self_test=lambda checkpoint: run_self_test(network, checkpoint),
            results=ResultFolder(results or settings_path.parent / "results") if settings.keep_results else None,
            cache=ThreadLane("results", self.bridge.post),
            watch=ThreadLane("watch", self.bridge.post),
            is_film=is_film,
            read_facts=read_facts,
            expected=expected_engine() if engine is None else None,
        )
        self.presenter = Presenter(self, services, settings)
        self.window = self._window = MainWindow(self.presenter, painted)
        self.window.restore(settings.geometry)
        for problem in problems:
            self.presenter.show_problem(problem)

    def render(self, state: State) -> None:
        """Show ``state`` in the window (``View``)."""
        if self._window is not None:
            self._window.show_state(state)

    def warm_up(self) -> None:
        """While the window is still empty, import what reads films, start the process that decodes, load the network.

        One after the other: while torch's libraries are brought into memory, an import on another thread would wait for
        the system's loader with the interpreter lock in its hand, and the window with it.
        """
        self._disk.submit(
            lambda _checkpoint: importlib.import_module("ptxviewer.dicom.read").warm_up(),
            lambda _outcome: self.presenter.warm_up(),
        )
        self.presenter.films.watched.follow(self.presenter.state.settings.watch_folder)

    def close(self) -> bool:
        """End all work; True when the lanes ended in time."""
        ended = self.presenter.shut_down()
        self._window = None
        with suppress(OSError):  # a file that is still being read keeps the folder on Windows
            self._unpacked.cleanup()
        return ended

    def report_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A bug in a slot: a sentence for the reader, a trace without texts for the log; the app goes on."""
        log.error("%s", scrubbed(kind, trace))
        if self._window is not None and not isinstance(error, KeyboardInterrupt):
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
    name = server_name(own)
    if hand_over(name, paths):
        return 0
    sessions: list[Session] = []

    def handed(more: list[Path]) -> None:
        for one in sessions:
            one.window.come_forward()
        application.hand(more)

    server = serve(name, handed)
    application.dress()

    def painted() -> None:
        log.info("First paint, %.0f ms of processor time", 1000 * time.process_time())
        application.listen(session.window.open_paths)
        session.warm_up()
        session.window.asking.for_consent()

    def chosen(settings: Settings) -> None:
        speak(language or settings.language or system_language(QLocale.system().uiLanguages()))
        follow_language(application, spoken_language())

    data = own or Path(platformdirs.user_data_dir("ptxviewer", appauthor=False))
    cache = own or Path(platformdirs.user_cache_dir("ptxviewer", appauthor=False))
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
