"""Two windows on one home: neither loses a review, both say so; a file that changed is noticed; damage is said once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ptxviewer.app.disk.review_file import DamagedReview, ReviewFolder, Saved, from_bytes
from ptxviewer.core.reasons.stored import Stored
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review, Verdict
from tests.app.rig import AppRig
from tests.fakes import FakeResults, FakeReviews, ReviewsOnDisk
from tests.there import there

REPOSITORY = Path(__file__).parents[2]
CHANGES = 40
WRITES = """
import sys
from dataclasses import replace
from pathlib import Path
from ptxviewer.app.disk.review_file import ReviewFolder, Saved
from ptxviewer.core.review import Measurement, Review

who, count = int(sys.argv[2]), int(sys.argv[3])
folder = ReviewFolder(Path(sys.argv[1]))
print("alone" if folder.claim() else "beside another", flush=True)
base = folder.load("film", (10, 10))
sys.stdin.readline()
review = base.review
for number in range(count):
    line = Measurement("length", ((float(who), 0.0), (float(number), 1.0)))
    review = replace(review, measurements=(*review.measurements, line))
    folder.save("film", Saved(review), base)
    base = Saved(review)
"""


def measured(path: Path) -> set[tuple[float, float]]:
    return {(one.points[0][0], one.points[1][0]) for one in from_bytes(path.read_bytes()).review.measurements}


def test_two_programs_that_write_one_review_lose_nothing(tmp_path: Path) -> None:
    ReviewFolder(tmp_path).save("film", Saved(Review(note="before")))
    windows = [
        subprocess.Popen(
            [sys.executable, "-c", WRITES, str(tmp_path), str(who), str(CHANGES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for who in (1, 2)
    ]
    said = {there(window.stdout).readline().strip() for window in windows}
    assert said == {"alone", "beside another"}
    for window in windows:
        there(window.stdin).write("\n")
        there(window.stdin).flush()
    for window in windows:
        window.communicate(timeout=60)
        assert window.returncode == 0
    assert measured(tmp_path / "film.json") == {(who, number) for who in (1, 2) for number in range(CHANGES)}
    assert from_bytes((tmp_path / "film.json").read_bytes()).review.note == "before"
    folder = ReviewFolder(tmp_path)
    assert folder.claim(), "what has ended is no other window"
    folder.release()


def test_what_another_window_decided_meanwhile_is_kept_and_said_once(tmp_path: Path) -> None:
    ours, theirs = ReviewFolder(tmp_path), ReviewFolder(tmp_path)
    base = Saved(Review())
    ours.save("film", base)
    theirs.save("film", Saved(Review(verdict="accept")), base)
    mine = Saved(Review(note="drain"))
    assert ours.save("film", mine, base) is Stored.REVIEW_OF_BOTH
    assert there(ours.load("film", (1, 1))).review == Review(verdict="accept", note="drain")
    more = Saved(Review(note="drain left"))
    assert ours.save("film", more, mine) is None, "it was said"
    assert there(ours.load("film", (1, 1))).review == Review(verdict="accept", note="drain left")


def test_where_both_decided_in_another_way_theirs_is_put_aside(tmp_path: Path) -> None:
    ours, theirs = ReviewFolder(tmp_path), ReviewFolder(tmp_path)
    pairs: tuple[tuple[Verdict, Verdict], ...] = (("accept", "reject"), ("unsure", "accept"))
    for other, own in pairs:
        theirs.save("film", Saved(Review(verdict=other)), theirs.load("film", (1, 1)) or Saved(Review()))
        assert ours.save("film", Saved(Review(verdict=own))) is Stored.REVIEW_OF_BOTH_ASIDE
    aside = {from_bytes(path.read_bytes()).review.verdict for path in tmp_path.glob("film.other-*")}
    assert aside == {"accept", "unsure"}
    assert there(ours.load("film", (1, 1))).review.verdict == "accept"


def test_the_readers_undo_is_not_undone(tmp_path: Path) -> None:
    folder, base = ReviewFolder(tmp_path), Saved(Review())
    for verdict in ("accept", "", "reject", ""):
        changed = Saved(Review(verdict=verdict))
        assert folder.save("film", changed, base) is None
        base = changed
    assert there(folder.load("film", (1, 1))).review.verdict == ""


def opened(reviews: FakeReviews, name: str = "a", results: FakeResults | None = None) -> AppRig:
    rig = AppRig(reviews=reviews, results=results)
    rig.open(name)
    rig.settle()
    return rig


def test_two_windows_keep_what_both_readers_did(tmp_path: Path) -> None:
    one, two = (opened(ReviewsOnDisk(tmp_path)) for _ in range(2))
    one.presenter.review.set_verdict("accept")
    one.settle()
    two.presenter.review.set_note("drain")
    two.settle()
    assert there(two.state.banner).reason is Stored.REVIEW_OF_BOTH
    one.presenter.review.set_note("a rib fracture")
    one.settle()
    again = opened(ReviewsOnDisk(tmp_path))
    assert again.film.review.verdict == "accept"
    assert {"drain", "a rib fracture"} == set(again.film.review.note.split(" | "))


def test_an_overtaken_save_is_no_other_window(tmp_path: Path) -> None:
    rig = opened(ReviewsOnDisk(tmp_path))
    for verdict in ("accept", "reject", "unsure", "accept"):
        rig.presenter.review.set_verdict(verdict)
        rig.keep.crank()  # written, but its end is not heard before the next one
    rig.settle()
    assert opened(ReviewsOnDisk(tmp_path)).film.review.verdict == rig.film.review.verdict
    assert not list(tmp_path.glob("*.other-*"))


class Damaged(FakeReviews):
    """One review is damaged when it is first read, and put aside then."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.damaged = name

    def load(self, name: str, shape: tuple[int, int]) -> Saved | None:
        if name == self.damaged:
            self.damaged = ""
            raise DamagedReview(Stored.REVIEW_DAMAGED)
        return super().load(name, shape)


@pytest.mark.parametrize("kept", [True, False], ids=["listed by an earlier result", "read"])
def test_a_damaged_review_is_said_once_of_the_film_that_it_is_of(kept: bool) -> None:
    results = FakeResults()
    name = opened(FakeReviews(), "b", results).film.review_name
    rig = AppRig(reviews=Damaged(name), results=results if kept else None)
    rig.open("a", "b")
    rig.settle()
    assert rig.film.path.name == "a"
    assert Stored.REVIEW_DAMAGED not in rig.view.banners, "it is not of the film on screen"
    rig.presenter.films.next()
    rig.settle()
    assert there(rig.state.banner).reason is Stored.REVIEW_DAMAGED
    rig.presenter.films.previous()
    rig.presenter.films.next()
    rig.settle()
    assert rig.view.banners.count(Stored.REVIEW_DAMAGED) == 1


def test_a_file_that_changed_is_noticed_when_it_is_opened_again() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.presenter.review.set_verdict("accept")
    rig.settle()
    before = rig.film
    rig.reader.rewritten.append("a")
    rig.open("a")
    rig.settle()
    assert len(rig.state.films) == 1
    assert rig.film.key != before.key
    assert rig.film.review.verdict == "", "the verdict was one on other pixels"
    assert Notice.FILE_CHANGED in rig.view.banners


def test_a_file_that_is_as_it_was_keeps_its_film() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    read, before = list(rig.reader.read), rig.film
    rig.open("a")
    rig.settle()
    assert rig.reader.read == read
    assert rig.film.key == before.key
    assert rig.film.findings is before.findings
    assert Notice.FILE_CHANGED not in rig.view.banners
