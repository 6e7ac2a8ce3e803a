"""The frozen app says the version of the package, and keeps what it needs of Qt and the film decoders."""

from __future__ import annotations

from ptxviewer import __version__
from ptxviewer.app.diagnostics import PACKAGES
from tests.packaging.modules import loaded


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


def test_the_libraries_of_the_build_machine_stay_there_but_for_the_few_that_are_not_everywhere() -> None:
    from_the_system = loaded("trim").from_the_system
    assert from_the_system("libX11.so.6", "/usr/lib/x86_64-linux-gnu/libX11.so.6")
    assert from_the_system("libstdc++.so.6", "/lib/x86_64-linux-gnu/libstdc++.so.6")
    for path, source in (
        ("libxcb-cursor.so.0", "/usr/lib/x86_64-linux-gnu/libxcb-cursor.so.0"),
        ("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0"),
        ("python3.11/lib-dynload/_bz2.so", "/usr/lib/python3.11/lib-dynload/_bz2.so"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6"),
        ("libgdcmCommon.so.3.2", "/home/x/.venv/lib/python3.11/site-packages/_gdcm/libgdcmCommon.so.3.2"),
    ):
        assert not from_the_system(path, source)


def test_every_part_whose_version_the_diagnostics_show_brings_it_along() -> None:
    text = (loaded("facts").REPOSITORY / "packaging" / "trim.py").read_text("utf-8")
    for package in PACKAGES:
        assert f'"{package}"' in text


def test_the_app_touches_none_of_the_video_that_is_cut_out_of_opencv() -> None:
    root = loaded("facts").REPOSITORY
    for path in (root / "ptxviewer").rglob("*.py"):
        assert "VideoCapture" not in path.read_text("utf-8")
        assert "VideoWriter" not in path.read_text("utf-8")


def test_every_file_of_the_folder_belongs_to_a_part() -> None:
    part_of = loaded("parts").part_of
    assert part_of("ptxviewer") == "Program and its bytecode"
    assert part_of("_internal/torch/lib/libtorch_cpu.so") == "torch, libtorch_cpu"
    assert part_of("_internal/PySide6/Qt/lib/libQt6Core.so.6") == "Qt and PySide6"
    assert part_of("_internal/unheard-of") == "Other"
