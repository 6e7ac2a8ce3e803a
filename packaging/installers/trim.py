"""What goes into the frozen app and what stays out, by name."""

from __future__ import annotations

import fnmatch
from importlib.metadata import requires

from packaging.requirements import Requirement

from installers import facts

# Modules that are imported by name at run time, where PyInstaller cannot see it.
HIDDEN_IMPORTS = (
    "pydicom.pixels.decoders.gdcm",
    "pydicom.pixels.decoders.pylibjpeg",
    "pydicom.pixels.decoders.rle",
    "openjpeg",
    "rle",
    "gdcm",
    "ptxviewer.dicom.read",
)

EXCLUDED_MODULES = (
    # training, tests, and what other packages of the build environment drag in
    "model",
    "tests",
    "torchvision",
    "matplotlib",
    "tqdm",
    # highdicom needs Pillow for its colours alone
    "PIL._avif",
    "PIL._webp",
    "PIL._imagingft",
    "PIL._imagingtk",
    "jpeg_ls",
    "pytest",
    "_pytest",
    "hypothesis",
    "IPython",
    "pandas",
    "scipy",
    # parts of torch that compile, export, distribute or test; eager inference imports none of them
    "torch._dynamo",
    "torch._inductor",
    "torch.onnx",
    "torch.testing._internal.common_utils",
    "torch.utils.tensorboard",
    "torch.utils.benchmark",
    "torch.utils.bottleneck",
    "sympy",
    "mpmath",
    "networkx",
    "jinja2",
    "fsspec",
    "setuptools",
    "pkg_resources",
    "pip",
    # the standard library's other windows and terminals (highdicom needs sqlite3)
    "tkinter",
    "curses",
    "readline",
    "lib2to3",
    "turtledemo",
    "ensurepip",
    "_hashlib",  # hashlib has the hashes of its own
    "xmlrpc",
    "PyInstaller",
)

# Files, by their path inside the folder, that PyInstaller's hooks collect and nothing uses.
DROPPED_FILES = (
    "*libQt6EglF*",
    "*libQt6WlShellIntegration*",
    "PySide6/Qt/plugins/wayland-shell-integration/lib[!x]*",
    "PySide6/Qt/plugins/wayland-graphics-integration-client/libvulkan*",
    "PySide6/Qt/plugins/wayland-graphics-integration-client/libdrm*",
    "PySide6/Qt/plugins/wayland-graphics-integration-client/libshm*",
    "PySide6/Qt/plugins/xcbglintegrations/*",  # nothing is drawn with OpenGL
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/WHEEL",
    "*.dist-info/direct_url.json",
    "PySide6/Qt/plugins/platforms/libq*eglfs*",
    "PySide6/Qt/plugins/platforms/libqlinuxfb*",
    "PySide6/Qt/plugins/platforms/libqvnc*",
    "PySide6/Qt/plugins/platforms/libqvkkhrdisplay*",
    "PySide6/Qt/plugins/platforms/libqminimalegl*",
    "PySide6/Qt/plugins/egldeviceintegrations/*",
    "PySide6/Qt/plugins/wayland-graphics-integration-server/*",
    "PySide6/Qt/plugins/platformthemes/libqgtk3*",  # GTK; the portal theme has the native dialogs
    "PySide6/Qt/plugins/platforminputcontexts/*virtualkeyboard*",
    "PySide6/Qt/plugins/tls/*",
    "PySide6/Qt/plugins/networkinformation/*",
    "PySide6/Qt/plugins/qmltooling/*",
    "PySide6/Qt/plugins/generic/*",
    "PySide6/Qt/plugins/imageformats/*qpdf*",
    "PySide6/Qt/plugins/imageformats/*qtiff*",
    "PySide6/Qt/plugins/imageformats/*qwebp*",
    "PySide6/Qt/plugins/imageformats/*qgif*",
    "PySide6/Qt/plugins/imageformats/*qicns*",
    "PySide6/Qt/plugins/imageformats/*qtga*",
    "PySide6/Qt/plugins/imageformats/*qwbmp*",
    "PySide6/Qt/translations/*",
)
# Libraries of the build machine. Those that every desktop has stay there: a second libX11 or libstdc++ beside the
# system's own graphics driver is trouble, and only the system's get security updates. These few come along: small,
# without drivers behind them, and the ones that are not everywhere.
CARRIED_SYSTEM_LIBRARIES = (
    "libpython*",
    "libffi.so*",
    "libbz2.so*",
    "liblzma.so*",
    "libuuid.so*",
    "libssl.so*",  # of the version that Python was built with, for the PACS
    "libcrypto.so*",
    "libxcb-cursor.so*",
    "libxcb-icccm.so*",
    "libxcb-image.so*",
    "libxcb-keysyms.so*",
    "libxcb-render-util.so*",
    "libxcb-util.so*",
)
SYSTEM_FOLDERS = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")
KEPT_FILES = ("PySide6/Qt/translations/qtbase_*",)


def refuse_cuda() -> None:
    """Raise ``SystemExit`` where the torch of this environment is a CUDA build, unless one is asked for by name."""
    import os

    import torch

    if torch.version.cuda and os.environ.get("PTXVIEWER_PACKAGE") != "cuda":
        raise SystemExit(
            "This torch is a CUDA build, several gigabytes. Set PTXVIEWER_PACKAGE=cuda to freeze it anyway."
        )


def metadata() -> list[tuple[str, str]]:
    """Return the package metadata from which the app says its versions."""
    from PyInstaller.utils.hooks import copy_metadata

    return [entry for package in frozen_packages() for entry in copy_metadata(package)]


def frozen_packages() -> list[str]:
    """Return the packages whose licence and version travel with the app: what it requires, and Qt's binding layer."""
    required = [Requirement(text) for text in requires(facts.COMMAND) or []]
    return [one.name for one in required if one.marker is None or one.marker.evaluate({"extra": ""})] + ["shiboken6"]


def tables() -> list[tuple[str, str]]:
    """Return highdicom's tables of the standard, which it reads at run time."""
    from PyInstaller.utils.hooks import collect_data_files

    return [(str(source), str(target)) for source, target in collect_data_files("highdicom")]


def catalogues() -> list[tuple[str, str]]:
    """Return the compiled catalogues of each language, and the folder of the app that each goes into."""
    found = sorted((facts.REPOSITORY / "ptxviewer" / "words").rglob("*.mo"))
    return [(str(path), path.parent.relative_to(facts.REPOSITORY).as_posix()) for path in found]


def from_the_system(path: str, source: str) -> bool:
    """Is this a library of the build machine that the app takes from the user's machine instead?

    ``path`` inside the folder, ``source`` on the build machine. Python's own extension modules lie deeper and stay.
    """
    if "/" in path or not source.startswith(SYSTEM_FOLDERS):
        return False
    return not any(fnmatch.fnmatch(path, pattern) for pattern in CARRIED_SYSTEM_LIBRARIES)


def kept(path: str) -> bool:
    """Does a file, named by its path inside the folder, go into the app?"""
    path = path.replace("\\", "/")
    if any(fnmatch.fnmatch(path, pattern) for pattern in KEPT_FILES):
        return True
    return not any(fnmatch.fnmatch(path, pattern) for pattern in DROPPED_FILES)
