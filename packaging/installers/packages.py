"""The two packages for Linux: a Debian package, and an archive with a script that installs it for one user."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from installers import elf, facts, icons, linux

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}  # as Debian calls them
WAYLAND = ("libqwayland", "/wayland-", "libQt6Wayland")  # only where the desktop is one of Wayland
ZSTD_LEVEL = 10  # 19 saves a tenth and takes an hour
TEMPLATES = facts.REPOSITORY / "packaging" / "templates"


def dependencies(folder: Path) -> tuple[list[str], list[str]]:
    """Return what the Debian package depends on, and what it recommends, from the libraries in ``folder``.

    Raises ``SystemExit`` where a library is needed whose package the facts do not name.
    """
    files = list(elf.elf_files(folder))
    wayland = [path for path in files if any(word in path.as_posix() for word in WAYLAND)]
    always = [path for path in files if path not in wayland]
    depends = _packages(elf.needed_from_outside(folder, always))
    recommends = [package for package in _packages(elf.needed_from_outside(folder, wayland)) if package not in depends]
    at_least = f"libc6 (>= {elf.oldest_glibc(files)})"
    depends = sorted({at_least if package == "libc6" else package for package in depends})
    return [*depends, facts.FONTS], [*recommends, *facts.DESKTOP_TOOLS]


def _packages(libraries: set[str]) -> list[str]:
    unknown = sorted(libraries - facts.DEBIAN_PACKAGES.keys())
    if unknown:
        raise SystemExit(f"packaging/installers/facts.py does not name the Debian packages of {', '.join(unknown)}.")
    return sorted({facts.DEBIAN_PACKAGES[name] for name in libraries})


def write_desktop_files(share: Path, program: str) -> None:
    """Write desktop entry, file type, AppStream metadata and icons below ``share`` (as /usr/share)."""
    files = {
        f"applications/{facts.COMMAND}.desktop": linux.desktop_entry(program).encode(),
        f"mime/packages/{facts.COMMAND}.xml": linux.mime_package().encode(),
        f"metainfo/{facts.ID}.metainfo.xml": linux.appstream().encode(),
        f"icons/hicolor/scalable/apps/{facts.COMMAND}.svg": icons.SOURCE.read_bytes(),
    }
    for size in icons.PNG_SIZES:
        files[f"icons/hicolor/{size}x{size}/apps/{facts.COMMAND}.png"] = icons.png(size)
    for name, content in files.items():
        path = share / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _copied(folder: Path, target: Path) -> None:
    """Copy a folder with its links; on one file system nothing is copied but names."""
    shutil.copytree(folder, target, symlinks=True, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def deb(folder: Path, out: Path) -> Path:
    """Make the Debian package of a frozen folder in ``out``; returns its file."""
    root = facts.BUILD / "deb"
    shutil.rmtree(root, ignore_errors=True)
    home = root / "usr" / "lib" / facts.COMMAND
    home.parent.mkdir(parents=True)
    _copied(folder, home)
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / facts.COMMAND).symlink_to(f"../lib/{facts.COMMAND}/{facts.COMMAND}")
    share = root / "usr" / "share"
    write_desktop_files(share, facts.COMMAND)
    papers = share / "doc" / facts.COMMAND
    papers.mkdir(parents=True)
    (papers / "copyright").write_text(linux.copyright_file(), encoding="utf-8")
    shutil.copy2(facts.REPOSITORY / "CHANGELOG.md", papers / "changelog.md")
    depends, recommends = dependencies(folder)
    kilobytes = sum(p.lstat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink()) // 1024
    architecture = MACHINES[platform.machine()]
    scripts = {
        "control": linux.control(architecture, depends, recommends, kilobytes),
        "postinst": linux.maintainer_script("configure"),
        "postrm": linux.maintainer_script("remove", "purge"),
    }
    (root / "DEBIAN").mkdir()
    for name, text in scripts.items():
        path = root / "DEBIAN" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644 if name == "control" else 0o755)
    for path in root.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    made = out / f"{facts.COMMAND}_{facts.version()}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", f"-z{ZSTD_LEVEL}", "--build", str(root), str(made)], check=True
    )
    shutil.rmtree(root)
    return made


def archive_name() -> str:
    """Return the name of the archive, and of the folder that it unpacks to."""
    return f"{facts.COMMAND}-{facts.version()}-linux-{platform.machine()}"


def stage(folder: Path, where: Path) -> Path:
    """Lay out what the archive holds below ``where``: the app, the desktop's files, ``install.sh``; returns the top."""
    shutil.rmtree(where, ignore_errors=True)
    top = where / archive_name()
    top.mkdir(parents=True)
    _copied(folder, top / "app")
    write_desktop_files(top / "share", "/@PROGRAM@")
    script = (TEMPLATES / "install.sh").read_text(encoding="utf-8")
    (top / "install.sh").write_text(script.replace("@COMMAND@", facts.COMMAND), "utf-8")
    (top / "install.sh").chmod(0o755)
    for paper in ("LICENSE", "CHANGELOG.md", "docs/install.md"):
        shutil.copy2(facts.REPOSITORY / paper, top)
    return top


def tarball(folder: Path, out: Path) -> Path:
    """Make the archive for one user in ``out``; returns its file."""
    name, where = archive_name(), facts.BUILD / "tarball"
    stage(folder, where)
    made = out / f"{name}.tar.zst"
    made.unlink(missing_ok=True)
    tar = [
        "tar",
        "--create",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--directory",
        str(where),
        name,
    ]
    with subprocess.Popen(tar, stdout=subprocess.PIPE) as packing:
        squeeze = ["zstd", "--quiet", "--force", f"-{ZSTD_LEVEL}", "--long=27", "-T0", "-o", str(made)]
        subprocess.run(squeeze, stdin=packing.stdout, check=True)
    if packing.returncode != 0:
        raise SystemExit("tar could not pack the folder.")
    shutil.rmtree(where)
    return made
