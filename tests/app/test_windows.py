"""Every key of a window does something or says why not; a region sets it; what the reader kept comes back elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.commands.view import chosen_preset
from ptxviewer.app.disk.settings import load, save
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.presets import BUILT_IN, built_in, kept_as, own_window, presets, window_of_region
from ptxviewer.core.reasons.window import NoPreset, Notice
from ptxviewer.core.voi import display_lut
from tests.app.rig import AppRig
from tests.fake_shell import FakeShell
from tests.films import film


@pytest.fixture
def rig() -> AppRig:
    one = AppRig()
    one.open("a")
    one.settle()
    return one


def ramp(**changes: Any) -> Radiograph:
    pixels = np.linspace(1000, 3000, 100 * 80).astype(np.uint16).reshape(100, 80)
    return replace(film(100, 80), pixels=pixels, **changes)


def test_every_number_key_shows_a_window_or_says_that_there_is_none(rig: AppRig) -> None:
    assert rig.film.radiograph is not None
    count = len(presets(rig.film.radiograph))
    for number in range(1, 10):
        assert BY_ID[f"preset_{number}"].enabled(rig.state)
        BY_ID[f"preset_{number}"].run(rig.presenter, FakeShell())
        if number <= count:
            assert chosen_preset(rig.state) == number - 1
        else:
            assert rig.state.message == NoPreset(number, count)


def test_our_windows_go_from_dark_to_bright_also_where_high_values_are_dark() -> None:
    for one in (ramp(), ramp(inverse=True)):
        soft, apex, bone, full = (display_lut(one, window)[one.pixels] for window in built_in(one))
        assert apex.mean() > soft.mean() > bone.mean(), "dark lungs get lighter, bright bones darker"
        assert full.min() == 0
        assert full.max() == 255


def test_a_window_of_a_region_spans_its_values(rig: AppRig) -> None:
    one = ramp()
    window = window_of_region(one, (0, 40, 80, 60))
    assert window is not None
    values = one.pixels[40:60]
    assert values.min() - 2 <= window.center - window.width / 2 <= window.center + window.width / 2 <= values.max() + 2
    assert window_of_region(one, (5, 5, 6, 6)) is None
    assert window_of_region(one, (-50, -50, -10, -10)) is None
    before = rig.film.view
    rig.presenter.display.view.window_region((5.0, 5.0), (5.5, 5.5))
    assert rig.film.view == before
    assert rig.state.message is Notice.REGION_TOO_SMALL
    rig.presenter.display.view.window_region((30.0, 30.0), (5.0, 5.0))
    assert isinstance(rig.film.view.voi, Window)


def test_a_window_that_was_kept_suits_films_of_other_values() -> None:
    one = ramp()
    other = replace(one, pixels=(one.pixels // 8).astype(np.uint16))
    window = Window(1500, 400)
    again = own_window(other, kept_as(one, window, "Lines"))
    assert again.center == pytest.approx(1500 / 8, rel=0.02)
    assert again.width == pytest.approx(400 / 8, rel=0.02)


def test_own_windows_are_among_the_presets_and_kept(rig: AppRig, tmp_path: Path) -> None:
    rig.presenter.display.view.window_region((30.0, 30.0), (5.0, 5.0))
    rig.presenter.display.view.keep_window("  Lines ")
    rig.presenter.display.view.keep_window("Lines")
    own = rig.state.settings.own_windows
    assert [one.name for one in own] == ["Lines"]
    assert rig.film.radiograph is not None
    place = len(rig.film.radiograph.vois) + len(BUILT_IN)
    rig.presenter.display.view.choose_voi(place)
    assert chosen_preset(rig.state) == place
    save(tmp_path / "settings.json", rig.state.settings)
    assert load(tmp_path / "settings.json").own_windows == own
    (tmp_path / "bad.json").write_text('{"own_windows": [{"name": 3}]}')
    assert load(tmp_path / "bad.json") == Settings()
    rig.presenter.display.view.forget_window("Lines")
    assert not rig.state.settings.own_windows


def test_true_size_is_a_millimetre_on_a_millimetre_of_the_calibrated_monitor(rig: AppRig) -> None:
    view = rig.presenter.display.view
    assert view.true_size("A")
    assert rig.state.message is Notice.NO_TRUE_SIZE
    measuring = rig.presenter.review.measurements
    rig.presenter.display.set_tool("calibrate")
    measuring.begin((5.0, 5.0))
    measuring.move((15.0, 5.0))
    measuring.place()
    measuring.calibrate(2.0)  # 0.2 mm a pixel
    assert not view.true_size("A"), "it has to be measured first"
    view.set_pixel_ratio(2.0)
    view.calibrate_monitor("A", 10.0)
    assert rig.film.view.zoom == pytest.approx(10.0 * 0.2 / 2.0)
    assert not view.true_size("B")
