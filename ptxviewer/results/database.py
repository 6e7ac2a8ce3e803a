"""How a store of results is opened with SQLite, and what SQLite's refusals mean for the reader."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing

log = logging.getLogger(__name__)
WAIT_S, WAIT_TO_READ_S = 10.0, 1.0  # for another program's transaction; in the log of our stores it keeps no reader

_WHY = (
    ("full", ExportFailed(NotWritten(Unwritten.RESULTS, Writing.DISK_FULL))),
    ("readonly", ExportFailed(NotWritten(Unwritten.RESULTS, Writing.NO_PERMISSION))),
    ("unable to open", ExportFailed(NotWritten(Unwritten.RESULTS, Writing.NO_PERMISSION))),
    ("disk i/o", ExportFailed(NotWritten(Unwritten.RESULTS, Writing.DISK_REFUSED))),
    ("locked", PtxError(Results.STORE_BUSY)),
    ("not a database", PtxError(Results.STORE_NOT_OURS)),
    ("malformed", PtxError(Results.STORE_DAMAGED)),
)


@contextlib.contextmanager
def told_why() -> Iterator[None]:
    """Make a reason of what SQLite says. Its codes have names only from Python 3.11 on, its messages always did.

    What it says besides is of the file: tables that are not there, texts that are none, a trigger of somebody else's.
    """
    try:
        yield
    except sqlite3.ProgrammingError:  # ours: it has been closed
        raise
    except (sqlite3.Error, OverflowError) as error:  # a film's number may be the largest that there is
        text = str(error).lower()
        for word, why in _WHY:
            if word in text:
                raise type(why)(why.reason) from None
        log.warning("SQLite refuses a store of results: %s", error.__class__.__name__)
        raise PtxError(Results.STORE_DAMAGED) from None


def _mode(path: Path, writable: bool) -> str:
    """How SQLite opens a store: reading one makes a file beside it, which a folder that is read-only does not allow."""
    if writable:
        return "mode=rwc"
    alone = not path.with_name(f"{path.name}-wal").exists()
    return "mode=ro&immutable=1" if alone and not os.access(path.parent, os.W_OK) else "mode=ro"


def connected(path: Path, writable: bool) -> sqlite3.Connection:
    """Open the file; text in it that is no UTF-8 costs its letters, not the list."""
    place = Path(os.path.realpath(path)).as_uri()  # Path.resolve raises for links in a circle
    wait = WAIT_S if writable else WAIT_TO_READ_S
    uri = f"{place}?{_mode(path, writable)}"
    db = sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
    db.text_factory = partial(str, encoding="utf-8", errors="replace")
    return db


def identity(path: Path) -> tuple[int, int] | None:
    """Return which file lies at a path, None where there is none."""
    with contextlib.suppress(OSError):
        status = path.stat()
        return status.st_dev, status.st_ino
    return None
