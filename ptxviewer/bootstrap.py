"""What must be done before Qt is imported: crash traces, a log without patient data, the order of Windows DLLs."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import importlib.util
import logging
import logging.handlers
import sys
from pathlib import Path
from types import TracebackType

import platformdirs


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


def _preload_torch_dll() -> None:
    """Since torch 2.9, importing torch after Qt fails on some Windows machines; its first DLL must come before."""
    if sys.platform != "win32":
        return
    spec = importlib.util.find_spec("torch")  # finds, does not import
    if spec is not None and spec.origin:
        dll = Path(spec.origin).parent / "lib" / "c10.dll"
        with contextlib.suppress(OSError):
            ctypes.CDLL(str(dll))


def prepare() -> None:
    """Get the process ready; failing to write a log is no reason not to start."""
    if sys.stderr is not None:
        faulthandler.enable()
    root = logging.getLogger("ptxviewer")
    root.setLevel(logging.INFO)
    root.propagate = False
    with contextlib.suppress(OSError):
        folder = log_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "ptxviewer.log", maxBytes=500_000, backupCount=2, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.addHandler(handler)
    _preload_torch_dll()
