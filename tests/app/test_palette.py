"""A few letters find what is meant; what cannot be done now comes last; every action can be found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.app.commands import COMMANDS
from ptxviewer.app.commands.palette import entries, match
from ptxviewer.app.state.screen import State
from tests.app.rig import AppRig


@pytest.fixture(scope="module")
def state() -> State:
    rig = AppRig()
    rig.open("a", "b")
    rig.settle()
    return rig.state


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("inv", "invert"), ("rotate left", "rotate_left"), ("rl", "rotate_left"), ("angle", "tool_angle"),
        ("apic", "apices"), ("magn", "magnifier"), ("heat", "overlay_heat"), ("accept", "verdict_accept"),
        ("save rep", "save_report"), ("11", "one_to_one"), ("calib", "tool_calibrate"), ("next", "next"),
        ("ANGLE", "tool_angle"), ("pleural line", "sharpen_unsharp"), ("meas", "measure"), ("fl", "flip_horizontal"),
    ],
)  # fmt: skip
def test_what_people_type_finds_what_they_mean(state: State, typed: str, wanted: str) -> None:
    assert entries(typed, state)[0].command.id == wanted


def test_nothing_typed_lists_everything_that_can_be_done_first(state: State) -> None:
    listed = entries("", state)
    assert {entry.command.id for entry in listed} == {row.id for row in COMMANDS if not row.held} - {"palette"}
    possible = [entry.enabled for entry in listed]
    assert possible == sorted(possible, reverse=True)


def test_every_command_is_found_first_by_its_own_name(state: State) -> None:
    for name in [entry.name for entry in entries("", state)]:
        assert entries(name, state)[0].name == name


def test_what_is_read_is_what_is_searched(state: State) -> None:
    def spoken(text: str, **values: str) -> str:
        return {"Invert": "Umkehren", "View": "Ansicht"}.get(text, text).format(**values)

    best = entries("umk", state, spoken)[0]
    assert (best.command.id, best.name, best.group) == ("invert", "Umkehren", "Ansicht")
    assert not [entry for entry in entries("invert", state, spoken) if entry.command.id == "invert"]


def test_nonsense_finds_nothing(state: State) -> None:
    assert entries("qqxqq", state) == ()


@given(st.text(max_size=8), st.text(max_size=30))
def test_the_places_spell_what_was_typed(typed: str, text: str) -> None:
    found = match(typed, text)
    if found is not None and len(text.casefold()) == len(text):
        wanted = [letter for letter in typed.casefold() if not letter.isspace()]
        assert [text.casefold()[place] for place in found[1]] == wanted
        assert list(found[1]) == sorted(set(found[1]))


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=30), st.data())
def test_letters_in_order_are_always_found(text: str, data: st.DataObject) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, len(text) - 1), max_size=6)))
    assert match("".join(text[place] for place in places), text) is not None


def test_starts_of_words_win_over_letters_that_happen_to_be_there() -> None:
    start, strewn = match("fl", "Flip left to right"), match("fl", "Outline, fill, heat map")
    assert start is not None
    assert strewn is not None
    assert start[0] > strewn[0]


def test_the_name_of_a_group_finds_what_belongs_to_it(state: State) -> None:
    found = {entry.command.id for entry in entries("meas", state)}
    assert {"measure", "tool_length", "tool_angle", "tool_ellipse", "tool_rectangle", "tool_calibrate"} <= found
