"""Where the model bundle and the resources lie: in a checkout, in an installed wheel, in a frozen app."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _roots() -> tuple[Path, ...]:
    frozen = getattr(sys, "_MEIPASS", None)
    return (*((Path(frozen),) if frozen else ()), PACKAGE / "_bundle", PACKAGE.parent)


def bundle_dir() -> Path:
    """Return the folder of weights and card; it may not exist, the engine says so then."""
    for root in _roots():
        for folder in (root / "model" / "bundle", root / "model"):
            if (folder / "metadata.json").is_file():
                return folder
    return PACKAGE.parent / "model" / "bundle"


def resource(name: str) -> Path:
    """Return the path of a file or folder of the resources, such as ``icons/open.svg``; it may not exist."""
    for root in _roots():
        path = root / "resources" / name
        if path.exists():
            return path
    return PACKAGE.parent / "resources" / name


def sample_study() -> tuple[Path, ...]:
    """Return the films of the sample study, in reading order."""
    return tuple(sorted(resource("sample").glob("*.dcm")))
