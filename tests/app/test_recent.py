"""Recent files: kept only where the reader wants it, bounded, the newest first, gone when it is turned off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ptxviewer.app.films.recent import MOST, with_opened
from ptxviewer.app.state.settings import Settings
from tests.app.rig import AppRig
from tests.there import now


def test_nothing_is_kept_unasked() -> None:
    rig = AppRig()
    rig.open("a")
    assert rig.state.settings.recent == ()


def test_the_newest_stand_first_each_once_and_all_can_be_forgotten() -> None:
    settings = Settings(keep_recent=True)
    for name in ("a", "b", "a"):
        settings = with_opened(settings, [Path(name)])
    assert settings.recent == ("a", "b")
    many = with_opened(settings, [Path(f"f{number}") for number in range(30)])
    assert len(many.recent) == MOST
    assert many.recent[0] == "f0"
    assert "f0" not in repr(many)
    rig = AppRig()
    rig.presenter.apply_settings(replace(rig.state.settings, keep_recent=True))
    rig.open("a")
    assert rig.state.settings.recent == ("a",)
    rig.presenter.films.forget_recent()
    assert now(rig.state.settings.recent) == ()
    rig.open("b")
    rig.presenter.apply_settings(replace(rig.state.settings, keep_recent=False))
    assert now(rig.state.settings.recent) == ()
