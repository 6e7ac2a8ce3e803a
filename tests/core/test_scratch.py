"""The folder for unpacked films goes with the program, and that of a program that was killed with the next one."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ptxviewer.core.scratch import PREFIX, ScratchFolder

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_goes_with_what_is_in_it(temporary: Path) -> None:
    with ScratchFolder() as folder:
        (folder / "film.dcm").write_bytes(b"film")
        assert folder.parent == temporary.resolve()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_program_left_goes_and_what_is_in_use_stays(temporary: Path) -> None:
    script = "import sys\nfrom ptxviewer.core.scratch import ScratchFolder\nprint(ScratchFolder().path, flush=True)\n"
    with subprocess.Popen(
        [sys.executable, "-c", f"import tempfile\ntempfile.tempdir = {str(temporary)!r}\n{script}sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        (theirs / "film.dcm").write_bytes(b"film")
        with ScratchFolder():
            assert (theirs / "film.dcm").exists()
        other.kill()
    with ScratchFolder() as folder:
        assert not theirs.exists()
        assert folder.exists()


def test_folders_of_others_are_left_alone(temporary: Path) -> None:
    unlocked = temporary / f"{PREFIX}no-lock"
    unlocked.mkdir()
    (temporary / f"{PREFIX}link").symlink_to(unlocked, target_is_directory=True)
    with ScratchFolder():
        pass
    assert {path.name for path in temporary.iterdir()} == {unlocked.name, f"{PREFIX}link"}
