"""What a Linux desktop needs to know of the app: desktop entry, file type, AppStream, Debian control."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from installers import facts


def desktop_entry(program: str = facts.COMMAND) -> str:
    """Return the desktop entry; ``program`` is how the app is started: a command, or a path that holds no quotes."""
    started = f'"{program}"' if "/" in program else program
    return f"""[Desktop Entry]
Type=Application
Version=1.0
Name={facts.NAME}
GenericName=Chest radiograph viewer
Comment={facts.SUMMARY}. Research use only.
Exec={started} %F
Icon={facts.COMMAND}
Terminal=false
MimeType={facts.MIME};
Categories={";".join(facts.CATEGORIES)};
Keywords={";".join(facts.KEYWORDS)};
StartupNotify=true
StartupWMClass={facts.COMMAND}
"""


def mime_package() -> str:
    """Return the shared-MIME description of a film: by extension, by UID as a name, and by what stands in the file.

    The magic finds files without an extension; all but the first are films without a preamble, whose first element is
    the group's length, the character set, the image type or the SOP class.
    """
    globs = "".join(f"    <glob pattern={quoteattr('*.' + extension)}/>\n" for extension in facts.EXTENSIONS)
    globs += "".join(f'    <glob pattern={quoteattr(name)} weight="60"/>\n' for name in facts.UID_NAMES)
    aliases = "".join(f"    <alias type={quoteattr(mime)}/>\n" for mime in facts.OTHER_MIMES)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type={quoteattr(facts.MIME)}>
    <comment>{escape(facts.TYPE_NAME)}</comment>
    <acronym>DICOM</acronym>
    <expanded-acronym>Digital Imaging and Communications in Medicine</expanded-acronym>
{aliases}{globs}    <glob pattern="DICOMDIR" case-sensitive="true"/>
    <magic priority="60">
      <match type="string" value="{facts.MAGIC}" offset="{facts.MAGIC_OFFSET}"/>
      <match type="string" value="\\x08\\x00\\x00\\x00UL\\x04\\x00" offset="0"/>
      <match type="string" value="\\x08\\x00\\x05\\x00CS" offset="0"/>
      <match type="string" value="\\x08\\x00\\x08\\x00CS" offset="0"/>
      <match type="string" value="\\x08\\x00\\x05\\x00" offset="0">
        <match type="string" value="ISO_IR" offset="8"/>
      </match>
      <match type="string" value="\\x08\\x00\\x16\\x00" offset="0">
        <match type="string" value="1.2.840.10008.5.1.4.1.1" offset="8"/>
      </match>
    </magic>
  </mime-type>
</mime-info>
"""


def appstream() -> str:
    """Return the AppStream metadata."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{facts.ID}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>{facts.LICENCE}</project_license>
  <name>{facts.NAME}</name>
  <summary>{facts.SUMMARY}</summary>
  <developer id="org.ptxviewer">
    <name>{facts.PUBLISHER}</name>
  </developer>
  <description>
    <p>
      {facts.NAME} opens chest radiographs (DICOM, PNG, JPEG) and outlines where a pneumothorax may be. Films stay on
      this computer: it needs no network, no account and no server.
    </p>
    <p>{facts.RESEARCH_USE} It misses pneumothoraces and raises false alarms.</p>
  </description>
  <launchable type="desktop-id">{facts.COMMAND}.desktop</launchable>
  <icon type="stock">{facts.COMMAND}</icon>
  <categories>
    <category>Science</category>
    <category>MedicalSoftware</category>
  </categories>
  <keywords>
{"".join(f"    <keyword>{word}</keyword>{chr(10)}" for word in facts.KEYWORDS)}  </keywords>
  <provides>
    <binary>{facts.COMMAND}</binary>
    <mediatype>{facts.MIME}</mediatype>
  </provides>
  <supports>
    <control>pointing</control>
    <control>keyboard</control>
  </supports>
  <requires>
    <display_length compare="ge">768</display_length>
  </requires>
  <content_rating type="oars-1.1"/>
  <releases>
    <release version="{facts.version()}" date="{facts.released()}"/>
  </releases>
</component>
"""


def control(architecture: str, depends: list[str], recommends: list[str], installed_kb: int) -> str:
    """Return the control file of the Debian package."""
    return f"""Package: {facts.COMMAND}
Version: {facts.version()}
Architecture: {architecture}
Maintainer: {facts.MAINTAINER}
Section: science
Priority: optional
Installed-Size: {installed_kb}
Depends: {", ".join(depends)}
Recommends: {", ".join(recommends)}
Description: {facts.SUMMARY}
 {facts.NAME} opens chest radiographs (DICOM, PNG, JPEG) and outlines where a
 pneumothorax may be, on this computer and without a network.
 .
 {facts.RESEARCH_USE}
"""


REFRESH = """  has() { command -v "$1" >/dev/null; }
  if has update-desktop-database; then update-desktop-database -q "$1/applications" || true; fi
  if has update-mime-database; then update-mime-database "$1/mime" || true; fi
  if has gtk-update-icon-cache; then gtk-update-icon-cache -q -t -f "$1/icons/hicolor" || true; fi
"""


def maintainer_script(*moments: str) -> str:
    """Return a Debian maintainer script that refreshes the databases of the desktop at the given moments."""
    return f"""#!/bin/sh
set -e
refresh() {{
{REFRESH}}}
case "$1" in
  {"|".join(moments)}) refresh /usr/share ;;
esac
exit 0
"""


def copyright_file() -> str:
    """Return Debian's copyright file, which points to the licences that travel inside."""
    return f"""{facts.NAME} is distributed under {facts.LICENCE}; the text is in /usr/share/common-licenses/Apache-2.0.
The weights are for research use: /usr/lib/{facts.COMMAND}/_internal/model/bundle/NOTICE.
Qt and PySide6 are used under the LGPL version 3; their libraries lie as files of their own in
/usr/lib/{facts.COMMAND}/_internal/PySide6 and may be replaced. The licences of the other parts lie beside them.
"""
