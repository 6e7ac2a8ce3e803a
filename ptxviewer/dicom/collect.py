"""From what was dropped to films: files, folders, DICOMDIRs, ZIP archives to a list, in which nothing is left out."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
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
    for root, folders, names in os.walk(folder, onerror=lambda error: found.append(_refused(error)), followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(root) / name for name in names if _is_looked_at(name)]
        if len(files) > MOST_FILES:
            raise UnreadableFilm(TooManyFilms(MOST_FILMS))
    for path in sorted(files, key=natural_key):
        found += _at(path, unpacked, indexed=indexed)
    return found


def _refused(error: OSError) -> Candidate:
    reason = Reading.FOLDER_FORBIDDEN if isinstance(error, PermissionError) else Reading.FOLDER_UNREADABLE
    return Candidate(Path(error.filename), str(error.filename), reason, is_input=True)


def _is_looked_at(name: str) -> bool:
    return not name.startswith(".") and name.lower() not in SKIPPED_NAMES


def _at(path: Path, unpacked: Path, *, indexed: bool) -> list[Candidate]:
    """The films of one file of a folder."""
    if path.name.upper() == "DICOMDIR":
        return [film for film in (named_by(path) if indexed else ()) if film.reason is not None]
    if path.suffix.lower() == ".zip":  # also one that is none: it may have held films
        return _in_archive(path, unpacked)
    film = candidate(path)
    return [] if film is None else [film]


def each(paths: Iterable[Path], unpacked: Path) -> Iterator[Candidate]:
    """Yield what lies at ``paths`` as ``collect`` lists it, however many there are: one folder's names are in memory.

    Folders come one after the other, the films of a folder in order; a film that is named twice comes twice.
    """
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError):
            is_folder = False
        yield from _each_in_folder(path, unpacked) if is_folder else _below(path, unpacked)


def _each_in_folder(folder: Path, unpacked: Path) -> Iterator[Candidate]:
    refused: list[Candidate] = []
    empty = True
    for root, folders, names in os.walk(folder, onerror=lambda error: refused.append(_refused(error))):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=lambda n: natural_key(Path(n)))
        for path in sorted((Path(root) / name for name in names if _is_looked_at(name)), key=natural_key):
            for film in _at(path, unpacked, indexed=True):
                empty = False
                yield film
        while refused:
            empty = False
            yield refused.pop()
    yield from refused
    if empty and not refused:
        yield _no_films(folder, Reading.FOLDER_WITHOUT_FILMS)


def count_files(paths: Iterable[Path]) -> int:
    """Return how many files ``each`` would look at, an archive as one: for the time that is left."""
    total = 0
    for path in paths:
        if path.is_dir():
            for _root, folders, names in os.walk(path):
                folders[:] = [name for name in folders if not name.startswith(".")]
                total += sum(map(_is_looked_at, names))
        else:
            total += 1
    return total


def candidates_at(path: Path, unpacked: Path, *, peek: bool = False) -> list[Candidate]:
    """Return the films of one file of a folder; with ``peek`` an archive is named and left packed."""
    if peek and path.suffix.lower() == ".zip":
        return [Candidate(path, str(path))]
    return _at(path, unpacked, indexed=False)
