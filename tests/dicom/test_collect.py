"""What is dropped on the window becomes a list of films: each film once, in order, each refusal with its reason."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ptxviewer.core.reasons.reading import (
    Reading,
    TooManyFilms,
)
from ptxviewer.dicom import collect as collecting
from ptxviewer.dicom.candidates import looks_like_film
from ptxviewer.dicom.collect import collect, count_files, each
from tests.dicom.folders import FILM, archive, dicomdir, film, films, refused, why
from tests.refusals import reason_of


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
