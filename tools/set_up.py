"""Makes `.venv` ready from `uv.lock`: Qt's system libraries, the locked packages, a CPU build of torch, the app.

    python tools/set_up.py             # what `make run`, `make test` and `make check` need
    python tools/set_up.py --train     # and what `make train` needs
    python tools/set_up.py --package   # `.venv-package` instead: the app and PyInstaller, nothing that could slip in
    python tools/set_up.py --dependencies DIR  # what the app needs, for a container; --extra NAME

uv reads the lock, pip installs: pip knows the mirrors, folders and certificates that this computer was told to use.
`PTXVIEWER_TORCH` replaces the CPU build of torch by other words for `pip install`, in a checkout without `.venv`:
`PTXVIEWER_TORCH="torch --index-url https://download.pytorch.org/whl/cu126"` takes a CUDA build.
Standard library only. docs/adr/0019-lock-file.md says why it is done this way.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = (3, 10)
UV = "uv==0.13.9"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Installed apart from the rest: the lock names PyPI's files of these, on Linux a CUDA build with its libraries.
TORCH = re.compile(r"(torch|torchvision)==([\w.]+)")
CUDA = re.compile(r"(nvidia|cuda)-|triton=")

# Shared libraries that Qt's wheel expects from the system, and the Debian or Ubuntu package that holds each.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_PACKAGE = "fonts-dejavu-core"


class SetUpError(Exception):
    """Why the set-up cannot go on, in a sentence for the person at the terminal."""


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"set-up: {text}", flush=True)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font() -> bool:
    fonts = (".ttf", ".otf", ".ttc")
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(name.lower().endswith(fonts) for folder in folders for _, _, names in os.walk(folder) for name in names)


def missing_packages() -> list[str]:
    """Return the Debian packages whose libraries or fonts this system lacks; none on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [package for library, package in QT_LIBRARIES.items() if not _loads(library)]
    if not _has_font():
        missing.append(FONT_PACKAGE)
    try:
        import ensurepip  # noqa: F401 - Debian ships it in a package of its own
    except ImportError:
        missing.append(f"python3.{sys.version_info[1]}-venv")
    return missing


def provide_packages() -> bool:
    """Install missing system packages as root on Debian, elsewhere name them; return whether all are there."""
    missing = missing_packages()
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        say(f"installing system packages: {' '.join(missing)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environment, check=False)
        missing = missing_packages()
    if missing:
        say("Qt needs libraries that this system lacks. On Debian or Ubuntu install them with")
        print(f"\n    sudo apt-get install {' '.join(missing)}\n", flush=True)
        say("(on other systems: the packages that hold the same libraries); then run the same command again.")
    return not missing


def make_venv(venv: Path) -> Path:
    """Create the environment unless its interpreter starts (folder moved, Python removed); return the interpreter."""
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists() or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode != 0:
        say(f"creating {venv.name}")
        if subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=False).returncode != 0:
            raise SetUpError("Python could not create it (on Debian: apt-get install python3-venv).")
    return python


def pip(python: Path, *arguments: str) -> None:
    """Run `pip install` of the environment."""
    quiet = () if os.environ.get("CI") else ("--quiet",)
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", *quiet, *arguments]
    if subprocess.run(command, check=False, cwd=REPOSITORY).returncode != 0:
        raise SetUpError("the packages could not be installed: see pip's message above.")


def locked(python: Path, extras: list[str]) -> str:
    """Return what the lock holds for these extras, in the form of a requirements file with hashes."""
    options = ["--frozen", "--no-emit-project", "--no-annotate", "--no-header", *(f"--extra={name}" for name in extras)]
    answer = subprocess.run(
        [str(python), "-m", "uv", "export", *options], check=False, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    if answer.returncode != 0:
        raise SetUpError("uv.lock could not be read: see uv's message above.")
    return str(answer.stdout)


def split(requirements: str) -> tuple[str, list[str]]:
    """Return the requirements without torch and CUDA, and torch (and torchvision) as "name==version"."""
    entries = re.split(r"\n(?=\S)", requirements.strip())
    torch = [match[0] for entry in entries if (match := TORCH.match(entry))]
    return "\n".join(entry for entry in entries if not TORCH.match(entry) and not CUDA.match(entry)) + "\n", torch


def provide_app(venv: Path, extras: list[str], *, itself: bool = True) -> None:
    """Install what the lock says, then torch, then, where wanted, the app itself, editable."""
    python = make_venv(venv)
    say(f"installing PTXViewer with its dependencies [{','.join(extras)}]")
    pip(python, UV)
    requirements, torch = split(locked(python, extras))
    (venv / "requirements.txt").write_text(requirements, encoding="utf-8")
    pip(python, "--require-hashes", "--no-deps", "-r", str(venv / "requirements.txt"))
    if wanted := os.environ.get("PTXVIEWER_TORCH", "").strip():
        say(f"installing {wanted} as PTXVIEWER_TORCH asks")
        pip(python, *shlex.split(wanted))
    else:
        # Of several builds of one version pip prefers "+cpu", from PyTorch's index or from a folder that pip was told
        # of. An index that cannot be reached is passed over; PyPI's build is larger and works without a GPU as well.
        pip(python, "--retries", "1", "--extra-index-url", TORCH_CPU_INDEX, *torch)
    if itself:
        pip(python, "--no-deps", "--no-build-isolation", "--editable", ".")


def main() -> int:
    """Set up; 0 also when only system libraries are missing, because work without a window does not need them."""
    parser = argparse.ArgumentParser(description="Set up .venv for PTXViewer.")
    parser.add_argument("--train", action="store_true", help="also what training needs")
    parser.add_argument("--package", action="store_true", help="the environment that the installable app is built in")
    parser.add_argument("--dependencies", type=Path, metavar="DIR", help="only what the app needs, into this folder")
    parser.add_argument(
        "--extra", action="append", default=[], help="with --dependencies: this extra of pyproject.toml"
    )
    parser.add_argument("--stamp", type=Path, help="file to touch when everything is there")
    arguments = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        say(f"PTXViewer needs Python 3.10 or newer; this is {platform.python_version()}.")
        return 1
    complete = bool(arguments.dependencies) or provide_packages()
    try:
        if arguments.dependencies:
            provide_app(arguments.dependencies, arguments.extra, itself=False)
        elif arguments.package:
            provide_app(REPOSITORY / ".venv-package", ["package"])
        else:
            provide_app(REPOSITORY / ".venv", ["test", "check", *(["train"] if arguments.train else [])])
    except SetUpError as error:
        say(str(error))
        return 1
    if complete and arguments.stamp:
        arguments.stamp.touch()
    say("done" if complete else "done, but the system libraries named above are missing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
