"""Drives the built app as a reader's computer would: a throw-away home, away from the checkout, without a network.

    python -m installers.smoke dist/ptxviewer/ptxviewer            # the frozen folder
    python -m installers.smoke /usr/bin/ptxviewer --root ROOT      # installed in another root, entered by chroot
    python -m installers.smoke ... --desktop                       # and the window, on a virtual screen

It imports nothing of the app. Films are made by ``films.py``, so this runs in the environment that built the app.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from installers import facts, films
from installers.built_app import ANSWER_S, LOG, App, SmokeError, check, sample_films, still_running, wait_for
from installers.desktop import desktop

FIRST_PAINT_MS = 500  # promised, warm, on a machine that does nothing else


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
    check(all(record["status"] == "ok" for record in records), f"not all films were analysed: {records}")
    check(records[0]["present"] and not records[1]["present"], "the sample study is not told apart")
    broken = app.home / "broken.dcm"
    broken.write_bytes(b"no film" * 40)
    app.run("predict", app.inside(broken), "--out", app.inside(app.home / "out-broken"), expected=1)
    return "sample study: " + ", ".join(f"{record['score']:.2f}" for record in records)


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
