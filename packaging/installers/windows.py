"""The installer for Windows, an Inno Setup script made from the facts: per user, no questions that need an answer."""

from __future__ import annotations

from pathlib import Path

from installers import facts

OLDEST_RUNTIME = 40  # 14.40 of Visual Studio 2022: with an older one torch ends in WinError 1114
RUNTIME_FLAGS = 'Check: RuntimeIsWanted; Flags: shellexec waituntilterminated; StatusMsg: "Microsoft C++ runtime"'
# The runtime needs an administrator: a silent installation without one must not stop at a question.
CODE = f"""function RuntimeIsWanted: Boolean;
var
  Minor: Cardinal;
  Key: String;
begin
  Key := 'SOFTWARE\\Microsoft\\VisualStudio\\14.0\\VC\\Runtimes\\x64';
  Result := not RegQueryDWordValue(HKLM64, Key, 'Minor', Minor) or (Minor < {OLDEST_RUNTIME});
  if WizardSilent and not IsAdmin then
    Result := False;
end;"""


def installer_name() -> str:
    """Return the file name of the installer."""
    return f"{facts.NAME}-{facts.version()}-setup.exe"


def _value(key: str, data: str, name: str = "", flags: str = "") -> str:
    """Return one [Registry] line; ``data`` is quoted already where it must be."""
    parts = [f'Root: HKA; Subkey: "{key}"; ValueType: string']
    parts += [f'ValueName: "{name}"'] if name else []
    parts += [f"ValueData: {data}"]
    parts += [f"Flags: {flags}"] if flags else []
    return "; ".join(parts)


def registry_lines() -> list[str]:
    """Return the [Registry] lines of the file type: offered under "Open with", never taken from another viewer."""
    program = f"{facts.COMMAND}.exe"
    kind = f"Software\\Classes\\{facts.PROG_ID}"
    application = f"Software\\Classes\\Applications\\{program}"
    started = f'"""{{app}}\\{program}"" ""%1"""'
    lines = [
        _value(kind, f'"{facts.TYPE_NAME}"', flags="uninsdeletekey"),
        _value(f"{kind}\\DefaultIcon", f'"{{app}}\\{program},0"'),
        _value(f"{kind}\\shell\\open\\command", started),
        _value(application, f'"{facts.NAME}"', "FriendlyAppName", "uninsdeletekey"),
        _value(f"{application}\\shell\\open\\command", started),
    ]
    for extension in facts.EXTENSIONS:
        key = f"Software\\Classes\\.{extension}"
        lines += [
            f'Root: HKA; Subkey: "{key}"; Flags: uninsdeletekeyifempty',
            _value(f"{key}\\OpenWithProgids", '""', facts.PROG_ID, "uninsdeletevalue uninsdeletekeyifempty"),
            _value(f"{application}\\SupportedTypes", '""', f".{extension}"),
        ]
    return lines


def script(folder: Path, out: Path, icon: Path, runtime: Path) -> str:
    """Return the Inno Setup script.

    ``folder`` is the frozen app, ``out`` where the installer goes, ``icon`` an ICO file, ``runtime`` Microsoft's
    newest ``vc_redist.x64.exe``. No administrator is asked for; /ALLUSERS on the installer's command line installs
    for everybody.
    """
    registry = "\n".join(registry_lines())
    return f"""; Made by packaging/installers/windows.py from facts.py: change those.
[Setup]
AppId={{{{{facts.INNO_ID}}}
AppName={facts.NAME}
AppVersion={facts.version()}
AppVerName={facts.NAME} {facts.version()}
AppPublisher={facts.PUBLISHER}
AppComments={facts.RESEARCH_USE}
DefaultDirName={{autopf}}\\{facts.NAME}
DefaultGroupName={facts.NAME}
DisableProgramGroupPage=yes
DisableDirPage=auto
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0
ChangesAssociations=yes
CloseApplications=yes
UninstallDisplayName={facts.NAME} (research use only)
UninstallDisplayIcon={{app}}\\{facts.COMMAND}.exe
SetupIconFile={icon}
LicenseFile={facts.REPOSITORY / "LICENSE"}
OutputDir={out}
OutputBaseFilename={Path(installer_name()).stem}
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern

[Files]
Source: "{folder}\\*"; DestDir: "{{app}}"; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "{runtime}"; DestDir: "{{tmp}}"; Flags: deleteafterinstall; Check: RuntimeIsWanted

[InstallDelete]
Type: filesandordirs; Name: "{{app}}\\_internal"

[UninstallDelete]
Type: filesandordirs; Name: "{{app}}\\_internal"
Type: dirifempty; Name: "{{app}}"

[Icons]
Name: "{{group}}\\{facts.NAME}"; Filename: "{{app}}\\{facts.COMMAND}.exe"

[Registry]
{registry}

[Run]
Filename: "{{tmp}}\\{runtime.name}"; Parameters: "/install /quiet /norestart"; {RUNTIME_FLAGS}
Filename: "{{app}}\\{facts.COMMAND}.exe"; Description: "Open {facts.NAME}"; Flags: nowait postinstall skipifsilent

[Code]
{CODE}
"""


def write_script(path: Path, folder: Path, out: Path) -> Path:
    """Write the script; ``vc_redist.x64.exe`` is expected in ``build/`` (the workflow fetches it)."""
    from installers import icons

    path.parent.mkdir(parents=True, exist_ok=True)
    icon = icons.system_icon("win32", facts.BUILD / "icons")
    assert icon is not None
    text = script(folder, out, Path(icon), facts.BUILD / "vc_redist.x64.exe")
    path.write_text(text, encoding="utf-8-sig")  # Inno Setup reads UTF-8 only with a mark
    return path
