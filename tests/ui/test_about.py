"""Help > About: the self-test runs from there, and the diagnostics can be copied, without anything of a patient."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from ptxviewer import __version__
from ptxviewer.app.disk.settings import load
from ptxviewer.paths import site_settings
from ptxviewer.ui.application import Session
from ptxviewer.ui.dialogs.about_program import RUNNING, ProgramDialog
from ptxviewer.ui.dialogs.notice import FirstRunNotice
from ptxviewer.ui.dialogs.site import SiteDialog
from tests.fakes import FakeEngine
from tests.ui.windows import StoppingEngine, button_of, started

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def session(empty: Session) -> Session:
    return empty


def about(session: Session) -> ProgramDialog:
    session.window.commands["about"].trigger()
    dialog = session.window.findChild(ProgramDialog)
    assert isinstance(dialog, ProgramDialog)
    return dialog


def words(dialog: FirstRunNotice | ProgramDialog) -> str:
    return " | ".join(label.text() for label in dialog.findChildren(QLabel))


def test_the_self_test_runs_on_the_models_lane_and_says_what_it_found(session: Session, qtbot: QtBot) -> None:
    dialog = about(session)
    dialog.test.click()
    assert RUNNING in words(dialog)
    assert not dialog.test.isEnabled()
    qtbot.waitUntil(dialog.test.isEnabled, timeout=20_000)
    assert "0" * 32 in words(dialog)  # the network was loaded for it, and is named now
    assert "not loaded yet" not in words(dialog)
    assert "Self-test failed" in words(dialog)  # the fake network is not the one that the golden output is of
    dialog.close()


def test_copied_diagnostics_have_what_support_asks_for_and_no_reader(session: Session, qtbot: QtBot) -> None:
    session.presenter.apply_settings(replace(session.presenter.state.settings, reader="Dr. Planted"))
    dialog = about(session)
    dialog.test.click()
    qtbot.waitUntil(dialog.test.isEnabled, timeout=20_000)
    dialog.copy.click()
    text = QGuiApplication.clipboard().text()
    for expected in (__version__, "0" * 64, "Device: CPU", "Qt: ", "offscreen", "Self-test failed", "pydicom: "):
        assert expected in text
    assert "Planted" not in text
    assert str(Path.home()) not in text
    dialog.close()


def test_closing_the_dialog_ends_a_self_test_that_still_runs(qtbot: QtBot, tmp_path: Path) -> None:
    engine = StoppingEngine(size=384)  # the self-test checks the size of its maps
    with started(qtbot, tmp_path, engine) as session:
        dialog = about(session)
        dialog.test.click()
        qtbot.waitUntil(engine.started.is_set, timeout=20_000)
        dialog.close()
        qtbot.waitUntil(engine.ended.is_set, timeout=10_000)


def test_the_first_page_says_where_reports_go_and_on_what_the_network_runs(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.window.asking.for_consent()
    notice = session.window.findChild(FirstRunNotice)
    assert isinstance(notice, FirstRunNotice)
    assert "being prepared" in words(notice)
    session.presenter.warm_up()
    qtbot.waitUntil(lambda: "| CPU |" in words(notice), timeout=20_000)
    device = next(line for line in notice.findChildren(QLabel) if line.text() == "CPU")
    assert device.height() >= device.fontMetrics().height()  # it came late and is seen all the same
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "reports"))
    button_of(notice, "Change ...").click()
    assert str(tmp_path / "reports") in words(notice)
    notice.accept()
    kept = load(tmp_path / "settings.json")
    assert kept.accepted_notice
    assert kept.reports_folder == str(tmp_path / "reports")


def test_a_sites_defaults_reach_the_window_and_a_broken_file_is_said(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "etc"))
    monkeypatch.setenv("WIN_PD_OVERRIDE_COMMON_APPDATA", str(tmp_path / "etc"))
    site = tmp_path / "etc" / "ptxviewer" / "settings.json"
    if sys.platform != "darwin":  # its folder for all users cannot be moved
        assert site_settings() == site
    site.parent.mkdir(parents=True)
    for content, expected, told in (('{"first_read": true}', True, False), ("{", False, True)):
        site.write_text(content, "utf-8")
        one = Session(tmp_path / "own.json", FakeEngine(), site_path=site)
        qtbot.addWidget(one.window)
        assert one.presenter.state.settings.first_read is expected
        assert (one.presenter.state.banner is not None) is told
        assert one.close()


def test_the_figures_of_this_sites_films_come_from_what_is_kept(session: Session, qtbot: QtBot) -> None:
    session.window.commands["site"].trigger()  # before the network is known there is a sentence instead
    assert session.presenter.state.banner is not None
    session.presenter.warm_up()
    qtbot.waitUntil(lambda: session.presenter.state.engine.info is not None, timeout=20_000)
    session.window.commands["site"].trigger()
    qtbot.waitUntil(lambda: session.window.findChild(SiteDialog) is not None, timeout=20_000)
    dialog = session.window.findChild(SiteDialog)
    assert isinstance(dialog, SiteDialog)
    assert dialog.isVisible()
    dialog.close()
