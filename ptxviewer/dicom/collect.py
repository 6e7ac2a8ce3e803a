"""From what was dropped to films: files, folders, DICOMDIRs, ZIP archives to a list of paths."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pydicom

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.reading import Reading, TooManyFilms, ZipTooLarge, ZipTooManyFiles
from ptxviewer.dicom.harmless import PICTURE_STARTS

MOST_FILMS = 10_000
LARGEST_UNPACKED = 4 << 30
SKIPPED_NAMES = {"thumbs.db", "desktop.ini", "autorun.inf"}


def natural_key(path: Path) -> list[tuple[int, int | str]]:
    """Sort key in which film 2 comes before film 10."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts if part]


def looks_like_film(path: Path) -> bool:
    """True when the first bytes may be those of a film; no more than 132 bytes are read."""
    try:
        with path.open("rb") as file:
            start = file.read(132)
    except OSError:
        return False
    if start[128:132] == b"DICM" or start.startswith(PICTURE_STARTS):
        return True
    # Without a preamble a DICOM file starts with a low group, little or big endian: 0002, 0008 and a small element.
    groups = (b"\x08\x00", b"\x02\x00")
    return len(start) > 8 and start[:2] in groups and start[2:4] in (b"\x00\x00", b"\x01\x00", b"\x05\x00", b"\x08\x00")


def _in_folder(folder: Path) -> Iterator[Path]:
    """Films below a folder, hidden ones left out; links to folders are not followed, so a loop cannot trap it."""
    found: list[Path] = []
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if not name.startswith(".") and name.lower() not in SKIPPED_NAMES and name.upper() != "DICOMDIR":
                found.append(Path(root) / name)
                if len(found) > 20 * MOST_FILMS:
                    break
    for path in sorted(found, key=natural_key):
        if looks_like_film(path):
            yield path


def _in_dicomdir(index: Path) -> list[Path]:
    """Films that a DICOMDIR names and that are there (PS3.10 8.6); a broken index falls back to its folder."""
    try:
        records = pydicom.dcmread(index, force=True).DirectoryRecordSequence
        found = []
        for record in records:
            parts = record.get("ReferencedFileID")
            if parts:
                names = [parts] if isinstance(parts, str) else list(parts)
                path = index.parent.joinpath(*names)
                if path.is_file() and path.resolve().is_relative_to(index.parent.resolve()):
                    found.append(path)
    except Exception:  # noqa: BLE001 - a broken index must not hide the films beside it
        found = []
    return found or list(_in_folder(index.parent))


def _in_zip(archive: Path, unpacked: Path) -> list[Path]:
    """Unpack an archive below ``unpacked``, film by film, within bounds."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = [m for m in zipped.infolist() if not m.is_dir() and not Path(m.filename).name.startswith(".")]
            if any(member.flag_bits & 1 for member in members):
                raise UnreadableFilm(Reading.ZIP_ENCRYPTED)
            if len(members) > MOST_FILMS:
                raise UnreadableFilm(ZipTooManyFiles(MOST_FILMS))
            if sum(member.file_size for member in members) > LARGEST_UNPACKED:
                raise UnreadableFilm(ZipTooLarge(LARGEST_UNPACKED))
            folder = Path(tempfile.mkdtemp(dir=unpacked))
            found = []
            for number, member in enumerate(members):
                # Our own neutral names: a path inside an archive can point anywhere.
                target = folder / f"{number:05d}{Path(member.filename).suffix[:8]}"
                with zipped.open(member) as source, target.open("wb") as copy:
                    left = member.file_size
                    while left > 0 and (block := source.read(min(left, 1 << 20))):
                        copy.write(block)
                        left -= len(block)
                if looks_like_film(target):
                    found.append(target)
                else:
                    target.unlink()
            return found
    except (zipfile.BadZipFile, EOFError, zlib.error):
        raise UnreadableFilm(Reading.ZIP_DAMAGED) from None
    except NotImplementedError:
        raise UnreadableFilm(Reading.ZIP_METHOD_UNKNOWN) from None
    except OSError:
        raise UnreadableFilm(Reading.ZIP_NOT_UNPACKED) from None


def collect(paths: Iterable[Path], unpacked: Path) -> list[Path]:
    """Return the films among ``paths``, in order and without doubles; a file named by hand is always kept.

    Archives are unpacked below the folder ``unpacked``, which the caller removes. Raises ``UnreadableFilm`` when
    nothing can be opened, with the reason.
    """
    found: dict[Path, None] = {}
    reasons: list[Reason] = []
    for path in paths:
        try:
            if path.is_dir():
                films = list(_in_folder(path))
                if not films:
                    reasons.append(Reading.FOLDER_WITHOUT_FILMS)
            elif path.name.upper().startswith("DICOMDIR") and path.is_file():
                films = _in_dicomdir(path)
                if not films:
                    reasons.append(Reading.DICOMDIR_WITHOUT_FILMS)
            elif path.is_file() and zipfile.is_zipfile(path) and not looks_like_film(path):
                films = _in_zip(path, unpacked)
                if not films:
                    reasons.append(Reading.ZIP_WITHOUT_FILMS)
            else:
                films = [path]
        except UnreadableFilm as error:
            reasons.append(error.reason)
            continue
        for film in films:
            found.setdefault(film)
        if len(found) > MOST_FILMS:
            raise UnreadableFilm(TooManyFilms(MOST_FILMS))
    if not found and reasons:
        raise UnreadableFilm(reasons[0])
    return list(found)
