"""A folder for films out of archives, which goes with the program that made it, and with the next one if it was killed.

A folder is in use as long as its lock is held.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from ptxviewer.core.locks import taken

PREFIX = "ptxviewer-films-"
LOCK = ".lock"


class ScratchFolder:
    """A new, empty folder that only this user can read; ``cleanup`` takes it away."""

    def __init__(self) -> None:
        remove_leftovers()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        taken(self._lock)

    def cleanup(self) -> None:
        """Remove the folder and what is in it. Raises ``OSError`` where Windows does not let go of a file."""
        with contextlib.suppress(OSError):
            os.close(self._lock)
        if self.path.exists():
            shutil.rmtree(self.path)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # the next start takes it away
            self.cleanup()


def remove_leftovers() -> None:
    """Remove the folders of this user's programs that were killed; those in use stay."""
    with contextlib.suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):
                if _is_ours(folder) and not _in_use(folder / LOCK):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and (sys.platform == "win32" or status.st_uid == os.getuid())


def _in_use(lock: Path) -> bool:
    """True while a program holds the lock; one that is not there yet is being made. Raises ``OSError``."""
    if sys.platform == "win32":
        try:
            lock.unlink()  # an open file cannot be removed
        except FileNotFoundError:
            return True
        return False
    try:
        handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return True
    try:
        return not taken(handle)
    finally:
        os.close(handle)
