"""Reads back what belongs to films and is none: segmentations, presentation states, structured reports, documents.

These files are as untrusted as films: which they are is seen from their first bytes, and they are parsed in a child
process, within its bounds of time and memory.
"""

from __future__ import annotations

import multiprocessing
import struct
from collections.abc import Iterable
from pathlib import Path

from ptxviewer.core.files import open_regular
from ptxviewer.core.objects import Brought
from ptxviewer.dicom.isolated.pool import CallFailed, shared_pool
from ptxviewer.dicom.objects.kinds import KINDS
from ptxviewer.dicom.objects.read import read_object

MOST_OBJECTS = 500  # of one drop; what is more is left out
SOP_CLASS = b"\x02\x00\x02\x00UI"
"""Media Storage SOP Class UID in a file's meta information, which is always explicit little endian (PS3.10 7.1)."""


def class_of(path: Path) -> str:
    """Return the SOP class that a file's meta information names, "" where it has none; 1 KB is read."""
    try:
        with open_regular(path) as file:
            start = file.read(1024)
    except OSError:
        return ""
    at = start.find(SOP_CLASS, 132) if start[128:132] == b"DICM" else -1
    if at < 0 or at + 8 > len(start):
        return ""
    (length,) = struct.unpack_from("<H", start, at + 6)
    return start[at + 8 : at + 8 + min(length, 64)].decode("ascii", "replace").strip("\0 ")


def apart(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Return the films among ``paths``, and the objects that belong to films, both in their order."""
    films: list[Path] = []
    objects: list[Path] = []
    for path in paths:
        (objects if class_of(path) in KINDS else films).append(path)
    return films, objects


def read_objects(paths: Iterable[Path]) -> list[Brought]:
    """Return what came of each object; one that cannot be read gives nothing, and costs no other."""
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
