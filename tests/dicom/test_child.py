"""What a child does with its calls, seen in this process: it answers, says what ended it, and bounds itself first."""

from __future__ import annotations

import ctypes
import fcntl
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.shared_memory import SharedMemory
from types import FrameType
from typing import Any

import numpy as np
import pytest

from ptxviewer.dicom.isolated import child, limits
from ptxviewer.dicom.isolated.child import SMALLEST_SHARED, Tag
from tests.dicom import misbehaving

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and limits of Linux")
LAST = (misbehaving.panic, ())
Bounds = list[tuple[str, float]]


class Ended(BaseException):
    """In the place of the end of the process."""


class System:
    """In the place of ``os``: notes what would be printed nowhere, and ends no process."""

    devnull, O_WRONLY = os.devnull, os.O_WRONLY

    def __init__(self, asked: Bounds) -> None:
        self._asked = asked
        self.environ: dict[str, str] = {}

    def open(self, _path: str, _flags: int) -> int:
        return -1

    def close(self, _handle: int) -> None: ...

    def dup2(self, _nowhere: int, number: int) -> None:
        self._asked.append(("silent", number))

    def _exit(self, _status: int) -> None:
        raise Ended


@pytest.fixture
def bounds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bounds]:
    """What the child asks of the system, in order, instead of having it done to this process."""
    asked: Bounds = []

    monkeypatch.setattr(limits, "bound_memory", lambda most: asked.append(("memory", most)))
    monkeypatch.setattr(limits, "within", lambda seconds: asked.append(("within", seconds)))
    monkeypatch.setattr(child, "os", System(asked))
    before = signal.getsignal(signal.SIGINT)
    yield asked
    signal.signal(signal.SIGINT, before)


def served(*messages: object) -> list[object]:
    """What a child says to these messages, the last of which ends it; bytes as they are."""
    ours, theirs = Pipe()
    for message in messages:
        ours.send(message)
    with pytest.raises(Ended):
        child.serve(theirs, 1000, 5.0, "json")
    said: list[object] = []
    with ours, theirs:
        while ours.poll():
            data = ours.recv_bytes()
            said.append(pickle.loads(data) if data.startswith(b"\x80") else data)
    return said


def test_each_call_is_answered_within_its_time_after_the_child_has_bounded_itself(bounds: Bounds) -> None:
    ready, result, refused, broken = served((misbehaving.add, (2, 3)), (misbehaving.refuse, ()), LAST)
    assert ready == (Tag.READY,)
    assert result == (Tag.RESULT, pickle.dumps(5, protocol=5), [])
    assert isinstance(refused, tuple)
    assert refused[0] is Tag.ERROR
    assert isinstance(refused[1], ValueError)
    assert broken == (Tag.BROKEN,)
    calls = [("within", 5.0), ("within", 0.0), ("within", 5.0), ("within", 0.0), ("within", 5.0)]
    assert bounds == [("silent", 1), ("silent", 2), ("memory", 1000), *calls]


def test_a_child_whose_parent_has_gone_ends(bounds: Bounds) -> None:
    ours, theirs = Pipe()
    ours.close()
    with theirs, pytest.raises(Ended):
        child.serve(theirs, 1000, 5.0, "json")
    assert ("memory", 1000) in bounds


def exhausted() -> None:
    raise MemoryError("what was read of a film")


@pytest.mark.usefixtures("bounds")
def test_a_child_without_memory_says_so_without_the_film_and_is_not_asked_again() -> None:
    _ready, said = served((exhausted, ()), (misbehaving.add, (2, 3)))
    assert isinstance(said, tuple)
    assert said[0] is Tag.ERROR
    assert isinstance(said[1], MemoryError)
    assert said[1].args == ()


@pytest.mark.usefixtures("bounds")
def test_large_arrays_go_where_the_parent_wants_them_and_small_ones_with_the_answer() -> None:
    expected = misbehaving.array(SMALLEST_SHARED)
    call = (misbehaving.array, (expected.size,))
    segment = SharedMemory(create=True, size=expected.size)
    try:
        _ready, large, said, _broken = served(call, segment.name, LAST)
        assert isinstance(large, tuple)
        assert (large[2], said) == ([expected.size], b"written")
        assert segment.buf is not None
        assert bytes(segment.buf[: expected.size]) == expected.tobytes()
    finally:
        segment.close()
        segment.unlink()
    assert served(call, "", LAST)[2] == expected.tobytes()

    _ready, small, _broken = served((misbehaving.array, (SMALLEST_SHARED - 1,)), LAST)
    assert isinstance(small, tuple)
    assert small[2] == []
    assert np.array_equal(pickle.loads(small[1]), misbehaving.array(SMALLEST_SHARED - 1))


# ---- limits


def test_memory_is_bounded_from_what_there_is_and_no_core_file_may_hold_a_film(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", asked.__setitem__)
    limits.bound_memory(1 << 30)
    assert asked[resource.RLIMIT_CORE] == (0, 0)
    soft, hard = asked[resource.RLIMIT_AS]
    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    assert abs(soft - (1 << 30) - mapped) < 1 << 26
    assert hard == resource.getrlimit(resource.RLIMIT_AS)[1]


def test_a_limit_that_the_system_refuses_does_not_stop_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_kind: int, _limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    limits.bound_memory(1 << 30)


@pytest.fixture
def signals() -> Iterator[Callable[[int], list[int]]]:
    """Takes a signal in the place of the end of the process; returns the list of those that came."""
    before: dict[int, Any] = {}

    def taken(number: int) -> list[int]:
        came: list[int] = []

        def note(arrived: int, _frame: FrameType | None) -> None:
            came.append(arrived)

        before[number] = signal.signal(number, note)
        return came

    yield taken
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_system_ends_the_child_when_its_parent_lets_go(signals: Callable[[int], list[int]]) -> None:
    came = signals(signal.SIGIO)
    sentinel, held_by_parent = os.pipe()
    limits.end_with_parent(sentinel)
    assert fcntl.fcntl(sentinel, fcntl.F_GETOWN) == os.getpid()
    assert came == []
    os.close(held_by_parent)
    os.close(sentinel)
    assert came == [signal.SIGIO]
    limits.end_with_parent(sentinel)  # which is closed: not the child's end


def test_the_clock_runs_while_a_call_is_made(signals: Callable[[int], list[int]]) -> None:
    came = signals(signal.SIGALRM)
    limits.within(60)
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    assert 0 < signal.getitimer(signal.ITIMER_PROF)[0] < limits.MOST_CPU_S + 1
    limits.within(0)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == signal.getitimer(signal.ITIMER_PROF)[0] == 0
    signals(signal.SIGPROF)  # the clock of the processor may ring, too, where this process just works
    limits.within(0.001)
    while not came:
        threading.Event().wait(0.001)
    limits.within(0)  # or it rings in another test, and ends the process
    assert came == [signal.SIGALRM]


def test_where_a_child_bounds_itself_its_parent_has_nothing_to_measure() -> None:
    assert limits.enclose(os.getpid(), 1000) is None
    assert limits.memory_of(os.getpid()) == 0


def test_a_mac_is_asked_how_much_a_child_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        def proc_pid_rusage(self, pid: int, flavour: int, usage: Any) -> int:
            ctypes.memmove(ctypes.addressof(usage) + 8 * 9, (123_456).to_bytes(8, "little"), 8)  # ri_phys_footprint
            return 0 if pid == 1 and flavour == 2 else -1

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda _path: Library())
    monkeypatch.setattr(ctypes, "byref", lambda usage: usage)
    assert limits.memory_of(1) == 123_456
    assert limits.memory_of(2) == 0  # which has ended
