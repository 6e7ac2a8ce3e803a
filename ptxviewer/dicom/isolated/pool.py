"""Calls in a pool of warm child processes; a call that ends its child raises an error, and the child is replaced.

Children are spawned, never forked: the program has threads, and Windows knows nothing else. One is started when the
first call needs it or ``warm`` foresees it, more only while several threads call at once.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import pickle
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from enum import Enum
from multiprocessing.context import SpawnProcess
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from ptxviewer.dicom.isolated import limits
from ptxviewer.dicom.isolated.child import Tag, serve

T = TypeVar("T")
MOST_CHILDREN = 2
TIMEOUT_S = limits.MOST_CPU_S  # of a film: with all that comes before and after, its line is there within 10
LIBRARY = "ptxviewer.dicom.read"  # what a child imports before its first call
START_S = 60.0  # a virus scanner may look at every library first
MEMORY_BYTES = 1_250_000_000  # beyond what the libraries take: with the program itself below 2 GB
GRACE_S = 2.0  # after the time-out, before a child ends by itself
LOOK_S = 0.05  # between two looks at the memory of a child, where the parent has to look
LIBRARIES_BYTES = 500_000_000  # what a child maps before its first film, where its limit does not count from there
SIGALRM, SIGPROF = getattr(signal, "SIGALRM", 0), getattr(signal, "SIGPROF", 0)  # of its clocks (``limits.within``)
KILLED = {-signal.SIGTERM, -getattr(signal, "SIGKILL", 9), -getattr(signal, "SIGHUP", 1)}
KEPT_BYTES = 64 << 20  # of shared memory, kept for the next film: the largest of most hospitals
END_S = 1.0  # how long a child that hung up may take to end
_starting = threading.Lock()


class Cause(Enum):
    """What ended a call, the child's own errors aside."""

    CRASHED = "crashed"  # abort, segmentation fault, panic
    TOO_SLOW = "too slow"
    TOO_MUCH_MEMORY = "too much memory"
    KILLED = "killed"  # from outside, twice
    NOT_STARTED = "not started"


class CallFailed(Exception):
    """A call came to no end of its own; ``limit_s`` is the time that was too short, 0 that of the pool."""

    def __init__(self, cause: Cause, limit_s: float = 0.0) -> None:
        super().__init__(cause)
        self.cause = cause
        self.limit_s = limit_s


class _Gone(Exception):
    """The child ended instead of answering."""


class _Killed(Exception):
    """The child was killed from outside."""


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module from a child that starts: it would import a script without a guard, and run it twice."""
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _Child:
    """One child process and the pipe to it; used by one thread at a time."""

    def __init__(self, memory_bytes: int, grace_s: float, library: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._memory_bytes = memory_bytes
        self._ready = self._hung_up = False
        self._segment: SharedMemory | None = None
        self._has_name = False  # the segment, until both processes have it: then nobody else can, and nothing is left
        self._process: SpawnProcess = context.Process(
            target=serve, args=(theirs, memory_bytes, grace_s, library), name="ptxviewer-films", daemon=True
        )
        try:
            with _without_main():
                self._process.start()
        except (OSError, ValueError):
            self._pipe.close()
            raise CallFailed(Cause.NOT_STARTED) from None
        finally:
            theirs.close()
        self._job = limits.enclose(self._process.pid or 0, memory_bytes + LIBRARIES_BYTES)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.is_alive()

    def end(self) -> int | None:
        """End the process, whatever it does; returns the status with which it ended."""
        if self._hung_up:
            self._process.join(END_S)
        self._process.kill()
        self._process.join()
        status = self._process.exitcode
        self._pipe.close()
        self._process.close()
        self._job = None
        self.let_go()
        return status

    def kill(self) -> None:
        """Kill the process; whoever waits for it sees that it has ended."""
        self._process.kill()

    def let_go(self) -> None:
        """Give the shared memory back."""
        self._take_name()
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()

    def _take_name(self) -> None:
        if self._segment is not None and self._has_name:
            self._has_name = False
            with contextlib.suppress(FileNotFoundError):
                self._segment.unlink()

    def call(self, function: Callable[..., object], arguments: tuple[object, ...], timeout_s: float) -> Any:
        """Return what the function returns, or raise its error, ``CallFailed``, or ``_Gone`` without a child."""
        if not self._ready:
            try:
                self._receive(self._pipe.recv, time.monotonic() + START_S)
            except (CallFailed, _Gone):
                raise CallFailed(Cause.NOT_STARTED) from None
            self._ready = True
        self._send((function, arguments))
        until = time.monotonic() + timeout_s
        tag, *rest = self._receive(self._pipe.recv, until)
        if tag is Tag.BROKEN:
            raise CallFailed(Cause.CRASHED)
        if tag is Tag.ERROR:
            raise rest[0]
        payload, sizes = rest
        return pickle.loads(payload, buffers=self._arrays(sizes, until))

    def _send(self, message: object) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            self._hung_up = True
            raise _Gone from None

    def _receive(self, take: Callable[[], T], until: float) -> T:
        try:
            while True:
                left = max(0.0, until - time.monotonic())
                if self._pipe.poll(min(left, LOOK_S) if limits.LIMITED_BY_PARENT else left):
                    return take()
                if not left:
                    raise CallFailed(Cause.TOO_SLOW)
                if limits.memory_of(self.pid) > self._memory_bytes + LIBRARIES_BYTES:
                    raise CallFailed(Cause.TOO_MUCH_MEMORY)
        except (EOFError, OSError):
            self._hung_up = True
            raise _Gone from None

    def _arrays(self, sizes: list[int], until: float) -> list[bytearray]:
        """Take arrays of so many bytes from shared memory, or from the pipe where there is no room for a segment."""
        if not sizes:
            return []
        if self._segment is None or self._segment.size < sum(sizes):  # made anew for each film it takes twice as long
            self.let_go()
            self._segment = _segment(sum(sizes))
            self._has_name = True
        segment = self._segment
        if segment is None:
            self._send("")
            return [bytearray(self._receive(self._pipe.recv_bytes, until)) for _ in sizes]
        self._send(segment.name)
        self._receive(self._pipe.recv_bytes, until)
        self._take_name()
        assert segment.buf is not None
        arrays, start = [], 0
        for size in sizes:
            arrays.append(bytearray(segment.buf[start : start + size]))
            start += size
        if segment.size > KEPT_BYTES:
            self.let_go()
        return arrays


def _segment(size: int) -> SharedMemory | None:
    """Return shared memory of ``size`` bytes, None where the system has no room.

    A container may have 64 MB of it, and writing beyond is a SIGBUS.
    """
    try:
        if Path("/dev/shm").is_dir() and shutil.disk_usage("/dev/shm").free < size + (1 << 20):
            return None
        return SharedMemory(create=True, size=size)
    except OSError:
        return None


class Pool:
    """A few children; ``call`` may be used from any thread."""

    def __init__(
        self,
        most: int = MOST_CHILDREN,
        timeout_s: float = TIMEOUT_S,
        memory_bytes: int = MEMORY_BYTES,
        library: str = LIBRARY,
    ) -> None:
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._library = library
        self._slots = threading.BoundedSemaphore(most)
        self._guard = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: list[_Child] = []
        self._ending = 0  # of calls: none is begun meanwhile

    @property
    def memory_bytes(self) -> int:
        """How much memory a child may take."""
        return self._memory_bytes

    @property
    def timeout_s(self) -> float:
        """How long a call may take."""
        return self._timeout_s

    @property
    def pids(self) -> list[int]:
        """The process ids of the children."""
        with self._guard:
            return [child.pid for child in (*self._idle, *self._busy)]

    def warm(self) -> None:
        """Start a child where there is none; returns at once, the child gets ready meanwhile."""
        with self._guard:
            if self._idle or self._busy or self._ending:
                return
            with contextlib.suppress(CallFailed):
                self._idle.append(self._new())

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Return ``function(*arguments)``, made in a child; both must be known there by name (pickle).

        Raises what the function raises, and ``CallFailed``. A child that was killed from outside says nothing about
        the call: it is made once more.
        """
        with self._slots:
            with contextlib.suppress(_Killed):
                return self._try(function, arguments)
            try:
                return self._try(function, arguments)
            except _Killed:
                raise CallFailed(Cause.KILLED) from None

    def _try(self, function: Callable[..., T], arguments: tuple[object, ...]) -> T:
        child = self._take()
        try:
            value: T = child.call(function, arguments, self._timeout_s)
        except _Gone:
            status = self._drop(child)
            if status in KILLED:
                raise _Killed from None
            if status == -SIGPROF:
                raise CallFailed(Cause.TOO_SLOW, limits.MOST_CPU_S) from None
            raise CallFailed(Cause.TOO_SLOW if status == -SIGALRM else Cause.CRASHED) from None
        except (CallFailed, MemoryError) as error:
            self._drop(child)
            raise CallFailed(error.cause if isinstance(error, CallFailed) else Cause.TOO_MUCH_MEMORY) from None
        except Exception:
            self._give_back(child)
            raise
        except BaseException:  # Ctrl+C: what the child is doing is not waited for
            with self._guard:
                self._busy.remove(child)
            child.end()
            raise
        self._give_back(child)
        return value

    def _take(self) -> _Child:
        with self._guard:
            if self._ending:
                raise CallFailed(Cause.KILLED)
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    break
                child.end()
            else:
                child = self._new()
            self._busy.append(child)
            return child

    def _new(self) -> _Child:
        return _Child(self._memory_bytes, self._timeout_s + GRACE_S, self._library)

    def _give_back(self, child: _Child) -> None:
        with self._guard:
            self._busy.remove(child)
            self._idle.append(child)

    def _drop(self, child: _Child) -> int | None:
        with self._guard:
            self._busy.remove(child)
        status = child.end()
        self.warm()  # the next call finds another one ready
        return status

    @contextlib.contextmanager
    def ends_calls(self) -> Iterator[None]:
        """Let no call take place within this context; those under way fail at once, whatever their children do."""
        with self._guard:
            self._ending += 1
            for child in self._busy:
                child.kill()
        try:
            yield
        finally:
            with self._guard:
                self._ending -= 1

    def close(self) -> None:
        """End the children; a call that is under way fails. A later call starts new ones."""
        with self._guard:
            idle, self._idle = self._idle, []
            for child in idle:
                child.end()
            for child in self._busy:
                child.let_go()


_shared: list[Pool] = []


def shared_pool() -> Pool:
    """Return the pool of this process, which ends with it."""
    with _starting:
        if not _shared:
            _shared.append(Pool())
            atexit.register(_shared[0].close)
        return _shared[0]
