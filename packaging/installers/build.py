"""``make package``: freezes the app, makes the packages of this system in ``dist/``, and tries what was built.

    python -m installers.build                 # everything
    python -m installers.build --reuse          # packages from the folder that was frozen before
    python -m installers.build --desktop        # and drive the window on a virtual screen

It runs in an environment of its own (`tools/set_up.py --package`), so that nothing of the tests slips in.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from installers import elf, facts, packages, parts, windows

FOLDER = facts.DIST / facts.COMMAND
SPEC = facts.REPOSITORY / "packaging" / "ptxviewer.spec"
FOUND = ("ISCC.exe", "C:/Program Files (x86)/Inno Setup 6/ISCC.exe")


def say(text: str) -> None:
    """One line of progress."""
    print(f"package: {text}", flush=True)


def freeze() -> None:
    """Run PyInstaller; on Linux take out of the folder what no loader and no film needs."""
    work = facts.BUILD / "pyinstaller"
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(facts.DIST), "--workpath", str(work), str(SPEC)]
    subprocess.run(command, check=True, cwd=facts.REPOSITORY)
    if sys.platform.startswith("linux"):
        say(f"{elf.strip_symbols(FOLDER) / 1e6:.0f} MB of symbol tables taken out")


def weigh() -> int:
    """Print the largest parts; returns the bytes of the folder. Raises ``SystemExit`` over the promised size."""
    counted = parts.sizes(FOLDER)
    total = sum(counted.values())
    say("the largest parts")
    print(parts.table(counted), flush=True)
    if os.environ.get("PTXVIEWER_PACKAGE") != "cuda" and total > facts.MOST_UNPACKED_MB * 1e6:
        raise SystemExit(
            f"The folder has {total / 1e6:.0f} MB, more than the {facts.MOST_UNPACKED_MB} that are promised."
        )
    return total


def packed() -> list[Path]:
    """Make the packages of this system; returns their files."""
    if sys.platform.startswith("linux"):
        made = [packages.tarball(FOLDER, facts.DIST)]
        if shutil.which("dpkg-deb"):
            made.append(packages.deb(FOLDER, facts.DIST))
        else:
            say("no dpkg-deb here: no Debian package")
        return made
    if sys.platform == "win32":
        script = windows.write_script(facts.BUILD / "ptxviewer.iss", FOLDER, facts.DIST)
        compiler = next((found for name in FOUND if (found := shutil.which(name))), None)
        if compiler is None:
            say(f"no Inno Setup here: no installer; its script is {script}")
            return []
        subprocess.run([compiler, "/Qp", str(script)], check=True)
        return [facts.DIST / windows.installer_name()]
    if sys.platform == "darwin":
        image = facts.DIST / f"{facts.NAME}-{facts.version()}.dmg"
        image.unlink(missing_ok=True)
        app = facts.DIST / f"{facts.NAME}.app"
        subprocess.run(
            ["hdiutil", "create", "-volname", facts.NAME, "-srcfolder", str(app), "-format", "UDZO", str(image)],
            check=True,
        )
        return [image]
    return []


def sha256(file: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def checksums(files: list[Path]) -> Path:
    """Write SHA256SUMS beside the packages, as ``sha256sum --check`` reads it."""
    path = facts.DIST / "SHA256SUMS"
    path.write_text("".join(f"{sha256(file)}  {file.name}\n" for file in files), encoding="utf-8")
    return path


def program() -> Path:
    """Return the program that was built and that answers on a terminal."""
    if sys.platform == "darwin":
        return facts.DIST / f"{facts.NAME}.app" / "Contents" / "MacOS" / facts.COMMAND
    return FOLDER / (f"{facts.COMMAND}-cli.exe" if sys.platform == "win32" else facts.COMMAND)


def main() -> int:
    """Build, weigh, pack, try; returns 0 when all of it succeeded."""
    parser = argparse.ArgumentParser(description="Build the app that people install.")
    parser.add_argument("--reuse", action="store_true", help="pack the folder that lies in dist/ already")
    parser.add_argument("--desktop", action="store_true", help="also drive the window on a virtual screen (Xvfb)")
    parser.add_argument("--no-smoke", action="store_true", help="do not try what was built")
    given = parser.parse_args()
    if not given.reuse:
        say(f"freezing {facts.NAME} {facts.version()}")
        freeze()
    weigh()
    made = packed()
    for file in made:
        say(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB")
        if os.environ.get("PTXVIEWER_PACKAGE") != "cuda" and file.stat().st_size > facts.MOST_PACKED_MB * 1e6:
            raise SystemExit(f"{file.name} is larger than the {facts.MOST_PACKED_MB} MB that are promised.")
    if made:
        say(f"checksums: {checksums(made)}")
    if given.no_smoke:
        return 0
    from installers import smoke

    return smoke.main([str(program()), "--start-up", *(("--desktop",) if given.desktop else ())])


if __name__ == "__main__":
    sys.exit(main())
