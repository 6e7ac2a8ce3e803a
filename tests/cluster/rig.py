"""A scheduler and workers as processes of their own on the loopback interface, as an administrator starts them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from distributed import Client

REPOSITORY = Path(__file__).resolve().parents[2]
QUIET = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
    "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "1s",
    "OMP_NUM_THREADS": "1",
}


class Site:
    """One scheduler and its workers; ``file`` is the scheduler file, ``log`` what they all say."""

    def __init__(self, folder: Path, options: tuple[str, ...] = ()) -> None:
        self.file = folder / "scheduler.json"
        self.log = folder / "log.txt"
        self._options = options
        self._processes: list[subprocess.Popen[bytes]] = []
        self._out = self.log.open("ab")
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show")

    def _start(self, what: str, *options: str, **environment: str) -> None:
        name = "dask_scheduler" if what == "scheduler" else "dask_worker"
        python_path = os.pathsep.join((str(REPOSITORY), os.environ.get("PYTHONPATH", "")))
        self._processes.append(
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", f"distributed.cli.{name}", "--scheduler-file", str(self.file),
                 "--no-dashboard", *options, *self._options],
                env={**os.environ, **QUIET, "PYTHONPATH": python_path, **environment},
                cwd=self.file.parent,
                stdout=self._out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )  # fmt: skip

    def workers(self, count: int, threads: int = 1, memory: str = "0", **environment: str) -> None:
        """Start workers, each with a nanny that starts it again, also where it takes more ``memory`` (0: no limit)."""
        self._start(
            "worker", "--host", "127.0.0.1", "--nworkers", str(count), "--nthreads", str(threads),
            "--memory-limit", memory, **environment,
        )  # fmt: skip

    @contextlib.contextmanager
    def client(self, security: object = None) -> Iterator[Client]:
        """Provide a client of the test's own."""
        from distributed import Client

        with Client(scheduler_file=str(self.file), set_as_default=False, timeout=30, security=security) as client:
            yield client

    def pids(self) -> dict[str, int]:
        """Return the process of every worker."""
        with self.client() as client:
            pids: dict[str, int] = client.run(os.getpid)
            return pids

    def ready(self, count: int) -> None:
        """Wait until so many workers are there."""
        with self.client() as client:
            client.wait_for_workers(count, timeout=60)

    def written(self) -> None:
        """Wait until the scheduler has written its file."""
        for _ in range(600):
            if self.file.exists() and self.file.read_text(encoding="utf-8").rstrip().endswith("}"):
                return
            threading.Event().wait(0.05)
        raise TimeoutError(self.said())

    @property
    def scheduler_pid(self) -> int:
        """The process of the scheduler."""
        return self._processes[0].pid

    def kill_scheduler(self) -> None:
        """Kill it as the system does."""
        os.killpg(self._processes[0].pid, signal.SIGKILL)

    def end(self) -> None:
        """End them all."""
        for process in reversed(self._processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._out.close()

    def said(self) -> str:
        """Return what scheduler and workers wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def site(folder: Path, *options: str) -> Iterator[Site]:
    """Provide a scheduler without workers."""
    pytest.importorskip("distributed")
    folder.mkdir(exist_ok=True)
    made = Site(folder, options)
    try:
        yield made
    finally:
        made.end()
