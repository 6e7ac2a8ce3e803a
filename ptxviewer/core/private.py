"""Folders and files that only this user may read, secrets among them, and damaged files that are put aside."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from pathlib import Path

SECRET_BYTES = 32


def private_folder(path: Path) -> Path:
    """Make a folder of the program's own that only this user may enter; one that was open to others is closed.

    Raises ``OSError`` where it cannot be made.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    tighten(path, 0o700)
    return path


def tighten(path: Path, mode: int) -> None:
    """Take from others what they may do with a file or folder of this user; Windows has other means."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        status = path.lstat()
        ours = status.st_uid == os.getuid() and not stat.S_ISLNK(status.st_mode)
        if ours and stat.S_IMODE(status.st_mode) & ~mode:
            path.chmod(stat.S_IMODE(status.st_mode) & mode)


def private_opener(name: str, flags: int) -> int:
    """Open a file for ``open`` so that only this user may read it."""
    return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def secret(path: Path) -> bytes:
    """Return the secret that is kept at ``path``, in a private folder; made at the first call, once for all programs.

    Raises ``OSError`` where it can neither be read nor made, and where others could have read or written it.
    """
    private_folder(path.parent)
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # Whole when it appears, and never in the place of another one: two programs may start at once.
        with contextlib.suppress(FileExistsError):
            if sys.platform == "win32":
                part.rename(path)
            else:
                os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    return _read(path)


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if sys.platform != "win32" and (status.st_uid != os.getuid() or status.st_mode & 0o077):
            raise PermissionError("open to others")
        content = file.read(SECRET_BYTES + 1)
    if len(content) != SECRET_BYTES:
        raise OSError("damaged")
    return content


def put_aside(path: Path) -> None:
    """Rename a damaged file, so that it is neither read again nor overwritten; none put aside before is touched.

    Raises ``OSError``.
    """
    number = 1
    while True:
        aside = path.with_suffix(".damaged" if number == 1 else f".damaged-{number}")
        if not os.path.lexists(aside):
            break
        number += 1
    path.rename(aside)
