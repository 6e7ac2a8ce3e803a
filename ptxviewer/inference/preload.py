"""Bring torch's shared libraries into memory while the window goes on: Python's own import would hold it up.

``import torch`` maps 460 MB of libraries and relocates them inside one C call that keeps the interpreter lock, so that
no other thread runs a line of Python: measured 165 ms with the files in memory, 0.9 s from a busy disk. The same
``dlopen`` called through ctypes gives the lock away. What comes first here is found in memory by the import.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

LIBRARIES = {"linux": "libtorch_python.so", "darwin": "libtorch_python.dylib", "win32": "torch_python.dll"}


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
