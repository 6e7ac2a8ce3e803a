"""The one table of facts that the frozen app, its installers and their tests are made from."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DIST = REPOSITORY / "dist"
BUILD = REPOSITORY / "build"

NAME = "PTXViewer"
COMMAND = "ptxviewer"  # program, Debian package, desktop file: the window says this name to the desktop
ID = "org.ptxviewer.PTXViewer"  # bundle and AppStream identifier
PUBLISHER = "The PTXViewer developers"
MAINTAINER = "The PTXViewer developers <ptxviewer@localhost>"  # dpkg wants an address; there is no mailbox yet
SUMMARY = "Shows where a pneumothorax may be on a chest radiograph"
RESEARCH_USE = "Research use only. Not a medical device: not for diagnosis."
LICENCE = "Apache-2.0"
LICENCE_FILES = ("LICENSE", "model/bundle/NOTICE")
CATEGORIES = ("Science", "MedicalSoftware", "Qt")
KEYWORDS = ("DICOM", "X-ray", "radiograph", "chest", "pneumothorax")

# The kind of file that a double click opens.
TYPE_NAME = "DICOM image"
MIME = "application/dicom"
OTHER_MIMES = ("image/x-dcm",)
UTI = "org.nema.dicom"
EXTENSIONS = ("dcm", "dicom")
MAGIC_OFFSET, MAGIC = 128, "DICM"
# Films without an extension are often named by their UID; the last part of one would pass for a section of a manual.
UID_NAMES = (
    "1.2.840.*",
    "1.2.826.*",
    "1.2.276.*",
    "1.2.392.*",
    "1.2.410.*",
    "1.3.6.1.4.1.*",
    "1.3.12.2.*",
    "1.3.46.670.*",
    "1.3.51.*",
    "2.16.840.*",
    "2.25.*",
)
PROG_ID = f"{NAME}.dicom"  # Windows
INNO_ID = "7C0B6E52-9F0B-4C57-8F3C-2B0B5D6C5E11"  # never changes: by it an update finds the old version

# What is promised, in bytes of a megabyte of 1,000,000.
GUIDE_PAGES = ("report-text.md", "results.md", "pacs.md", "dicom-objects.md", "deidentify.md", "install.md", "scale.md")
"""Pages beside the guide to which it leads; ``docs/guide`` ships whole."""
MOST_UNPACKED_MB = 790
MOST_PACKED_MB = 250

# Shared libraries that the folder takes from the system, and the Debian package of each. `a | b`: the names before and
# after Debian's change to 64-bit time.
DEBIAN_PACKAGES = {
    "ld-linux-x86-64.so.2": "libc6",
    "libc.so.6": "libc6",
    "libdl.so.2": "libc6",
    "libm.so.6": "libc6",
    "libpthread.so.0": "libc6",
    "librt.so.1": "libc6",
    "libsqlite3.so.0": "libsqlite3-0",
    "libutil.so.1": "libc6",
    "libresolv.so.2": "libc6",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libGLX.so.0": "libglx0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libcups.so.2": "libcups2 | libcups2t64",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgthread-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgobject-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgio-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FONTS = "fonts-dejavu-core | fonts-liberation | fonts-noto-core"  # without any font Qt draws no text
DESKTOP_TOOLS = ("desktop-file-utils", "shared-mime-info", "xdg-utils")


def version() -> str:
    """Return the version; its one place is ``ptxviewer/__init__.py``, where the wheel reads it as well."""
    text = (REPOSITORY / "ptxviewer" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("ptxviewer/__init__.py does not say its version")
    return found[1]


def released() -> str:
    """Return the date that AppStream shows: of the newest dated section of the changelog, else of the model's card."""
    changes = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## \[[^\]]+\] - (\d{4}-\d{2}-\d{2})", changes, re.MULTILINE)
    if found is None:
        card = (REPOSITORY / "model" / "bundle" / "metadata.json").read_text(encoding="utf-8")
        found = re.search(r'"created": "(\d{4}-\d{2}-\d{2})"', card)
    if found is None:
        raise ValueError("neither changelog nor model card has a date")
    return found[1]
