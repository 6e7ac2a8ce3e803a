"""A watched folder: what arrives is added once it is whole, on whatever disk; nothing is added twice or taken away."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ptxviewer.app.films import watched_folder
from ptxviewer.app.films.watched_folder import STILL_S, Listing, Look, Stamp, is_unfinished, list_folder, look
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.window import Notice, TooManyWatchedFiles
from tests.app.rig import AppRig
from tests.fakes import ScoringEngine
from tests.there import there


def names(rig: AppRig) -> list[str]:
    return [film.path.name for film in rig.state.films]


class Folder:
    """A real folder, and a rig that looks at it whenever the clock is moved on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.rig = AppRig(ScoringEngine(size=16), clock=lambda: self.now)
        self.rig.presenter.films.watched.follow(str(folder))
        self.look(0)

    def look(self, seconds: float = STILL_S) -> None:
        self.now += timedelta(seconds=seconds)
        self.rig.presenter.films.watched.poll()
        self.rig.settle()

    def put(self, name: str, content: bytes = b"x" * 10) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path


@pytest.fixture
def watched(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize(
    ("error", "why"),
    [(ZeroDivisionError("Doe^Jane"), Notice.WENT_WRONG), (PtxError(TooManyWatchedFiles(3)), TooManyWatchedFiles(3))],
)
def test_a_failure_while_the_folder_is_listed_is_told_as_what_it_is(
    watched: Folder, monkeypatch: pytest.MonkeyPatch, error: Exception, why: Reason, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_folder: Path, _checkpoint: Checkpoint) -> Listing:
        raise error

    monkeypatch.setattr(watched_folder, "list_folder", failing)
    watched.look()
    assert watched.rig.state.banner is not None
    assert watched.rig.state.banner.reason == why
    assert watched.rig.state.watch is None
    assert "Doe" not in caplog.text
    caplog.clear()


def test_a_folder_that_is_there_but_cannot_be_listed_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    stands_for_no_permission = tmp_path / "file"  # root may list everything
    stands_for_no_permission.touch()
    with pytest.raises(NotADirectoryError):
        list_folder(stands_for_no_permission)


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_folder, "MOST_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(PtxError) as told:
        list_folder(tmp_path)
    assert told.value.reason == TooManyWatchedFiles(2)


def test_a_film_is_added_when_it_has_stopped_growing(watched: Folder) -> None:
    for length in (10, 20, 30):
        watched.put("a", b"x" * length)
        watched.look()
        assert names(watched.rig) == []
        assert watched.rig.state.watch is not None
        assert watched.rig.state.watch.waiting == 1
    watched.look(STILL_S / 2)
    assert names(watched.rig) == []
    watched.look(STILL_S / 2)
    assert names(watched.rig) == ["a"]
    assert watched.rig.film.status is FilmStatus.DONE, "the first one comes on screen"
    assert there(watched.rig.state.watch).waiting == 0
    watched.look()
    assert names(watched.rig) == ["a"]


def test_a_film_that_waits_while_the_clock_is_put_back_waits_no_longer(watched: Folder) -> None:
    watched.put("a")
    watched.look()
    watched.look(-3600)
    watched.look()
    assert names(watched.rig) == ["a"]


def test_what_arrives_does_not_take_the_screen(watched: Folder) -> None:
    for name in ("a", "b", "c"):
        watched.put(name)
        watched.look()
        watched.look()
    assert names(watched.rig) == ["a", "b", "c"]
    assert watched.rig.film.path.name == "a"
    assert all(film.status is FilmStatus.DONE for film in watched.rig.state.films)


def test_files_under_a_name_of_the_unfinished_wait_for_their_own(watched: Folder) -> None:
    part = watched.put("a.dcm.part")
    for name in (".hidden", "b.tmp", "~c", "d.crdownload", "e.filepart"):
        watched.put(name)
        assert is_unfinished(name)
    watched.look()
    watched.look()
    assert names(watched.rig) == []
    part.rename(watched.folder / "a.dcm")
    watched.look()
    watched.look()
    assert names(watched.rig) == ["a.dcm"]


def test_a_renamed_file_stays_one_film(watched: Folder) -> None:
    path = watched.put("a")
    watched.look()
    watched.look()
    first = watched.rig.film
    watched.rig.view.renaming = True
    os.rename(path, watched.folder / "a1")
    watched.look()
    watched.look()
    assert names(watched.rig) == ["a1"]
    assert watched.rig.film.id == first.id


def test_a_deleted_file_stays_in_the_list(watched: Folder) -> None:
    path = watched.put("a")
    watched.put("b")
    watched.look()
    watched.look()
    path.unlink()
    watched.look()
    assert names(watched.rig) == ["a", "b"]


def test_a_replaced_file_is_read_anew_but_not_under_the_readers_eyes(watched: Folder) -> None:
    watched.put("a")
    watched.put("changed")
    watched.look()
    watched.look()
    before = watched.rig.named("changed").key
    watched.put("changed", b"y" * 99)
    watched.put("a", b"y" * 99)
    watched.look()
    watched.look()
    assert watched.rig.named("changed").key != before
    assert watched.rig.reader.read.count("a") == 1
    watched.rig.presenter.films.next()
    watched.look()
    assert watched.rig.reader.read.count("a") == 2
    assert [film.status for film in watched.rig.state.films] == [FilmStatus.DONE] * 2


def test_a_film_that_was_torn_is_tried_again_when_its_file_changes(watched: Folder) -> None:
    watched.put("bad")
    watched.look()
    watched.look()
    assert watched.rig.film.status is FilmStatus.FAILED
    reads = len(watched.rig.reader.read)
    watched.look()
    assert len(watched.rig.reader.read) == reads
    watched.put("bad", b"y" * 99)
    watched.look()
    watched.look()
    assert len(watched.rig.reader.read) == reads + 1


def test_a_folder_that_cannot_be_reached_is_said_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "drive"
    folder.mkdir()
    watched = Folder(folder)
    watched.put("a")
    watched.look()
    watched.look()
    folder.rename(tmp_path / "away")
    watched.look()
    assert watched.rig.state.watch is not None
    assert watched.rig.state.watch.missing
    assert names(watched.rig) == ["a"]
    (tmp_path / "away").rename(folder)
    watched.look()
    assert not watched.rig.state.watch.missing
    assert names(watched.rig) == ["a"]
    assert len(watched.rig.reader.read) == 1


def test_the_folder_is_remembered_until_the_reader_stops_it(watched: Folder, tmp_path: Path) -> None:
    rig = watched.rig
    rig.presenter.films.watched.choose(None)
    assert rig.state.watch is None
    assert rig.saved[-1].watch_folder == ""
    watched.put("a")
    watched.look()
    watched.look()
    assert names(rig) == []
    rig.presenter.films.watched.choose(tmp_path)
    assert rig.saved[-1].watch_folder == str(tmp_path)
    rig.presenter.apply_settings(Settings())
    assert rig.state.watch is None


def test_a_late_look_at_a_folder_that_is_watched_no_more_adds_nothing(watched: Folder) -> None:
    watched.put("a")
    watched.look()
    watched.now += timedelta(seconds=STILL_S)
    watched.rig.presenter.films.watched.poll()
    watched.rig.disk.crank()
    watched.rig.presenter.films.watched.choose(None)
    watched.rig.settle()
    assert names(watched.rig) == []


def test_what_is_locked_waits_and_what_is_no_film_is_passed_over() -> None:
    def is_film(path: Path) -> bool:
        if path.name == "locked":
            raise PermissionError
        return path.name == "film"

    listing: Listing = {Path(name): Stamp(1, 1, n) for n, name in enumerate(("film", "text", "locked"), 1)}
    waiting = {path: (stamp, 0.0) for path, stamp in listing.items()}
    found = look(listing, {}, waiting, 100.0, is_film)
    assert [path.name for path in found.ready] == ["film"]
    assert [path.name for path in found.passed] == ["text"]
    assert [path.name for path in found.waiting] == ["locked"]
    assert look(listing, {**found.ready, **found.passed}, {}, 101.0, is_film).ready == {}


def test_without_inodes_a_new_name_is_a_new_file() -> None:
    known = {Path("a"): Stamp(1, 1, 0)}
    found = look({Path("b"): Stamp(1, 1, 0)}, known, {}, 0.0, lambda _path: True)
    assert found == Look(waiting={Path("b"): (Stamp(1, 1, 0), 0.0)}, gone=frozenset({Path("a")}))


def test_listing_goes_into_folders_but_not_into_hidden_ones_and_leaves_out_empty_files(tmp_path: Path) -> None:
    for name in ("a", "deep/b", ".hidden/c"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "empty").touch()
    assert sorted(path.name for path in list_folder(tmp_path)) == ["a", "b"]


class Arrivals:
    """Random files in a watched folder while films are read, analysed, and chosen; and what should be open."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.watched = Folder(folder)
        self.watched.rig.view.renaming = True
        self.count = 0
        self.there: list[str] = []  # files under a name of their own
        self.parts: list[str] = []  # files under a name of the unfinished
        self.names: set[str] = set()  # of every file that was there once

    def step(self) -> None:
        chance, watched, presenter = self.chance, self.watched, self.watched.rig.presenter
        act = chance.choice(("put", "part", "whole", "grow", "rename", "delete", "look", "select", "stop"))
        some = chance.choice(self.there) if self.there else None
        if act in ("put", "part"):
            self.count += 1
            name = f"{self.count}" if act == "put" else f"{self.count}.part"
            watched.put(name, b"x" * self.count)
            (self.there if act == "put" else self.parts).append(name)
        elif act == "whole" and self.parts:
            part = self.parts.pop()
            os.rename(watched.folder / part, watched.folder / part.removesuffix(".part"))
            self.there.append(part.removesuffix(".part"))
        elif act == "grow" and some is not None:
            with (watched.folder / some).open("ab") as file:
                file.write(b"more")
        elif act == "rename" and some is not None:
            os.rename(watched.folder / some, watched.folder / f"{some}r")
            self.there[self.there.index(some)] = f"{some}r"
        elif act == "delete" and some is not None and chance.random() < 0.3:
            (watched.folder / some).unlink()
            self.there.remove(some)
        elif act == "look":
            watched.now += timedelta(seconds=chance.choice((0.5, 1, STILL_S)))
            presenter.films.watched.poll()
        elif act == "select" and presenter.state.films:
            presenter.films.select(chance.choice(presenter.state.films).id)
        elif act == "stop" and chance.random() < 0.1:
            presenter.films.watched.choose(None)
            presenter.films.watched.choose(watched.folder)
        self.names |= set(self.there)
        for lane in (watched.rig.disk, watched.rig.model, watched.rig.cache):
            for _ in range(chance.randrange(3)):
                chance.choice((lane.crank, lane.deliver))()
        ids = [film.id for film in presenter.state.films]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_in_the_folder_every_whole_file_is_one_film(tmp_path: Path, seed: int) -> None:
    arrivals = Arrivals(tmp_path, seed)
    for _ in range(250):
        arrivals.step()
    watched, presenter = arrivals.watched, arrivals.watched.rig.presenter
    for _ in range(3):
        watched.look()
    for film in presenter.state.films:  # a film on screen is not taken away: each has to be left once
        presenter.films.select(film.id)
        watched.look()
        watched.look()
    open_now = names(watched.rig)
    assert len(open_now) == len(set(open_now)), "no file is open twice"
    assert set(arrivals.there) <= set(open_now), "every whole file is open"
    assert not [name for name in open_now if name.endswith(".part")]
    gone = set(open_now) - set(arrivals.there)
    assert gone <= arrivals.names, "what was there once may stay"
    assert all(film.status is FilmStatus.DONE for film in presenter.state.films if film.path.name not in gone)
    assert presenter.state.watch is not None
    assert presenter.state.watch.waiting == 0
