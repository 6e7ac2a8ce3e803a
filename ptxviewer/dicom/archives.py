"""Films out of ZIP archives: what can be unpacked is, within bounds; each member that cannot is named."""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.files import open_regular
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import FileTooLarge, Reading, TooMuchMemory, ZipTooLarge, ZipTooManyFiles
from ptxviewer.dicom.bounds import LARGEST_FILE, MOST_FILMS
from ptxviewer.dicom.candidates import Candidate, is_named_like_film, looks_like_film
from ptxviewer.dicom.read import why_not_opened

LARGEST_UNPACKED = 4 << 30
LARGEST_DICTIONARY = 64 << 20  # of LZMA, allocated before the first byte is unpacked
ENTRY_BYTES = 1 << 10  # of the central directory, for one file: 46, and its name


def is_archive(path: Path) -> bool:
    """True for a ZIP archive, also for one that breaks off; an archive behind a film is a film."""
    try:
        with open_regular(path) as file:
            start = file.read(4)
            return start == b"PK\3\4" or (zipfile.is_zipfile(file) and not looks_like_film(path))
    except OSError:
        return False


def unpack(archive: Path, unpacked: Path) -> list[Candidate]:
    """Unpack the films of an archive into a new folder below ``unpacked``, under neutral names.

    Raises ``UnreadableFilm`` where nothing of it can be unpacked.
    """
    try:
        file = open_regular(archive)
    except OSError as error:
        raise UnreadableFilm(why_not_opened(error)) from None
    try:
        with file:
            _refuse_long_directory(file)
            with zipfile.ZipFile(file) as zipped:
                members = [member for member in zipped.infolist() if not _is_passed_over(member)]
                if len(members) > MOST_FILMS:
                    raise UnreadableFilm(ZipTooManyFiles(MOST_FILMS))
                if sum(member.file_size for member in members) > LARGEST_UNPACKED:
                    raise UnreadableFilm(ZipTooLarge(LARGEST_UNPACKED))
                folder = Path(tempfile.mkdtemp(dir=unpacked))
                return [
                    film
                    for number, member in enumerate(members)
                    if (film := _member(zipped, member, archive, folder, number)) is not None
                ]
    except UnreadableFilm:
        raise
    except OSError:
        raise UnreadableFilm(Reading.ZIP_NOT_UNPACKED) from None
    except Exception:  # noqa: BLE001 - zipfile trips in many ways over what is no archive any more
        raise UnreadableFilm(Reading.ZIP_DAMAGED) from None


def _is_passed_over(member: zipfile.ZipInfo) -> bool:
    """True for folders, hidden files, and the index of a disc, whose films are members, too."""
    name = PurePosixPath(member.filename).name
    return member.is_dir() or name.startswith(".") or name.upper() == "DICOMDIR"


def _refuse_long_directory(file: BinaryIO) -> None:
    """Refuse a central directory of more entries than are taken: zipfile would make an object of each (APPNOTE 4.3)."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_535 - 22 - 20))
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    if end < 0 or end + 22 > len(tail):
        return
    (length,) = struct.unpack_from("<I", tail, end + 12)
    if end >= 20 and tail[end - 20 : end - 16] == b"PK\6\7":
        file.seek(min(size, struct.unpack_from("<Q", tail, end - 12)[0]))
        record = file.read(56)
        if record.startswith(b"PK\6\6") and len(record) == 56:
            (length,) = struct.unpack_from("<Q", record, 40)
    if length > MOST_FILMS * ENTRY_BYTES:
        raise UnreadableFilm(ZipTooManyFiles(MOST_FILMS))


def _member(
    zipped: zipfile.ZipFile, member: zipfile.ZipInfo, archive: Path, folder: Path, number: int
) -> Candidate | None:
    """Unpack one member into ``folder``; None where it is no film.

    The name inside an archive can point anywhere: the file gets a neutral one, and only results are called after it.
    """
    inside = PurePosixPath("".join(letter if letter.isprintable() else "?" for letter in member.filename))
    target = folder / f"{number:05d}{inside.suffix[:8] if inside.suffix[1:].isalnum() else ''}"
    name = f"{archive}/{'/'.join(part for part in inside.parts if part not in ('/', '..'))}"
    reason = _why_not_unpacked(zipped, member, target)
    if reason is None and looks_like_film(target):
        return Candidate(target, name, member=number)
    empty = reason is None and not member.file_size
    if reason is None and not empty and inside.suffix.lower() not in (".dcm", ".dicom", ".dic", ".ima"):
        target.unlink()
        return None
    return Candidate(target, name, reason, member=number) if is_named_like_film(inside) else None


def _why_not_unpacked(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Reason | None:
    if member.flag_bits & 1:
        return Reading.ZIP_ENCRYPTED
    if member.file_size > LARGEST_FILE:
        return FileTooLarge(LARGEST_FILE)
    reason: Reason | None = None
    try:
        if member.compress_type == zipfile.ZIP_LZMA and _dictionary(zipped, member) > LARGEST_DICTIONARY:
            return TooMuchMemory(LARGEST_DICTIONARY)
        with zipped.open(member) as source, target.open("xb") as copy:
            left = member.file_size
            while left > 0 and (block := source.read(min(left, 1 << 20))):
                copy.write(block)
                left -= len(block)
            source.read(1)  # the checksum is compared at the end
        if not left:
            return None
        reason = Reading.ZIP_MEMBER_DAMAGED
    except NotImplementedError:
        reason = Reading.ZIP_METHOD_UNKNOWN
    except OSError as error:
        reason = Reading.ZIP_MEMBER_DAMAGED if error.errno is None else Reading.ZIP_NOT_UNPACKED
    except Exception:  # noqa: BLE001 - each method of compression has errors of its own
        reason = Reading.ZIP_MEMBER_DAMAGED
    target.unlink(missing_ok=True)
    return reason


def _dictionary(zipped: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """The bytes of the dictionary that an LZMA member asks for (APPNOTE 5.8.8)."""
    file = zipped.fp
    assert file is not None
    file.seek(member.header_offset)
    header = file.read(30)
    name, extra = struct.unpack_from("<HH", header, 26)
    file.seek(member.header_offset + 30 + name + extra)
    return int.from_bytes(file.read(9)[5:9], "little")
