"""Paths of files that are dropped: a file manager says them as addresses, byte by byte as they are on the disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QUrl

NO_LETTER = "\ufffd"  # what Qt makes of bytes that are no UTF-8


def local_paths(urls: Iterable[QUrl]) -> list[Path]:
    """Return the paths of those that are files or folders of this computer."""
    return [Path(_name(url)) for url in urls if url.isLocalFile()]


def _name(url: QUrl) -> str:
    name = url.toLocalFile()
    if NO_LETTER not in name or sys.platform == "win32" or url.host():
        return name
    # A name of before UTF-8: Qt has no letters for it, and would look for another file.
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
    return os.fsdecode(unquote_to_bytes(encoded))
