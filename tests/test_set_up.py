"""The set-up installs what the lock says, with a CPU build of torch, and names the system packages that are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import set_up

REPOSITORY = Path(__file__).resolve().parents[1]
EXPORTED = """\
numpy==2.2.6 ; python_full_version < '3.11' \\
    --hash=sha256:aa \\
    --hash=sha256:ab
nvidia-cublas==13.1.1.3 ; sys_platform == 'linux' \\
    --hash=sha256:ba
torch==2.13.0 \\
    --hash=sha256:ca
torchvision==0.28.0 \\
    --hash=sha256:da
triton==3.7.1 ; sys_platform == 'linux' \\
    --hash=sha256:ea
tzdata==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:fa
"""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What pip was asked for, in order; the lock is EXPORTED."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.delenv("PTXVIEWER_TORCH", raising=False)
    monkeypatch.setattr(set_up, "make_venv", lambda venv: venv / "python")
    monkeypatch.setattr(set_up, "locked", lambda _python, _extras: EXPORTED)
    monkeypatch.setattr(set_up, "pip", lambda _python, *arguments: asked.append(arguments))
    return asked


def test_the_lock_holds_what_pyproject_asks_for() -> None:
    command = [sys.executable, "-m", "uv", "lock", "--check", "--offline", "--no-cache"]
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"run `make lock`\n{answer.stderr}"


def test_the_locked_pyside_does_not_lose_references() -> None:
    lock = (REPOSITORY / "uv.lock").read_text("utf-8")
    assert 'name = "pyside6-essentials"\nversion = "6.' in lock
    assert 'name = "pyside6-essentials"\nversion = "6.12.' not in lock


def test_packages_are_installed_by_hash_and_torch_apart_from_them() -> None:
    requirements, torch = set_up.split(EXPORTED)
    assert torch == ["torch==2.13.0", "torchvision==0.28.0"]
    assert requirements == (
        "numpy==2.2.6 ; python_full_version < '3.11' \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab\n"
        "tzdata==2026.6 ; sys_platform == 'win32' \\\n    --hash=sha256:fa\n"
    )


def test_the_cpu_build_of_the_locked_version_is_asked_for(installed: list[tuple[str, ...]], tmp_path: Path) -> None:
    set_up.provide_app(tmp_path, ["test"])
    uv, packages, torch, app = installed
    assert uv == (set_up.UV,)
    assert "--require-hashes" in packages
    assert torch[-4:] == ("--extra-index-url", set_up.TORCH_CPU_INDEX, "torch==2.13.0", "torchvision==0.28.0")
    assert app[-2:] == ("--editable", ".")


def test_the_user_may_choose_another_build(
    installed: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTXVIEWER_TORCH", "torch --index-url https://example.org/cuda")
    set_up.provide_app(tmp_path, ["test"])
    assert installed[2] == ("torch", "--index-url", "https://example.org/cuda")
    assert not any("torch==2.13.0" in arguments for arguments in installed)


def test_what_pip_refuses_ends_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_options: subprocess.CompletedProcess(command, returncode=1)
    )
    with pytest.raises(set_up.SetUpError, match="could not be installed"):
        set_up.pip(Path(sys.executable), "torch==2.13.0")


def test_missing_libraries_are_named_with_the_line_that_installs_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(set_up, "QT_LIBRARIES", {"libnowhere-1.so.0": "libnowhere1"})
    monkeypatch.setattr(set_up, "FONT_FOLDERS", ("/nowhere",))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert not set_up.provide_packages()
    assert "    sudo apt-get install libnowhere1 fonts-dejavu-core\n" in capsys.readouterr().out


def test_root_on_debian_gets_them_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    answers = iter([["libegl1"], []])
    monkeypatch.setattr(set_up, "missing_packages", lambda: next(answers))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(subprocess, "run", lambda command, **_options: commands.append(command))
    assert set_up.provide_packages()
    assert [command[:2] for command in commands] == [["apt-get", "update"], ["apt-get", "install"]]
    assert commands[1][-1] == "libegl1"


def test_windows_and_macos_need_no_system_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert set_up.missing_packages() == []
