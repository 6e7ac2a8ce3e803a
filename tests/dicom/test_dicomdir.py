"""Indexes of films: what they name is opened, what is not there is named, nothing beside them is hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.config import disable_value_validation

from ptxviewer.core.reasons.reading import (
    Reading,
    TooManyFilms,
)
from ptxviewer.dicom import dicomdir as indexes
from ptxviewer.dicom.collect import collect
from ptxviewer.dicom.isolated.pool import CallFailed, Cause
from tests.dicom.folders import dicomdir, film, films, refused
from tests.refusals import reason_of


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
