"""What a program and its children take: seconds, seconds of the processor, memory. Linux: /proc is read."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What something took; memory is the sum over the processes, each at its peak."""

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


def forget_peaks(pid: int) -> None:
    """Count the peaks from here (proc(5))."""
    for one in family(pid):
        with contextlib.suppress(OSError):
            Path(f"/proc/{one}/clear_refs").write_text("5")


def peak_bytes(pid: int) -> int:
    """The sum of the peaks of those that live now."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError, IndexError, ValueError):
            status = Path(f"/proc/{one}/status").read_text()
            total += 1024 * int(status.split("VmHWM:")[1].split()[0])
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
        peak = max(peak, peak_bytes(process.pid))
        if time.monotonic() - started > hung_s:
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_S)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return process.returncode, Cost(time.monotonic() - started, used, peak)
