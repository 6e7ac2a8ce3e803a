"""The frozen app says the version of the package, and keeps what it needs of Qt and the film decoders."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import canonicalize_name

from installers import facts, parts, trim
from ptxviewer import __version__
from ptxviewer.words.diagnostics import PACKAGES

WORDS = facts.REPOSITORY / "ptxviewer" / "words"


def test_the_version_is_that_of_the_package() -> None:
    assert facts.version() == __version__


def test_what_no_window_needs_is_dropped_and_the_rest_kept() -> None:
    for path in ("platforms/libqxcb.so", "platforms/libqoffscreen.so", "imageformats/libqsvg.so"):
        assert trim.kept(f"PySide6/Qt/plugins/{path}")
    assert trim.kept("PySide6/Qt/translations/qtbase_de.qm")
    assert not trim.kept("PySide6/Qt/plugins/platformthemes/libqgtk3.so")
    assert not trim.kept("PySide6/Qt/translations/qt_help_de.qm")


def test_every_decoder_that_the_app_depends_on_is_frozen() -> None:
    decoders = {"gdcm", "openjpeg", "rle", "pydicom.pixels.decoders.gdcm", "pydicom.pixels.decoders.pylibjpeg"}
    assert decoders <= set(trim.HIDDEN_IMPORTS)


def test_the_libraries_of_the_build_machine_stay_there_but_for_the_few_that_are_not_everywhere() -> None:
    assert trim.from_the_system("libX11.so.6", "/usr/lib/x86_64-linux-gnu/libX11.so.6")
    assert trim.from_the_system("libstdc++.so.6", "/lib/x86_64-linux-gnu/libstdc++.so.6")
    for path, source in (
        ("libxcb-cursor.so.0", "/usr/lib/x86_64-linux-gnu/libxcb-cursor.so.0"),
        ("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0"),
        ("python3.11/lib-dynload/_bz2.so", "/usr/lib/python3.11/lib-dynload/_bz2.so"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6"),
        ("libgdcmCommon.so.3.2", "/home/x/.venv/lib/python3.11/site-packages/_gdcm/libgdcmCommon.so.3.2"),
    ):
        assert not trim.from_the_system(path, source)


def test_every_part_whose_version_the_diagnostics_show_brings_it_along() -> None:
    assert {canonicalize_name(name) for name in PACKAGES} <= {
        canonicalize_name(name) for name in trim.frozen_packages()
    }


def test_every_language_travels_with_the_app() -> None:
    catalogues = {path.relative_to(facts.REPOSITORY).parent for path in WORDS.rglob("*.mo")}
    assert {Path(folder) for _source, folder in trim.catalogues()} == catalogues


def test_every_file_of_the_folder_belongs_to_a_part() -> None:
    assert parts.part_of("ptxviewer") == "Program and its bytecode"
    assert parts.part_of("_internal/torch/lib/libtorch_cpu.so") == "torch, libtorch_cpu"
    assert parts.part_of("_internal/PySide6/Qt/lib/libQt6Core.so.6") == "Qt and PySide6"
    assert parts.part_of("_internal/unheard-of") == "Other"
