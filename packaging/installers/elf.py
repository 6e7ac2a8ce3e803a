"""Reads of ELF files what packaging needs, with binutils: libraries needed, oldest glibc; and strips symbol tables."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

# Files that `auditwheel` has patched come out of `strip` damaged now and then: OpenBLAS and FFmpeg are left alone.
NOT_STRIPPED = (".libs/",)


def elf_files(folder: Path) -> Iterator[Path]:
    """Yield programs and shared libraries, links left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                if stream.read(4) == b"\x7fELF":
                    yield path


def _read(path: Path, option: str) -> str:
    answer = subprocess.run(["readelf", "-W", option, str(path)], capture_output=True, text=True, check=True)
    return str(answer.stdout)


def needed(path: Path) -> set[str]:
    """Return the names of the libraries that a file must be loaded with."""
    return set(re.findall(r"\(NEEDED\).*\[([^\]]+)\]", _read(path, "-d")))


def needed_from_outside(folder: Path, files: Iterable[Path]) -> set[str]:
    """Return the names of needed libraries that do not lie in ``folder``."""
    inside = {path.name for path in folder.rglob("*.so*")}
    return {name for path in files for name in needed(path)} - inside


def oldest_glibc(files: Iterable[Path]) -> str:
    """Return the glibc that the files need at least, such as "2.36"."""
    versions: set[str] = {version for path in files for version in re.findall(r"GLIBC_(2\.\d+)", _read(path, "-V"))}
    return max(versions, key=lambda version: int(version.partition(".")[2]))


def strip_symbols(folder: Path) -> int:
    """Take out symbol tables that no loader needs; returns the bytes saved, 0 where there is no ``strip``."""
    if shutil.which("strip") is None:
        return 0
    saved = 0
    for path in elf_files(folder):
        if any(part in path.as_posix() for part in NOT_STRIPPED) or path.parent == folder:
            continue  # the program itself carries PyInstaller's archive behind its last section
        before = path.stat().st_size
        mode = path.stat().st_mode
        part = path.with_name(path.name + ".part")
        done = subprocess.run(["strip", "--strip-unneeded", "-o", str(part), str(path)], check=False)
        if done.returncode == 0 and part.stat().st_size < before:
            part.chmod(mode)
            part.replace(path)
            saved += before - path.stat().st_size
        part.unlink(missing_ok=True)
    return saved
