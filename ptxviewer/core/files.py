"""Writing files so that a reader never sees half of one: beside the target, then moved over it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from ptxviewer.core.errors import ExportFailed


def write_atomic(path: Path, content: bytes, what: str = "The file") -> None:
    """Write ``content`` to ``path``; an older file there stays whole until the new one is.

    Raises ``ExportFailed`` with one sentence that begins with ``what`` for a missing folder, no permission, a full
    disk.
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
        raise ExportFailed(f"{what} could not be written: {_reason(error)}.") from None


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return "there is no permission to write in that folder"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "that folder does not exist"
    if isinstance(error, IsADirectoryError):
        return "a folder has that name"
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "the disk is full"
    if error.errno == errno.ENAMETOOLONG:
        return "its name is too long"
    return "the disk refused it"
