"""A drop until the film is on screen, and ``predict`` over many films; beside an earlier state, in turns.

python tests/benchmarks/bench_reading.py --before FOLDER     # a checkout of the earlier state
FILMS=folder python ...                                      # 200 films of that folder, repeated; made ones otherwise
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pydicom.uid import JPEG2000Lossless, JPEGLosslessSV1, RLELossless

REPOSITORY = Path(__file__).resolve().parents[2]
ROUNDS = 6
CHUNK, FILMS_IN_ALL = 50, 200
GOAL = 1.05
DROP = """
import json, sys, time
from pathlib import Path
from ptxviewer import bootstrap
bootstrap.prepare()
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from ptxviewer.ui.application import Application, Session
try:
    from tests.fakes import FakeEngine
except ImportError:  # an earlier state
    from ptxviewer.inference.engine import FakeEngine
application = Application(sys.argv[:1])
session = Session(Path(sys.argv[1]) / "settings.json", FakeEngine())
session.window.show()
session.warm_up()
def wait(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.002)
def shown(count):
    state = session.presenter.state
    current = state.current
    return len(state.films) == count and current is not None and current.radiograph is not None
def used():
    children = [pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()]
    ticks = sum(sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[11:13])) for pid in children)
    return time.process_time() + ticks / 100
wait(3)
times = {}
for count, (kind, path) in enumerate(json.loads(sys.argv[2]), 1):
    while any(film.status.value in ("opening", "waiting", "analysing") for film in session.presenter.state.films):
        wait(0.05)
    wait(0.5)
    started, cpu = time.perf_counter(), used()
    session.window.open_paths([Path(path)])
    while not shown(count):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    session.window.repaint()
    QApplication.processEvents()
    times.setdefault(kind, []).append((1000 * (time.perf_counter() - started), 1000 * (used() - cpu)))
print(json.dumps(times), flush=True)
session.close()
"""


def made_films(folder: Path, count: int, rows: int, cols: int) -> list[tuple[str, Path]]:
    """Films of noise on a ramp, no two alike: uncompressed in 16 and 12 bits, run-length coded, JPEG 2000, JPEG.

    Lossless JPEG is written by DCMTK, and left out where that is not installed.
    """
    sys.path.insert(0, str(REPOSITORY))
    from tests.dicom import made

    rng = np.random.default_rng(1)
    kinds = {"12 bits, uncompressed": "", "16 bits, uncompressed": "", "12 bits, RLE": RLELossless}
    kinds["12 bits, JPEG 2000"] = JPEG2000Lossless
    if shutil.which("dcmcjpeg"):
        kinds["12 bits, JPEG lossless"] = JPEGLosslessSV1
    films = []
    for number in range(count):
        for kind, syntax in kinds.items():
            noise = rng.integers(0, 60, (rows, cols), dtype=np.uint16)
            bits = int(kind[:2])
            ds = made.dataset(noise + np.linspace(0, 3000, cols).astype(np.uint16), bits, ViewPosition="PA")
            if syntax in (RLELossless, JPEG2000Lossless):
                ds.compress(syntax)
            path = made.save(ds, folder / f"{number}-{kind.replace(', ', '-').replace(' ', '-')}.dcm")
            if syntax == JPEGLosslessSV1:
                subprocess.run(["dcmcjpeg", "+e1", str(path), str(path)], check=True)
            films.append((kind, path))
    return films


def environment(home: Path, state: Path) -> dict[str, str]:
    """Of a program in the checkout ``state``, with settings and caches of its own."""
    own = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "PYTHONPATH": state}
    return {**os.environ, **{name: str(value) for name, value in own.items()}, "QT_QPA_PLATFORM": "offscreen"}


def drops(state: Path, films: list[tuple[str, Path]]) -> dict[str, list[tuple[float, float]]]:
    """Wall and CPU milliseconds of each drop, by kind of film."""
    with tempfile.TemporaryDirectory() as home:
        given = json.dumps([(kind, str(path)) for kind, path in films])
        done = subprocess.run(
            [sys.executable, "-c", DROP, home, given], env=environment(Path(home), state), cwd=state,
            stdout=subprocess.PIPE, text=True, check=True, timeout=300,
        )  # fmt: skip
    times: dict[str, list[tuple[float, float]]] = json.loads(done.stdout.splitlines()[-1])
    return times


def predicted(state: Path, films: list[Path]) -> tuple[float, float]:
    """Wall and CPU seconds of ``predict`` over films, its children's among them."""
    with tempfile.TemporaryDirectory() as home:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [sys.executable, "-m", "ptxviewer", "predict", *map(str, films), "--out", str(Path(home) / "out")]
        subprocess.run(command, env=environment(Path(home), state), cwd=state, capture_output=True, check=False)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        assert len(list((Path(home) / "out").glob("*.json"))) == len(films)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def told(name: str, unit: str, measured: dict[str, list[tuple[float, float]]]) -> None:
    """Print median and minimum of wall and CPU time, and beside an earlier state the ratio of each.

    On a busy computer the minimum is the nearest to what the program itself takes.
    """
    for column, what in enumerate(("wall", "CPU")):
        for middle, word in ((statistics.median, "median"), (min, "least")):
            figures = {state: middle([times[column] for times in runs]) for state, runs in measured.items()}
            line = "   ".join(f"{state} {figure:7.1f} {unit}" for state, figure in figures.items())
            ratio = f"   ratio {figures['now'] / figures['before']:.3f}   goal {GOAL}" if "before" in figures else ""
            print(f"  {name:32} {what:4} {word:6} {line}{ratio}", flush=True)


def main() -> None:
    """Measure in turns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", type=Path, help="a checkout of an earlier state")
    parser.add_argument("--only", choices=("drop", "predict"))
    arguments = parser.parse_args()
    states = {"now": REPOSITORY, **({"before": arguments.before.resolve()} if arguments.before else {})}
    with tempfile.TemporaryDirectory() as folder:
        if arguments.only != "predict":
            films = made_films(Path(folder), 3, 2500, 2048)
            times: dict[str, dict[str, list[tuple[float, float]]]] = {}
            for turn in range(ROUNDS):
                for state in sorted(states, reverse=bool(turn % 2)):
                    for kind, runs in drops(states[state], films).items():
                        times.setdefault(kind, {}).setdefault(state, []).extend(runs)
            for kind, measured in times.items():
                told(f"drop, {kind}", "ms", measured)
        if arguments.only != "drop":
            there = sorted(Path(os.environ["FILMS"]).glob("*.dcm")) if "FILMS" in os.environ else []
            pool = there or [path for _, path in made_films(Path(folder), 8, 1200, 1000)]
            chosen = [pool[number % len(pool)] for number in range(FILMS_IN_ALL)]
            copies = []
            for number, film in enumerate(chosen):
                copies.append(Path(folder) / f"copy-{number}.dcm")
                copies[-1].symlink_to(film)
            batches: dict[str, list[tuple[float, float]]] = {}
            for begin in range(0, FILMS_IN_ALL, CHUNK):
                for state in sorted(states, reverse=bool(begin // CHUNK % 2)):
                    batches.setdefault(state, []).append(predicted(states[state], copies[begin : begin + CHUNK]))
            told(f"predict, {CHUNK} films of {FILMS_IN_ALL}", "s", batches)


if __name__ == "__main__":
    main()
