"""What the program keeps is for this user alone, and nothing that lies in the way is written through."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ptxviewer import bootstrap
from ptxviewer.app.disk import settings as settings_file
from ptxviewer.app.disk.review_file import ReviewFolder, Saved
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import PART, write_atomic
from ptxviewer.core.private import private_folder, put_aside, secret
from ptxviewer.core.review import Review

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps users apart by other means")
REPOSITORY = Path(__file__).parents[2]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_settings_reviews_and_their_folders_are_private(tmp_path: Path) -> None:
    settings_file.save(tmp_path / "config" / "settings.json", Settings(reader="Dr. A"))
    ReviewFolder(tmp_path / "data" / "reviews").save("name", Saved(Review(note="a note")))
    assert mode(tmp_path / "config") == mode(tmp_path / "data" / "reviews") == 0o700
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or mode(path) == 0o600, path.name


@posix
def test_a_folder_of_an_earlier_version_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "reviews"
    folder.mkdir(mode=0o755)
    ReviewFolder(folder).save("name", Saved(Review()))
    assert mode(folder) == 0o700


@posix
def test_the_log_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "log"
    folder.mkdir(mode=0o755)
    (folder / bootstrap.LOG_NAME).write_text("of an earlier version\n")
    script = (
        "from pathlib import Path\nfrom ptxviewer import bootstrap\n"
        f"bootstrap.log_folder = lambda: Path({str(folder)!r})\nbootstrap.prepare()\nbootstrap.log.info('started')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=REPOSITORY)
    assert mode(folder) == 0o700
    assert {path.name for path in folder.iterdir()} == {bootstrap.LOG_NAME, bootstrap.CRASH_NAME}
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    assert "started" in (folder / bootstrap.LOG_NAME).read_text()
    assert not [one for one in logging.getLogger("ptxviewer").handlers if "log" in str(getattr(one, "stream", ""))]


@posix
def test_an_export_is_as_readable_as_other_files_of_the_reader(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomic(tmp_path / "report.png", b"x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "report.png") == 0o644


@posix
def test_what_lies_in_the_way_is_not_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr("secrets.token_hex", lambda _size=0: "known")
    # What a stranger would have to guess: the name under which it is written first.
    (folder / f"{PART}{os.getpid()}.known.part").symlink_to(victim)
    with pytest.raises(ExportFailed):
        write_atomic(folder / "a.png", b"new")
    assert victim.read_bytes() == b"precious"
    (folder / "link.png").symlink_to(victim)
    monkeypatch.undo()
    write_atomic(folder / "link.png", b"new")
    assert victim.read_bytes() == b"precious", "the link is replaced, not followed"
    assert (folder / "link.png").read_bytes() == b"new"


def test_a_secret_is_made_once_and_the_same_for_all(tmp_path: Path) -> None:
    path = tmp_path / "private" / "key"
    script = (
        f"from pathlib import Path\nfrom ptxviewer.core.private import secret\nprint(secret(Path({str(path)!r})).hex())"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        for _ in range(4)
    ]
    said = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert said == {secret(path).hex()}
    assert len(secret(path)) == 32
    assert [one.name for one in path.parent.iterdir()] == ["key"]


@posix
def test_a_secret_that_others_could_read_or_that_is_no_secret_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "private" / "key"
    secret(path)
    assert mode(path) == 0o600
    path.chmod(0o644)
    with pytest.raises(OSError, match="open"):
        secret(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(OSError, match="damaged"):
        secret(path)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):  # noqa: PT011 - the system says what it likes of a link
        secret(path)


def test_damaged_files_are_put_aside_one_beside_the_other(tmp_path: Path) -> None:
    for content in (b"1", b"2"):
        (tmp_path / "a.json").write_bytes(content)
        put_aside(tmp_path / "a.json")
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"1", b"2"]


@posix
def test_a_link_in_place_of_a_folder_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(shared, target_is_directory=True)
    private_folder(tmp_path / "link")
    assert mode(shared) == 0o755
