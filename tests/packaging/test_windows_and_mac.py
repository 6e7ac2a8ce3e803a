"""What cannot be run on this system is at least parsed: the Inno Setup script and the property list, from one table."""

from __future__ import annotations

import plistlib
import re
import struct
from pathlib import Path, PureWindowsPath

import pytest

from installers import facts, icons, mac, windows
from ptxviewer import __version__
from tests.there import there

SCRIPT = windows.script(Path("dist/ptxviewer"), Path("dist"), Path("build/app.ico"), Path("build/vc_redist.x64.exe"))


def sections() -> dict[str, list[str]]:
    """The script by section, comments and empty lines left out."""
    found: dict[str, list[str]] = {}
    for line in SCRIPT.splitlines():
        if head := re.fullmatch(r"\[(\w+)\]", line):
            found[head[1]] = body = []
        elif line and not line.startswith(";"):
            body.append(line)
    return found


def fields(line: str) -> dict[str, str]:
    """One line of a section as Inno Setup reads it: Name: value; a quote inside quotes is doubled."""
    pattern = r'\s*(\w+):\s*("(?:[^"]|"")*"|[^;"]*)\s*(?:;|$)'
    position, found = 0, {}
    while position < len(line):
        match = re.compile(pattern).match(line, position)
        assert match, f"not readable from {position}: {line}"
        assert match[1] not in found, f"{match[1]} twice: {line}"
        found[match[1]] = match[2][1:-1].replace('""', '"') if match[2].startswith('"') else match[2].strip()
        position = match.end()
    return found


def test_every_line_of_the_script_can_be_read_and_every_section_is_known() -> None:
    known = {"Setup", "Files", "InstallDelete", "UninstallDelete", "Icons", "Registry", "Run", "Code"}
    assert set(sections()) == known
    for name in known - {"Setup", "Code"}:
        for line in sections()[name]:
            assert fields(line)


def test_it_installs_for_one_user_without_an_administrator_and_an_update_finds_the_old_version() -> None:
    setup = dict(line.split("=", 1) for line in sections()["Setup"])
    assert setup["PrivilegesRequired"] == "lowest"
    assert setup["ChangesAssociations"] == "yes"
    assert setup["AppVersion"] == __version__
    assert setup["AppId"] == "{{" + facts.INNO_ID + "}"  # the first brace is doubled, the last is not
    assert setup["OutputBaseFilename"] + ".exe" == windows.installer_name()


def test_it_offers_itself_for_films_and_takes_them_from_nobody() -> None:
    rows = [fields(line) for line in sections()["Registry"]]
    assert {row["Root"] for row in rows} == {"HKA"}
    for extension in facts.EXTENSIONS:
        offered = [row for row in rows if row["Subkey"] == f"Software\\Classes\\.{extension}\\OpenWithProgids"]
        assert [row["ValueName"] for row in offered] == [facts.PROG_ID]
        own = [row for row in rows if row["Subkey"] == f"Software\\Classes\\.{extension}"]
        assert "ValueData" not in own[0]  # a value here would make us the default
    (command,) = [row for row in rows if row["Subkey"].endswith(f"{facts.PROG_ID}\\shell\\open\\command")]
    assert command["ValueData"] == '"{app}\\ptxviewer.exe" "%1"'


def test_nothing_of_the_registry_or_the_folder_is_left_behind() -> None:
    rows = [fields(line) for line in sections()["Registry"]]
    ours = [r["Subkey"] for r in rows if "uninsdeletekey" in r.get("Flags", "").split()]
    for row in rows:
        whole = any(row["Subkey"] == key or row["Subkey"].startswith(key + "\\") for key in ours)
        assert whole or "uninsdelete" in row.get("Flags", ""), row
    assert "{app}\\_internal" in [fields(line)["Name"] for line in sections()["UninstallDelete"]]


def test_the_programs_that_it_names_are_those_that_are_built() -> None:
    spec = (facts.REPOSITORY / "packaging" / "ptxviewer.spec").read_text("utf-8")
    assert "programs = [program(name" in spec
    for line in sections()["Icons"]:
        assert PureWindowsPath(fields(line)["Filename"]).name == f"{facts.COMMAND}.exe"


def test_a_silent_installation_stops_at_no_question() -> None:
    assert "if WizardSilent and not IsAdmin then" in "\n".join(sections()["Code"])
    program = [fields(line) for line in sections()["Run"] if "postinstall" in line]
    assert "skipifsilent" in program[0]["Flags"]


def test_macos_knows_films_and_does_not_take_them_from_the_hospitals_viewer() -> None:
    plist = plistlib.loads(plistlib.dumps(mac.info_plist()))
    (kind,) = plist["CFBundleDocumentTypes"]
    assert kind["LSItemContentTypes"] == ["org.nema.dicom"]
    assert (kind["CFBundleTypeRole"], kind["LSHandlerRank"]) == ("Viewer", "Alternate")
    (imported,) = plist["UTImportedTypeDeclarations"]
    tags = imported["UTTypeTagSpecification"]
    assert imported["UTTypeIdentifier"] == "org.nema.dicom"
    assert tags["public.filename-extension"] == list(facts.EXTENSIONS)
    assert tags["public.mime-type"] == "application/dicom"
    assert plist["CFBundleShortVersionString"] == __version__
    assert "UTExportedTypeDeclarations" not in plist  # the type is not ours to define


def test_an_app_that_nobody_signs_has_no_entitlements_and_a_signed_one_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(mac.IDENTITY, raising=False)
    assert mac.identity() is None
    assert mac.entitlements_file() is None
    monkeypatch.setenv(mac.IDENTITY, "Developer ID Application: Somebody")
    monkeypatch.setattr(facts, "BUILD", tmp_path)
    assert plistlib.loads(Path(there(mac.entitlements_file())).read_bytes()) == mac.ENTITLEMENTS


def test_double_click_reaches_the_window_by_an_event_and_not_by_emulated_arguments() -> None:
    spec = (facts.REPOSITORY / "packaging" / "ptxviewer.spec").read_text("utf-8")
    assert "argv_emulation=False" in spec
    assert "upx=False" in spec


@pytest.mark.usefixtures("qapp")
def test_the_icons_are_containers_that_their_systems_can_read() -> None:
    ico = icons.ico()
    assert struct.unpack("<HHH", ico[:6]) == (0, 1, len(icons.ICO_SIZES))
    for number in range(len(icons.ICO_SIZES)):
        size, offset = struct.unpack("<II", ico[6 + 16 * number + 8 : 6 + 16 * number + 16])
        assert ico[offset : offset + 8] == b"\x89PNG\r\n\x1a\n"
        assert offset + size <= len(ico)
    icns = icons.icns()
    assert icns[:4] == b"icns"
    assert struct.unpack(">I", icns[4:8]) == (len(icns),)
