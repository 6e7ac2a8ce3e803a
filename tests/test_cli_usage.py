"""What argparse says by itself is in the reader's language, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ptxviewer.cli import main as cli
from ptxviewer.words import SOURCE_LANGUAGE, speak

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
