"""The films that a DICOMDIR names (PS3.3 F, PS3.10 8.6), and where they lie on the disc."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pydicom

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.files import open_regular
from ptxviewer.core.reasons.reading import Reading, TooManyFilms
from ptxviewer.dicom.bounds import MOST_FILMS
from ptxviewer.dicom.candidates import Candidate
from ptxviewer.dicom.dataset import parsed
from ptxviewer.dicom.harmless import content_of
from ptxviewer.dicom.isolated.pool import CallFailed, shared_pool

DIRECTORY_CLASS = b"1.2.840.10008.1.3.10"


def is_dicomdir(path: Path) -> bool:
    """True for DICOMDIR, and for a name that begins so where the file says that it is one."""
    if not path.name.upper().startswith("DICOMDIR"):
        return False
    try:
        with open_regular(path) as file:
            return path.name.upper() == "DICOMDIR" or DIRECTORY_CLASS in file.read(1024)
    except OSError:
        return False


def named_by(index: Path) -> list[Candidate]:
    """Return the films that an index names; those that are not there with the reason. None of a broken index."""
    root = index.parent
    films = []
    for parts in _read(index):
        path = _on_disc(root, parts)
        if path is None:
            # Below the index, which is no folder: nothing lies there.
            films.append(Candidate(index.joinpath(*parts), str(root.joinpath(*parts)), Reading.NOT_ON_DISC))
        else:
            films.append(Candidate(path, str(path)))
    return films


def _read(index: Path) -> list[list[str]]:
    try:
        if multiprocessing.current_process().daemon:
            return references(index)
        return shared_pool().call(references, index)
    except CallFailed:
        return []
    except UnreadableFilm as error:
        if isinstance(error.reason, TooManyFilms):
            raise
        return []
    except Exception:  # noqa: BLE001 - a broken index must not hide the films beside it
        return []


def references(index: Path) -> list[list[str]]:
    """Return the file names of an index, each by its parts. In a child process: raises whatever pydicom does."""
    with content_of(index) as content:
        records = parsed(content).DirectoryRecordSequence
    found = list(_references(records))
    if len(found) > MOST_FILMS:
        raise UnreadableFilm(TooManyFilms(MOST_FILMS))
    return found


def _references(records: pydicom.Sequence) -> Iterator[list[str]]:
    for record in records:
        parts = record.get("ReferencedFileID")
        if parts:
            # A name is made of names, whatever it says: "..", a drive and a root are none. A zero byte ends it.
            names = [parts] if isinstance(parts, str) else parts
            yield [str(name).partition("\0")[0].replace("\\", "/").strip("/") for name in names]


def _on_disc(root: Path, parts: list[str]) -> Path | None:
    """Find a file by its parts, in whatever case the disc was mounted; None where it is not there, or outside."""
    path = root
    for part in parts:
        path = _entry(path, part)
    try:
        inside = path.is_file() and path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError):
        return None
    return path if inside else None


def _entry(folder: Path, name: str) -> Path:
    path = folder / name
    try:
        if path.exists():
            return path
        for entry in folder.iterdir():
            if entry.name.casefold().split(";")[0].rstrip(".") == name.casefold():
                return entry
    except (OSError, ValueError):
        pass
    return path
