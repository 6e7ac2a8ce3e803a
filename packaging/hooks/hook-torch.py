"""PyInstaller: only what inference needs of torch, in place of the contributed hook, which collects everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PyInstaller import isolated
from PyInstaller.compat import is_linux
from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs, get_package_paths

TESTS = (
    "torchbind_test",
    "jitbackend_test",
    "backend_with_compiler",
    "aoti_custom_ops",
)  # libraries of torch's own tests


@isolated.decorate
def read_as_source() -> list[str]:
    """Return the modules whose source torch reads when it is imported: comments of settings, scripted functions."""
    import inspect

    found = set()
    original = inspect.findsource

    def findsource(object: Any) -> tuple[list[str], int]:  # noqa: A002 - the name that inspect gives it
        module = inspect.getmodule(object)
        if module is not None:
            found.add(module.__name__)
        return original(object)

    inspect.findsource = findsource
    import torch.nn.functional
    import torch.nn.utils.fusion  # noqa: F401

    return sorted(found)


# Bytecode in the archive; source files lie beside it only where torch reads its own source.
module_collection_mode = {"torch": "pyz", **dict.fromkeys(read_as_source(), "pyz+py")}
binaries = [
    (source, folder)
    for source, folder in collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
    if not any(name in source for name in TESTS)
]
if (
    manager := Path(get_package_paths("torch")[1], "bin", "torch_shm_manager")
).exists():  # import torch fails where it is missing
    binaries.append((str(manager), "torch/bin"))
hiddenimports = []
if is_linux:
    # A CUDA build finds its libraries in the nvidia packages; a CPU build requires none of them.
    import importlib.metadata

    from _pyinstaller_hooks_contrib.utils import nvidia_cuda
    from packaging.requirements import Requirement

    needed = [Requirement(text) for text in importlib.metadata.requires("torch") or []]
    hiddenimports = nvidia_cuda.infer_hiddenimports_from_requirements(
        [one.name for one in needed if one.marker is None or one.marker.evaluate()]
    )
    # torch looks for further libraries beside the ones it has loaded: no links to them from the top folder.
    bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
