"""Archives of films: unpacked under neutral names, bad members named, bombs refused."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from ptxviewer.core.reasons.reading import (
    FileTooLarge,
    Reading,
    TooMuchMemory,
    ZipTooLarge,
    ZipTooManyFiles,
)
from ptxviewer.dicom import archives
from ptxviewer.dicom.bounds import MOST_FILMS
from ptxviewer.dicom.collect import candidates_at, collect
from tests.dicom.folders import FILM, archive, dicomdir, films, refused, why
from tests.refusals import reason_of


def test_an_archive_is_unpacked_under_neutral_names_and_called_by_its_own(tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    zipped = archive(
        tmp_path / "study.zip", {"Doe^Jane/a.dcm": FILM, "../../b.dcm": FILM, "c.txt": b"text", "d/.hidden": FILM}
    )
    found = collect([zipped], unpacked)
    assert [one.path.name for one in found] == ["00000.dcm", "00001.dcm"]
    assert [one.name for one in found] == [f"{zipped}/Doe^Jane/a.dcm", f"{zipped}/b.dcm"]
    assert all(one.path.is_relative_to(unpacked) and one.path.read_bytes() == FILM for one in found)
    assert not any("Doe" in str(path) for path in unpacked.rglob("*"))


def damaged_archive(path: Path, method: int) -> Path:
    """An archive of two films, of which the second is damaged, and a text."""
    content = bytes(range(256)) * 8
    with zipfile.ZipFile(path, "w", method) as zipped:
        zipped.writestr("good.dcm", FILM)
        zipped.writestr("bad.dcm", FILM + content)
        zipped.writestr("notes.txt", b"text")
    whole = bytearray(path.read_bytes())
    start = whole.index(b"bad.dcm") + 60
    whole[start : start + 40] = bytes(value ^ 0xFF for value in whole[start : start + 40])
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_good_members_of_a_damaged_archive_open_and_the_bad_ones_are_named(tmp_path: Path, method: int) -> None:
    found = collect([damaged_archive(tmp_path / "a.zip", method)], tmp_path)
    assert [Path(one.name).name for one in found] == ["good.dcm", "bad.dcm"]
    assert films(found)[0].read_bytes() == FILM
    assert refused(found) == {"bad.dcm": Reading.ZIP_MEMBER_DAMAGED}


def test_a_member_that_asks_for_a_huge_dictionary_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as zipped:
        zipped.writestr("a.dcm", FILM)
    whole = bytearray(path.read_bytes())
    whole[30 + len("a.dcm") + 5 : 30 + len("a.dcm") + 9] = b"\xff\xff\xff\x7f"
    path.write_bytes(whole)
    assert refused(collect([path], tmp_path)) == {"a.dcm": TooMuchMemory(archives.LARGEST_DICTIONARY)}


def test_an_archive_is_refused_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    assert why(archive(path, {"c.txt": b"text"}), tmp_path) is Reading.ZIP_WITHOUT_FILMS

    whole = archive(path, {"a.dcm": FILM * 50}).read_bytes()
    path.write_bytes(whole[:100])
    assert why(path, tmp_path) is Reading.ZIP_DAMAGED

    encrypted = bytearray(whole)
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1  # flag of the entry in the central directory
    path.write_bytes(encrypted)
    assert why(path, tmp_path) is Reading.ZIP_ENCRYPTED

    other = bytearray(whole)
    other[8], other[whole.index(b"PK\x01\x02") + 10] = 97, 97  # a method that Python does not have
    path.write_bytes(other)
    assert why(path, tmp_path) is Reading.ZIP_METHOD_UNKNOWN

    path.write_bytes(whole)
    assert why(path, tmp_path / "no such folder") is Reading.ZIP_NOT_UNPACKED
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 10)
    assert why(path, tmp_path) == ZipTooLarge(10)
    monkeypatch.setattr(archives, "MOST_FILMS", 0)
    assert why(path, tmp_path) == ZipTooManyFiles(0)


def test_a_disc_in_an_archive_is_its_films(tmp_path: Path) -> None:
    index = dicomdir(tmp_path, ["PAT", "IM1"]).read_bytes()
    zipped = archive(tmp_path / "disc.zip", {"DICOMDIR": index, "PAT/IM1": FILM, "old/dicomdir": index})
    assert [one.name for one in collect([zipped], tmp_path)] == [f"{zipped}/PAT/IM1"]


def test_the_list_of_a_large_archive_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "a.zip", {f"{number}.dcm": FILM for number in range(20)})
    monkeypatch.setattr(archives, "MOST_FILMS", 20)
    monkeypatch.setattr(archives, "ENTRY_BYTES", 20)
    assert why(path, tmp_path) == ZipTooManyFiles(20)


def test_an_archive_of_a_folder_that_only_fills_is_named_and_left_packed(tmp_path: Path) -> None:
    packed = archive(tmp_path / "films.zip", {"a.dcm": FILM})
    [only] = candidates_at(packed, tmp_path, peek=True)
    assert (only.path, only.reason) == (packed, None)
    [unpacked] = candidates_at(packed, tmp_path)
    assert unpacked.path != packed


def long_directory(zip64: bool) -> bytes:
    """The end of an archive whose directory is said to be 1 TB or 4 GB long."""
    if not zip64:
        return b"PK\3\4" + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 9, 9, 0xFFFFFFF0, 4, 0)
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 9, 9, 1 << 40, 4)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, 4, 1)
    return b"PK\3\4" + record + locator + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 4, 0)


@pytest.mark.parametrize("zip64", [False, True])
def test_a_directory_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path: Path, zip64: bool) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(long_directory(zip64))
    assert why(path, tmp_path) == ZipTooManyFiles(MOST_FILMS)


def test_an_archive_that_cannot_be_opened_or_unpacked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason_of(archives.unpack, tmp_path / "gone.zip", tmp_path) is Reading.FILE_GONE
    assert not archives.is_archive(tmp_path / "gone.zip")
    packed = archive(tmp_path / "films.zip", {"a.dcm": FILM})
    assert reason_of(archives.unpack, packed, tmp_path / "no such folder") is Reading.ZIP_NOT_UNPACKED
    monkeypatch.setattr(archives, "LARGEST_FILE", 10)
    [only] = archives.unpack(packed, tmp_path)
    assert only.reason == FileTooLarge(10)
