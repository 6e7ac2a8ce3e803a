"""The set-up takes a CPU build of torch wherever one can be had, and names the system packages that are missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "set_up.py"
TAG = f"cp{sys.version_info[0]}{sys.version_info[1]}"


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv("PTXVIEWER_TORCH", raising=False)
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module.platform, "machine", lambda: "x86_64")
    return module


class FakePip:
    """Remembers what pip was asked for; a request succeeds when it is among `offered`."""

    def __init__(self, offered: set[str]) -> None:
        self.offered = offered
        self.asked: list[tuple[str, ...]] = []
        self.torch: str | None = None

    def __call__(self, *arguments: str) -> bool:
        self.asked.append(arguments[1:])
        if arguments[1] in self.offered:
            self.torch = arguments[1].partition("==")[2] or "2.9.0"
        return self.torch is not None


def wheel(version: str, tag: str = TAG, machine: str = "x86_64") -> str:
    return f"torch-{version}-{tag}-{tag}-manylinux_2_28_{machine}.whl"


def provide(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, pip: FakePip, local: list[str], index: list[str]
) -> str:
    monkeypatch.setattr(set_up, "pip", pip)
    monkeypatch.setattr(set_up, "installed_torch", lambda: pip.torch)
    monkeypatch.setattr(set_up, "_local_wheel_names", lambda: local)
    monkeypatch.setattr(set_up, "_index_wheel_names", lambda: index)
    return str(set_up.provide_torch())


def test_the_newest_cpu_build_for_this_python_and_machine_is_chosen(set_up: ModuleType):
    names = [
        wheel("2.9.1+cpu"),
        wheel("2.10.0+cpu"),
        wheel("2.11.0+cpu", tag="cp27"),
        wheel("2.12.0+cpu", machine="aarch64"),
        wheel("2.13.0"),
        wheel("2.14.0+cu126"),
        f"torch-2.15.0+cpu-{TAG}-{TAG}-win_amd64.whl",
        f"torch-2.16.0+cpu-{TAG}-{TAG}t-manylinux_2_28_x86_64.whl",
    ]
    assert set_up.best_cpu_build(names) == "2.10.0+cpu"
    assert set_up.best_cpu_build([wheel("2.3.1+cpu")]) is None  # older than the app can use
    assert set_up.best_cpu_build([f"torch-2.4.0+cpu-{TAG}-{TAG}-linux_x86_64.whl"]) == "2.4.0+cpu"


def test_a_usable_torch_is_left_alone(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch):
    pip = FakePip(set())
    pip.torch = "2.8.0"
    assert provide(set_up, monkeypatch, pip, [wheel("2.13.0+cpu")], []) == "2.8.0"
    assert not pip.asked


def test_a_local_cpu_wheel_comes_before_the_network(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch):
    pip = FakePip({"torch==2.13.0+cpu"})
    assert provide(set_up, monkeypatch, pip, [wheel("2.13.0+cpu")], [wheel("2.14.0+cpu")]) == "2.13.0+cpu"
    assert pip.asked == [("torch==2.13.0+cpu",)]


def test_then_the_public_cpu_index(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch):
    pip = FakePip({"torch==2.14.0+cpu"})
    assert provide(set_up, monkeypatch, pip, [], [wheel("2.14.0+cpu")]) == "2.14.0+cpu"
    assert pip.asked == [("torch==2.14.0+cpu", "--extra-index-url", set_up.TORCH_CPU_INDEX)]


def test_the_big_build_comes_last_and_its_size_is_told(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    pip = FakePip({"torch>=2.4"})
    assert provide(set_up, monkeypatch, pip, [wheel("2.13.0+cpu")], []) == "2.9.0"  # the local wheel did not install
    assert [words[0] for words in pip.asked] == ["torch==2.13.0+cpu", "torch>=2.4"]
    assert "several gigabytes" in capsys.readouterr().out


def test_elsewhere_pips_own_torch_is_a_cpu_build_already(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(set_up.sys, "platform", "darwin")
    pip = FakePip({"torch>=2.4"})
    assert provide(set_up, monkeypatch, pip, [wheel("2.13.0+cpu")], []) == "2.9.0"
    assert "gigabytes" not in capsys.readouterr().out


def test_the_user_may_choose_another_build(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PTXVIEWER_TORCH", "torch --index-url https://example.org/cuda")
    pip = FakePip({"torch"})
    assert provide(set_up, monkeypatch, pip, [wheel("2.13.0+cpu")], []) == "2.9.0"
    assert pip.asked == [("torch", "--index-url", "https://example.org/cuda")]


def test_no_torch_at_all_ends_in_one_sentence(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(set_up.SetUpError, match="torch could not be installed"):
        provide(set_up, monkeypatch, FakePip(set()), [], [])


def test_pips_wheel_folders_are_read_from_its_configuration(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / wheel("2.13.0+cpu")).touch()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / wheel("2.12.0+cpu")).touch()
    monkeypatch.setattr(set_up, "venv_python", lambda: Path(sys.executable))
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path / 'a'} {(tmp_path / 'b').as_uri()} https://example.org/wheels")
    assert {wheel("2.13.0+cpu"), wheel("2.12.0+cpu")} <= set(set_up._local_wheel_names())


def test_missing_libraries_are_named_with_the_line_that_installs_them(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(set_up, "QT_LIBRARIES", {"libnowhere-1.so.0": "libnowhere1"})
    monkeypatch.setattr(set_up, "FONT_FOLDERS", ("/nowhere",))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert not set_up.provide_packages()
    assert "    sudo apt-get install libnowhere1 fonts-dejavu-core\n" in capsys.readouterr().out


def test_root_on_debian_gets_them_installed(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch):
    commands: list[list[str]] = []
    answers = iter([["libegl1"], []])
    monkeypatch.setattr(set_up, "missing_packages", lambda: next(answers))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(subprocess, "run", lambda command, **_options: commands.append(command))
    assert set_up.provide_packages()
    assert [command[:2] for command in commands] == [["apt-get", "update"], ["apt-get", "install"]]
    assert commands[1][-1] == "libegl1"


def test_windows_and_macos_need_no_system_packages(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(set_up.sys, "platform", "win32")
    assert set_up.missing_packages() == []
