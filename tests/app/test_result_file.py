"""Results come back from disk bit for bit, for their own film and network only, within bounds; damage is no result."""

from __future__ import annotations

import errno
import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.app.disk.result_file import Entry, ResultFolder, fingerprint, identity, maps_bytes, maps_from
from ptxviewer.app.state.facts import Summary
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.reasons.reading import NotAnalysed, OtherModality
from tests.films import INFO, RULE, film, maps

MODEL = identity(INFO)
FILM = film()
FULL = Entry("film", "name", (200, 160), 3, None, Summary(0.9, True, ("left", "right"), 32.5, 4100.0, 12_345))
WITHOUT = Entry("film", "name", (200, 160), 1, NotAnalysed(OtherModality("CT")))


def noisy(key: str = "film", size: int = 64) -> ProbabilityMaps:
    grid = np.random.default_rng(1).random((size, size)).astype(np.float32)
    return replace(maps(replace(FILM, key=key), grid, size=size), frontal=0.25)


def same(a: ProbabilityMaps, b: ProbabilityMaps) -> bool:
    return all(np.array_equal(getattr(a, one.name), getattr(b, one.name)) for one in fields(ProbabilityMaps))


def test_maps_come_back_bit_for_bit() -> None:
    assert same(maps_from(maps_bytes(noisy())), noisy())
    bare = maps(FILM, lungs=False)
    assert maps_from(maps_bytes(bare)).lung_image_left is None


def test_a_result_comes_back_for_its_own_film_and_network_only(tmp_path: Path) -> None:
    folder = ResultFolder(tmp_path / "new" / "results")
    assert folder.find("mark", MODEL) is None
    folder.save("mark", MODEL, FULL, noisy())
    folder.save("lateral", MODEL, WITHOUT, None)
    again = ResultFolder(tmp_path / "new" / "results")
    assert again.find("mark", MODEL) == FULL
    assert again.find("lateral", MODEL) == WITHOUT
    found = again.maps("film", FILM.shape, MODEL)
    assert found is not None
    assert same(found, noisy())
    assert again.maps("other", FILM.shape, MODEL) is None
    for other in (replace(INFO, model_sha256="cd" * 32), replace(INFO, rule=replace(RULE, threshold=0.4))):
        assert again.find("mark", identity(other)) is None
        assert again.maps("film", FILM.shape, identity(other)) is None
    assert identity(replace(INFO, device="CUDA", note=Network.DEVICE_OUT_OF_MEMORY)) == MODEL


def test_maps_of_another_film_under_this_name_are_not_given_back(tmp_path: Path) -> None:
    folder = ResultFolder(tmp_path)
    folder.save("", MODEL, FULL, noisy("other"))
    (stray,) = tmp_path.iterdir()
    folder.save("", MODEL, FULL, noisy())
    (own,) = set(tmp_path.iterdir()) - {stray}
    os.replace(stray, own)
    assert folder.maps("film", FILM.shape, MODEL) is None
    folder.save("", MODEL, FULL, noisy())
    assert folder.maps("film", (160, 200), MODEL) is None


@pytest.mark.parametrize("damage", [b"", b"\x00", b"{}", b'{"format": 1}\n', b"[" * 100_000, b"half", b"flip", b"tail"])
def test_damaged_files_are_ignored_and_replaced(damage: bytes, tmp_path: Path) -> None:
    folder = ResultFolder(tmp_path)
    folder.save("mark", MODEL, FULL, noisy())
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        if damage == b"half":
            content = content[: len(content) // 2]
        elif damage == b"flip":
            middle = 20 if path.suffix == ".json" else len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        elif damage == b"tail":
            content = content[:-8] + b"12345678"
        else:
            content = damage
        path.write_bytes(content)
    assert folder.find("mark", MODEL) is None
    assert folder.maps("film", FILM.shape, MODEL) is None
    assert not list(tmp_path.iterdir())
    folder.save("mark", MODEL, FULL, noisy())
    assert folder.find("mark", MODEL) == FULL


def test_the_oldest_in_use_are_evicted_and_the_newest_never(tmp_path: Path) -> None:
    one = len(maps_bytes(noisy("film0")))
    folder = ResultFolder(tmp_path, most_bytes=5 * one)
    for number in range(4):
        folder.save("", MODEL, FULL, noisy(f"film{number}"))
        for path in tmp_path.iterdir():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 100))
    assert folder.maps("film0", FILM.shape, MODEL) is not None  # in use again
    for number in range(4, 7):
        folder.save("", MODEL, FULL, noisy(f"film{number}"))
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5 * one
        assert folder.maps(f"film{number}", FILM.shape, MODEL) is not None
    assert folder.maps("film0", FILM.shape, MODEL) is not None
    assert folder.maps("film1", FILM.shape, MODEL) is None


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportFailed, match="results_unwritten, why=disk_full"):
        ResultFolder(tmp_path).save("mark", MODEL, FULL, noisy())
    assert not list(tmp_path.iterdir())


def test_names_and_contents_hold_nothing_of_the_file(tmp_path: Path) -> None:
    source = tmp_path / "Doe^Jane.dcm"
    source.write_bytes(b"Doe^Jane" * 1000)
    folder = tmp_path / "results"
    ResultFolder(folder).save(fingerprint(source), MODEL, FULL, noisy())
    for path in folder.iterdir():
        assert "Doe" not in path.name
        assert b"Doe" not in path.read_bytes()


def test_a_fingerprint_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    content = bytearray(100_000)
    seen = set()
    for place in (None, 0, 50_001, 99_999):
        if place is not None:
            content[place] ^= 1
        path.write_bytes(content)
        os.utime(path, ns=(1, 1))
        seen.add(fingerprint(path))
    os.utime(path, ns=(1, 2))
    seen.add(fingerprint(path))
    assert len(seen) == 5
    copy = tmp_path / "b"
    copy.write_bytes(content)
    os.utime(copy, ns=(1, 2))
    assert fingerprint(copy) in seen, "a film is known by what it is, not by where it lies"
    with pytest.raises(OSError, match="c"):
        fingerprint(tmp_path / "c")


def test_clearing_takes_everything_away(tmp_path: Path) -> None:
    folder = ResultFolder(tmp_path)
    folder.save("mark", MODEL, FULL, noisy())
    folder.clear()
    assert not list(tmp_path.iterdir())
    folder.save("mark", MODEL, FULL, noisy())
    assert folder.find("mark", MODEL) == FULL
