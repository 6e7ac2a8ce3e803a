"""The one table of facts that the frozen app and its tests are made from."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
NAME = "PTXViewer"
COMMAND = "ptxviewer"
ID = "org.ptxviewer.PTXViewer"  # bundle identifier


def version() -> str:
    """Return the version; its one place is ``ptxviewer/__init__.py``, where the wheel reads it as well."""
    text = (REPOSITORY / "ptxviewer" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("ptxviewer/__init__.py does not say its version")
    return found[1]
