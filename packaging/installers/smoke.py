"""Drives the built app as a reader's computer would: a throw-away home, away from the checkout, without a network.

    python -m installers.smoke dist/ptxviewer/ptxviewer            # the frozen folder
    python -m installers.smoke /usr/bin/ptxviewer --root ROOT      # installed in another root, entered by chroot
    python -m installers.smoke ... --desktop                       # and the window, on a virtual screen

It imports nothing of the app. Films are made by ``films.py``, so this runs in the environment that built the app.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from installers import facts, films

ANSWER_S = 180  # the longest that one command may take; a build machine may be busy
FIRST_PAINT_MS = 500  # promised, warm, on a machine that does nothing else
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


# --- one check each ---------------------------------------------------------------------------------------------------


def version(app: App) -> str:
    """The version is that of the source."""
    said = app.run("--version").strip()
    check(said == f"{facts.COMMAND} {facts.version()}", f"the version is {said!r}")
    return said


def self_test(app: App) -> str:
    """The network gives its golden output on this device; weights, decoders, versions are all there."""
    found = json.loads(app.run("selftest", "--json"))
    check(found["passed"], f"the self-test says: {found}")
    absent = [name for name, value in found.items() if value == "not found"]
    check(not absent, f"versions that the app cannot name: {absent}")
    check("installed app" in found["Version"], "the app does not know that it is installed")
    return f"{found['Device']}, largest difference {found['Largest difference']}, {found['Time for one film']}"


def transfer_syntaxes(app: App) -> str:
    """Every film opens, and its grey values are those of the uncompressed film."""
    import cv2
    import numpy as np
    from numpy.typing import NDArray

    made = films.make_films(app.home / "films")
    pictures: dict[str, NDArray[np.int64]] = {}
    for name, (path, plain, lossless) in made.items():
        target = app.home / f"{path.stem}-{len(pictures)}.png"
        app.run("render", app.inside(path), "-o", app.inside(target))
        picture = cv2.imread(str(target), cv2.IMREAD_UNCHANGED)
        check(picture is not None, f"the picture of {name} cannot be read")
        pictures[name] = np.asarray(picture, np.int64)
        if plain is not None:
            difference = int(np.abs(pictures[name] - pictures[plain]).max())
            most = 0 if lossless else films.LOSSY_LEVELS
            check(difference <= most, f"{name} differs by {difference} grey levels from {plain}")
    return f"{len(made)} kinds of film, grey values as uncompressed"


def prediction(app: App) -> str:
    """The sample study is analysed, a broken file is one sentence and status 1."""
    out = app.home / "out"
    sample = sample_films(app)
    app.run("predict", *sample, "--out", app.inside(out), "--save-mask")
    records = [json.loads(path.read_text("utf-8")) for path in sorted(out.glob("*.json"))]
    check(len(records) == len(sample), f"{len(records)} records of {len(sample)} films")
    check(all(one["status"] == "ok" for one in records), f"not all films were analysed: {records}")
    check(records[0]["present"] and not records[1]["present"], "the sample study is not told apart")
    broken = app.home / "broken.dcm"
    broken.write_bytes(b"no film" * 40)
    app.run("predict", app.inside(broken), "--out", app.inside(app.home / "out-broken"), expected=1)
    return "sample study: " + ", ".join(f"{one['score']:.2f}" for one in records)


def report(app: App) -> str:
    """A report of a film that GDCM has decoded: its zlib and Qt's live in one process."""
    for name, film in (
        ("sample", sample_films(app)[0]),
        ("gdcm", app.inside(app.home / "films" / "jpeg-lossless.dcm")),
    ):
        target = app.home / f"report-{name}.png"
        app.run("report", film, "-o", app.inside(target))
        check(target.stat().st_size > 20_000, "the report is empty")
    return "two reports"


def dicom_objects(app: App) -> str:
    """A result is saved as DICOM objects: highdicom has its tables."""
    out = app.home / "objects"
    app.run("export", sample_films(app)[0], "--out", app.inside(out))
    kinds = sorted(path.name.split(".")[-2] for path in out.glob("*.dcm"))
    check(kinds == ["gsps", "sc", "seg", "sr"], f"objects written: {kinds}")
    return "four DICOM objects"


def pacs(app: App) -> str:
    """Both libraries of the hospital's network are there, and TLS: nobody answers, and that is what is said."""
    for node in ("NOBODY@127.0.0.1:9", "https://127.0.0.1:9/dicom-web"):
        app.run("echo", node, expected=1)
        check("Traceback" not in app.log(), "the network libraries fail")
        check("Unexpected failure" not in app.log(), "the network libraries are not whole")
    return "no node, said so"


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


def window(app: App) -> str:
    """The window comes, a second start hands its film over and ends, and the window quits when it is told to."""
    first = app.start(sample_films(app)[0])
    try:
        wait_for(lambda: "First paint" in app.log() or first.poll() is not None, "no window was painted")
        still_running(first, "the window ended at once")
        app.run(sample_films(app)[1])
        still_running(first, "the second start ended the first")
        if sys.platform == "win32":
            first.terminate()
            first.wait(ANSWER_S)
            return "painted, second start handed over"
        first.send_signal(signal.SIGTERM)
        check(first.wait(ANSWER_S) == 0, "the window did not quit cleanly")
    finally:
        if first.poll() is None:
            first.kill()
    for word in ("ERROR", "CRITICAL", "Traceback"):
        check(word not in app.log(), f"the log holds {word}: {app.log()[-800:]}")
    return "painted, second start handed over, quit cleanly"


def read_only_home(app: App) -> str:
    """A home that cannot be written keeps nothing and hinders nothing."""
    if sys.platform == "win32":
        return "not tried on Windows"
    (app.home / LOG).unlink(missing_ok=True)
    # Only the log goes where it can be read: it tells when the window is there.
    state = app.inside(app.home / LOG.parents[2]) if sys.platform.startswith("linux") else ""
    process = app.start(HOME="/dev/null/home", XDG_STATE_HOME=state)
    if state:
        wait_for(
            lambda: "First paint" in app.log() or process.poll() is not None, "without a home no window was painted"
        )
    else:
        time.sleep(20)
    still_running(process, "without a home the window ended")
    process.send_signal(signal.SIGTERM)
    check(process.wait(ANSWER_S) == 0, "without a home the window did not quit cleanly")
    return "the window runs and quits"


def first_paint(app: App, runs: int = 7) -> str:
    """Measure from the start of the process to the first paint, as the log tells it; the first run warms up."""
    measured, processor = [], []
    for _run in range(runs + 1):
        (app.home / LOG).unlink(missing_ok=True)
        began = time.time()
        process = app.start()
        wait_for(lambda: "First paint" in app.log(), "no window was painted")
        found = re.search(r"^(\S+ \S+),(\d+) INFO \S+ First paint, (\d+) ms", app.log(), re.MULTILINE)
        process.terminate()
        process.communicate(timeout=ANSWER_S)
        if found is None:
            raise SmokeError("the log does not tell of the first paint")
        painted = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").timestamp() + int(found[2]) / 1000
        measured.append(1000 * (painted - began))
        processor.append(int(found[3]))
    warm = sorted(measured[1:])
    verdict = "" if warm[len(warm) // 2] <= FIRST_PAINT_MS else f" (promised: {FIRST_PAINT_MS} ms on an idle machine)"
    span = f"median of {runs}, {warm[0]:.0f} to {warm[-1]:.0f}; first start {measured[0]:.0f}"
    took = sorted(processor)[len(processor) // 2]
    return f"first paint after {warm[len(warm) // 2]:.0f} ms ({span}), {took} ms of them of one processor{verdict}"


# --- the desktop ------------------------------------------------------------------------------------------------------


@contextmanager
def virtual_screen(number: int) -> Iterator[dict[str, str]]:
    """Give a screen that nobody sees, with a window manager where there is one."""
    display = f":{number}"
    server = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", "1440x900x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
    )
    wait_for(Path(f"/tmp/.X11-unix/X{number}").exists, "Xvfb did not start", 20)
    manager = None
    if shutil.which("openbox"):
        manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": display}, stderr=subprocess.DEVNULL)
    try:
        yield {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    finally:
        for one in (manager, server):
            if one is not None:
                one.terminate()
                one.wait(20)


def xdotool(screen: dict[str, str], *arguments: str) -> str:
    """Press keys and ask for windows on the virtual screen."""
    environment = {**os.environ, "DISPLAY": screen["DISPLAY"]}
    return subprocess.run(
        ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False
    ).stdout.strip()


def windows(screen: dict[str, str]) -> list[str]:
    """Return the app's main windows."""
    return xdotool(screen, "search", "--onlyvisible", "--name", r"^PTXViewer").split()


def activate(screen: dict[str, str]) -> None:
    """Give the keys to the app's window; asking for it fails while another window is just being closed."""
    window, *_others = wait_for(lambda: windows(screen), "the window has gone", 20)
    xdotool(screen, "windowactivate", window)


def picture(screen: dict[str, str], target: Path) -> None:
    """Keep what the screen shows, for people."""
    if shutil.which("import"):
        environment = {**os.environ, "DISPLAY": screen["DISPLAY"]}
        subprocess.run(["import", "-window", "root", str(target)], env=environment, check=False)


def desktop(app: App, pictures: Path, opener: Callable[[str, dict[str, str]], object] | None = None) -> str:
    """On a screen: a film is opened, its report saved by key; a second film lands in the same window.

    ``opener`` opens a film the way the desktop does; by default the program is started with it.
    """
    sample = sample_films(app)
    reports = app.home / "Documents"
    reports.mkdir(exist_ok=True)

    def open_film(film: str, screen: dict[str, str]) -> None:
        if opener is None:
            app.start(film, **screen)
        else:
            opener(film, screen)

    with virtual_screen(90 + os.getpid() % 400) as screen:
        open_film(sample[0], screen)
        wait_for(lambda: windows(screen), "no window came on screen")
        time.sleep(3)  # the page of the first start
        picture(screen, pictures / "first-start.png")
        xdotool(screen, "key", "Return")
        deadline = time.monotonic() + ANSWER_S
        while not list(reports.glob("ptx-report-*.png")):  # the key is refused while the film is being analysed
            check(time.monotonic() < deadline, "no report was saved by Ctrl+S")
            activate(screen)
            xdotool(screen, "key", "ctrl+s")
            time.sleep(2)
        picture(screen, pictures / "film.png")
        open_film(sample[1], screen)
        time.sleep(8)
        activate(screen)
        check(len(windows(screen)) == 1, "a second film opened a second window")
        picture(screen, pictures / "second-film.png")
        activate(screen)
        xdotool(screen, "key", "ctrl+q")
        wait_for(lambda: not windows(screen), "the window did not close on Ctrl+Q", 30)
    for word in ("ERROR", "CRITICAL"):
        check(word not in app.log(), f"the log holds {word}: {app.log()[-800:]}")
    return "film shown, report saved by key, second film in the same window, closed by key"


CHECKS = (version, self_test, transfer_syntaxes, prediction, report, dicom_objects, pacs, window, read_only_home)


def main(arguments: list[str] | None = None) -> int:
    """Run the checks; returns 0 when all hold, and prints what each found."""
    parser = argparse.ArgumentParser(description="Drive the built app.")
    parser.add_argument("program", help="the built program, absolute inside --root")
    parser.add_argument("--root", type=Path, help="enter this root first (chroot; needs to be root)")
    parser.add_argument("--plugged", action="store_true", help="leave the network on (else unplugged, where possible)")
    parser.add_argument("--desktop", action="store_true", help="also drive the window on a virtual screen (Xvfb)")
    parser.add_argument("--start-up", action="store_true", help="also measure the first paint")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of the screen")
    given = parser.parse_args(arguments)
    unplugged = not given.plugged and can_unplug()
    print(f"smoke: {given.program}" + (", network unplugged" if unplugged else ", network NOT unplugged"), flush=True)
    program = given.program if given.root else str(Path(given.program).resolve())
    with tempfile.TemporaryDirectory(prefix="ptx-smoke-", dir=given.root and given.root / "tmp") as folder:
        home = Path(folder).resolve()
        app = App(program, home, given.root and given.root.resolve(), unplugged)
        pictures = given.pictures or home
        pictures.mkdir(parents=True, exist_ok=True)
        checks: list[Callable[[App], str]] = [*CHECKS]
        if given.start_up:
            checks.append(first_paint)
        if given.desktop:
            checks.append(lambda one: desktop(one, pictures))
        for one in checks:
            name = getattr(one, "__name__", "").strip("<>").replace("lambda", "desktop").replace("_", " ")
            try:
                print(f"  ok    {name}: {one(app)}", flush=True)
            except SmokeError as error:
                print(f"  FAIL  {name}: {error}", flush=True)
                return 1
    return 0


def can_unplug() -> bool:
    """Can a process be started here without any network (Linux, as root)?"""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
