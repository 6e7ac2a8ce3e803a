"""Locks on files between programs. The system lets go of a lock however its holder ends; process ids are not asked."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PAUSE_S = 0.01  # between two tries


def taken(handle: int) -> bool:
    """Take the lock of an open file, which ends with ``handle``; False when another program has it.

    True, too, where the file system knows no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        except OSError:
            return True
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def opened(path: Path) -> int:
    """Open a file to be locked, following no link. Raises ``OSError``."""
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)


@contextlib.contextmanager
def held(path: Path, wait_s: float) -> Iterator[bool]:
    """Hold the lock of a file, waiting at most ``wait_s``; the context gets whether it was obtained.

    A program that was stopped with the lock in its hand must hold up nothing for ever.
    """
    try:
        handle = opened(path)
    except OSError:
        yield False
        return
    try:
        end = time.monotonic() + wait_s
        while not (got := taken(handle)) and time.monotonic() < end:
            time.sleep(PAUSE_S)
        yield got
    finally:
        os.close(handle)
