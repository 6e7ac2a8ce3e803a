"""Engines that workers of the tests load by name."""

from __future__ import annotations

import os
import signal
import threading
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from ptxviewer.core.engine import Checkpoint
from tests.fakes import FakeEngine

KILLS, HANGS, FILLS, LACKS = 111, 112, 113, 114  # rows of the films that do that to a worker


class WorkingEngine(FakeEngine):
    """A score of its own for every film; ``CPU_MS`` of the environment is how much work one takes, ``WAIT_MS`` how
    long another device would work on it.
    """

    def predict(self, film: Any, checkpoint: Checkpoint = lambda: None) -> Any:
        if film.rows == KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        if film.rows == HANGS:
            threading.Event().wait()
        if film.rows == FILLS:
            tried()
            filled = [b"x" * (64 << 20) for _ in range(64)]  # more than --memory-limit lets a worker have
            threading.Event().wait()
            return filled
        if film.rows == LACKS:
            tried()
            raise MemoryError
        until = time.thread_time() + float(os.environ.get("CPU_MS", "0")) / 1000
        while time.thread_time() < until:
            zlib.crc32(b"x" * 10_000)
        time.sleep(float(os.environ.get("WAIT_MS", "0")) / 1000)
        return replace(super().predict(film, checkpoint), score=zlib.crc32(film.key.encode()) % 1000 / 1000)


def tried() -> None:
    """Note which process had the film."""
    with Path(os.environ["TRIED"]).open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")


class OtherEngine(WorkingEngine):
    """Another network."""

    def load(self) -> Any:
        time.sleep(float(os.environ.get("WAIT_MS", "0")) / 1000)
        return replace(super().load(), model_sha256="1" * 64)


def make(device: Any, rule: Any) -> Any:
    """Make the engine of most tests; a file named in the environment makes it another one."""
    other = os.environ.get("OTHER_NETWORK")
    return OtherEngine(size=32) if other and Path(other).exists() else WorkingEngine(size=32)
