"""Everything that must happen before Qt is imported: crash traces, a log without patient data, the DLLs of Windows."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import faulthandler
import gc
import importlib.util
import logging
import os
import sys
import threading
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path, PurePath
from types import TracebackType

import platformdirs

from ptxviewer.core.errors import PtxError
from ptxviewer.core.plaintext import escaped
from ptxviewer.core.private import private_folder, private_opener, tighten

LOG_NAME = "ptxviewer.log"
CRASH_NAME = "crash.log"  # faulthandler's: places in the code only, by its nature without data
LOG_BYTES = 500_000
GARBAGE_AFTER = 50_000  # new objects between two searches for those that nobody holds; Python's own is 700

log = logging.getLogger(__name__)


def log_folder() -> Path:
    """Return the folder of this program's log, on this computer only."""
    return Path(platformdirs.user_log_dir("ptxviewer", appauthor=False))


def scrubbed(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return an error as its type and places: its text is left out, since it may name a patient or a path."""
    places = []
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{kind.__name__} at {' > '.join(places) or '?'}"


def _harmless(value: object) -> object:
    """Return what may stand in the log for an argument: our own reasons pass, other errors and file names do not."""
    if isinstance(value, BaseException) and not isinstance(value, PtxError):
        return scrubbed(type(value), value.__traceback__)
    return "(file)" if isinstance(value, PurePath) else value


class ScrubbingFormatter(logging.Formatter):
    """Writes records without what may hold patient data: texts of unexpected errors, source lines, file names."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a scrubbed copy of ``record``: other handlers must see it as it was."""
        record = copy.copy(record)
        if isinstance(record.msg, BaseException):
            record.msg = _harmless(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_harmless(value) for value in record.args)
        elif record.args:
            record.args = {name: _harmless(value) for name, value in record.args.items()}
        record.exc_text = record.stack_info = None  # another handler may have filled them in
        return escaped(super().format(record), keep="\n")

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's own name
        """Return the error and its causes, one a line, as ``scrubbed`` writes them."""
        error = ei[1] if isinstance(ei, tuple) else None
        lines: list[str] = []
        seen: set[int] = set()
        while isinstance(error, BaseException) and id(error) not in seen:
            seen.add(id(error))
            lines.append(("after " if lines else "") + scrubbed(type(error), error.__traceback__))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def _private_text(path: Path, mode: str) -> TextIOWrapper:
    """Open a text that only this user may read, for writing."""
    tighten(path, 0o600)
    return TextIOWrapper(open(path, f"{mode}b", opener=private_opener), "utf-8", line_buffering=True)


class _LogFile(logging.FileHandler):
    """The log on disk and the two before it; where it cannot be written, nothing is said: logging's own complaint
    shows the whole record. (logging.handlers has one, but brings pickle and sockets to every start.)
    """

    def _open(self) -> TextIOWrapper:
        return _private_text(Path(self.baseFilename), self.mode)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, to a new file where this one is full."""
        if self.stream is not None and self.stream.tell() >= LOG_BYTES:
            self.stream.close()
            self.stream = None
            for newer, older in ((".1", ".2"), ("", ".1")):
                with contextlib.suppress(OSError):  # no such file yet; or, on Windows, one that another process writes
                    os.replace(self.baseFilename + newer, self.baseFilename + older)
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Discard the record."""


def _write_log() -> None:
    logger = logging.getLogger("ptxviewer")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(logging.NullHandler())  # without any handler, logging prints the record to stderr unscrubbed
    with contextlib.suppress(OSError):
        folder = log_folder()
        private_folder(folder)
        handler = _LogFile(folder / LOG_NAME, encoding="utf-8", delay=True)
        handler.setFormatter(ScrubbingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logger.addHandler(handler)


def _trace_crashes() -> None:
    """Write where a crash of native code happened, to a file of its own: a windowed program has no stderr."""
    try:
        path = log_folder() / CRASH_NAME
        old = path.exists() and path.stat().st_size > LOG_BYTES
        stream = _private_text(path, "w" if old else "a")  # stays open as long as the process
    except OSError:
        if sys.stderr is not None:
            faulthandler.enable()
        return
    faulthandler.enable(stream)


def _log_unexpected() -> None:
    """Log errors that nobody caught; on the terminal, too, they come without their text (it may end in a journal)."""

    def report(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        log.critical("Unexpected failure", exc_info=(kind, error or kind(), trace))
        if sys.stderr is not None:
            sys.stderr.write(f"ptxviewer: {scrubbed(kind, trace)}\n")

    sys.excepthook = report
    threading.excepthook = lambda failure: report(failure.exc_type, failure.exc_value, failure.exc_traceback)


def preload_torch_dll(platform: str = sys.platform, load: Callable[[str], object] = ctypes.CDLL) -> None:
    """Load torch's first DLL before Qt: since torch 2.9, importing torch after Qt fails on some Windows machines."""
    if platform != "win32":
        return
    spec = importlib.util.find_spec("torch")  # finds, does not import
    if spec is None or not spec.origin:
        return
    folder = Path(spec.origin).parent / "lib"
    with contextlib.suppress(OSError):  # then torch will say what is wrong with it when the model is loaded
        if hasattr(os, "add_dll_directory"):
            os.add_dll_directory(str(folder))
        load(str(folder / "c10.dll"))


def prepare() -> None:
    """Get the process ready; failing to write a log is no reason not to start."""
    _write_log()
    _trace_crashes()
    _log_unexpected()
    # Qt tells of missing font aliases and Wayland protocols that the reader can do nothing about.
    os.environ.setdefault("QT_LOGGING_RULES", "qt.text.font.db=false;qt.qpa.wayland.textinput=false")
    preload_torch_dll()
    # A start makes a few hundred thousand objects that stay: looking through them again and again for garbage took
    # a tenth of it.
    gc.set_threshold(GARBAGE_AFTER)
