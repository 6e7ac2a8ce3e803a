"""Makes `.venv` ready: system libraries for Qt, a torch that fits, the app with its tools. Standard library only.

    python tools/set_up.py             # what `make run`, `make test` and `make check` need
    python tools/set_up.py --train     # and what `make train` needs
    python tools/set_up.py --package   # `.venv-package` instead: the app and PyInstaller, nothing that could slip in

A plain `pip install torch` on Linux fetches a CUDA build of several gigabytes, which a viewer on a CPU does not need.
`PTXVIEWER_TORCH` overrides the choice with words for `pip install`, in a checkout without `.venv`:
`PTXVIEWER_TORCH="torch>=2.4"` takes pip's own pick (on Linux: CUDA), and
`PTXVIEWER_TORCH="torch --index-url https://download.pytorch.org/whl/cu126"` a CUDA build on Windows.
"""

from __future__ import annotations

import argparse
import ctypes
import http.client
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
VENV = REPOSITORY / ".venv"
PACKAGE_VENV = REPOSITORY / ".venv-package"
OLDEST_PYTHON = (3, 10)
OLDEST_TORCH = (2, 4, 0)
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
INDEX_TIMEOUT_S = 8

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
    """Why the set-up cannot go on, in a sentence or two for the person at the terminal."""


def say(text: str) -> None:
    """One line of progress."""
    print(f"set-up: {text}", flush=True)


# --- system -----------------------------------------------------------------------------------------------------------


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font() -> bool:
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(
        name.lower().endswith((".ttf", ".otf", ".ttc"))
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )


def missing_packages() -> list[str]:
    """Debian packages whose libraries or fonts are not on this system; none on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [package for library, package in QT_LIBRARIES.items() if not _loads(library)]
    if not _has_font():
        missing.append(FONT_PACKAGE)
    try:
        import ensurepip  # noqa: F401 - Debian cuts it out of python3 into a package of its own
    except ImportError:
        missing.append(f"python3.{sys.version_info[1]}-venv")
    return missing


def provide_packages() -> bool:
    """Install missing system packages where this is root on Debian or Ubuntu, else say the line; True: all is there."""
    missing = missing_packages()
    if not missing:
        return True
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"installing system packages: {' '.join(missing)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=environment, check=False
        )
        missing = missing_packages()
    if missing:
        say("Qt needs libraries that this system lacks. On Debian or Ubuntu install them with")
        print(f"\n    sudo apt-get install {' '.join(missing)}\n", flush=True)
        say("(on other systems: the packages that hold the same libraries); then run the same command again.")
    return not missing


# --- virtual environment ----------------------------------------------------------------------------------------------


def venv_python() -> Path:
    """The interpreter inside `.venv`."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_venv() -> None:
    """Create `.venv`, or make it again when its interpreter no longer starts (moved folder, removed Python)."""
    python = venv_python()
    if python.exists() and subprocess.run([str(python), "-c", ""], capture_output=True, check=False).returncode == 0:
        return
    say("creating .venv")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode != 0:
        raise SetUpError("Python could not create .venv (on Debian: apt-get install python3-venv).")


def pip(*arguments: str) -> bool:
    """Run pip of `.venv`; True when it succeeded."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=False, cwd=REPOSITORY).returncode == 0


# --- torch ------------------------------------------------------------------------------------------------------------


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("+")[0]))


def installed_torch() -> str | None:
    """Version of the torch in `.venv`, from its metadata (importing it would cost seconds); None when absent or old."""
    code = "import importlib.metadata as m; print(m.version('torch'))"
    found = subprocess.run([str(venv_python()), "-c", code], capture_output=True, text=True, check=False)
    version = found.stdout.strip()
    return version if found.returncode == 0 and _numbers(version) >= OLDEST_TORCH else None


def best_cpu_build(wheel_names: list[str]) -> str | None:
    """Newest version "2.x.y+cpu" among wheel file names that this Python on this Linux machine can use."""
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    pattern = re.compile(rf"torch-(\d+(?:\.\d+)+\+cpu)-{tag}-{tag}-\w*linux\w*_{re.escape(platform.machine())}\.whl")
    versions = [match.group(1) for name in wheel_names if (match := pattern.fullmatch(name))]
    usable = [version for version in versions if _numbers(version) >= OLDEST_TORCH]
    return max(usable, key=_numbers, default=None)


def _find_links() -> list[str]:
    """Folders in which pip has been told to look for wheels (its configuration files and PIP_FIND_LINKS)."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    values = [line.split("=", 1)[1].strip().strip("'\"") for line in listed.splitlines() if "find-links=" in line]
    return [
        urllib.request.url2pathname(urllib.parse.urlparse(item).path) if item.startswith("file:") else item
        for value in values
        for item in value.replace("\\n", " ").split()
    ]


def _local_wheel_names() -> list[str]:
    folders = [Path(item) for item in _find_links() if "://" not in item]
    return [path.name for folder in folders if folder.is_dir() for path in folder.glob("torch-*.whl")]


def _index_wheel_names() -> list[str]:
    """Wheels of torch on the public CPU index; none where the network does not reach it."""
    try:
        with urllib.request.urlopen(f"{TORCH_CPU_INDEX}/torch/", timeout=INDEX_TIMEOUT_S) as answer:
            page = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return []
    return re.findall(r">\s*(torch-[^<]+\.whl)\s*<", page)


def provide_torch() -> str:
    """Install torch unless a usable one is there; a CPU build first, pip's own pick last. Return its version."""
    wanted = os.environ.get("PTXVIEWER_TORCH", "").strip()
    version = installed_torch()
    if version and not wanted:
        return version
    if wanted:
        say(f"installing {wanted} as PTXVIEWER_TORCH asks")
        pip("install", *shlex.split(wanted))
    elif sys.platform.startswith("linux"):
        if (build := best_cpu_build(_local_wheel_names())) is not None:
            say(f"installing torch {build} from pip's own wheel folder")
            pip("install", f"torch=={build}")
        if not installed_torch() and (build := best_cpu_build(_index_wheel_names())) is not None:
            say(f"installing torch {build} from {TORCH_CPU_INDEX}")
            pip("install", f"torch=={build}", "--extra-index-url", TORCH_CPU_INDEX)
    if not wanted and not installed_torch():
        if sys.platform.startswith("linux"):
            say(f"{TORCH_CPU_INDEX} cannot be used from here: taking pip's own torch.")
            say("On Linux that is the CUDA build: a download of several gigabytes. It works without a GPU as well.")
        pip("install", "torch>=" + ".".join(map(str, OLDEST_TORCH[:2])))
    version = installed_torch()
    if version is None:
        raise SetUpError("torch could not be installed: see pip's message above.")
    return version


# --- main -------------------------------------------------------------------------------------------------------------


def provide_app(torch_version: str, extras: str) -> None:
    """Install the app from this checkout, editable; torch stays the build that was chosen."""
    say(f"installing PTXViewer with its dependencies [{extras}]")
    constraint = VENV / "torch-constraint.txt"
    constraint.write_text(f"torch=={torch_version}\n", encoding="utf-8")
    quiet = () if os.environ.get("CI") else ("--quiet",)
    if not pip("install", *quiet, "--editable", f".[{extras}]", "--constraint", str(constraint)):
        raise SetUpError("the dependencies could not be installed: see pip's message above.")


def main() -> int:
    """Set up; 0 also when only system libraries are missing, because work without a window does not need them."""
    parser = argparse.ArgumentParser(description="Set up .venv for PTXViewer.")
    parser.add_argument("--train", action="store_true", help="also what training needs")
    parser.add_argument("--package", action="store_true", help="the environment that the installable app is built in")
    parser.add_argument("--stamp", type=Path, help="file to touch when everything is there")
    arguments = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        say(f"PTXViewer needs Python 3.10 or newer; this is {platform.python_version()}.")
        return 1
    extras = "test,check,train" if arguments.train else "test,check"
    if arguments.package:
        global VENV
        VENV, extras = PACKAGE_VENV, "package"
    complete = provide_packages()
    try:
        make_venv()
        provide_app(provide_torch(), extras)
    except SetUpError as error:
        say(str(error))
        return 1
    if complete and arguments.stamp:
        arguments.stamp.touch()
    say("done" if complete else "done, but the system libraries named above are missing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
