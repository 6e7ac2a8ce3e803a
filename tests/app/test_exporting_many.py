"""Many films are saved one after the other: what one of them does stops no other, and none that may name is let out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ptxviewer.app.exporting import Source
from ptxviewer.app.exporting_many import ManyExports, Progress
from ptxviewer.app.exports import EXPORTS, PICTURE, Content, film_alone
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import NotAnalysed, Reading
from ptxviewer.core.reasons.window import FilmsLeftOut, FilmsNotSaved, Notice, Saved
from ptxviewer.core.reasons.writing import NotWritten, Unsaved, Unwritten, Writing
from tests.app.rig import AppRig
from tests.fakes import FakeReader, HandLane

FULL = NotWritten(Unwritten.REPORT, Writing.DISK_FULL)
ALONE = next(export for export in EXPORTS if not export.of_result)


class Walk:
    """Films a, b, c ... are saved on a lane that is cranked by hand; ``fails`` says what comes of some instead."""

    def __init__(self, films: str, **fails: Exception) -> None:
        self.lane, self.fails = HandLane(), fails
        self.begun: list[str] = []
        self.saved: list[int] = []
        self.told: list[Progress] = []
        self.many = ManyExports(self.lane)
        self.many.run(films, self.content_of, lambda content: self.saved.append(content.number), self.told.append)

    def content_of(self, film: str) -> Callable[[Checkpoint], Content]:
        self.begun.append(film)

        def make(_checkpoint: Checkpoint) -> Content:
            if film in self.fails:
                raise self.fails[film]
            return film_alone(FakeReader()(Path(film), 0), Path(film), ord(film) - ord("a") + 1)

        return make

    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            self.lane.crank()
            self.lane.deliver()


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PtxError(Reading.FILE_GONE), Reading.FILE_GONE),
        (ExportFailed(Unsaved.NO_STUDY), Unsaved.NO_STUDY),
        (ZeroDivisionError(), Notice.WENT_WRONG),
    ],
)
def test_whatever_happens_with_one_film_the_others_go_on(
    error: Exception, why: Reason, caplog: pytest.LogCaptureFixture
) -> None:
    walk = Walk("abcd", b=error, c=PtxError(Reading.FILE_DAMAGED))
    walk.turn(4)
    assert walk.saved == [1, 4]
    assert walk.told[-1] == Progress(4, 4, 2, why)
    assert (walk.told[-1].saved, walk.told[-1].ended, walk.many.busy) == (2, True, False)


def test_a_disk_that_refuses_ends_the_run_and_the_rest_counts_as_not_saved() -> None:
    walk = Walk("abcd", b=ExportFailed(FULL))
    walk.turn(4)
    assert (walk.saved, walk.begun) == ([1], ["a", "b"])
    last = walk.told[-1]
    assert (last.saved, last.failed, last.why, last.refused, last.ended) == (1, 3, FULL, True, True)


def test_a_film_is_begun_when_its_turn_comes_and_a_stopped_run_keeps_what_is_saved() -> None:
    walk = Walk("abc")
    assert (walk.begun, walk.many.busy) == (["a"], True)
    walk.turn()
    assert walk.begun == ["a", "b"]
    walk.many.stop()
    walk.turn(3)
    assert (walk.saved, walk.many.busy, walk.begun) == ([1], False, ["a", "b"])


def test_a_run_of_no_films_does_nothing() -> None:
    walk = Walk("")
    assert (walk.many.busy, walk.told) == (False, [])


class Stored:
    """Films of a store of results, by name; their progress is kept."""

    def __init__(self, *names: str, settings: Settings | None = None) -> None:
        self.rig = AppRig(settings=settings)
        self.films = [Source(number, Path(name)) for number, name in enumerate(names, 1)]
        self.told: list[Progress] = []

    def objects(self) -> Progress:
        self.rig.presenter.exporting.save_stored_objects(self.films, ("sr",), Path("out"), self.told.append)
        self.rig.settle()
        return self.told[-1]

    def save(self, export: int | None = None) -> Progress:
        row = ALONE if export is None else EXPORTS[export]
        self.rig.presenter.exporting.save_stored(self.films, row, Path("out"), self.told.append)
        self.rig.settle()
        return self.told[-1]


def test_films_of_a_store_are_saved_as_the_network_sees_them_under_neutral_names() -> None:
    stored = Stored("a", "lateral")
    assert stored.save(0) == Progress(2, 2, 1, NotAnalysed(Reading.LATERAL_VIEW))
    (content,) = stored.rig.reports
    assert (content.source, content.number, content.answer is not None) == (Path("a"), 1, True)
    assert stored.rig.targets == [Path("out") / "ptx-report-film1.png"]


@pytest.mark.parametrize("identified", [False, True])
def test_a_film_without_its_patient_is_not_saved_unseen_whatever_reports_may_name(identified: bool) -> None:
    stored = Stored("captured", "b", settings=Settings(report_identified=identified))
    assert stored.save() == Progress(2, 2, 1, Reading.MAY_CARRY_TEXT)
    (content,) = stored.rig.reports
    assert (content.source, content.identified, content.answer) == (Path("b"), False, None)


@pytest.mark.parametrize(("identified", "saved"), [(False, 0), (True, 1)])
def test_a_report_of_a_film_with_text_is_saved_where_reports_may_name(identified: bool, saved: int) -> None:
    assert Stored("captured", settings=Settings(report_identified=identified)).save(0).saved == saved


def test_dicom_objects_name_the_patient_as_the_film_does_so_nobody_has_to_look() -> None:
    stored = Stored("captured")
    assert stored.objects().saved == 1
    ((_content, target, kinds),) = stored.rig.objects
    assert (target, kinds) == (Path("out") / "ptx-dicom-film1", ("sr",))


def test_the_reader_who_has_looked_at_a_film_is_not_asked_again_by_any_way_out() -> None:
    stored = Stored("captured")
    stored.rig.open("captured")
    stored.rig.settle()
    stored.rig.presenter.exporting.looked_at()
    assert stored.save(0).saved == 1


def test_runs_of_two_lists_take_turns_and_neither_ends_the_other() -> None:
    stored = Stored("a", "b")
    others: list[Progress] = []
    exporting = stored.rig.presenter.exporting
    first = exporting.save_stored(stored.films, ALONE, Path("out"), stored.told.append)
    second = exporting.save_stored(stored.films, ALONE, Path("other"), others.append)
    assert (first.busy, second.busy, exporting.busy) == (True, True, True)
    stored.rig.settle()
    assert (stored.told[-1].saved, others[-1].saved, exporting.busy) == (2, 2, False)
    assert [target.parent.name for target in stored.rig.targets] == ["out", "other", "out", "other"]


def test_closing_the_window_ends_every_run() -> None:
    stored = Stored("a", "b")
    for _ in range(2):
        stored.rig.presenter.exporting.save_stored(stored.films, ALONE, Path("out"), stored.told.append)
    stored.rig.presenter.shut_down()
    stored.rig.settle()
    assert (stored.rig.presenter.exporting.busy, stored.told) == (False, [])


def test_of_all_films_one_that_may_name_is_left_out_until_the_reader_has_looked() -> None:
    rig = AppRig()
    rig.open("captured", "b")
    rig.settle()
    rig.presenter.exporting.save_all(PICTURE, Path("out"))
    rig.settle()
    assert [content.source for content in rig.reports] == [Path("b")]
    assert rig.state.banner is not None
    assert rig.state.banner.reason == FilmsLeftOut(1)
    rig.presenter.films.select(rig.named("captured").id)
    rig.settle()
    rig.presenter.exporting.looked_at()
    rig.presenter.exporting.save_all(PICTURE, Path("out"))
    rig.settle()
    assert len(rig.reports) == 3


def test_a_film_that_cannot_be_read_any_more_is_left_out_and_it_is_said_why() -> None:
    rig = AppRig(memory_bytes=1)
    rig.open("a", "b")
    rig.settle()
    gone = next(film for film in rig.state.films if film.radiograph is None)
    rig.reader.gone.add(gone.path.name)
    rig.presenter.exporting.save_all(PICTURE, Path("out"))
    rig.settle()
    assert rig.state.message == Saved("out")
    assert rig.state.banner is not None
    assert rig.state.banner.reason == FilmsNotSaved(1, Reading.FILE_GONE)
