"""A Dask cluster on this computer: films a second from one to two workers, and what a film costs besides its analysis.

CPU time of client, scheduler and workers is that of their processes: it says the same on a machine that does other
work. The two rates are wall time: with ``WAIT`` a film is a wait, as for a GPU, with ``WORK`` it is CPU time.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import psutil

from ptxviewer.cli.cluster.options import OnCluster, Where
from ptxviewer.cli.progress import Progress
from ptxviewer.cli.triage import TriageOptions, triage
from ptxviewer.core.review import Review
from tests.benchmarks.archive import quiet
from tests.cluster import engines
from tests.cluster.rig import Site, site
from tests.dicom.made import dataset, ramp, save

FILMS = int(os.environ.get("FILMS", "100"))
WAIT, WORK = {"WAIT_MS": "200"}, {"CPU_MS": "200"}
RATIO = 1.85


def films(folder: Path, count: int) -> Path:
    """Make small films."""
    folder.mkdir()
    for number in range(count):
        save(dataset(ramp(120 + number % 50, 70 + number // 50), ViewPosition="PA"), folder / f"{number}.dcm")
    return folder


def spent(pids: list[int]) -> float:
    """CPU seconds of processes."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


class Times:
    """When the films of a run were written."""

    def __init__(self) -> None:
        self.written: list[float] = []

    def count(self, *, failed: bool = False) -> None:
        """See ``Progress.count``."""
        assert not failed
        self.written.append(time.perf_counter())

    @property
    def rate(self) -> float:
        """Films a second, from the first one on: connecting and loading are left out."""
        return (len(self.written) - 1) / (self.written[-1] - self.written[0])


def run(made: Site, folder: Path, out: Path) -> Times:
    """Analyse a folder."""
    engine = engines.make("auto", "balanced")
    cluster = OnCluster(Where(str(made.file)), engine.load(), engines.make)
    times = Times()
    with patch.object(Progress, "count", lambda _progress, failed=False: times.count(failed=failed)):
        triage([folder], engine, out, Review(), quiet, TriageOptions(progress="none", cluster=cluster))
    return times


def measured(place: Path, workers: int, folder: Path, warm: Path, **environment: str) -> tuple[float, list[float]]:
    """Films a second, and CPU seconds of client, scheduler and workers."""
    with site(place) as made:
        made.workers(workers, 1, "0", **environment)
        made.ready(workers)
        run(made, warm, place / "warm.sqlite")
        pids = [[os.getpid()], [made.scheduler_pid], list(made.pids().values())]
        before = [spent(one) for one in pids]
        rate = run(made, folder, place / "results.sqlite").rate
        return rate, [spent(one) - then for one, then in zip(pids, before, strict=True)]


def main() -> int:
    """Print the figures; 1 where two workers are not nearly twice as fast as one."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder, warm = films(root / "films", FILMS), films(root / "warm", 6)
        for what, environment in (("waits 200 ms", WAIT), ("200 ms of CPU", WORK)):
            one, _ = measured(root / f"one {what}", 1, folder, warm, **environment)
            two, _ = measured(root / f"two {what}", 2, folder, warm, **environment)
            failed += two / one < RATIO
            print(f"  {what}: {one:.2f} films/s with one worker, {two:.2f} with two: {two / one:.2f} times", end="")
            print(f" (goal {RATIO}), load {os.getloadavg()[0]:.1f}", flush=True)
        many = films(root / "many", 10 * FILMS)
        rate, spent_by = measured(root / "bare", 2, many, warm)
        client, scheduler, workers = (1000 * one / (10 * FILMS) for one in spent_by)
        print(f"  CPU a film without analysis: client {client:.1f} ms, scheduler {scheduler:.1f} ms,", end="")
        print(f" worker {workers:.1f} ms; {rate:.0f} films/s here")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
