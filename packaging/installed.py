"""Installs the Debian package in a bare Debian root and tries it there: this proves the list of what it depends on.

    python packaging/installed.py dist/ptxviewer_0.1.0_amd64.deb [--base FOLDER] [--mirror URL]

Needs root, debootstrap and a Debian mirror, once: ``--base`` keeps the bare root for the next time. What is installed
is nothing but what the package asks for; then the network is unplugged and the app is driven by ``smoke.py``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import facts
import smoke

SUITE = "bookworm"
LEFT_BY_DPKG = ("var/lib/dpkg", "var/log", "var/cache", "var/lib/apt", "etc/ld.so.cache")


def inside(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the root; raises where it fails."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8"}
    return subprocess.run(["chroot", str(root), *command], env=environment, check=True, text=True, capture_output=True)


def bare_root(base: Path, mirror: str | None) -> None:
    """Make a minimal Debian in ``base``, unless it is there."""
    if not (base / "etc" / "debian_version").exists():
        base.parent.mkdir(parents=True, exist_ok=True)
        command = ["debootstrap", "--variant=minbase", SUITE, str(base), *((mirror,) if mirror else ())]
        subprocess.run(command, check=True)


def files_of(root: Path) -> set[str]:
    """Return all paths of a root, but for what dpkg and apt keep for themselves."""
    found = set()
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root).as_posix()
        if here.startswith(("proc", "sys", "dev", "tmp", "root", *LEFT_BY_DPKG)):
            folders.clear()
            continue
        found |= {f"{here}/{name}" for name in (*names, *folders)}
    return {path for path in found if not path.startswith(LEFT_BY_DPKG) and path.removeprefix("./") not in LEFT_BY_DPKG}


def install(root: Path, package: Path) -> list[str]:
    """Install the package with what it depends on and nothing else; returns the names of what came along."""
    shutil.copy2(package, root / "tmp" / package.name)
    before = set(inside(root, "dpkg-query", "-W", "-f", "${Package}\n").stdout.split())
    inside(root, "apt-get", "update", "-qq")
    inside(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", f"/tmp/{package.name}")
    after = set(inside(root, "dpkg-query", "-W", "-f", "${Package}\n").stdout.split())
    return sorted(after - before)


def remove(root: Path) -> int:
    """Ask the desktop what opens films, purge the package, look for what it left; returns 0 when that is nothing."""
    # The caches belong to the tools that make them: with these tools there, removing has to refresh them.
    inside(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *facts.DESKTOP_TOOLS)
    opens_with = inside(root, "xdg-mime", "query", "default", facts.MIME).stdout.strip()
    inside(root, "dpkg", "--purge", facts.COMMAND)
    afterwards = inside(root, "xdg-mime", "query", "default", facts.MIME).stdout.strip()
    left = [path for path in files_of(root) if facts.COMMAND in path.lower()]
    known, gone = opens_with == f"{facts.COMMAND}.desktop", not left and not afterwards
    print(f"  {'ok  ' if known else 'FAIL'}  xdg-mime: {facts.MIME} opens with {opens_with or 'nothing'}", flush=True)
    print(f"  {'ok  ' if gone else 'FAIL'}  removed: {left or afterwards or 'nothing left'}", flush=True)
    return 0 if known and gone else 1


def main() -> int:
    """Install, try, remove, compare; returns 0 when all of it held."""
    parser = argparse.ArgumentParser(description="Try the Debian package in a bare Debian.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--base", type=Path, default=facts.BUILD / "root-base", help="the bare root")
    parser.add_argument("--mirror", help="of Debian; debootstrap's own choice if not given")
    given = parser.parse_args()
    bare_root(given.base, given.mirror)
    root = facts.BUILD / "root"
    if root.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)
    subprocess.run(["cp", "-a", str(given.base), str(root)], check=True)
    came = install(root, given.package)
    print(f"installed: {given.package.name} brought {len(came) - 1} packages", flush=True)
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    try:
        status = smoke.main([f"/usr/bin/{facts.COMMAND}", "--root", str(root)])
    finally:
        subprocess.run(["umount", str(root / "proc")], check=True)
    return status or remove(root)


if __name__ == "__main__":
    sys.exit(main())
