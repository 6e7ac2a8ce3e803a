"""What the Linux packages tell the desktop: freedesktop.org's validators are content, films are known by content."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from installers import facts, linux, trim
from ptxviewer import __version__
from tests.there import there
from tools import set_up

MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed here")


def test_a_double_click_hands_over_all_films_that_were_chosen() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read_string(linux.desktop_entry())
    section = entry["Desktop Entry"]
    assert section["Exec"] == "ptxviewer %F"
    assert section["MimeType"] == "application/dicom;"
    assert section["Icon"] == section["StartupWMClass"] == "ptxviewer"  # what the window calls itself
    application = (facts.REPOSITORY / "ptxviewer/ui/application.py").read_text("utf-8")
    assert f'setDesktopFileName("{facts.COMMAND}")' in application


def test_a_path_with_spaces_is_quoted() -> None:
    assert 'Exec="/home/a b/bin/ptxviewer" %F' in linux.desktop_entry("/home/a b/bin/ptxviewer")


@needs("desktop-file-validate")
def test_the_desktop_entry_is_valid(tmp_path: Path) -> None:
    for number, program in enumerate(("ptxviewer", "/opt/of mine/ptxviewer")):
        path = tmp_path / f"{number}.desktop"
        path.write_text(linux.desktop_entry(program), "utf-8")
        done = subprocess.run(["desktop-file-validate", str(path)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


@needs("appstreamcli")
def test_the_appstream_metadata_are_valid(tmp_path: Path) -> None:
    path = tmp_path / f"{facts.ID}.metainfo.xml"
    path.write_text(linux.appstream(), "utf-8")
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_appstream_says_what_it_is_for_and_which_version() -> None:
    root = ET.fromstring(linux.appstream())
    assert root.findtext("id") == facts.ID
    assert there(root.find("releases/release")).attrib["version"] == __version__
    assert root.findtext("launchable") == "ptxviewer.desktop"
    assert "Research use only" in " ".join(p.text or "" for p in root.iter("p"))


def test_films_are_known_by_name_and_by_content() -> None:
    (kind,) = ET.fromstring(linux.mime_package())
    globs = {one.attrib["pattern"] for one in kind.iter(f"{MIME}glob")}
    assert {"*.dcm", "*.dicom", "DICOMDIR", "1.2.840.*"} <= globs
    magic = {(one.attrib["value"], one.attrib["offset"]) for one in kind.iter(f"{MIME}match")}
    assert ("DICM", "128") in magic


@needs("update-mime-database")
@needs("gio")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("film.dcm", b""),
        ("IM000001", b"\0" * 128 + b"DICM"),
        ("1.2.840.113619.2.5.1", b"\0" * 128 + b"DICM"),  # the last part reads like a section of a manual
        ("IM000002", b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100"),
        ("IM000003", b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100"),
        ("DICOMDIR", b"\0" * 128 + b"DICM"),
    ],
)
def test_the_desktop_takes_it_for_a_film(tmp_path: Path, name: str, content: bytes) -> None:
    packages = tmp_path / "share" / "mime" / "packages"
    packages.mkdir(parents=True)
    (packages / "ptxviewer.xml").write_text(linux.mime_package(), "utf-8")
    subprocess.run(["update-mime-database", str(packages.parent)], check=True, capture_output=True)
    (tmp_path / name).write_bytes(content + b"\x01" * 300)
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "share"), "XDG_DATA_DIRS": "/usr/share"}
    command = ["gio", "info", "-a", "standard::content-type", str(tmp_path / name)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert "application/dicom" in out


def test_the_debian_package_says_what_it_needs_and_that_it_is_no_medical_device() -> None:
    text = linux.control("amd64", ["libc6 (>= 2.36)", "libegl1"], ["shared-mime-info"], 700_000)
    assert f"Version: {__version__}\n" in text
    assert "Depends: libc6 (>= 2.36), libegl1\n" in text
    assert "Not a medical device" in text
    assert not [line for line in text.splitlines() if not line.strip()]  # an empty line would end the stanza


def test_every_library_that_qt_needs_has_its_debian_package() -> None:
    known = set_up.QT_LIBRARIES
    for library, package in known.items():
        carried = any(re.fullmatch(p.replace("*", ".*"), library) for p in trim.CARRIED_SYSTEM_LIBRARIES)
        assert carried or package in facts.DEBIAN_PACKAGES[library].split(" | "), library
