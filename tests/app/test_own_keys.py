"""Keys that a reader chose: one file; what is wrong with it is told, and everything else of it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ptxviewer.app.commands import COMMANDS, keys_file
from ptxviewer.app.commands.own_keys import differing, owner_of, settled, usual, with_keys
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.stored import KeyNotKnown, KeyOfTwo, KeysIgnored, NoSuchCommand, Stored


def normal(text: str) -> str:
    """As Qt spells keys, for those of these tests."""
    return {"r": "R", "ctrl+j": "Ctrl+J"}.get(text, "" if text == "foo" else text)


def loaded(path: Path) -> tuple[dict[str, tuple[str, ...]], list[Reason]]:
    said: list[Reason] = []
    return keys_file.load(path, normal, said.append), said


def test_a_key_that_was_chosen_is_taken_from_the_command_that_usually_has_it() -> None:
    keys, problems = settled({"invert": ["r", "ctrl+j"]}, normal)
    assert problems == []
    assert keys["invert"] == ("R", "Ctrl+J")
    assert keys["rotate"] == ()
    assert keys["fit"] == usual()["fit"]


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"inverse": ["I"]}, NoSuchCommand("inverse")),
        ({"peek": ["B"]}, NoSuchCommand("peek")),
        ({"invert": ["foo"]}, KeyNotKnown("foo", "invert")),
        ({"invert": ["Space"]}, KeyNotKnown("Space", "invert")),  # it hides the overlay while it is held
        ({"invert": ["B"], "rotate": ["B"]}, KeyOfTwo("B", "invert", "rotate")),
    ],
)
def test_what_cannot_be_used_is_told_with_its_command(own: dict[str, list[str]], why: Reason) -> None:
    _, problems = settled(own, normal)
    assert problems == [why]


def test_of_two_the_first_has_the_key() -> None:
    keys, _ = settled({"invert": ["B"], "rotate": ["B", "J"]}, normal)
    assert (keys["invert"], keys["rotate"]) == (("B",), ("J",))


def test_no_key_is_a_choice() -> None:
    keys, problems = settled({"invert": []}, normal)
    assert keys["invert"] == ()
    assert problems == []


def test_no_key_has_two_meanings_whatever_is_chosen() -> None:
    keys, _ = settled({"invert": ["Ctrl+O"], "fit": ["1", "Right"], "quit": ["Q"]}, normal)
    given = [key for of in keys.values() for key in of]
    assert len(given) == len(set(given))


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    keys, _ = settled({"invert": ["B"], "fit": []}, normal)
    keys_file.save(tmp_path / "keys.json", differing(keys))
    assert loaded(tmp_path / "keys.json") == (keys, [])
    keys_file.save(tmp_path / "keys.json", {})
    assert loaded(tmp_path / "keys.json") == (usual(), [])
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"invert": 5}', '{"invert": [null]}', "[" * 100_000])
def test_a_file_that_is_none_is_told_and_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    assert loaded(path) == (usual(), [Stored.KEYS_DAMAGED])
    assert path.read_text() == text


def test_what_is_wrong_is_one_reason_however_much_it_is(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"a": "I", "b": "J", "invert": "B"}))
    keys, said = loaded(path)
    assert said == [KeysIgnored(NoSuchCommand("a"), 1)]
    assert keys["invert"] == ("B",)


def test_the_usual_keys_have_one_meaning_each() -> None:
    given = [key for command in COMMANDS for key in command.keys]
    assert len(given) == len(set(given))


def test_a_key_that_is_given_is_taken_from_its_owner_and_the_file_says_both() -> None:
    keys = with_keys(usual(), "invert", ("F",))
    assert (owner_of(usual(), "F"), owner_of(keys, "F"), owner_of(keys, "I")) == ("fit", "invert", None)
    assert differing(keys) == {"invert": ("F",), "fit": ()}
    assert settled(differing(keys), normal) == (keys, [])
    again = with_keys(with_keys(keys, "fit", usual()["fit"]), "invert", usual()["invert"])
    assert differing(again) == {}
