"""The window goes on while torch's libraries come into memory; whatever goes wrong there is left to the import.

That the import then finds them is seen by the command line's test of the shipped network, in a process of its own.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ptxviewer.inference.torch.preload import LIBRARIES, preload_torch


@pytest.fixture
def torch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A torch that was not imported yet, with every system's library."""
    (tmp_path / "lib").mkdir()
    for name in LIBRARIES.values():
        (tmp_path / "lib" / name).touch()
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "torch" else None)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    return tmp_path / "lib"


def not_asked(library: Path) -> None:
    pytest.fail(f"{library} was loaded")


@pytest.mark.parametrize("platform", sorted(LIBRARIES))
def test_the_library_that_needs_all_others_is_loaded(torch_folder: Path, platform: str) -> None:
    loaded: list[Path] = []
    assert preload_torch(platform, loaded.append)
    assert loaded == [torch_folder / LIBRARIES[platform]]


def test_a_torch_that_is_there_already_is_left_alone(torch_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())
    assert not preload_torch("linux", not_asked)


def test_what_cannot_be_loaded_is_told_by_the_import_and_not_here(torch_folder: Path) -> None:
    def broken(_library: Any) -> None:
        raise OSError("a library of another system")

    assert not preload_torch("linux", broken)
    (torch_folder / LIBRARIES["linux"]).unlink()
    assert not preload_torch("linux", not_asked)
    assert not preload_torch("sunos5", not_asked)
