"""The built app in a throw-away home: starting it, waiting for it, and what is said where it does otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ANSWER_S = 180  # the longest that one command may take; a build machine may be busy
LOG = {  # below the home, as platformdirs has it
    "win32": Path("ptxviewer/Logs/ptxviewer.log"),
    "darwin": Path("Library/Logs/ptxviewer/ptxviewer.log"),
}.get(sys.platform, Path(".local/state/ptxviewer/log/ptxviewer.log"))


T = TypeVar("T")


class SmokeError(Exception):
    """What the built app did not do."""


def check(condition: object, sentence: str) -> None:
    """Raise ``SmokeError`` unless the condition holds."""
    if not condition:
        raise SmokeError(sentence)


class App:
    """The built app in a home of its own; with ``root`` it is started inside that root, where paths begin anew."""

    def __init__(self, program: str, home: Path, root: Path | None, unplugged: bool) -> None:
        self.program = program
        self.home = home
        self.root = root
        unshare, chroot = (shutil.which(name) or name for name in ("unshare", "chroot"))  # not on the app's own PATH
        self.prefix = ([unshare, "--net", "--"] if unplugged else []) + ([chroot, str(root)] if root else [])

    def inside(self, path: Path) -> str:
        """Return a path as the app sees it."""
        return str(path) if self.root is None else "/" + str(path.relative_to(self.root))

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment in which nothing of this shell is left: no Python, no library path, no display."""
        plain = {"HOME": self.inside(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        if sys.platform == "win32":
            plain |= {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
            plain |= {"PATH": os.environ["PATH"], "USERPROFILE": str(self.home)}
            # Windows knows the real folders whatever the environment says: these are platformdirs' own names for them.
            plain |= {f"WIN_PD_OVERRIDE_{name}": str(self.home) for name in ("APPDATA", "LOCAL_APPDATA", "PERSONAL")}
        return plain | {"QT_QPA_PLATFORM": "offscreen"} | more

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start the app and do not wait."""
        command = [*self.prefix, self.program, *arguments]
        cwd = None if self.root else self.home
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment(**more), cwd=cwd, text=True, stdout=pipe, stderr=pipe)

    def run(self, *arguments: str, expected: int = 0) -> str:
        """Run the app to its end; returns what it printed. Raises ``SmokeError`` when its status is another."""
        process = self.start(*arguments)
        try:
            out, error = process.communicate(timeout=ANSWER_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise SmokeError(f"{arguments[0]} did not end in {ANSWER_S} s") from None
        check(
            process.returncode == expected, f"{arguments} ended with {process.returncode}: {out[-500:]}{error[-900:]}"
        )
        return out

    def log(self) -> str:
        """Return the app's log."""
        path = self.home / LOG
        return path.read_text("utf-8") if path.exists() else ""


def still_running(process: subprocess.Popen[str], sentence: str) -> None:
    """Raise ``SmokeError`` with what a process said when it has ended."""
    if process.poll() is not None:
        raise SmokeError(f"{sentence}: {process.communicate()}")


def wait_for(what: Callable[[], T], sentence: str, seconds: float = ANSWER_S) -> T:
    """Wait for an answer that is true and return it; ``SmokeError`` with the sentence when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := what()):
        if time.monotonic() > end:
            raise SmokeError(sentence)
        time.sleep(0.02)
    return answer


def sample_films(app: App) -> list[str]:
    """Return the films of the sample study inside the built app, as the app sees them."""
    found = resources(app)
    return [app.inside(path) for path in sorted((found / "sample").glob("*.dcm"))]


def resources(app: App) -> Path:
    """Return the folder of resources of the built app, as seen from here."""
    program = Path(app.program) if app.root is None else app.root / app.program.lstrip("/")
    if app.root is not None and program.is_symlink():
        target = Path(os.readlink(program))
        program = app.root / (target if not target.is_absolute() else target.relative_to("/"))
        if not target.is_absolute():
            program = (app.root / app.program.lstrip("/")).parent / target
    folder = program.resolve().parent
    for one in (folder / "_internal" / "resources", folder.parent / "Resources" / "resources"):
        if one.is_dir():
            return one
    raise SmokeError(f"no resources beside {program}")
