"""What is dropped on the window becomes a list of films: folders, DICOMDIRs and archives, each film once, in order."""

from __future__ import annotations

import os
import socket
import struct
import sys
import zipfile
from pathlib import Path

import pytest
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.reading import (
    FileTooLarge,
    Reading,
    TooManyFilms,
    TooMuchMemory,
    ZipTooLarge,
    ZipTooManyFiles,
)
from ptxviewer.dicom import archives
from ptxviewer.dicom import collect as collecting
from ptxviewer.dicom import dicomdir as indexes
from ptxviewer.dicom.bounds import MOST_FILMS
from ptxviewer.dicom.candidates import Candidate, looks_like_film
from ptxviewer.dicom.collect import candidates_at, collect, count_files, each
from ptxviewer.dicom.isolated.pool import CallFailed, Cause
from tests.refusals import reason_of

FILM = b"\0" * 128 + b"DICM" + b"\0" * 40


def film(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FILM)
    return path


def films(found: list[Candidate]) -> list[Path]:
    """What can be read."""
    return [one.path for one in found if one.reason is None]


def refused(found: list[Candidate]) -> dict[str, Reason]:
    """What cannot, by the last part of its name."""
    return {Path(one.name).name: one.reason for one in found if one.reason is not None}


def why(path: Path, unpacked: Path) -> Reason | None:
    """Why nothing comes of ``path``."""
    [only] = collect([path], unpacked)
    return only.reason


def dicomdir(folder: Path, *names: list[str]) -> Path:
    """Write an index that names files by their parts."""
    records = []
    for parts in names:
        record = Dataset()
        record.ReferencedFileID = parts
        records.append(record)
    index = FileDataset(str(folder / "DICOMDIR"), {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    index.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    index.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    index.DirectoryRecordSequence = records
    index.save_as(folder / "DICOMDIR")
    return folder / "DICOMDIR"


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return path


def test_a_folder_gives_its_films_in_the_order_that_people_count(tmp_path: Path) -> None:
    study = tmp_path / "study"
    wanted = [film(study / name) for name in ("film1.dcm", "film2.dcm", "film10.dcm", "series2/a")]
    film(study / ".hidden" / "x.dcm")
    film(study / ".x.dcm")
    film(study / "Thumbs.db")
    (study / "notes.txt").write_text("not a film")
    (study / "loop").symlink_to(study, target_is_directory=True)
    assert films(collect([study], tmp_path)) == wanted


def test_a_film_that_is_named_twice_is_opened_once_and_a_named_file_is_always_kept(tmp_path: Path) -> None:
    first = film(tmp_path / "study" / "a.dcm")
    odd = tmp_path / "odd.txt"
    odd.write_text("whoever names it is told what is wrong with it")
    assert films(collect([first, tmp_path / "study", odd], tmp_path)) == [first, odd]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (FILM, True),
        (b"\x89PNG\r\n\x1a\n", True),
        (b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", True),  # without a preamble
        (b"\x02\x00\x00\x00UL\x04\x00\x00", True),
        (b"\x08\x00\x77\x00CS\x0a\x00", False),
        (b"plain text", False),
        (b"", False),
    ],
)
def test_a_film_is_known_by_its_first_bytes(tmp_path: Path, start: bytes, expected: bool) -> None:
    path = tmp_path / "x"
    path.write_bytes(start)
    assert looks_like_film(path) is expected
    assert not looks_like_film(tmp_path / "gone")


def test_a_dicomdir_gives_the_films_that_it_names_and_names_those_that_are_not_there(tmp_path: Path) -> None:
    study = tmp_path / "disc"
    wanted = [film(study / "IMAGES" / "IM2"), film(study / "im1.;1")]  # as some systems mount discs
    film(study / "IMAGES" / "not-named")
    film(tmp_path / "outside")
    index = dicomdir(study, ["IMAGES", "IM2"], ["IM1"], ["GONE"], ["..", "outside"])
    found = collect([index], tmp_path)
    assert films(found) == wanted
    assert refused(found) == {"GONE": Reading.NOT_ON_DISC, "outside": Reading.NOT_ON_DISC}
    assert refused(collect([study], tmp_path)) == refused(found)  # and where its folder is opened


def test_a_broken_dicomdir_does_not_hide_the_films_beside_it(tmp_path: Path) -> None:
    wanted = film(tmp_path / "disc" / "IM1")
    index = tmp_path / "disc" / "DICOMDIR"
    index.write_bytes(b"\0" * 500)
    assert films(collect([index], tmp_path)) == [wanted]


def test_a_film_whose_name_begins_as_that_of_an_index_is_a_film(tmp_path: Path) -> None:
    film(tmp_path / "other.dcm")
    named = film(tmp_path / "DICOMDIR-export-001.dcm")
    assert films(collect([named], tmp_path)) == [named]


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


FIRSTS = {"SpecificCharacterSet": "ISO_IR 100", "ImageType": "DERIVED", "SOPClassUID": "1.2", "StudyDate": "20260102",
          "Modality": "DX"}  # fmt: skip


@pytest.mark.parametrize(
    ("syntax", "first"),
    [
        *((ImplicitVRLittleEndian, first) for first in list(FIRSTS)[:3]),  # else nothing but a low number tells it
        *((ExplicitVRLittleEndian, first) for first in FIRSTS),
        *((ExplicitVRBigEndian, first) for first in FIRSTS),
    ],
)
def test_a_dataset_alone_is_found_in_folders_and_archives(tmp_path: Path, syntax: UID, first: str) -> None:
    ds = Dataset()
    setattr(ds, first, FIRSTS[first])
    ds.PatientName = "Doe^Jane"
    study = tmp_path / "study"
    study.mkdir()
    order = syntax != ExplicitVRBigEndian
    ds.save_as(study / "film", implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=order)
    zipped = archive(tmp_path / "study.zip", {"film": (study / "film").read_bytes()})
    assert films(collect([study], tmp_path)) == [study / "film"]
    assert [one.name for one in collect([zipped], tmp_path)] == [f"{zipped}/film"]


def test_the_list_of_a_large_archive_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "a.zip", {f"{number}.dcm": FILM for number in range(20)})
    monkeypatch.setattr(archives, "MOST_FILMS", 20)
    monkeypatch.setattr(archives, "ENTRY_BYTES", 20)
    assert why(path, tmp_path) == ZipTooManyFiles(20)


def test_every_path_that_gives_no_film_has_its_reason(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    there = film(tmp_path / "film.dcm")
    long = tmp_path / ("x" * 300)
    zero = Path("a\0b")
    found = collect([empty, there, tmp_path / "gone", long, zero, there / "below"], tmp_path)
    assert films(found) == [there]
    assert [one.reason for one in found] == [
        Reading.FOLDER_WITHOUT_FILMS,
        None,
        Reading.FILE_GONE,
        Reading.PATH_TOO_LONG,
        Reading.FILE_GONE,
        Reading.FILE_GONE,
    ]
    assert why(dicomdir(empty, ["GO\0NE"]), tmp_path) is Reading.NOT_ON_DISC
    index = dicomdir(empty, ["GONE"])
    assert why(index, tmp_path) is Reading.NOT_ON_DISC
    assert why(dicomdir(empty), tmp_path) is Reading.DICOMDIR_WITHOUT_FILMS


def test_a_folder_lists_every_file_that_could_be_a_film(tmp_path: Path) -> None:
    study = tmp_path / "study"
    wanted = [film(study / "a.dcm")]
    for name, content in {
        "b.dcm": b"",
        "c": b"",
        "d.1.2.840": bytes(50),  # torn within its preamble
        "e.dcm": b"no film at all",
        "f.txt": b"",
        "g": b"a text without a suffix",
    }.items():
        (study / name).write_bytes(content)
    wanted += [study / name for name in ("b.dcm", "c", "d.1.2.840", "e.dcm")]
    archive(study / "h.zip", {"i.dcm": FILM})
    (study / "i.zip").write_bytes(b"no archive any more")
    if sys.platform != "win32":
        os.mkfifo(study / "j.zip")
    (study / "gone.dcm").symlink_to(study / "nowhere.dcm")
    found = collect([study], tmp_path)
    assert [path for path in films(found) if path.parent == study] == wanted
    assert f"{study / 'h.zip'}/i.dcm" in [one.name for one in found]
    assert refused(found) == {
        "gone.dcm": Reading.FILE_GONE,
        "i.zip": Reading.ZIP_DAMAGED,
        **({} if sys.platform == "win32" else {"j.zip": Reading.NOT_A_FILE}),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and sockets have names on POSIX systems")
def test_pipes_devices_and_sockets_are_not_opened(tmp_path: Path) -> None:
    study = tmp_path / "study"
    wanted = film(study / "a.dcm")
    os.mkfifo(study / "m.dcm")
    os.mkfifo(study / "m.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(study / "s.dcm"))
        found = collect([study, study / "m.txt", Path("/dev/zero")], tmp_path)
    assert films(found) == [wanted]
    assert refused(found) == dict.fromkeys(("m.dcm", "m.txt", "s.dcm", "zero"), Reading.NOT_A_FILE)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="nothing is forbidden to root")
def test_folders_and_files_that_may_not_be_read_are_named(tmp_path: Path) -> None:
    closed = tmp_path / "study" / "closed"
    film(closed / "a.dcm")
    film(tmp_path / "study" / "b").chmod(0)
    closed.chmod(0)
    try:
        found = collect([tmp_path / "study"], tmp_path)
    finally:
        closed.chmod(0o700)
    assert refused(found) == {"closed": Reading.FOLDER_FORBIDDEN, "b": Reading.FILE_FORBIDDEN}


def test_a_folder_of_more_films_than_a_list_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        film(tmp_path / "many" / f"{number}.dcm")
    monkeypatch.setattr(collecting, "MOST_FILMS", 3)
    assert reason_of(collect, [tmp_path / "many"], tmp_path) == TooManyFilms(3)
    monkeypatch.setattr(collecting, "MOST_FILES", 3)
    assert reason_of(collect, [tmp_path / "many"], tmp_path) == TooManyFilms(3)


def test_each_yields_what_collect_lists_and_counts_it_before(tmp_path: Path) -> None:
    study = tmp_path / "study"
    wanted = [film(study / name) for name in ("film2.dcm", "film10.dcm", "a/film1.dcm", "b/film1.dcm")]
    film(study / ".hidden" / "x.dcm")
    film(study / "Thumbs.db")
    named = film(tmp_path / "named.dcm")
    found = list(each([study, named, named, tmp_path / "gone.dcm"], tmp_path))
    assert films(found) == [*wanted, named, named]
    assert refused(found) == {"gone.dcm": Reading.FILE_GONE}
    assert count_files([study, named, named]) == 6

    (tmp_path / "empty").mkdir()
    [empty] = each([tmp_path / "empty"], tmp_path)
    assert empty.reason is Reading.FOLDER_WITHOUT_FILMS


def test_each_names_a_folder_that_cannot_be_listed_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = film(tmp_path / "study" / "b" / "film.dcm")
    forbidden = film(tmp_path / "study" / "a" / "film.dcm").parent
    real = os.scandir

    def scandir(path: str) -> object:
        if Path(path) == forbidden:
            raise PermissionError(13, "no", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = list(each([tmp_path / "study"], tmp_path))
    assert films(found) == [wanted]
    assert refused(found) == {"a": Reading.FOLDER_FORBIDDEN}
    monkeypatch.setattr(os, "scandir", real)
    forbidden.joinpath("film.dcm").unlink()
    assert films(collect([tmp_path / "study"], tmp_path)) == [wanted]


def test_an_archive_of_a_folder_that_only_fills_is_named_and_left_packed(tmp_path: Path) -> None:
    packed = archive(tmp_path / "films.zip", {"a.dcm": FILM})
    [only] = candidates_at(packed, tmp_path, peek=True)
    assert (only.path, only.reason) == (packed, None)
    [unpacked] = candidates_at(packed, tmp_path)
    assert unpacked.path != packed


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (["IMAGES", "IM1\0rest"], True),  # a zero byte ends a name
        (["IMAGES/", "\\IM1"], True),  # separators around a name are none of it
        (["IMAGES", "x" * 300], False),  # longer than any name can be
        (["IMAGES"], False),  # a folder
    ],
)
def test_names_of_an_index_are_names_whatever_they_hold(tmp_path: Path, parts: list[str], found: bool) -> None:
    image = film(tmp_path / "IMAGES" / "IM1")
    with disable_value_validation():
        index = dicomdir(tmp_path, parts)
    [named] = indexes.named_by(index)
    assert (named.path, named.reason) == (image, None) if found else named.reason is Reading.NOT_ON_DISC


def test_an_index_of_more_films_than_are_taken_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = dicomdir(tmp_path, ["A"], ["B"], ["C"])
    monkeypatch.setattr(indexes, "MOST_FILMS", 2)
    assert reason_of(collect, [index], tmp_path) == TooManyFilms(2)


def test_an_index_that_no_child_survives_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def call(self, *_arguments: object) -> None:
            raise CallFailed(Cause.CRASHED)

    monkeypatch.setattr(indexes, "shared_pool", Gone)
    beside = film(tmp_path / "IM1")
    dicomdir(tmp_path, ["IM2"])
    assert films(collect([tmp_path], tmp_path)) == [beside]


def test_an_index_of_another_name_is_known_by_its_class(tmp_path: Path) -> None:
    image = film(tmp_path / "IM1")
    index = dicomdir(tmp_path, ["IM1"]).rename(tmp_path / "DICOMDIR.old")
    assert indexes.is_dicomdir(index)
    assert not indexes.is_dicomdir(image)
    assert not indexes.is_dicomdir(tmp_path / "DICOMDIR2")  # is not there
    assert films(collect([index], tmp_path)) == [image]


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
