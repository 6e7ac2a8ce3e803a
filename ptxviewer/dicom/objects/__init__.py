"""Reads DICOM objects that belong to films: segmentations, presentation states, structured reports, documents.

These files are as untrusted as films: which they are is seen from their first bytes, and they are parsed in a child
process, within its bounds of time and memory.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from pathlib import Path

from ptxviewer.core.files import open_regular
from ptxviewer.core.objects import Brought
from ptxviewer.dicom.isolated.pool import CallFailed, shared_pool
from ptxviewer.dicom.objects.kinds import KINDS, START, class_in
from ptxviewer.dicom.objects.read import read_object

MOST_OBJECTS = 500  # of one drop; what is more is left out


def class_of(path: Path) -> str:
    """Return the SOP class that a file's meta information names, "" where it has none; 1 KB is read."""
    try:
        with open_regular(path) as file:
            return class_in(file.read(START))
    except OSError:
        return ""


def is_object(path: Path) -> bool:
    """True for what belongs to films and is none."""
    return class_of(path) in KINDS


def read_objects(paths: Iterable[Path]) -> list[Brought]:
    """Return the outcome of each object; one that cannot be read gives nothing and does not affect the others."""
    found = []
    for number, path in enumerate(paths):
        if number >= MOST_OBJECTS:
            break
        found.append(_read(path))
    return found


def _read(path: Path) -> Brought:
    try:
        if multiprocessing.current_process().daemon:
            return read_object(path)
        return shared_pool().call(read_object, path)
    except CallFailed:
        return Brought()
    except Exception:  # noqa: BLE001 - a parser trips in its own ways, and a film is not lost by it
        return Brought()
