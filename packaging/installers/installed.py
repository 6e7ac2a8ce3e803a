"""Installs the Debian package in a bare Debian root and tries it there: this proves the list of what it depends on.

    python -m installers.installed dist/ptxviewer_0.1.0_amd64.deb [--base FOLDER] [--mirror URL] [--pictures FOLDER]

Needs root, debootstrap and a Debian mirror, once: ``--base`` keeps the bare root for the next time. What is installed
is nothing but what the package asks for; then the network is unplugged and the app is driven by ``smoke.py``. With Xvfb
here, films are opened in there by ``xdg-open`` and ``gio open``, too. At last the package is purged.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installers import facts, smoke
from installers.built_app import App, SmokeError
from installers.desktop import desktop

SUITE = "bookworm"
OPENERS = ("file", "libglib2.0-bin")  # beside xdg-utils: what tells a film by its content where no desktop runs
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


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """Give the root this machine's processes and the sockets of its screens."""
    screens = root / "tmp" / ".X11-unix"
    screens.mkdir(exist_ok=True)
    Path("/tmp/.X11-unix").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    subprocess.run(["mount", "--bind", "/tmp/.X11-unix", str(screens)], check=True)
    try:
        yield
    finally:
        for place in (screens, root / "proc"):
            subprocess.run(["umount", str(place)], check=True)


def opened_by_the_desktop(root: Path, pictures: Path | None) -> int:
    """Open one film with ``xdg-open`` and the next with ``gio open``; returns 0 when both land in one window."""
    with tempfile.TemporaryDirectory(prefix="ptx-desktop-", dir=root / "tmp") as folder:
        app = App(f"/usr/bin/{facts.COMMAND}", Path(folder), root, unplugged=False)
        pictures = pictures or app.home
        pictures.mkdir(parents=True, exist_ok=True)
        ways = iter((["xdg-open"], ["gio", "open"]))

        def opener(film: str, screen: dict[str, str]) -> None:
            subprocess.Popen(
                [shutil.which("chroot") or "chroot", str(root), *next(ways), film],
                env=app.environment(**screen),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

        try:
            print(f"  ok    xdg-open, gio open: {desktop(app, pictures, opener)}", flush=True)
        except SmokeError as error:
            print(f"  FAIL  xdg-open, gio open: {error}", flush=True)
            return 1
    return 0


def remove(root: Path) -> int:
    """Purge the package and look for what it left; returns 0 when that is nothing."""
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
    parser.add_argument("--pictures", type=Path, help="folder for pictures of the screen")
    parser.add_argument("--mirror", help="of Debian; debootstrap's own choice if not given")
    given = parser.parse_args()
    bare_root(given.base, given.mirror)
    root = facts.BUILD / "root"
    if root.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)
    subprocess.run(["cp", "-a", str(given.base), str(root)], check=True)
    came = install(root, given.package)
    print(f"installed: {given.package.name} brought {len(came) - 1} packages", flush=True)
    with mounted(root):
        status = smoke.main([f"/usr/bin/{facts.COMMAND}", "--root", str(root)])
        if status == 0:
            # What opens films on a desktop; the caches are theirs, so removing has to refresh them.
            inside(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *OPENERS, *facts.DESKTOP_TOOLS)
            if shutil.which("Xvfb") and shutil.which("xdotool"):
                status = opened_by_the_desktop(root, given.pictures)
        return status or remove(root)


if __name__ == "__main__":
    sys.exit(main())
