"""From what was dropped to films: files, folders, DICOMDIRs, ZIP archives to a list, in which nothing is left out."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons.reading import Reading, TooManyFilms
from ptxviewer.dicom.archives import is_archive, unpack
from ptxviewer.dicom.bounds import MOST_FILMS
from ptxviewer.dicom.candidates import Candidate, candidate
from ptxviewer.dicom.dicomdir import is_dicomdir, named_by
from ptxviewer.dicom.read import why_not_opened

SKIPPED_NAMES = {"thumbs.db", "desktop.ini", "autorun.inf"}
MOST_FILES = 20 * MOST_FILMS  # that are looked at in a folder


def natural_key(path: Path) -> list[tuple[int, int | str]]:
    """Sort key in which film 2 comes before film 10."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts if part]


def collect(paths: Iterable[Path], unpacked: Path) -> list[Candidate]:
    """Return what lies at ``paths``, in order and without doubles; a path that gives no film gives its reason.

    Archives are unpacked below the folder ``unpacked``, which the caller removes. Raises ``UnreadableFilm`` for more
    films than a list holds.
    """
    found: dict[object, Candidate] = {}
    for path in paths:
        for film in _below(path, unpacked):
            found.setdefault(film.identity, film)
        if len(found) > MOST_FILMS:
            raise UnreadableFilm(TooManyFilms(MOST_FILMS))
    return list(found.values())


def _below(path: Path, unpacked: Path) -> list[Candidate]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = why_not_opened(error) if isinstance(error, OSError) else Reading.FILE_GONE
        return [Candidate(path, str(path), reason, is_input=True)]
    if stat.S_ISDIR(mode):
        return _in_folder(path, unpacked) or [_no_films(path, Reading.FOLDER_WITHOUT_FILMS)]
    if not stat.S_ISREG(mode):
        return [Candidate(path, str(path), Reading.NOT_A_FILE, is_input=True)]
    if is_dicomdir(path):
        return _in_dicomdir(path, unpacked) or [_no_films(path, Reading.DICOMDIR_WITHOUT_FILMS)]
    return _in_archive(path, unpacked) if is_archive(path) else [Candidate(path, str(path))]


def _no_films(path: Path, reason: Reading) -> Candidate:
    return Candidate(path, str(path), reason, is_input=True)


def _in_archive(path: Path, unpacked: Path) -> list[Candidate]:
    try:
        return unpack(path, unpacked) or [_no_films(path, Reading.ZIP_WITHOUT_FILMS)]
    except UnreadableFilm as error:
        return [Candidate(path, str(path), error.reason, is_input=True)]


def _in_dicomdir(index: Path, unpacked: Path) -> list[Candidate]:
    """The films that an index names; where none of them is there, those of its folder, too."""
    named = named_by(index)
    if any(film.reason is None for film in named):
        return named
    return [*named, *_in_folder(index.parent, unpacked, indexed=False)]


def _in_folder(folder: Path, unpacked: Path, *, indexed: bool = True) -> list[Candidate]:
    """Films below a folder, hidden ones left out; links to folders are not followed, so a loop cannot trap it.

    ``indexed``: what a DICOMDIR names and is not there has its line, too.
    """
    found: list[Candidate] = []
    files: list[Path] = []

    def refused(error: OSError) -> None:
        reason = Reading.FOLDER_FORBIDDEN if isinstance(error, PermissionError) else Reading.FOLDER_UNREADABLE
        found.append(Candidate(Path(error.filename), str(error.filename), reason, is_input=True))

    for root, folders, names in os.walk(folder, onerror=refused, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(root) / name for name in names if not name.startswith(".") and name.lower() not in SKIPPED_NAMES]
        if len(files) > MOST_FILES:
            raise UnreadableFilm(TooManyFilms(MOST_FILMS))
    for path in sorted(files, key=natural_key):
        if path.name.upper() == "DICOMDIR":
            found += [film for film in (named_by(path) if indexed else ()) if film.reason is not None]
        elif path.suffix.lower() == ".zip":  # also one that is none: it may have held films
            found += _in_archive(path, unpacked)
        elif (film := candidate(path)) is not None:
            found.append(film)
    return found
