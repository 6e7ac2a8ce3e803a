"""Text of files and file names does nothing to a screen, a terminal, a log or a spreadsheet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.plaintext import cell, escaped, plain

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Müller, 花子 山田", "Müller, 花子 山田"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x1b[31mred\x07", "[31mred"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("one\r\ntwo\tthree\x00 ", "one two three"),
        ("\u2028line\u00a0", "line"),
    ],
)
def test_a_text_of_a_file_is_one_plain_line(written: str, shown: str) -> None:
    assert plain(written) == shown


def test_a_text_of_a_file_has_an_end() -> None:
    assert len(plain("x" * 1_000_000, 64)) == 64


@given(ANY)
def test_nothing_unprintable_is_left(text: str) -> None:
    for shown in (plain(text), escaped(text)):
        assert not [one for one in shown if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")]
        assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f\ufeff")
        shown.encode()


def test_a_file_name_stays_recognisable() -> None:
    assert escaped("a\x1b[2J\nb\u202e\udcff.dcm") == "a\\x1b[2J\\nb\\u202e\\udcff.dcm"
    assert escaped("two\nlines", keep="\n") == "two\nlines"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", " =", "\t=", "\r="])
def test_no_cell_is_a_formula(start: str) -> None:
    shown = cell(f"{start}cmd|' /C calc'!A0.dcm")
    assert shown.lstrip()[:1] not in tuple("=+-@＝")
    assert "calc" in shown


@given(ANY)
def test_a_cell_is_one_line(text: str) -> None:
    assert len(cell(text).splitlines()) <= 1
    assert cell(text)[:1] not in tuple("=+-@")
