"""A review comes back with its film: after closing, after a crash, and from memory when the disk refuses it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.app.disk.review_file import (
    DamagedReview,
    ReviewFolder,
    Saved,
    as_bytes,
    from_bytes,
    review_name,
)
from ptxviewer.app.films.reading import ReadFilm
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.answer import Detection, Line
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.film import Patient, Radiograph, Study, Window
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons.stored import Stored
from ptxviewer.core.reasons.window import ReviewNotSaved
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.review import FirstRead, MovedLine, Review
from tests.app.rig import AppRig
from tests.fakes import FakeReviews, ReviewsOnDisk

MASK = PackedMask.pack(np.random.default_rng(1).random((300, 280)) < 0.3)
FULL = Saved(
    Review(
        0.25,
        "edited",
        "a note with ünïcode",
        MASK,
        (
            Measurement("angle", ((1.0, 2.5), (3.0, 4.0), (7.0, -1.0))),
            Measurement("calibration", ((0.0, 0.0), (9.0, 9.0)), 25.4),
        ),
        Detection(0.3, None, 0.001),
        True,
        (MovedLine(True, "b", Line((10.5, 20.0), (14.25, 20.0))),),
    ),
    FirstRead((("absent", "2026-05-06T07:08:00+00:00"), ("present", "2026-05-06T07:09:00+00:00")), "2026-05-06"),
    "Dr. Reader",
    "2026-05-06T07:08:00+00:00",
)


def stroke(rig: AppRig, at: tuple[float, float] = (20.0, 20.0), removes: bool = False) -> None:
    rig.presenter.display.set_tool("brush")
    rig.presenter.review.mask.begin(at, removes)
    rig.presenter.review.mask.extend([(at[0] + 2, at[1])])
    rig.presenter.review.mask.finish()


def opened(reviews: FakeReviews | None = None, name: str = "a") -> AppRig:
    rig = AppRig(reviews=reviews, settings=Settings(reader="Dr. Reader"))
    rig.open(name)
    rig.settle()
    rig.presenter.review.mask.resize(-10)
    return rig


def test_every_field_of_a_review_is_written_and_read_back() -> None:
    assert from_bytes(as_bytes(FULL)) == FULL
    assert from_bytes(as_bytes(Saved(Review()))) == Saved(Review())


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", as_bytes(FULL)[:-40], as_bytes(FULL).replace(b'"edited"', b'"perfect"'),
     as_bytes(FULL).replace(b'"cols": 280', b'"cols": 2800'), as_bytes(FULL).replace(b"0.25", b'"x"')],
)  # fmt: skip
def test_a_damaged_file_is_put_aside_and_said(content: bytes, tmp_path: Path) -> None:
    folder = ReviewFolder(tmp_path)
    folder.save("name", FULL)
    assert folder.load("name", MASK.shape) == FULL
    (tmp_path / "name.json").write_bytes(content)
    with pytest.raises(DamagedReview) as damage:
        folder.load("name", MASK.shape)
    assert damage.value.reason is Stored.REVIEW_DAMAGED
    assert folder.load("name", MASK.shape) is None
    assert (tmp_path / "name.damaged").read_bytes() == content


def test_what_was_put_aside_is_never_overwritten(tmp_path: Path) -> None:
    folder = ReviewFolder(tmp_path)
    contents = [b"first", b"second", b"third"]
    for content in contents:
        (tmp_path / "name.json").write_bytes(content)
        with pytest.raises(DamagedReview):
            folder.load("name", MASK.shape)
    assert sorted(path.read_bytes() for path in tmp_path.glob("name.damaged*")) == sorted(contents)


def test_a_mask_of_another_shape_is_never_given_back(tmp_path: Path) -> None:
    folder = ReviewFolder(tmp_path)
    folder.save("name", FULL)
    with pytest.raises(DamagedReview):
        folder.load("name", (280, 300))


def test_names_and_contents_hold_nothing_of_the_patient(tmp_path: Path) -> None:
    film = Radiograph(
        "key",
        np.zeros((300, 280), np.uint16),
        vois=(Window(1, 2),),
        patient=Patient("Doe^Jane", "4711"),
        study=Study(sop_uid="1.2.840.99"),
    )
    ReviewFolder(tmp_path).save(review_name(film), FULL)
    (path,) = tmp_path.glob("[!.]*")
    for secret in ("Doe", "4711", "1.2.840"):
        assert secret not in path.name
        assert secret not in path.read_text()
    assert review_name(film) != review_name(replace(film, key="other pixels"))
    assert review_name(film) != review_name(replace(film, frame=1))


def test_a_review_comes_back_with_its_film_only() -> None:
    first = opened()
    stroke(first)
    first.presenter.review.set_note("seen")
    first.settle()
    kept = first.film.review
    again = opened(first.reviews)
    assert again.film.review == kept
    assert again.film.review.verdict == "edited"
    assert again.film.findings is not None
    assert again.film.findings.edited
    assert again.film.findings == first.film.findings
    assert opened(first.reviews, "b").film.review == Review()
    (saved,) = first.reviews.kept.values()
    assert saved.reader == "Dr. Reader"


def test_closing_and_opening_again_before_the_write_is_done_loses_nothing() -> None:
    rig = opened()
    stroke(rig)
    kept = rig.film.review
    rig.presenter.films.close()
    rig.open("a")
    for _ in range(5):
        rig.turn(rig.disk)
    assert rig.film.review == kept


def reopened_while_written(rig: AppRig) -> None:
    """Close the film on screen and open it again: its file is read before what was drawn is written, shown after."""
    rig.presenter.films.close()
    rig.open("a")
    while not any(isinstance(outcome.value, ReadFilm) for outcome, *_ in rig.disk.results):
        rig.disk.deliver()
        rig.disk.crank()
    rig.turn(rig.keep)
    rig.settle()


def test_a_film_that_was_read_before_its_review_was_written_shows_what_was_written() -> None:
    rig = opened()
    stroke(rig)
    kept = rig.film.review
    reopened_while_written(rig)
    assert rig.film.review == kept


def test_and_its_next_change_is_not_taken_for_one_of_another_window(tmp_path: Path) -> None:
    rig = AppRig(reviews=ReviewsOnDisk(tmp_path))
    rig.open("a")
    rig.settle()
    rig.presenter.review.set_note("first")
    reopened_while_written(rig)
    rig.presenter.review.set_note("second")
    rig.settle()
    assert rig.film.review.note == "second"
    assert rig.state.banner is None
    (path,) = tmp_path.glob("*.json")
    assert from_bytes(path.read_bytes()).review.note == "second"


def test_what_another_window_wrote_since_is_shown_where_this_one_wrote_nothing_after_it() -> None:
    rig = opened()
    stroke(rig)
    rig.settle()
    (name,) = rig.reviews.kept
    theirs = replace(rig.reviews.kept[name], review=replace(rig.film.review, note="theirs"))
    rig.reviews.kept[name] = theirs
    rig.presenter.films.close()
    rig.open("a")
    rig.settle()
    assert rig.film.review.note == "theirs"


def test_a_full_disk_is_said_once_and_nothing_in_memory_is_lost() -> None:
    rig = opened()
    rig.reviews.broken = Writing.DISK_FULL
    for x in (8.0, 16.0, 24.0):
        stroke(rig, (x, 30.0))
        rig.settle()
        if x == 8.0:
            assert rig.state.banner is not None
            assert rig.state.banner.reason == ReviewNotSaved(NotWritten(Unwritten.REVIEW, Writing.DISK_FULL))
            rig.presenter.dismiss_banner()
    assert rig.state.banner is None
    assert rig.state.unsaved == 1
    kept = rig.film.review
    rig.presenter.films.close()
    rig.open("a")
    rig.settle()
    assert rig.film.review == kept
    rig.reviews.broken = None
    rig.presenter.review.save_again()
    rig.settle()
    assert rig.state.unsaved == 0
    assert [saved.review for saved in rig.reviews.kept.values()] == [kept]


def test_a_read_only_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ExportFailed, match="review_unwritten"):
        ReviewFolder(blocked / "reviews").save("name", FULL)


def test_a_write_that_was_overtaken_is_left_out() -> None:
    rig = opened()
    for x in (8.0, 16.0, 24.0):
        stroke(rig, (x, 30.0))
    rig.settle()
    assert rig.reviews.writes == 1
    (saved,) = rig.reviews.kept.values()
    assert saved.review == rig.film.review


CRASH = """
import sys
from pathlib import Path
from ptxviewer.app.jobs import ThreadLane
from ptxviewer.app.disk.review_file import ReviewFolder
from tests.app import rig as made
rig = made.AppRig(reviews=ReviewFolder(Path(sys.argv[1])))
lane = ThreadLane("reviews", lambda _home: None)
rig.keep.submit = lane.submit
rig.keep.jobs = []
rig.open("a")
rig.settle()
rig.presenter.display.set_tool("brush")
rig.presenter.review.mask.resize(-10)
edit = rig.presenter.review.mask
for number in range(1000):
    edit.begin((2.0 + number % 30, 25.0 + number % 11), False)
    if number == 12:
        edit.extend([(30.0, 30.0)])
        print("mid-stroke", number, flush=True)
        sys.stdin.read()
    edit.extend([(4.0 + number % 30, 25.0)])
    edit.finish()
    print("done", number, rig.film.findings.area_px, flush=True)
    while lane.pending:  # a hand takes longer than a write
        pass
"""


def test_a_kill_in_the_middle_of_a_stroke_loses_that_stroke_only(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", CRASH, str(tmp_path)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert child.stdout is not None
    areas = []
    for line in child.stdout:
        word, _, *area = line.split()
        areas += [int(one) for one in area]
        if word == "mid-stroke":
            child.kill()  # SIGKILL
            break
    child.communicate()
    (path,) = [one for one in tmp_path.iterdir() if one.suffix == ".json"]
    found = from_bytes(path.read_bytes()).review.mask
    assert found is not None
    assert int(found.unpack().sum()) == areas[-1]
    assert len(areas) == 12
