"""The frozen app says the version of the package, and keeps what it needs of Qt and the film decoders."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from ptxviewer import __version__

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ptx_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_version_is_that_of_the_package() -> None:
    assert loaded("facts").version() == __version__


def test_what_no_window_needs_is_dropped_and_the_rest_kept() -> None:
    kept = loaded("trim").kept
    for path in ("platforms/libqxcb.so", "platforms/libqoffscreen.so", "imageformats/libqsvg.so"):
        assert kept(f"PySide6/Qt/plugins/{path}")
    assert kept("PySide6/Qt/translations/qtbase_de.qm")
    assert not kept("PySide6/Qt/plugins/platformthemes/libqgtk3.so")
    assert not kept("PySide6/Qt/translations/qt_help_de.qm")


def test_every_decoder_that_the_app_depends_on_is_frozen() -> None:
    hidden = loaded("trim").HIDDEN_IMPORTS
    assert {"gdcm", "openjpeg", "rle", "pydicom.pixels.decoders.gdcm", "pydicom.pixels.decoders.pylibjpeg"} <= set(
        hidden
    )
