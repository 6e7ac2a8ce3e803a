"""Batches films of several threads into one pass of the network: those that arrived while the device was busy.

Nobody waits for a batch to fill: a film that finds the device free is run alone, and the more there is to do the
larger the batches get. For devices that take eight films in little more than the time of one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import OutOfMemory, RunResult

Run = Callable[[Sequence[FloatMap]], list[RunResult]]
"""One pass of the network over inputs (1, S, S), a result for each. Raises ``OutOfMemory``."""


class Batches:
    """Runs the inputs of several threads together, at most ``most`` at once; half as many where memory runs out."""

    def __init__(self, run: Run, most: int) -> None:
        self.most = most
        self.turn = threading.Lock()  # of who has the device
        self._run = run
        self._waiting: list[tuple[FloatMap, Future[RunResult]]] = []
        self._guard = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many inputs the device has not begun."""
        with self._guard:
            return len(self._waiting)

    def run(self, grid: FloatMap) -> RunResult:
        """Return the result of one input; raises what the pass raises, ``OutOfMemory`` for one input alone."""
        asked: Future[RunResult] = Future()
        with self._guard:
            self._waiting.append((grid, asked))
        while not asked.done():
            with self.turn:  # who gets it runs the oldest of what has come together, its own or not
                if not asked.done():
                    with self._guard:
                        batch, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
                    self._answer(batch)
        return asked.result()

    def _answer(self, batch: Sequence[tuple[FloatMap, Future[RunResult]]]) -> None:
        try:
            results = self._run([grid for grid, _ in batch])
        except OutOfMemory as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked
            for _, asked in batch:
                asked.set_exception(error)
            return
        else:
            for (_, asked), result in zip(batch, results, strict=True):
                asked.set_result(result)
            return
        # Outside the handler, whose traceback would keep the device's memory.
        half = len(batch) // 2
        self.most = max(1, half)
        self._answer(batch[:half])
        self._answer(batch[half:])
