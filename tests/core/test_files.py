"""A file is whole or as it was before, and a failure is one sentence."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import PART, remove_parts, write_atomic
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from tests.refusals import reason_of


def test_it_writes_and_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    write_atomic(target, b"one")
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOSPC, Writing.DISK_FULL),
        (errno.EROFS, Writing.NO_PERMISSION),
        (errno.EACCES, Writing.NO_PERMISSION),
        (errno.ENAMETOOLONG, Writing.NAME_TOO_LONG),
        (errno.EIO, Writing.DISK_REFUSED),
    ],
)
def test_a_failure_keeps_the_old_file_and_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, why: Writing
) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def fail(_descriptor: Any) -> None:
        raise OSError(number, "no", "/secret/path")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ExportFailed) as failure:
        write_atomic(target, b"new", Unwritten.REVIEW)
    assert failure.value.reason == NotWritten(Unwritten.REVIEW, why)
    assert "secret" not in str(failure.value)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_missing_folder_and_a_folder_in_the_way_are_said(tmp_path: Path) -> None:
    reason = reason_of(write_atomic, tmp_path / "none" / "a.bin", b"")
    assert reason == NotWritten(Unwritten.FILE, Writing.NO_SUCH_FOLDER)
    (tmp_path / "taken").mkdir()
    with pytest.raises(ExportFailed):
        write_atomic(tmp_path / "taken", b"")
    assert os.listdir(tmp_path) == ["taken"]


def test_stopping_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.bin", b"new")
    assert os.listdir(tmp_path) == []


def test_what_a_killed_program_left_half_written_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left, written = tmp_path / f"{PART}{ended.pid}.1.part", tmp_path / f"{PART}{os.getpid()}.1.part"
    other = tmp_path / f".ptxviewer.other-computer.{ended.pid}.1.part"
    for path in (left, written, other):
        path.touch()
    remove_parts(tmp_path)
    assert set(tmp_path.iterdir()) == {written, other}


def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    write_atomic(tmp_path / ("x" * 255), b"one")
    assert len(os.listdir(tmp_path)) == 1
