"""The table of actions: every key means one thing, every row can be asked and done in every state of the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptxviewer.app.commands import BY_ID, COMMANDS, GROUP_NAMES, TOOLBAR
from ptxviewer.app.commands.base import Command
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import State
from tests.app.rig import AppRig

DESIGN_KEYS = (
    "Ctrl+O Ctrl+Shift+O W P + - F 0 Right Left PgDown PgUp Space [ ] { } O I R H V Y N U Ctrl+S Ctrl+C Ctrl+Z "
    "Ctrl+Shift+Z ? F11 Tab 1 2 3 4 5 6 7 8 9"
)


def states() -> list[State]:
    """Empty, opening, shown, analysed, failed and not analysed."""
    rig = AppRig()
    seen = [rig.presenter.state]
    rig.open("a", "b", "bad", "lateral")
    for _ in range(3):
        seen.append(rig.state)
        rig.turn(rig.disk)
    rig.settle()
    for _ in range(4):
        seen.append(rig.state)
        rig.presenter.films.next()
        rig.settle()
    statuses = {state.current.status for state in seen if state.current is not None}
    assert statuses >= {FilmStatus.OPENING, FilmStatus.DONE, FilmStatus.FAILED, FilmStatus.NOT_ANALYSED}
    return seen


@pytest.mark.parametrize("key", DESIGN_KEYS.split())
def test_the_keys_of_the_design_exist(key: str) -> None:
    assert any(key in row.keys for row in COMMANDS)


def test_every_row_is_asked_in_every_state() -> None:
    for state in states():
        for row in COMMANDS:
            assert isinstance(row.enabled(state), bool)
            assert row.checked is None or isinstance(row.checked(state), bool)


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
def test_every_row_can_be_done_with_and_without_a_film(row: Command) -> None:
    for names in ((), ("a", "b"), ("bad",), ("lateral",)):
        rig = AppRig()
        if names:
            rig.open(*names)
            rig.settle()
        rig.do(row.id)
        rig.settle()


def test_presets_show_which_one_is_chosen() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    checked = [BY_ID[f"preset_{number}"].checked for number in (1, 2)]
    assert [check(rig.state) for check in checked if check] == [True, False]
    rig.do("preset_2")
    assert [check(rig.state) for check in checked if check] == [False, True]
    rig.do("preset_1")
    assert [check(rig.state) for check in checked if check] == [True, False]


def test_one_to_one_is_marked_on_a_dense_screen() -> None:
    rig = AppRig()
    rig.presenter.display.view.set_pixel_ratio(2.0)
    rig.open("a")
    rig.settle()
    row = BY_ID["one_to_one"]
    assert row.checked is not None
    assert not row.checked(rig.state)
    rig.do(row.id)
    assert row.checked(rig.state)


def test_going_back_takes_one_thing_at_a_time() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    rig.presenter.display.toggle_film_only()
    rig.presenter.show_problem()
    back = BY_ID["back"]
    rig.do(back.id)
    assert rig.state.banner is None
    assert rig.state.film_only
    rig.do(back.id)
    assert not rig.state.film_only
    assert not back.enabled(rig.state)


def test_the_toolbar_and_the_menus_name_rows_that_exist() -> None:
    listed = [name for part in TOOLBAR for name in part]
    assert set(listed) == {row.id for row in COMMANDS if "toolbar" in row.places}
    assert {row.group for row in COMMANDS} == set(GROUP_NAMES)
    root = Path(__file__).resolve().parents[2] / "resources" / "icons"
    for name in listed:
        assert (root / f"{BY_ID[name].icon}.svg").is_file(), "a toolbar button needs its icon"


def test_what_needs_the_window_is_asked_of_it() -> None:
    rig = AppRig()
    for command, asked in (("pan_left", ("pan_by", 60, 0)), ("pan_down", ("pan_by", 0, -60)), ("quit", ("quit",))):
        rig.do(command)
        assert rig.shell.asked[-1] == asked
    rig.do("zoom_in")
    rig.do("zoom_out")
    (_, larger), (_, smaller) = rig.shell.asked[-2:]
    assert isinstance(larger, float)
    assert isinstance(smaller, float)
    assert larger * smaller == 1
