"""Writing files so that a reader never sees half of one: beside the target, then moved over it."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import platform
import secrets
import stat
import sys
import zlib
from pathlib import Path

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing

PART = f".ptxviewer.{zlib.crc32(platform.node().encode()):08x}."  # of this computer: others may write there, too
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)  # exclusive: follows no link
LARGE_READ = 1 << 16  # bytes from which on a read is compared with what is left of the file


def write_atomic(path: Path, content: bytes, what: Unwritten = Unwritten.FILE, *, private: bool = False) -> None:
    """Write ``content`` to ``path``; an older file there stays whole until the new one is.

    ``private``: only this user may read it. What lies in the way is never written through, whatever it links to.
    Raises ``ExportFailed`` with ``NotWritten`` of ``what`` for a missing folder, no permission, a full disk.
    """
    # Short, whatever the length of the name: both have to fit into what a file system allows.
    part = path.with_name(f"{PART}{os.getpid()}.{secrets.token_hex(6)}.part")
    try:
        handle = os.open(part, NEW, 0o600 if private else 0o666)
        try:
            with open(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ExportFailed(NotWritten(what, reason_of_disk(error))) from None


def remove_parts(folder: Path) -> None:
    """Remove what programs of this computer left half written in ``folder`` when they were killed."""
    with contextlib.suppress(OSError):
        for part in folder.glob(f"{PART}*.part"):
            with contextlib.suppress(OSError, ValueError):
                if not _is_running(int(part.name.removeprefix(PART).split(".")[0])):
                    part.unlink()


def _is_running(pid: int) -> bool:
    if sys.platform == "win32":
        return pid == os.getpid()  # another one has its file open, and it cannot be removed
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class NotRegular(OSError):
    """A pipe, a device or a socket, which may never answer."""


class RegularFile(io.BufferedReader):
    """A file on a disk. What is asked for beyond its end is not allocated: a damaged length may say 4 GB."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return at most ``size`` bytes."""
        if size is not None and size > LARGE_READ:
            size = min(size, max(0, os.fstat(self.fileno()).st_size - self.tell()))
        return super().read(size)


def open_regular(path: Path) -> RegularFile:
    """Open a file for reading, and nothing else that has a name: opening a pipe would wait for its other end.

    Raises ``NotRegular``, ``IsADirectoryError`` and the other kinds of ``OSError``.
    """
    _refuse_other(path.stat())  # before it is opened: to open a device can do something
    raw = io.FileIO(path, opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0)))
    try:
        _refuse_other(os.fstat(raw.fileno()))  # and again, for what has taken its place
    except OSError:
        raw.close()
        raise
    return RegularFile(raw)


def _refuse_other(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        raise NotRegular


def reason_of_disk(error: OSError) -> Writing:
    """Return why the system refused to write."""
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return Writing.NO_PERMISSION
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return Writing.NO_SUCH_FOLDER
    if isinstance(error, IsADirectoryError):
        return Writing.FOLDER_HAS_THAT_NAME
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return Writing.DISK_FULL
    if error.errno == errno.ENAMETOOLONG:
        return Writing.NAME_TOO_LONG
    return Writing.DISK_REFUSED
