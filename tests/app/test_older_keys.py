"""What was kept under the keys of earlier versions (462115c and before BLAKE3) comes back, and on its own film only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest

from ptxviewer.app.disk.result_file import ResultFolder, fingerprint
from ptxviewer.app.disk.review_file import ReviewFolder, Saved
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.film import Radiograph
from ptxviewer.core.keys import is_older, key_of, older_key
from ptxviewer.core.review import Review
from ptxviewer.dicom import read
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.rows import film_name
from tests.app import rig as made
from tests.app.rig import AppRig
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine, FakeResults, FakeReviews

# Written down from the two commits: ramp(240, 200) as 1.2.3.4.5, and as a picture.
KEY = "1be72e29713ea9ff648cb326a49d233d"
REVIEW_OF_FILM = "1c21376237ad5023a703eaaa955a9d28-13af762b1a4ffb13"
REVIEW_OF_PICTURE = "13af762b1a4ffb135dceb47814cac8f1-13af762b1a4ffb13"
MAPS = "ea8d2e1a678b54326ff35b5411a1f346912510a8-"
ROW = "0b7a3b8e4843abe46009"


def film_at(path: Path, pixels: np.ndarray | None = None, uid: str = "1.2.3.4.5") -> Path:
    given = ramp(240, 200) if pixels is None else pixels
    return save(dataset(given, 12, SOPInstanceUID=uid, ViewPosition="PA"), path)


def picture_at(path: Path) -> Path:
    cv2.imwrite(str(path), ramp(240, 200))
    return path


class Counting(FakeEngine):
    """Counts the films that it was shown."""

    shown = 0

    def predict(self, *given: Any) -> ProbabilityMaps:
        self.shown += 1
        return super().predict(*given)


class Reading:
    """Films from files, as the window reads them."""

    def __init__(self) -> None:
        self.facts = None

    def __call__(self, path: Path, frame: int = 0) -> Radiograph:
        return read.read_here(path, frame)

    fingerprint = staticmethod(fingerprint)


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on the program gives the keys of the version before, until what this returns is called."""
    monkeypatch.setattr(read, "key_of", older_key)
    monkeypatch.setattr(made, "FakeReader", Reading)
    return lambda: monkeypatch.setattr(read, "key_of", key_of)


def opened(folder: Path, *films: Path) -> AppRig:
    """A window over what lies in ``folder``."""
    reviews = cast("FakeReviews", ReviewFolder(folder / "reviews"))  # the real ones in place of the fakes
    results = cast("FakeResults", ResultFolder(folder / "results"))
    rig = AppRig(Counting(size=16), reviews=reviews, results=results)
    rig.view.renaming = True
    rig.presenter.warm_up()
    rig.turn(rig.model)
    rig.presenter.films.open(list(films))
    rig.settle()
    return rig


def test_the_older_key_is_the_one_that_the_older_versions_gave(tmp_path: Path) -> None:
    for path in (film_at(tmp_path / "a.dcm"), picture_at(tmp_path / "b.png")):
        film = read.read_here(path)
        assert older_key(film) == KEY
        assert not is_older(film.key)
        assert is_older(KEY)
    assert film_name("1.2.3.4.5", KEY, Pseudonyms(b"k" * 32)) == ROW


@pytest.mark.parametrize("picture", [False, True], ids=["film", "picture"])
def test_a_review_of_an_earlier_version_is_found_and_goes_on_under_its_name(tmp_path: Path, picture: bool) -> None:
    path = picture_at(tmp_path / "b.png") if picture else film_at(tmp_path / "a.dcm")
    name = REVIEW_OF_PICTURE if picture else REVIEW_OF_FILM
    film, folder = read.read_here(path), ReviewFolder(tmp_path / "reviews")
    assert folder.name_of(film) != name
    ReviewFolder(tmp_path / "reviews").save(name, Saved(Review(note="seen")))
    folder = ReviewFolder(tmp_path / "reviews")
    assert folder.name_of(film) == name
    found = folder.load(name, film.shape)
    assert found is not None
    assert found.review.note == "seen"
    other = read.read_here(film_at(tmp_path / "other.dcm", ramp(240, 200)[::-1, ::-1]))  # the same UID, other pixels
    assert folder.load(folder.name_of(other), other.shape) is None


@pytest.mark.parametrize("moved", [False, True], ids=["listed by its file", "moved"])
def test_reviews_and_results_of_an_earlier_version_come_back_in_the_window(
    tmp_path: Path, moved: bool, earlier: Callable[[], None]
) -> None:
    path, other = film_at(tmp_path / "a.dcm"), film_at(tmp_path / "other.dcm", ramp(240, 201), "1.2.3.4.6")
    first = opened(tmp_path, path)
    assert first.film.key == KEY
    first.presenter.review.set_note("seen")
    first.settle()
    (kept,) = (tmp_path / "results").glob("*.npz")
    assert kept.name.startswith(MAPS)
    assert (tmp_path / "reviews" / f"{REVIEW_OF_FILM}.json").exists()
    earlier()
    if moved:
        path = path.rename(tmp_path / "moved.dcm")
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content + bytes(8))  # another time and size: no list knows it
    again = opened(tmp_path, path, other)
    assert again.film.status is FilmStatus.DONE
    assert again.film.notice is None
    assert again.film.review.note == "seen"
    assert again.film.maps is not None
    assert again.film.maps.image_key == again.film.key == again.film.radiograph.key != KEY  # type: ignore[union-attr]
    assert again.film.findings == first.film.findings
    assert again.engine.shown == 1, "the other film alone"  # type: ignore[attr-defined]
    assert again.named("other.dcm").review == Review()
    again.presenter.review.set_verdict("unsure")
    again.settle()
    assert len(list((tmp_path / "reviews").glob("*.json"))) == 1, "one film, one review"
    third = opened(tmp_path, other, path)
    listed = third.named(path.name)  # not read yet
    assert (listed.review.note, listed.review.verdict) == ("seen", "unsure")
    assert third.engine.shown == 0  # type: ignore[attr-defined]


def test_a_listed_film_whose_first_review_is_made_now_is_listed_with_it(
    tmp_path: Path, earlier: Callable[[], None]
) -> None:
    path, other = film_at(tmp_path / "a.dcm"), film_at(tmp_path / "other.dcm", ramp(240, 201), "1.2.3.4.6")
    opened(tmp_path, path, other)
    earlier()
    again = opened(tmp_path, path)
    again.presenter.review.set_verdict("accept")
    again.settle()
    assert opened(tmp_path, other, path).named("a.dcm").review.verdict == "accept"
