"""Stand-ins for libraries that are loaded and never called: what needed the old ones loads, and gets "nothing"."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.modules import loaded

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not all(map(shutil.which, ("cc", "readelf", "strip"))),
    reason="needs Linux with a C compiler and binutils",
)

VERSIONED = "LIBAVCODEC_62 { global: avcodec_*; };"


def library(folder: Path, name: str, code: str, *needs: str, versions: str = "") -> Path:
    source, script = folder / "source.c", folder / "source.map"
    source.write_text(code, "utf-8")
    script.write_text(versions, "utf-8")
    options = [f"-Wl,--version-script={script}"] if versions else []
    links = [f"-l:{other}" for other in needs]
    command = ["cc", "-shared", "-fPIC", *options, f"-Wl,-soname,{name}", "-Wl,-rpath,$ORIGIN", "-Wl,--no-as-needed"]
    subprocess.run([*command, "-o", str(folder / name), str(source), "-L", str(folder), *links], check=True)
    source.unlink()
    script.unlink()
    return folder / name


def test_what_called_the_video_library_loads_and_is_told_that_there_is_none(tmp_path: Path):
    folder = tmp_path / "app"
    folder.mkdir()
    ballast = "static const char ballast[300000] = {1}; const char *%s(void) { return ballast; }\n"
    library(folder, "libvpx-1.so.11", ballast % "vpx_codec")
    library(
        folder,
        "libavcodec-1.so.62",
        "int vpx_codec(void); int avcodec_open(void) { return 7 + 0 * vpx_codec(); }\n" + ballast % "avcodec_data",
        "libvpx-1.so.11",
        versions=VERSIONED,
    )
    user = library(
        folder, "libcv.so", "int avcodec_open(void); int probe(void) { return avcodec_open(); }", "libavcodec-1.so.62"
    )
    (folder / "link.so.11").symlink_to("libvpx-1.so.11")
    saved = loaded("stubs").put_in(folder, tmp_path / "work")
    assert saved > 500_000
    assert sorted(path.name for path in folder.iterdir()) == ["libavcodec-1.so.62", "libcv.so"]
    assert ctypes.CDLL(str(user)).probe() == 0


def test_icus_tables_become_a_header_that_says_no_entries(tmp_path: Path):
    folder = tmp_path / "app"
    folder.mkdir()
    library(folder, "libicudata.so.73", "const char icudt73_dat[500000] = {1};")
    user = library(
        folder, "libicuuc.so.73", "extern const char icudt73_dat[]; int probe(void) { return icudt73_dat[2] & 0xff; }",
        "libicudata.so.73",
    )  # fmt: skip
    assert loaded("stubs").put_in(folder, tmp_path / "work") > 450_000
    assert ctypes.CDLL(str(user)).probe() == 0xDA  # the first of ICU's two magic bytes


def test_symbol_tables_are_taken_out_and_the_library_still_loads(tmp_path: Path):
    names = "".join(f"static int a_long_name_{n}(void) {{ return {n}; }}\n" for n in range(500))
    calls = " + ".join(f"a_long_name_{n}()" for n in range(500))
    (tmp_path / "app").mkdir()
    made = library(tmp_path / "app", "libx.so", f"{names}int probe(void) {{ return {calls}; }}")
    kept = tmp_path / "app" / "y.libs"
    kept.mkdir()
    shutil.copy2(made, kept / "liby.so")
    (tmp_path / "app" / "_internal").mkdir()
    made = made.rename(tmp_path / "app" / "_internal" / "libx.so")
    size = (kept / "liby.so").stat().st_size
    assert loaded("elf").strip_symbols(tmp_path / "app") > 0
    assert (kept / "liby.so").stat().st_size == size  # patched by auditwheel: left alone
    assert ctypes.CDLL(str(made)).probe() == sum(range(500))
