"""A format is one row: names, suffixes and commands come from it, and a file is what its suffix says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.exports import EXPORTS, OBJECTS, PICTURE, Content, export_of, neutral_name, with_suffix
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.settings import ReadingMode, Settings
from ptxviewer.core.film import Patient, Study
from ptxviewer.core.reasons.window import FilmsLeftOut, Saved
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.dicom.write import KINDS, USUAL
from ptxviewer.ui.exports import WRITERS
from tests.app.rig import AppRig
from tests.app.test_decision import Doubtful

REPORT = EXPORTS[0]


def test_every_format_has_a_suffix_of_its_own_a_writer_and_a_command() -> None:
    assert len({export.suffix for export in EXPORTS}) == len(EXPORTS)
    for export in EXPORTS:
        assert export.suffix == export.suffix.lower()
        assert export_of(Path(f"x{export.suffix.upper()}")) is export
        assert f"save_{export.id}" in BY_ID
    assert set(WRITERS) == {export.id for export in EXPORTS}


@pytest.mark.parametrize(
    ("typed", "saved"),
    [("x.png", "x.png"), ("x.PNG", "x.PNG"), ("x", "x.png"), ("x.xyz", "x.xyz.png"), ("case 2.4", "case 2.4.png")],
)
def test_a_name_without_a_known_suffix_gets_the_right_one(typed: str, saved: str, tmp_path: Path) -> None:
    assert with_suffix(tmp_path / typed, REPORT) == tmp_path / saved


@pytest.mark.parametrize(
    ("typed", "saved"),
    [("x.film.png", "x.film.png"), ("x.png", "x.film.png"), ("x", "x.film.png"), ("x.pdf", "x.pdf")],
)
def test_of_two_formats_with_one_suffix_the_chosen_one_is_saved(typed: str, saved: str, tmp_path: Path) -> None:
    assert with_suffix(tmp_path / typed, PICTURE) == tmp_path / saved


def test_what_is_prepared_for_a_preview_is_what_is_written() -> None:
    rig = AppRig(settings=Settings(overlay_mode="heat", paper="letter"))
    rig.open("a")
    rig.settle()
    seen: list[Content] = []
    rig.presenter.exporting.prepare(seen.append)
    rig.settle()
    (content,) = seen
    assert (content.overlay_mode, content.paper, content.answer is not None) == ("heat", "letter", True)
    rig.presenter.exporting.write(replace(content, identified=True), PICTURE)
    rig.settle()
    assert rig.reports[0].identified
    assert rig.targets[0].name.endswith("-film1.film.png")
    assert isinstance(rig.state.message, Saved)


def test_a_suffix_that_is_added_never_replaces_a_file(tmp_path: Path) -> None:
    for name in ("x.png", "x-2.png"):
        (tmp_path / name).touch()
    assert with_suffix(tmp_path / "x", REPORT).name == "x-3.png"
    assert with_suffix(tmp_path / "x.png", REPORT).name == "x.png", "the dialog has asked"


def test_a_name_that_nobody_chose_is_neutral() -> None:
    name = neutral_name(REPORT, 7, datetime(2026, 5, 6, 7, 8, 9, tzinfo=timezone.utc))
    assert name == "ptx-report-20260506-070809-film7.png"


def test_no_file_is_written_in_a_format_that_its_name_does_not_say() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.presenter.exporting.save_to(Path("x.xyz"))
    rig.settle()
    assert not rig.reports
    assert rig.state.banner is not None
    rig.presenter.exporting.save_to(Path("x.png"))
    rig.settle()
    assert rig.targets == [Path("x.png")]


def test_the_kinds_of_objects_are_those_that_can_be_written() -> None:
    assert {row.id for row in OBJECTS} == set(KINDS)
    assert {row.id for row in OBJECTS if row.usual} == set(USUAL)


def test_results_go_as_objects_into_the_folder_that_was_chosen_under_a_neutral_name() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.presenter.exporting.save_objects(Path("folder"))
    rig.settle()
    ((content, target, kinds),) = rig.objects
    assert target.parent == Path("folder")
    assert target.name.startswith("ptx-dicom-")
    assert set(kinds) == set(USUAL)
    assert content.answer is not None
    assert content.source == Path("a")


def test_no_objects_of_a_film_whose_result_is_hidden() -> None:
    rig = AppRig(settings=Settings(reading_mode="first"))
    rig.open("a")
    rig.settle()
    rig.presenter.exporting.save_objects(Path("folder"))
    rig.settle()
    assert not rig.objects


def test_of_a_refused_film_the_writer_is_told_that_the_result_is_withheld() -> None:
    rig = AppRig(Doubtful(size=16))
    rig.open("a")
    rig.settle()
    rig.presenter.exporting.save_objects(Path("folder"))
    rig.settle()
    ((content, _, _),) = rig.objects
    assert content.answer is not None
    assert content.answer.withheld


def dated(path: Path) -> Facts:
    """Two films of one patient, a day apart."""
    day = "2026-01-01" if "prior" in path.name else "2026-01-02"
    return Facts(Patient(id="P1"), Study(date=day, time="10:00"), "DX", "PA")


@pytest.mark.parametrize("mode", ["beside", "first"])
def test_a_report_tells_the_change_to_the_prior_unless_its_result_is_hidden(mode: ReadingMode) -> None:
    rig = AppRig(settings=Settings(reading_mode=mode), facts=dated)
    rig.open("prior", "now")
    rig.settle()
    rig.presenter.films.select(rig.named("now").id)
    rig.presenter.review.mark("present")
    rig.presenter.exporting.save()
    rig.settle()
    (content,) = rig.reports
    assert (content.compared is None) is (mode == "first")
    assert bool(content.first_read.marks) is (mode == "first")


def test_pictures_of_all_films_go_into_one_folder_and_what_is_left_out_is_counted() -> None:
    rig = AppRig()
    rig.open("a", "b", "bad", "c")
    rig.settle()
    rig.presenter.exporting.save_all(PICTURE, Path("folder"))
    rig.settle()
    assert [content.source for content in rig.reports] == [Path("a"), Path("b"), Path("c")]
    assert rig.state.message == Saved("folder")
    assert rig.state.banner is not None
    assert rig.state.banner.reason == FilmsLeftOut(1)


def test_a_picture_of_a_refused_or_hidden_result_is_not_among_those_of_all_films() -> None:
    for rig in (AppRig(Doubtful(size=16)), AppRig(settings=Settings(reading_mode="first"))):
        rig.open("a", "b")
        rig.settle()
        rig.presenter.exporting.save_all(PICTURE, Path("folder"))
        rig.settle()
        assert not rig.reports
        assert rig.state.banner is not None
        assert rig.state.banner.reason == FilmsLeftOut(2)


def test_a_full_disk_ends_the_saving_of_all_films() -> None:
    rig = AppRig()
    rig.open("a", "b")
    rig.settle()
    rig.broken = Writing.DISK_FULL
    rig.presenter.exporting.save_all(PICTURE, Path("folder"))
    rig.settle()
    assert rig.state.banner is not None
    assert rig.state.banner.reason == NotWritten(Unwritten.REPORT, Writing.DISK_FULL)
