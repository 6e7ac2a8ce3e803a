"""Pseudonyms: the same for the same film on this computer, another with another key, nothing of the name in them."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.results.pseudonyms import KEY_FILE, Pseudonyms, pseudonyms_in
from tests.refusals import reason_of


def test_one_key_for_all_runs_which_only_this_user_reads(tmp_path: Path) -> None:
    first, second = pseudonyms_in(tmp_path / "settings"), pseudonyms_in(tmp_path / "settings")
    assert first.of("patient", "P1") == second.of("patient", "P1")
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "settings" / KEY_FILE).stat().st_mode) == 0o600
    assert pseudonyms_in(tmp_path / "other").of("patient", "P1") != first.of("patient", "P1")


def test_kinds_and_words_are_kept_apart_and_nothing_stays_nothing() -> None:
    names = Pseudonyms(b"k" * 32)
    given = [
        names.of("film", "a", "b"),
        names.of("film", "ab"),
        names.of("patient", "a", "b"),
        names.of("film", "b", "a"),
    ]
    assert len(set(given)) == 4
    assert names.of("patient", "") == ""
    assert names.of("file", "name \udcff") != names.of("file", "name \udcfe")


@pytest.mark.skipif(sys.platform == "win32" or os.name != "posix", reason="modes of files")
def test_a_key_that_others_could_read_is_not_used(tmp_path: Path) -> None:
    pseudonyms_in(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    assert reason_of(pseudonyms_in, tmp_path) == NotWritten(Unwritten.PSEUDONYMS, Writing.NO_PERMISSION)
