"""What argparse says by itself is in the reader's language, too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptxviewer.cli import main as cli
from ptxviewer.words import SOURCE_LANGUAGE, speak
from tests.results.made import store_of

ENGLISH = ("usage:", "\noptions:", "positional arguments", "show this help", "error:", "required", "expected")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak(SOURCE_LANGUAGE)


@pytest.mark.parametrize("name", ["", *cli.COMMANDS])
def test_no_command_helps_in_english_where_german_is_spoken(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--language", "de", *filter(None, [name]), "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Aufruf: ptxviewer")
    assert not [words for words in ENGLISH if words in said]


@pytest.mark.parametrize(
    "given", [["predict"], ["predict", "--out"], ["predict", "a.dcm", "--out", "b", "--rule", "no"], ["--no"]]
)
def test_no_complaint_is_english_where_german_is_spoken(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--language", "de", *given]) == 2
    said = capsys.readouterr().err
    assert "Fehler" in said
    assert not [words for words in ENGLISH if words in said]


def test_a_reader_that_reads_no_further_is_no_bug(tmp_path: Path) -> None:
    """``ptxviewer results STORE | head -1``."""
    store = store_of(tmp_path / "a.sqlite", 3000)
    command = [sys.executable, "-m", "ptxviewer", "results", str(store), "--limit", "3000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141
