"""Before torch is imported: load its libraries without blocking the window, and let its idle threads sleep.

``import torch`` maps 460 MB of libraries and relocates them inside one C call that keeps the interpreter lock, so that
no other thread runs a line of Python: measured 165 ms with the files in memory, 0.9 s from a busy disk. The same
``dlopen`` called through ctypes gives the lock away. What comes first here is found in memory by the import.

By default OpenMP's threads spin between two layers. Where another process uses the same cores, two threads then do four
times the work: measured 1.2 to 2.4 s a film instead of 0.3, and bfloat16 no faster than float32. Sleeping costs 1 % on
an idle computer.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

LIBRARIES = {"linux": "libtorch_python.so", "darwin": "libtorch_python.dylib", "win32": "torch_python.dll"}


def wait_asleep() -> None:
    """Have OpenMP's threads sleep between two layers; heeded by GNU's and Intel's, and only before they are loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def preload_torch(platform: str = sys.platform, load: Callable[[Path], object] | None = None) -> bool:
    """Load the library that needs all the others; True when it was tried. A failure is left to the import to tell."""
    name = LIBRARIES.get(platform)
    spec = importlib.util.find_spec("torch") if name and "torch" not in sys.modules else None  # finds, does not import
    if name is None or spec is None or not spec.origin:
        return False
    library = Path(spec.origin).parent / "lib" / name
    if not library.is_file():
        return False
    try:
        (load or _load)(library)
    except (OSError, AttributeError):
        return False
    return True


def _load(library: Path) -> None:
    """Call the system's loader without the interpreter lock (``ctypes.CDLL`` keeps it, except on Windows)."""
    if sys.platform == "win32":
        ctypes.CDLL(str(library))
        return
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    dlopen(os.fsencode(library), os.RTLD_NOW | os.RTLD_LOCAL)
