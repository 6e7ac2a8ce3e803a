"""Loads the modules of ``packaging/``, a folder that is no package and whose name PyPI has taken."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def loaded(name: str, path: Path | None = None) -> ModuleType:
    """Return the module ``packaging/NAME.py``; what it imports of its neighbours is found there."""
    spec = importlib.util.spec_from_file_location(f"ptx_{name}", path or PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        before = set(sys.modules)
        patch.syspath_prepend(str(PACKAGING))
        spec.loader.exec_module(module)
        for neighbour in set(sys.modules) - before:
            if str(getattr(sys.modules[neighbour], "__file__", "")).startswith(str(PACKAGING)):
                del sys.modules[neighbour]
    return module
