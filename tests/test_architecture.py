"""The plan of the house holds: each import contract can fail, and importing the behaviour loads nothing heavy."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# contract id -> modules that break it: (path, line); each gets a number behind its name
VIOLATIONS = {
    "floors": [
        ("ptxviewer/core/wrong.py", "import ptxviewer.app.jobs"),
        ("ptxviewer/app/wrong.py", "import ptxviewer.ui.platform.style"),
        ("ptxviewer/app/wrong.py", "import ptxviewer.results.schema"),
        ("ptxviewer/dicom/wrong.py", "import ptxviewer.inference.preprocess"),
        ("ptxviewer/pacs/wrong.py", "import ptxviewer.dicom.read"),
        ("ptxviewer/report/wrong.py", "import ptxviewer.inference.card"),
        ("ptxviewer/ui/wrong.py", "import ptxviewer.cli.main"),
    ],
    "app": [
        ("ptxviewer/app/review/wrong.py", "import ptxviewer.app.films.pipeline"),
        ("ptxviewer/app/disk/wrong.py", "import ptxviewer.app.commands.own_keys"),
        ("ptxviewer/app/state/wrong.py", "def f():\n    import ptxviewer.app.store"),
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
CLOSING_CIRCLES = {  # contract "circles": the package in which each closes one
    "ptxviewer.core": ("ptxviewer/core/drawing/wrong.py", "import ptxviewer.core.review"),
    "ptxviewer.app": ("ptxviewer/app/review/wrong.py", "import ptxviewer.app.films.pipeline"),
    "ptxviewer.ui": ("ptxviewer/ui/panels/wrong.py", "import ptxviewer.ui.main_window"),
}
ROOMS_WITHOUT_A_PLACE = {  # alone: it is all that is said
    "floors": ("ptxviewer/a_room_without_a_place.py", "import json"),
    "app": ("ptxviewer/app/a_room_without_a_place.py", "import json"),
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
for contract, files in wrongs:
    for path, line in files:
        Path(path).write_text(line + chr(10))
    answers.append(linted(contract))
    for path, _ in files:
        Path(path).unlink()
json.dump(answers, sys.stdout)
"""


def test_the_house_has_no_circle_keeps_every_contract_and_every_wrong_import_breaks_its_own(house: Path) -> None:
    """In one process, which imports the linter once; what breaks one contract at once, each named in what it says."""
    wrongs = [
        (contract, [(path.replace(".py", f"_{number}.py"), line) for number, (path, line) in enumerate(wrong)])
        for contract, wrong in VIOLATIONS.items()
    ]
    wrongs += [(contract, [room]) for contract, room in ROOMS_WITHOUT_A_PLACE.items()]
    wrongs.append(("circles", list(CLOSING_CIRCLES.values())))
    command, given = [sys.executable, "-c", LINT], json.dumps([wrongs, list(CIRCLES)])
    done = subprocess.run(command, cwd=house, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    circle, (kept, said), *broken = json.loads(done.stdout)
    assert circle is None, "modules that import each other"
    assert kept, said
    assert f"{len(VIOLATIONS) + 1} kept, 0 broken" in said
    broken, homeless, (kept, said) = broken[: len(VIOLATIONS)], broken[len(VIOLATIONS) : -1], broken[-1]
    assert not kept
    for package in CLOSING_CIRCLES:
        assert f"No cycles are allowed in {package}." in said
    for kept, said in homeless:
        assert not kept
        assert "a_room_without_a_place" in said
    for (contract, files), (kept, said) in zip(wrongs, broken, strict=False):
        assert not kept, contract
        assert "0 kept, 1 broken" in said
        for path, line in files:
            assert f" {path.removesuffix('.py').replace('/', '.')} ->" in said, (contract, path, line, said)


@pytest.fixture(scope="module")
def loaded() -> list[set[str]]:
    """What is in a process after NumPy and OpenCV, after core, and after all light modules."""
    core = [module for module in LIGHT_MODULES if module.startswith("ptxviewer.core.")]
    return loaded_by(["numpy", "numpy.typing", "cv2"], core, LIGHT_MODULES)


def test_importing_all_light_modules_loads_nothing_heavy(loaded: list[set[str]]) -> None:
    """And so does none of them alone."""
    assert not loaded[-1] & HEAVY
    assert "ptxviewer" in loaded[-1]


def test_the_first_picture_waits_for_nothing_heavy() -> None:
    """The window is on screen before arrays, decoders and the network are imported."""
    (window,) = loaded_by(["ptxviewer.ui.application"])
    assert not window & (HEAVY - {"PySide6", "shiboken6"} | {"numpy", "cv2", "msgspec"})


def test_core_needs_nothing_but_numpy_and_opencv(loaded: list[set[str]]) -> None:
    """What importing core adds to what importing numpy and OpenCV loads is core and the standard library."""
    before, behind, _ = loaded
    assert behind - before - set(sys.stdlib_module_names) == {"ptxviewer"}


def loaded_by(*groups: list[str]) -> list[set[str]]:
    """Top-level names in `sys.modules` of a fresh process after importing each group of modules."""
    code = ["import sys"]
    for group in groups:
        code += [f"import {module}" for module in group]
        code.append("print(*{name.split('.')[0] for name in sys.modules})")
    command = [sys.executable, "-c", "\n".join(code)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)
    return [set(line.split()) for line in done.stdout.splitlines()]
