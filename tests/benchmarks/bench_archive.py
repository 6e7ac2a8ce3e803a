"""An archive of real-size films through ``triage``: memory at start, middle and end, and ten kills that lose nothing.

    python -m tests.benchmarks.bench_archive FOLDER FILMS [--real] [--kills N]
    python -m tests.benchmarks.bench_archive /tmp/archive 5000 --kills 10     # 20 GB of films, about 10 minutes at rest

Makes the films in FOLDER where they are not there yet (4 MB each); it is for the caller to remove. Takes minutes for
thousands of films, so it is not one of ``make bench``.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.archive import SYNTAXES, coded, numbered, phantoms
from tests.triage_process import rows_by_key, started

PHANTOMS = 4
SHARES = {"uncompressed": 2, "JPEG lossless": 6, "JPEG 2000": 2, "RLE": 10}  # of 20 films
LOOK_S = 1.0
GROWS = 1.15  # memory from the first to the last quarter


def make(folder: Path, count: int) -> None:
    """Write ``count`` films, the codings mixed."""
    folder.mkdir(exist_ok=True)
    if sum(1 for _ in folder.iterdir()) >= count:
        return
    kinds = [name for name, share in SHARES.items() for _ in range(share)]
    random.Random(1).shuffle(kinds)
    with tempfile.TemporaryDirectory() as scratch:
        made = phantoms(PHANTOMS)
        contents = {name: [coded(one, syntax, Path(scratch)) for one in made] for name, syntax in SYNTAXES.items()}
    for number in range(1, count + 1):
        content = contents[kinds[number % len(kinds)]][number % PHANTOMS]
        (folder / f"{number:06}.dcm").write_bytes(numbered(content, number))


def memory_of(pid: int) -> int:
    """Return the bytes that a process and its children have in memory, what is shared counted once (Linux)."""
    return sum(_share_of(one) for one in (pid, *_children(pid)))


def _share_of(pid: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return 0


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


@dataclass
class Watched:
    """A run that was looked at: bytes of memory every second, and how it ended."""

    took_s: float = 0.0
    memory: list[int] = field(default_factory=list)
    status: int | None = None


def watch(process: subprocess.Popen[bytes]) -> Watched:
    """Look at a run until it ends."""
    seen, begun = Watched(), time.monotonic()
    while seen.status is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            seen.status = process.wait(LOOK_S)
        if seen.status is None:
            seen.memory.append(memory_of(process.pid))
    seen.took_s = time.monotonic() - begun
    return seen


def killed(films: Path, store: Path, settings: Path, kills: int, took_s: float) -> int:
    """Kill a run ``kills`` times at random moments, let the last one end; returns its exit status."""
    chance = random.Random()
    for _ in range(kills):
        with started(films, store, settings) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.5, 1.8) * took_s / (kills + 1))
            process.kill()
    with started(films, store, settings) as process:
        return process.wait()


def main() -> int:
    """Print the figures and verdicts; 1 where one of them is bad."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("films", type=int)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    begun = time.monotonic()
    asked.folder.mkdir(exist_ok=True)
    films, settings = asked.folder / f"films-{asked.films}", asked.folder / "settings"
    make(films, asked.films)
    size = sum(path.stat().st_size for path in films.iterdir())
    print(f"  {asked.films} films, {size / 1e9:.1f} GB, made in {time.monotonic() - begun:.0f} s", flush=True)
    out = Path(tempfile.mkdtemp(dir=asked.folder))
    seen = watch(started(films, out / "whole.sqlite", settings, real=asked.real))
    print(f"  exit {seen.status}, {seen.took_s:.0f} s, {asked.films / seen.took_s:.1f} films a second", flush=True)
    verdicts = [flat(seen.memory)]
    rows = rows_by_key(out / "whole.sqlite")
    keys, failed = len({row["film_id"] for row in rows}), sum(row["status"] == "failed" for row in rows)
    print(f"  store: {len(rows)} films, {keys} keys, {failed} failed", flush=True)
    verdicts.append(said("every film once, with an answer", len(rows) == keys == asked.films and not failed))
    if asked.kills:
        begun = time.monotonic()
        status = killed(films, out / "killed.sqlite", settings, asked.kills, seen.took_s)
        print(f"  killed {asked.kills} times and resumed: exit {status}, {time.monotonic() - begun:.0f} s in all")
        verdicts.append(said("the same store", rows_by_key(out / "killed.sqlite") == rows))
    return 0 if all(verdicts) else 1


def flat(memory: list[int]) -> bool:
    """Say what memory was taken, and whether the last quarter of a run takes more than the first, its start aside."""
    if len(memory) < 120:  # looks, one a second: by then the children have their heaps
        print("  memory: too short a run to tell")
        return True
    early, late = (
        statistics.median(memory[int(first * len(memory)) : int(last * len(memory))]) / 1e6
        for first, last in ((0.05, 0.3), (0.7, 0.95))
    )
    print(
        f"  memory with children, MB, median: first quarter {early:.0f}, last {late:.0f}; most {max(memory) / 1e6:.0f}"
    )
    return said(f"memory flat (at most {GROWS} times)", late <= GROWS * early)


def said(what: str, kept: bool) -> bool:
    """Print a verdict."""
    print(f"  {'KEPT    ' if kept else 'NOT KEPT'}  {what}", flush=True)
    return kept


if __name__ == "__main__":
    sys.exit(main())
