"""Films that come in through the network: bytes to a file that only this user can read, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path

from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.files import remove_parts, write_atomic
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing

LARGEST_OBJECT = 512 << 20  # bytes: what a reader of films refuses, too
MB = 1 << 20


class Incoming:
    """A folder with a limit. Files are called by their content: what comes twice is there once, and no name tells."""

    def __init__(self, folder: Path, quota_mb: int) -> None:
        self.folder = folder
        self._quota = quota_mb * MB
        self._guard = threading.Lock()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise ExportFailed(NotWritten(Unwritten.FILE, Writing.FOLDER_NOT_MADE)) from None
        remove_parts(folder)

    def write(self, content: bytes) -> Path:
        """Write one object. Raises ``PtxError``: too large, no room left in the quota, what the disk refuses."""
        if len(content) > LARGEST_OBJECT:
            raise PtxError(Pacs.ANSWER_TOO_LARGE)
        path = self.folder / f"{hashlib.sha256(content).hexdigest()[:32]}.dcm"
        with self._guard:
            if path.exists():
                return path
            if used(self.folder) + len(content) > self._quota:
                raise PtxError(Pacs.QUOTA_REACHED)
            write_atomic(path, content, private=True)
        return path


def used(folder: Path) -> int:
    """Return how many bytes the files in ``folder`` have."""
    total = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                total += entry.stat(follow_symlinks=False).st_size
    return total
