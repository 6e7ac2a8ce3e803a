"""The archive for one user: what install.sh puts into a home it takes out again, and the reader's own files stay."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installers import facts, packages

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is for Linux")


@pytest.fixture
def archive(tmp_path: Path, qapp: object) -> Path:
    """An unpacked archive whose app is a script of one line."""
    app = tmp_path / "frozen"
    (app / "_internal").mkdir(parents=True)
    program = app / "ptxviewer"
    program.write_text("#!/bin/sh\necho started with $# films\n", "utf-8")
    program.chmod(0o755)
    top = packages.stage(app, tmp_path / "staged")
    assert isinstance(top, Path)
    return top


def run(script: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    return subprocess.run(
        [str(script), *arguments], env=environment, capture_output=True, text=True, check=False, cwd=home
    )


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ["home", "home of Ms. A & B"])
def test_it_installs_for_one_user_and_leaves_no_trace(archive: Path, tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    reviews = home / ".local" / "share" / "ptxviewer" / "reviews"
    reviews.mkdir(parents=True)
    (reviews / "kept.json").write_text("{}", "utf-8")
    before = files(home)
    done = run(archive / "install.sh", home)
    assert done.returncode == 0, done.stderr
    program = home / ".local" / "bin" / "ptxviewer"
    assert subprocess.run([program, "a", "b"], capture_output=True, text=True, check=True).stdout.endswith("2 films\n")
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(home / ".local" / "share" / "applications" / "ptxviewer.desktop", "utf-8")
    started = f'"{home}/.local/lib/ptxviewer/ptxviewer" %F'
    assert entry["Desktop Entry"]["Exec"] == started
    assert (home / ".local/share/mime/packages/ptxviewer.xml").is_file()
    assert (home / ".local/share/icons/hicolor/256x256/apps/ptxviewer.png").is_file()
    shutil.rmtree(archive)  # the archive may go once it is installed
    done = run(home / ".local" / "lib" / "ptxviewer" / "uninstall.sh", home)
    assert done.returncode == 0, done.stderr
    assert files(home) == before


def test_a_second_installation_replaces_the_first(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert run(archive / "install.sh", home).returncode == 0
    old = home / ".local" / "lib" / "ptxviewer" / "_internal" / "of an old version"
    old.write_text("", "utf-8")
    assert run(archive / "install.sh", home).returncode == 0
    assert not old.exists()


def test_a_folder_of_the_site_can_be_named_and_is_cleared_by_name(archive: Path, tmp_path: Path) -> None:
    home, site = tmp_path / "home", tmp_path / "opt" / "ptxviewer"
    home.mkdir()
    assert run(archive / "install.sh", home, "--prefix", str(site)).returncode == 0
    assert (site / "bin" / "ptxviewer").is_symlink()
    assert files(home) == set()
    assert run(archive / "install.sh", home, "--prefix", str(site), "--uninstall").returncode == 0
    assert not site.exists() or not files(site)


def test_a_wrong_word_changes_nothing(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert run(archive / "install.sh", home, "--remove").returncode == 2
    assert run(archive / "install.sh", home, "--uninstall").returncode == 1
    assert run(archive / "install.sh", home, "--prefix", f'{home}/a"b').returncode == 2
    assert files(home) == set()


@pytest.mark.skipif(shutil.which("zstd") is None, reason="zstd is not installed here")
def test_the_archive_unpacks_to_what_was_staged(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "BUILD", tmp_path / "build")
    made = packages.tarball(archive / "app", tmp_path)
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    subprocess.run(["tar", "--zstd", "-xf", str(made), "-C", str(unpacked)], check=True)
    assert files(unpacked / packages.archive_name()) == files(archive)
