"""What is dropped on the window becomes a list of films: folders, DICOMDIRs and archives, each film once, in order."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons.reading import Reading, TooManyFilms, ZipTooLarge, ZipTooManyFiles
from ptxviewer.dicom import collect as collecting
from ptxviewer.dicom.collect import collect, looks_like_film
from tests.refusals import reason_of

FILM = b"\0" * 128 + b"DICM" + b"\0" * 40


def film(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FILM)
    return path


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
    assert collect([study], tmp_path) == wanted


def test_a_film_that_is_named_twice_is_opened_once_and_a_named_file_is_always_kept(tmp_path: Path) -> None:
    first = film(tmp_path / "study" / "a.dcm")
    odd = tmp_path / "odd.txt"
    odd.write_text("whoever names it is told what is wrong with it")
    assert collect([first, tmp_path / "study", odd], tmp_path) == [first, odd]


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


def test_a_dicomdir_gives_the_films_that_it_names_and_that_are_there(tmp_path: Path) -> None:
    study = tmp_path / "disc"
    wanted = [film(study / "IMAGES" / "IM2"), film(study / "IM1")]
    film(study / "IMAGES" / "not-named")
    film(tmp_path / "outside")
    index = dicomdir(study, ["IMAGES", "IM2"], ["IM1"], ["GONE"], ["..", "outside"])
    assert collect([index], tmp_path) == wanted


def test_a_broken_dicomdir_does_not_hide_the_films_beside_it(tmp_path: Path) -> None:
    wanted = film(tmp_path / "disc" / "IM1")
    index = tmp_path / "disc" / "DICOMDIR"
    index.write_bytes(b"\0" * 500)
    assert collect([index], tmp_path) == [wanted]


def test_an_archive_is_unpacked_under_neutral_names(tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    zipped = archive(
        tmp_path / "study.zip", {"Doe^Jane/a.dcm": FILM, "../../b.dcm": FILM, "c.txt": b"text", "d/.hidden": FILM}
    )
    films = collect([zipped], unpacked)
    assert [path.name for path in films] == ["00000.dcm", "00001.dcm"]
    assert all(path.is_relative_to(unpacked) and path.read_bytes() == FILM for path in films)
    assert not any("Doe" in str(path) for path in unpacked.rglob("*"))


def test_an_archive_is_refused_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    assert reason_of(collect, [archive(path, {"c.txt": b"text"})], tmp_path) is Reading.ZIP_WITHOUT_FILMS

    whole = archive(path, {"a.dcm": FILM * 50}).read_bytes()
    damaged = bytearray(whole)
    damaged[60:80] = b"\xff" * 20
    path.write_bytes(damaged)
    assert reason_of(collect, [path], tmp_path) is Reading.ZIP_DAMAGED

    encrypted = bytearray(whole)
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1  # flag of the entry in the central directory
    path.write_bytes(encrypted)
    assert reason_of(collect, [path], tmp_path) is Reading.ZIP_ENCRYPTED

    other = bytearray(whole)
    other[8], other[whole.index(b"PK\x01\x02") + 10] = 97, 97  # a method that Python does not have
    path.write_bytes(other)
    assert reason_of(collect, [path], tmp_path) is Reading.ZIP_METHOD_UNKNOWN

    path.write_bytes(whole)
    assert reason_of(collect, [path], tmp_path / "no such folder") is Reading.ZIP_NOT_UNPACKED
    monkeypatch.setattr(collecting, "LARGEST_UNPACKED", 10)
    assert reason_of(collect, [path], tmp_path) == ZipTooLarge(10)
    monkeypatch.setattr(collecting, "MOST_FILMS", 0)
    assert reason_of(collect, [path], tmp_path) == ZipTooManyFiles(0)


def test_where_nothing_can_be_opened_the_first_reason_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert reason_of(collect, [empty], tmp_path) is Reading.FOLDER_WITHOUT_FILMS
    index = dicomdir(empty, ["GONE"])
    assert reason_of(collect, [index, empty], tmp_path) is Reading.DICOMDIR_WITHOUT_FILMS
    there = film(tmp_path / "film.dcm")
    assert collect([empty, there], tmp_path) == [there]
    with pytest.raises(UnreadableFilm):
        collect([empty], tmp_path)


def test_a_folder_of_more_films_than_a_list_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        film(tmp_path / "many" / f"{number}.dcm")
    monkeypatch.setattr(collecting, "MOST_FILMS", 3)
    assert reason_of(collect, [tmp_path / "many"], tmp_path) == TooManyFilms(3)
