"""What a program and its children take: seconds, seconds of the processor, memory. Linux: /proc is read."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 0.01
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """What something took; memory is that of all processes at once, looked at every few milliseconds."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                with contextlib.suppress(OSError):
                    found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def held_bytes(pid: int) -> int:
    """What a process and its descendants hold in memory now; what they share counts for each of them."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError, IndexError, ValueError):
            total += PAGE * int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return total


def cpu_s(pid: int) -> float:
    """Seconds of the processor so far, with those of children that have ended."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    return total / TICKS


def watched(process: subprocess.Popen[bytes], hung_s: float) -> tuple[int, Cost]:
    """Wait for the end of a program; its status, and what it took. One that hangs is killed."""
    started, before = time.monotonic(), os.times()
    peak = 0
    while process.poll() is None:
        peak = max(peak, held_bytes(process.pid))
        if time.monotonic() - started > hung_s:
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_S)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return process.returncode, Cost(time.monotonic() - started, used, peak)
