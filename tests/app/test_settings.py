"""Settings survive a restart, and a damaged file never keeps the window from opening."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.app.commands import keys_file
from ptxviewer.app.commands.own_keys import settled
from ptxviewer.app.disk import pacs_file
from ptxviewer.app.disk.settings import load, load_site, save
from ptxviewer.app.state.settings import ROWS, Settings
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.pacs import NO_PACS
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.stored import Stored

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_what_was_chosen_comes_back_in_any_script(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    chosen = replace(Settings(), device="cpu", reader="山田 太郎", overlay_opacity=0.4, accepted_notice=True)
    save(path, chosen)
    assert load(path) == chosen
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_patient_data_stay_off_reports_unless_the_reader_chooses(tmp_path: Path) -> None:
    assert not load(tmp_path / "none.json").report_identified


def test_no_file_yet_is_nothing_to_speak_of(tmp_path: Path) -> None:
    said: list[Reason] = []
    assert load(tmp_path / "none.json", said.append) == Settings()
    assert not said


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b"null", b"[" * 100_000])
def test_a_broken_file_means_defaults_and_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    said: list[Reason] = []
    settings = load(path, said.append)
    assert settings == Settings()
    assert said == [Stored.SETTINGS_DAMAGED]
    save(path, settings)
    assert path.with_suffix(".damaged").read_bytes() == content, "it is not overwritten"


@given(stored=st.dictionaries(st.sampled_from([field.name for field in fields(Settings)]), JSON))
def test_values_of_any_kind_give_usable_settings(tmp_path_factory: pytest.TempPathFactory, stored: object) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(json.dumps(stored), "utf-8")
    settings = load(path)
    for field in fields(Settings):
        assert type(getattr(settings, field.name)) is type(getattr(Settings(), field.name))
    for row in ROWS:
        value = getattr(settings, row.key)
        assert not row.choices or value in {choice for choice, _ in row.choices}
        assert row.lowest is None or row.highest is None or row.lowest <= value <= row.highest
    assert settings.overlay_mode in ("outline", "fill", "heat")


def test_a_whole_number_is_an_opacity_too(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"overlay_opacity": 1, "from_the_future": 3}', "utf-8")
    assert load(path) == replace(Settings(), overlay_opacity=1.0)


def test_a_failed_save_leaves_the_old_file_and_says_so(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")
    with pytest.raises(ExportFailed, match="settings_unwritten, why=folder_not_made"):
        save(occupied / "settings.json", Settings())


@pytest.mark.parametrize("step", ["write", "rename"])
def test_a_full_disk_leaves_the_old_settings_and_nothing_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "settings.json"
    save(path, Settings(device="cpu"))
    at, name = {"write": (os, "fsync"), "rename": (Path, "replace")}[step]
    monkeypatch.setattr(at, name, full)
    with pytest.raises(ExportFailed, match="settings_unwritten, why=disk_full"):
        save(path, Settings(device="cuda"))
    assert load(path) == Settings(device="cpu")
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]


def test_every_row_of_the_table_is_a_setting_and_visible_ones_have_words() -> None:
    names = {field.name for field in fields(Settings)}
    assert {row.key for row in ROWS} == names
    for row in ROWS:
        assert row.kind == "hidden" or row.label
        assert (row.kind == "choice") == bool(row.choices)


def test_a_sites_defaults_hold_until_the_reader_chooses_otherwise_and_follow_the_site(tmp_path: Path) -> None:
    site, own = tmp_path / "site.json", tmp_path / "own.json"
    site.write_text('{"device": "cpu", "reports_folder": "/reports", "first_read": true}', "utf-8")
    given = load_site(site)
    assert load(own, default=given) == given
    save(own, replace(given, reading_mode="beside"), given)
    assert json.loads(own.read_text("utf-8")) == {"reading_mode": "beside"}
    site.write_text('{"device": "cpu", "reports_folder": "/elsewhere", "first_read": true}', "utf-8")
    settings = load(own, default=load_site(site))
    assert (settings.reports_folder, settings.first_read, settings.device) == ("/elsewhere", False, "cpu")


def test_no_site_can_accept_or_sign_for_a_reader(tmp_path: Path) -> None:
    site = tmp_path / "site.json"
    site.write_text('{"accepted_notice": true, "reader": "Dr. Everybody", "geometry": "x"}', "utf-8")
    assert load_site(site) == Settings()


def test_a_broken_site_file_is_said_to_be_the_sites(tmp_path: Path) -> None:
    site = tmp_path / "site.json"
    site.write_text("{", "utf-8")
    said: list[Reason] = []
    assert load_site(site, said.append) == Settings()
    assert said == [Stored.SITE_SETTINGS_DAMAGED]


def test_a_list_of_nodes_that_cannot_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    unreadable = tmp_path / pacs_file.NAME
    unreadable.mkdir()  # stands for no permission, which does not hold for root
    told: list[Reason] = []
    assert pacs_file.load(unreadable, told.append) == NO_PACS
    assert told == [Stored.PACS_UNREADABLE]
    assert unreadable.is_dir()


def test_a_home_that_can_hold_no_folder_is_no_damage(tmp_path: Path) -> None:
    """A user of the system, whose home is /dev/null."""
    nowhere = tmp_path / "file" / "settings.json"
    nowhere.parent.touch()
    told: list[Reason] = []
    assert load(nowhere, told.append) == Settings()
    assert keys_file.load(nowhere, str, told.append) == settled({}, str)[0]
    assert pacs_file.load(nowhere, told.append) == NO_PACS
    assert told == []


@pytest.mark.parametrize(("written", "kinds"), [("sr,seg", ("sr", "seg")), ("", ()), (["sr"], ("sr",)), (3, ())])
def test_kinds_of_dicom_objects_are_read_as_earlier_versions_wrote_them(
    tmp_path: Path, written: object, kinds: tuple[str, ...]
) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"dicom_kinds": written}), "utf-8")
    assert load(tmp_path / "settings.json").dicom_kinds == kinds
    save(tmp_path / "settings.json", Settings(dicom_kinds=("sr", "pdf")))
    assert load(tmp_path / "settings.json").dicom_kinds == ("sr", "pdf")
