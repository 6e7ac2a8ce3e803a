"""The PACS nodes on disk: one JSON file beside the settings; it may hold passwords; only this user can read it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.pacs import NO_PACS, Node, PacsSettings, problem_of, problem_of_station
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.stored import Stored
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing

NAME = "pacs.json"


def load(
    path: Path, say: Callable[[Reason], None] = lambda _reason: None, default: PacsSettings = NO_PACS
) -> PacsSettings:
    """Return what is kept at ``path``, ``default`` where there is no file.

    A file that is damaged, or was written by hand with what cannot be, is put aside as ``pacs.damaged`` and told; one
    that cannot be read is told, and stays.
    """
    try:
        stored = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return default
    except OSError:
        say(Stored.PACS_UNREADABLE)
        return default
    found = _understood(stored)
    if found is None:
        with contextlib.suppress(OSError):
            os.replace(path, path.with_suffix(".damaged"))
        say(Stored.PACS_DAMAGED)
        return default
    return found


def _understood(stored: bytes) -> PacsSettings | None:
    import msgspec

    try:
        found = msgspec.json.decode(stored, type=PacsSettings)
    except (ValueError, RecursionError):  # msgspec's errors are ``ValueError``s
        return None
    unique: list[Node] = []
    for node in found.nodes:
        if problem_of(node, unique) is not None:
            return None
        unique.append(node)
    return found if problem_of_station(found.station) is None and 0 < found.years < 200 else None


def save(path: Path, settings: PacsSettings) -> None:
    """Keep ``settings``, readable by this user alone. Raises ``ExportFailed``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise ExportFailed(NotWritten(Unwritten.SETTINGS, Writing.FOLDER_NOT_MADE)) from None
    write_atomic(path, json.dumps(asdict(settings), indent=1).encode(), Unwritten.SETTINGS, private=True)
