"""Writing files so that a reader never sees half of one: beside the target, then moved over it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing


def write_atomic(path: Path, content: bytes, what: Unwritten = Unwritten.FILE) -> None:
    """Write ``content`` to ``path``; an older file there stays whole until the new one is.

    Raises ``ExportFailed`` with ``NotWritten`` of ``what`` for a missing folder, no permission, a full disk.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ExportFailed(NotWritten(what, _reason(error))) from None


def _reason(error: OSError) -> Writing:
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
