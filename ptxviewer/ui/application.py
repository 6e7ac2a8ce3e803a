"""Where everything is put together: Qt's application, the lanes, the presenter, the window, the single instance."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import cast, get_args

import platformdirs
from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from ptxviewer.app import settings as settings_file
from ptxviewer.app.jobs import ThreadLane
from ptxviewer.app.presenter import Presenter, ReportRequest, Services
from ptxviewer.app.state import State
from ptxviewer.bootstrap import scrubbed
from ptxviewer.core.types import Mask
from ptxviewer.dicom.collect import collect
from ptxviewer.dicom.read import read_film
from ptxviewer.inference.engine import DeviceChoice, Engine
from ptxviewer.paths import bundle_dir, sample_study
from ptxviewer.ui.main_window import MainWindow
from ptxviewer.ui.style import stylesheet

log = logging.getLogger(__name__)
HAND_OVER_MS = 1500


class Bridge(QObject):
    """The one hop from worker threads to the main thread: a queued signal that carries a closure."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, work: Callable[[], None]) -> None:
        """Run ``work`` on the main thread, soon. Callable from any thread."""
        self._posted.emit(work)

    @staticmethod
    def _run(work: Callable[[], None]) -> None:
        work()


class Application(QApplication):
    """Queues the files that the system asks to open until somebody listens (macOS sends them before the window is)."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._waiting: list[Path] = []
        self._opener: Callable[[list[Path]], None] | None = None

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


def server_name() -> str:
    """Return the name of this user's one running window; a hash, so that no login name shows."""
    who = f"{Path.home()}-{os.getuid() if hasattr(os, 'getuid') else os.environ.get('USERNAME', '')}"
    return f"ptxviewer-{hashlib.sha256(who.encode()).hexdigest()[:16]}"


def hand_over(name: str, paths: Sequence[Path]) -> bool:
    """Give the files to a window that already runs; False when there is none."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(300):
        return False
    socket.write(json.dumps([str(path.absolute()) for path in paths]).encode() + b"\n")
    sent = socket.waitForBytesWritten(HAND_OVER_MS)
    socket.disconnectFromServer()
    return bool(sent)


def serve(name: str, received: Callable[[list[Path]], None]) -> QLocalServer:
    """Listen for second starts of this user."""
    server = QLocalServer()
    server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
    if not server.listen(name):
        QLocalServer.removeServer(name)  # left behind by a crash: nobody answered, so nobody is there
        server.listen(name)

    def connected() -> None:
        socket = server.nextPendingConnection()

        def read() -> None:
            if not socket.canReadLine():
                return
            try:
                names = json.loads(bytes(socket.readLine().data()))
            except ValueError:
                return
            if isinstance(names, list):
                received([Path(one) for one in names if isinstance(one, str)])

        socket.readyRead.connect(read)
        socket.disconnected.connect(socket.deleteLater)
        read()

    server.newConnection.connect(connected)
    return server


def make_engine(device: str) -> Engine:
    """Return the shipped network; torch is imported by the model lane, later."""
    from ptxviewer.inference.torch_engine import TorchEngine

    choice = cast("DeviceChoice", device if device in get_args(DeviceChoice) else "auto")
    return TorchEngine(choice, bundle_dir())


def reports_folder(chosen: str) -> Path:
    """Return where reports go by default."""
    if chosen:
        return Path(chosen)
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(documents) if documents else Path.home()
    return folder if folder.is_dir() else Path.home()


def save_report(request: ReportRequest, folder: Path) -> Path:
    """Paint and write the report of a film. Runs on the disk lane; raises ``PtxError``."""
    import numpy as np

    from ptxviewer.core.findings import find
    from ptxviewer.report.model import Analysis, report_of
    from ptxviewer.ui.report_page import paint_report, write_png

    film = request.film
    radiograph = film.radiograph
    assert radiograph is not None
    analysis: Analysis | None = None
    mask: Mask = np.zeros(radiograph.shape, bool)
    if film.maps is not None:
        findings, mask = find(radiograph, film.maps, request.info.rule, film.threshold(request.info.rule))
        analysis = Analysis(findings, film.maps, request.info)
    index = radiograph.default_voi if film.view.voi_index is None else film.view.voi_index
    model = report_of(
        radiograph,
        analysis,
        identified=request.identified,
        voi=film.view.voi or radiograph.vois[index],
        inverted=film.view.inverted,
        reader=request.reader,
        verdict=film.review.verdict,
    )
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    target = request.target or folder / f"ptx-report-{stamp}-film{film.number}.png"
    write_png(paint_report(model, radiograph, mask), target)
    return target


class Session:
    """Everything that lives as long as the window."""

    def __init__(self, settings_path: Path, engine: Engine | None = None) -> None:
        self._unpacked = tempfile.TemporaryDirectory(prefix="ptxviewer-")
        settings = settings_file.load(settings_path)
        self.bridge = Bridge()
        self._window: MainWindow | None = None
        services = Services(
            read_film=read_film,
            collect=lambda paths: collect(paths, Path(self._unpacked.name)),
            engine=engine or make_engine(settings.device),
            disk=ThreadLane("disk", self.bridge.post),
            model=ThreadLane("model", self.bridge.post),
            save_report=lambda request: save_report(request, reports_folder(self.presenter.settings.reports_folder)),
            save_settings=lambda value: settings_file.save(settings_path, value),
            sample=sample_study(),
        )
        self.presenter = Presenter(self, services, settings)
        self.window = self._window = MainWindow(self.presenter)
        self.window.restore(settings.geometry)

    def render(self, state: State) -> None:
        """Show ``state`` in the window (``View``)."""
        if self._window is not None:
            self._window.show_state(state)

    def close(self) -> bool:
        """End all work; True when the lanes ended in time."""
        ended = self.presenter.shut_down()
        self._window = None
        self._unpacked.cleanup()
        return ended

    def report_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A bug in a slot: a sentence for the reader, a trace without texts for the log; the app goes on."""
        log.error("%s", scrubbed(kind, trace))
        if self._window is not None and not isinstance(error, KeyboardInterrupt):
            self.presenter.show_problem()


def run(files: Sequence[Path], *, sample: bool = False) -> int:
    """Open the window, or hand the files to the one that runs already; returns the exit status."""
    application = Application(sys.argv[:1])
    application.setApplicationName("PTXViewer")
    application.setDesktopFileName("ptxviewer")
    name = server_name()
    paths = [*files, *(sample_study() if sample else ())]
    if hand_over(name, paths):
        return 0
    application.setStyle("Fusion")
    application.setStyleSheet(stylesheet())
    session = Session(Path(platformdirs.user_config_dir("ptxviewer", appauthor=False)) / "settings.json")
    sys.excepthook = session.report_bug
    window = session.window

    def received(more: list[Path]) -> None:
        window.show()
        window.raise_()
        window.activateWindow()
        if more:
            session.presenter.open(more)

    server = serve(name, received)
    window.show()

    def painted() -> None:
        application.listen(session.presenter.open)
        session.presenter.warm_up()
        if paths:
            session.presenter.open(paths)

    QTimer.singleShot(0, painted)
    status = application.exec()
    server.close()
    if not session.close():
        # A driver call that never returns must not keep a closed window alive.
        logging.shutdown()
        os._exit(status)
    return int(status)
