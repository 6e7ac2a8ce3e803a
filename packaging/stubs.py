"""Puts small stand-ins in place of libraries that the app loads and never calls: OpenCV's video, ICU's tables. Linux.

OpenCV's wheel is linked with FFmpeg, and Qt with ICU: the loader insists on them, 64 MB, though the app opens no video
and Qt draws, sorts and converts text without ICU's tables (only collation by the rules of a language needs them; Qt
compares code points then). A stand-in has the same name and symbols; see docs/adr/0014.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import elf

# Functions here return 0, which means "no such file, no such codec" to OpenCV.
VIDEO = ("libavcodec", "libavformat", "libavutil", "libswscale")
# These came with the video only; each goes when nothing needs it any more.
BEHIND = ("libswresample", "libvpx", "libssl-", "libcrypto-", "libdrm-", "libaom", "libavif")
ICU_DATA = "libicudata"

# ICU's own empty table (source/stubdata of ICU): a header that says "no entries".
ICU_SOURCE = """
#include <stdint.h>
const struct __attribute__((aligned(16))) {
  uint16_t header_size; uint8_t magic1, magic2;
  struct { uint16_t size, reserved; uint8_t big_endian, charset, char_size, reserved2;
           uint8_t format[4], format_version[4], data_version[4]; } info;
  uint8_t padding[8];
  uint32_t count, reserved;
  int fake_name; const void *fake_data;
} %s = { 32, 0xda, 0x27, { 20, 0, 0, 0, 2, 0, { 0x54, 0x6f, 0x43, 0x50 }, { 1, 0, 0, 0 }, { 0, 0, 0, 0 } },
         { 0 }, 0, 0, 0, 0 };
"""


def put_in(folder: Path, work: Path) -> int:
    """Replace the libraries in ``folder``; returns the bytes saved: 0 where there is no C compiler."""
    if shutil.which("cc") is None:
        return 0
    before = _size(folder)
    files = list(elf.elf_files(folder))
    work.mkdir(parents=True, exist_ok=True)
    for path in files:
        if path.name.startswith(VIDEO):
            _compile(path, work, _wanted(path, files), _functions)
        elif path.name.startswith(ICU_DATA):
            _compile(path, work, _wanted(path, files), _icu)
    _drop_unneeded(folder)
    return before - _size(folder)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _symbols(path: Path) -> tuple[set[tuple[str, str]], set[str]]:
    """Return the (name, version) that a file wants from others, and the names that it gives."""
    out = subprocess.run(["readelf", "-W", "--dyn-syms", str(path)], capture_output=True, text=True, check=True).stdout
    wants, gives = set(), set()
    for line in out.splitlines():
        found = re.match(r"\s*\d+:\s+\S+\s+\S+\s+\S+\s+(?:GLOBAL|WEAK)\s+\S+\s+(\S+)\s+(\S+)", line)
        if found is None:
            continue
        name, _, version = found[2].replace("@@", "@").partition("@")
        if found[1] == "UND":
            wants.add((name, version))
        else:
            gives.add(name)
    return wants, gives


def _wanted(library: Path, files: list[Path]) -> dict[str, set[str]]:
    """Return version -> names that other files want from ``library``, by their own list of needed libraries."""
    gives = _symbols(library)[1]
    wanted: dict[str, set[str]] = defaultdict(set)
    for path in files:
        if library.name in elf.needed(path) and not path.name.startswith((*VIDEO, *BEHIND)):
            for name, version in _symbols(path)[0]:
                if name in gives:
                    wanted[version].add(name)
    return wanted


def _functions(wanted: dict[str, set[str]]) -> str:
    names = sorted(name for names in wanted.values() for name in names)
    return "\n".join(f"void *{name}(void) {{ return 0; }}" for name in names) + "\n"


def _icu(wanted: dict[str, set[str]]) -> str:
    (name,) = (name for names in wanted.values() for name in names)
    return ICU_SOURCE % name


def _compile(library: Path, work: Path, wanted: dict[str, set[str]], source_of: object) -> None:
    assert callable(source_of)
    source, script = work / "stub.c", work / "stub.map"
    source.write_text(source_of(wanted), encoding="utf-8")
    nodes = [f"{version} {{ global: {'; '.join(sorted(names))}; }};" for version, names in wanted.items() if version]
    plain = "".join(f"{name}; " for name in sorted(wanted.get("", ())))
    script.write_text("\n".join(nodes or ["{ global: " + (plain or "*; ") + "};"]) + "\n", encoding="utf-8")
    made = work / library.name
    command = ["cc", "-shared", "-fPIC", "-Os", "-nostdlib", "-w", f"-Wl,-soname,{library.name}"]
    subprocess.run([*command, f"-Wl,--version-script={script}", "-o", str(made), str(source)], check=True)
    subprocess.run(["strip", "--strip-unneeded", str(made)], check=True)
    shutil.copyfile(made, library)


def _drop_unneeded(folder: Path) -> None:
    """Delete libraries of ``BEHIND`` that nothing in the folder needs any more, and the links to them."""
    while True:
        files = list(elf.elf_files(folder))
        needed = {name for path in files for name in elf.needed(path)}
        gone = [path for path in files if path.name.startswith(BEHIND) and path.name not in needed]
        if not gone:
            break
        for path in gone:
            path.unlink()
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()
