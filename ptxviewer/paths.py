"""Where things lie: model bundle and resources (checkout, installed wheel, frozen app), the settings of this user."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

SETTINGS_DIR = "PTXVIEWER_SETTINGS_DIR"  # a throw-away folder for tests and for trying things out
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


def guide_page(language: str) -> Path | None:
    """Return the first page of the guide in a language, else in English; None where there is no guide."""
    for root in _roots():
        for page in (root / "docs" / "guide" / language / "index.md", root / "docs" / "guide" / "index.md"):
            if page.is_file():
                return page
    return None


def sample_study() -> tuple[Path, ...]:
    """Return the films of the sample study, in reading order."""
    return tuple(sorted(resource("sample").glob("*.dcm")))


def settings_folder(chosen: Path | None = None) -> Path:
    """Return where the settings lie: the folder asked for, the one of the environment, this user's own."""
    named = os.environ.get(SETTINGS_DIR)
    return chosen or (Path(named) if named else Path(platformdirs.user_config_dir("ptxviewer", appauthor=False)))


def data_folder() -> Path:
    """Return where this user's reviews lie."""
    return _throw_away() or Path(platformdirs.user_data_dir("ptxviewer", appauthor=False))


def cache_folder() -> Path:
    """Return where results are kept between sessions."""
    return _throw_away() or Path(platformdirs.user_cache_dir("ptxviewer", appauthor=False))


def _throw_away() -> Path | None:
    """The throw-away folder of the environment holds everything."""
    named = os.environ.get(SETTINGS_DIR)
    return Path(named) if named else None


def sentence_folders(settings: Path | None = None) -> tuple[Path, ...]:
    """Return where templates of report texts may lie: beside this user's settings, then where the site puts its own."""
    return (settings or settings_folder()) / "sentences", site_settings().parent / "sentences"


def reviews_folder() -> Path:
    """Return where the reviews of this user are kept; in throw-away settings beside them."""
    named = os.environ.get(SETTINGS_DIR)
    data = Path(named) if named else Path(platformdirs.user_data_dir("ptxviewer", appauthor=False))
    return data / "reviews"


def secrets_folder(chosen: Path | None = None) -> Path:
    """Return where secrets of this user lie, readable for nobody else; in throw-away settings a folder of their own."""
    named = chosen or (Path(os.environ[SETTINGS_DIR]) if os.environ.get(SETTINGS_DIR) else None)
    if named is not None:
        return named / "private"
    return Path(platformdirs.user_data_dir("ptxviewer", appauthor=False)) / "private"


def site_settings() -> Path:
    """Return where an administrator puts the defaults of all readers of this computer."""
    return Path(platformdirs.site_config_dir("ptxviewer", appauthor=False)) / "settings.json"
