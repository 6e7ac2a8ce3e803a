"""A folder that gets films for minutes, half-written and broken ones among them: is each whole one in the store once,
and how long after its file was closed? Run by hand:

python -m tests.benchmarks.watching --minutes 5 --rate 10                    # without a network
python -m tests.benchmarks.watching --minutes 5 --rate 2 --network --objects # with the one that ships
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from pydicom.uid import UID

from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom
from ptxviewer.results.pseudonyms import Pseudonyms, pseudonyms_in
from tests.dicom.made import in_study, save
from tests.triage_process import CheapEngine

HALF, LONG_HALF, BROKEN = 10, 40, 25  # every so many films: written in two parts, with a long pause, never whole
PAUSE_S, LONG_PAUSE_S = 1.0, 4.0  # the long one is longer than a file has to stand still
LOOK_S = 0.1


@dataclass
class Seen:
    """What was written and what has come of it, by the pseudonym of the file."""

    closed: dict[str, float] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    latency: dict[str, float] = field(default_factory=dict)

    def look(self, store: Path) -> None:
        """Take down what has its row by now."""
        with contextlib.suppress(sqlite3.Error), sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT file_id FROM films WHERE status = 'analysed'").fetchall()
            now = time.time()
            for (name,) in rows:
                if name in self.closed and name not in self.latency:
                    self.latency[name] = now - self.closed[name]


def serve(arguments: argparse.Namespace, given: list[str]) -> int:
    """Be the program that is measured."""
    from ptxviewer.cli import main as cli

    if not arguments.network:
        cli.make_engine = lambda *_: CheapEngine()  # type: ignore[attr-defined]
    return cli.main(given)


def template(folder: Path, rows: int, cols: int) -> tuple[bytes, bytes]:
    """Return a film's file and the SOP instance in it, which is replaced in every copy."""
    phantom = film_of(make_phantom(PhantomSpec(side="right", size=0.5, seed=1)))
    pixels = cv2.resize(phantom.pixels, (cols, rows), interpolation=cv2.INTER_AREA)
    uid = f"1.2.826.0.1.3680043.8.498.{10**30}"
    film = in_study(pixels, 16, SOPInstanceUID=uid)
    film.file_meta.MediaStorageSOPInstanceUID = UID(uid)
    path = save(film, folder / "template.dcm")
    content = path.read_bytes()
    path.unlink()
    return content, uid.encode()


def copy_of(content: bytes, uid: bytes, number: int) -> bytes:
    """Return another film: another SOP instance, and one pixel that is another one."""
    other = f"1.2.826.0.1.3680043.8.498.{10**30 + number}".encode()
    changed = bytearray(content.replace(uid, other))
    changed[-4:] = np.array([number % 65536, number // 65536], "<u2").tobytes()
    return bytes(changed)


def drive(arguments: argparse.Namespace, folder: Path, seen: Seen, store: Path, names: Pseudonyms) -> None:
    """Write the films, at their times; a film that is written in two parts is whole after the second."""
    films = folder / "films"
    content, uid = template(folder, arguments.rows, arguments.cols)
    due: list[tuple[float, Path, bytes]] = []
    started, number = time.time(), 0
    end = started + 60 * arguments.minutes
    while time.time() < end or due:
        now = time.time()
        for one in [one for one in due if one[0] <= now]:
            due.remove(one)
            with one[1].open("ab") as file:
                file.write(one[2])
            seen.closed[names.of("file", str(one[1]))] = time.time()
        while now < end and started + number / arguments.rate <= now:
            number += 1
            path, film = films / f"{number:06}.dcm", copy_of(content, uid, number)
            if number % BROKEN == 0:
                path.write_bytes(film[: len(film) * 2 // 5])
                seen.broken.add(names.of("file", str(path)))
            elif number % HALF == 0:
                path.write_bytes(film[: len(film) // 2])
                pause = LONG_PAUSE_S if number % LONG_HALF == 0 else PAUSE_S
                due.append((now + pause, path, film[len(film) // 2 :]))
            else:
                path.write_bytes(film)
                seen.closed[names.of("file", str(path))] = time.time()
        seen.look(store)
        time.sleep(LOOK_S)


def measure(arguments: argparse.Namespace) -> int:
    """Run the program on a folder and print what came of it; 1 where a film is missing, or there twice."""
    with tempfile.TemporaryDirectory(dir=arguments.at) as place:
        folder = Path(place)
        (folder / "films").mkdir()
        os.environ["PTXVIEWER_SETTINGS_DIR"] = str(folder / "settings")
        store, status, names = folder / "r.sqlite", folder / "status.json", pseudonyms_in(folder / "settings")
        given = ["triage", "--watch", str(folder / "films"), "--out", str(store), "--status", str(status)]
        given += ["--dicom", str(folder / "objects")] if arguments.objects else []
        program = [sys.executable, "-m", "tests.benchmarks.watching", *(["--network"] if arguments.network else [])]
        child = subprocess.Popen([*program, "--serve", *given])
        seen, load = Seen(), os.getloadavg()
        while not (status.exists() and json.loads(status.read_text())["state"] == "running"):
            assert child.poll() is None, "it has ended"
            time.sleep(LOOK_S)
        drive(arguments, folder, seen, store, names)
        waits = time.time() + 300
        while len(seen.latency) < len(seen.closed) and time.time() < waits:
            seen.look(store)
            time.sleep(LOOK_S)
        peak = max(load[0], *os.getloadavg())
        child.send_signal(signal.SIGTERM)
        ended = child.wait(120)
        return told(seen, store, json.loads(status.read_text()), ended, peak)


def told(seen: Seen, store: Path, status: dict[str, object], ended: int, load: float) -> int:
    """Print the figures."""
    with sqlite3.connect(store) as db:
        rows = Counter(name for (name,) in db.execute("SELECT file_id FROM films WHERE status = 'analysed'"))
        failed = {name for (name,) in db.execute("SELECT file_id FROM films WHERE status = 'failed'")}
        total = db.execute("SELECT count(*) FROM films").fetchone()[0]
    once = sum(rows[name] == 1 for name in seen.closed)
    times = np.array(sorted(seen.latency.values()))
    print(
        f"  {len(seen.closed)} whole films, {once} in the store once; {len(seen.broken)} broken, {len(failed)} lines;"
    )
    print(f"  {total} rows; exit status {ended}, status file: {status}")
    if times.size:
        values = (float(np.percentile(times, share)) for share in (50, 99, 100))
        print("  from close of file to row: median {:.1f} s, 99 % {:.1f} s, most {:.1f} s".format(*values), end="")
        print(f"; load {load:.1f} on {len(os.sched_getaffinity(0))} cores")
    good = once == len(seen.closed) and failed == seen.broken and total == once + len(failed) and ended == 0
    return 0 if good else 1


def main() -> int:
    """Measure, or be what is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rate", type=float, default=10, help="films a second")
    parser.add_argument("--rows", type=int, default=640)
    parser.add_argument("--cols", type=int, default=512)
    parser.add_argument("--network", action="store_true", help="the network that ships; otherwise none")
    parser.add_argument("--objects", action="store_true", help="write DICOM objects, too")
    parser.add_argument("--at", type=Path, help="where to work")
    parser.add_argument("--serve", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    return measure(arguments) if arguments.serve is None else serve(arguments, arguments.serve)


if __name__ == "__main__":
    sys.exit(main())
