"""The plan of the house holds: each import contract can fail, and importing the behaviour loads nothing heavy."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# contract id -> modules that break it: (path, line)
VIOLATIONS = {
    "floors": [
        ("ptxviewer/core/wrong.py", "import ptxviewer.app.jobs"),
        ("ptxviewer/app/wrong.py", "import ptxviewer.ui.platform.style"),
        ("ptxviewer/app/wrong.py", "import ptxviewer.results.schema"),
        ("ptxviewer/dicom/wrong.py", "import ptxviewer.inference.preprocess"),
        ("ptxviewer/pacs/wrong.py", "import ptxviewer.dicom.read"),
        ("ptxviewer/report/wrong.py", "import ptxviewer.inference.card"),
        ("ptxviewer/ui/wrong.py", "import ptxviewer.cli.main"),
        ("ptxviewer/a_room_without_a_place.py", "import json"),
    ],
    "pure": [
        ("ptxviewer/core/wrong.py", "def f():\n    import torch"),
        ("ptxviewer/app/wrong.py", "import ptxviewer.dicom.read"),  # reaches pydicom through it
        ("ptxviewer/report/wrong.py", "from PySide6 import QtGui"),
        ("ptxviewer/results/wrong.py", "import ptxviewer.dicom.read"),
    ],
    "speech": [
        ("ptxviewer/app/wrong.py", "from ptxviewer.words import say"),
        ("ptxviewer/core/wrong.py", "def f():\n    from ptxviewer import words"),
    ],
    "engine": [
        ("ptxviewer/app/wrong.py", "import ptxviewer.inference.card"),
        ("ptxviewer/report/wrong.py", "def f():\n    from ptxviewer.inference.engine import BundleEngine"),
    ],
    "qt": [
        ("ptxviewer/inference/wrong.py", "from PySide6.QtCore import QThread"),
        ("ptxviewer/wrong.py", "import qimage2ndarray"),
    ],
    "torch": [
        ("ptxviewer/ui/panels/wrong.py", "def f():\n    import torch"),
        ("ptxviewer/dicom/wrong.py", "import safetensors"),
        ("ptxviewer/inference/wrong.py", "def f():\n    import torch"),
    ],
    "pydicom": [
        ("ptxviewer/ui/wrong.py", "import pydicom"),
        ("ptxviewer/inference/wrong.py", "from pydicom import dcmread"),
    ],
    "cluster": [
        ("ptxviewer/cli/wrong.py", "def f():\n    import distributed"),
        ("ptxviewer/results/wrong.py", "from fsspec import open"),
    ],
    "pacs": [
        ("ptxviewer/ui/wrong.py", "def f():\n    import pynetdicom"),
        ("ptxviewer/dicom/wrong.py", "import dicomweb_client"),
        ("ptxviewer/app/wrong.py", "from requests import get"),
    ],
    "training": [
        ("ptxviewer/inference/wrong.py", "import model.data"),
        ("ptxviewer/inference/wrong.py", "import torchvision"),
    ],
    "model": [("model/wrong.py", "import ptxviewer.app.presenter")],
}

# What `app` and `report` promise: usable by tests and scripts where none of these is installed.
HEAVY = {
    "PySide6", "shiboken6", "qimage2ndarray", "torch", "safetensors", "pydicom", "highdicom", "gdcm",
    "pynetdicom", "dicomweb_client", "requests",
}  # fmt: skip
LIGHT_MODULES = [
    *(
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        for room in ("core", "app", "report", "results")
        for path in sorted((REPOSITORY / "ptxviewer" / room).rglob("*.py"))
        if path.stem != "__init__"
    ),
    "ptxviewer.paths",
    "ptxviewer.words",
    "ptxviewer.bootstrap",
    "ptxviewer.cli.main",
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources in which a test may build wrongly."""
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed (extra 'check')")
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(REPOSITORY / "pyproject.toml", copy)
    for package in ("ptxviewer", "model"):
        ignored = shutil.ignore_patterns("__pycache__", "bundle")
        shutil.copytree(REPOSITORY / package, copy / package, ignore=ignored)
    return copy


# Imports that close a circle, and why they may.
CIRCLES = {
    ("ptxviewer.words", "ptxviewer.words.reasons"): "a reason may hold another",
    ("model.pack", "model.cutting"): "imported by the function that packs, which these serve",
    ("model.pack", "model.devices"): "imported by the function that packs, which these serve",
}

LINT = """
import contextlib, io, json, sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
import grimp
from importlinter.cli import lint_imports_command

def circle(left_out):
    found = grimp.build_graph("ptxviewer", "model", exclude_type_checking_imports=True, cache_dir=None)
    for importer, imported in left_out:
        assert found.direct_import_exists(importer=importer, imported=imported), (importer, imported)
        found.remove_import(importer=importer, imported=imported)
    try:
        TopologicalSorter({m: found.find_modules_directly_imported_by(m) for m in found.modules}).prepare()
    except CycleError as error:
        return error.args[1]

def linted(*contracts):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            lint_imports_command.main([word for name in contracts for word in ("--contract", name)])
        except SystemExit as end:
            return end.code == 0, said.getvalue()

wrongs, left_out = json.load(sys.stdin)
answers = [circle(left_out), linted()]
for contract, path, line in wrongs:
    Path(path).write_text(line + chr(10))
    answers.append(linted(contract))
    Path(path).unlink()
json.dump(answers, sys.stdout)
"""


def test_the_house_has_no_circle_keeps_every_contract_and_a_wrong_import_breaks_its_own(house: Path):
    """In one process, which imports the linter once."""
    wrongs = [(contract, path, line) for contract, wrong in VIOLATIONS.items() for path, line in wrong]
    command, given = [sys.executable, "-c", LINT], json.dumps([wrongs, list(CIRCLES)])
    done = subprocess.run(command, cwd=house, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    circle, (kept, said), *broken = json.loads(done.stdout)
    assert circle is None, "modules that import each other"
    assert kept, said
    assert f"{len(VIOLATIONS)} kept, 0 broken" in said
    for wrong, (kept, said) in zip(wrongs, broken, strict=True):
        assert not kept, wrong
        assert re.search(r"0 kept, 1 broken|a_room_without_a_place", said), (wrong, said)


@pytest.mark.parametrize("module", ["ptxviewer.app.presenter", *LIGHT_MODULES[-3:]])
def test_importing_a_light_module_loads_nothing_heavy(module: str):
    assert not loaded_by(module) & HEAVY


def test_importing_all_light_modules_loads_nothing_heavy():
    loaded = loaded_by(*LIGHT_MODULES)
    assert not loaded & HEAVY
    assert "ptxviewer" in loaded


def test_the_first_picture_waits_for_nothing_heavy():
    """The window is on screen before arrays, decoders and the network are imported."""
    assert not loaded_by("ptxviewer.ui.application") & (HEAVY - {"PySide6", "shiboken6"} | {"numpy", "cv2", "msgspec"})


def test_core_needs_nothing_but_numpy_and_opencv():
    """What importing core adds to what importing numpy and OpenCV loads is core and the standard library."""
    core = [module for module in LIGHT_MODULES if module.startswith("ptxviewer.core.")]
    extra = loaded_by("numpy", "numpy.typing", "cv2", *core) - loaded_by("numpy", "numpy.typing", "cv2")
    assert extra - set(sys.stdlib_module_names) == {"ptxviewer"}


def loaded_by(*modules: str) -> set[str]:
    """Top-level names in `sys.modules` of a fresh process after importing `modules`."""
    imports = "".join(f"import {module}\n" for module in modules)
    code = f"import sys\n{imports}print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())
