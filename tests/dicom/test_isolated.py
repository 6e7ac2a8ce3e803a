"""Whatever a file does ends a child process, never the program: the next film is read, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import shared_memory
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian

from ptxviewer.dicom.isolated import limits
from ptxviewer.dicom.isolated import pool as pools
from ptxviewer.dicom.isolated.pool import CallFailed, Cause, Pool
from tests.dicom import made, misbehaving
from tests.processes import ends

REPOSITORY = Path(__file__).parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of a POSIX system")
LIGHT = "json"  # imported in place of pydicom: a child starts in a moment
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(most=1, timeout_s=20, memory_bytes=300_000_000, library=LIGHT)
    yield pool
    pool.close()


def test_a_call_returns_what_the_function_returns_and_raises_what_it_raises(pool: Pool) -> None:
    assert pool.call(misbehaving.add, 2, 3) == 5
    child = pool.pids
    with pytest.raises(ValueError, match="refused"):
        pool.call(misbehaving.refuse)
    assert pool.call(misbehaving.process) == child[0] == pool.pids[0]  # the same child, another process


def test_arrays_come_back_through_shared_memory_or_where_it_is_full_through_the_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    segments: list[str] = []
    real = shared_memory.SharedMemory

    def counted(*arguments: Any, **options: Any) -> shared_memory.SharedMemory:
        segment = real(*arguments, **options)
        segments.append(segment.name)
        return segment

    pool = Pool(most=1, timeout_s=20, library=LIGHT)

    def brings(size: int) -> bool:
        return np.array_equal(pool.call(misbehaving.array, size), misbehaving.array(size))

    def is_there(name: str) -> bool:
        try:
            real(name).close()
        except FileNotFoundError:
            return False
        return True

    monkeypatch.setattr(pools, "SharedMemory", counted)
    try:
        assert brings(3_000_000)
        assert brings(2_000_000)
        assert len(segments) == 1  # the same for both
        assert brings(4_000_000)
        monkeypatch.setattr(pools, "KEPT_BYTES", 1_000_000)
        assert brings(3_500_000)
        assert brings(3_000_000)
        assert len(segments) == 3  # the second was too large to be kept
        assert not any(is_there(name) for name in segments)  # whoever is killed now leaves nothing behind
        monkeypatch.setattr(pools, "_segment", lambda _size: None)
        assert brings(3_000_000)
    finally:
        pool.close()


def test_the_child_of_films_knows_neither_qt_nor_torch() -> None:
    pool = Pool(most=1, timeout_s=20)
    try:
        imported = pool.call(misbehaving.imported)
    finally:
        pool.close()
    assert {"pydicom", "ptxviewer.dicom.read"} <= imported
    assert not imported & {
        "torch",
        "PySide6",
        "ptxviewer.ui",
        "ptxviewer.app",
        "ptxviewer.inference",
        "ptxviewer.words",
    }


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        pytest.param(misbehaving.abort, Cause.CRASHED, marks=posix),
        pytest.param(misbehaving.read_address_zero, Cause.CRASHED, marks=posix),
        (misbehaving.panic, Cause.CRASHED),
        pytest.param(misbehaving.eat, Cause.TOO_MUCH_MEMORY, marks=linux),
    ],
)
def test_what_ends_a_child_is_named_and_the_next_call_is_answered(
    pool: Pool, function: Callable[[], None], cause: Cause
) -> None:
    with pytest.raises(CallFailed) as failure:
        pool.call(function)
    assert failure.value.cause is cause
    assert pool.call(misbehaving.add, 1, 1) == 2


@posix
@pytest.mark.parametrize("function", [misbehaving.loop, misbehaving.hang_in_native_code])
def test_a_call_that_never_ends_is_ended(function: Callable[[], None]) -> None:
    impatient = Pool(timeout_s=0.2, library=LIGHT)
    try:
        with pytest.raises(CallFailed) as failure:
            impatient.call(function)
        assert failure.value.cause is Cause.TOO_SLOW
    finally:
        impatient.close()


@posix
def test_a_loop_ends_by_the_clock_of_the_processor_where_films_may_wait_longer() -> None:
    patient = Pool(timeout_s=60, library="tests.dicom.hasty")
    try:
        with pytest.raises(CallFailed) as failure:
            patient.call(misbehaving.loop)
        assert failure.value.cause is Cause.TOO_SLOW
        assert failure.value.limit_s == limits.MOST_CPU_S
        assert patient.call(misbehaving.add, 1, 1) == 2
    finally:
        patient.close()


@posix
def test_a_child_that_is_killed_from_outside_costs_no_film(pool: Pool, tmp_path: Path) -> None:
    assert pool.call(misbehaving.die_once, str(tmp_path / "marker")) == "done"
    pool.call(misbehaving.process)
    os.kill(pool.pids[0], signal.SIGKILL)  # while it has nothing to do
    assert pool.call(misbehaving.add, 1, 1) == 2
    with pytest.raises(CallFailed) as failure:
        pool.call(misbehaving.die_by, signal.SIGKILL)
    assert failure.value.cause is Cause.KILLED


@posix
def test_who_leaves_waits_for_no_film_that_hangs(pool: Pool, tmp_path: Path) -> None:
    """Ctrl+C in a folder with a hostile film: its child is ended, and no other is begun for it."""
    started = tmp_path / "started"
    os.mkfifo(started)
    ended: list[object] = []

    def hang() -> None:
        try:
            pool.call(misbehaving.hang_in_native_code, str(started))
        except CallFailed as failure:
            ended.append(failure.cause)

    thread = threading.Thread(target=hang)
    thread.start()
    started.read_text("ascii")
    with pool.ends_calls():
        thread.join(10)
        with pytest.raises(CallFailed):
            pool.call(misbehaving.add, 1, 1)
    assert ended == [Cause.KILLED]
    assert pool.call(misbehaving.add, 1, 1) == 2


def test_threads_may_call_at_once() -> None:
    two = Pool(most=2, timeout_s=20, library=LIGHT)
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(two.call(misbehaving.add, 1, 2))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [3] * 6
    assert len(two.pids) <= 2
    two.close()


@linux
def test_a_hundred_calls_of_which_many_end_their_child_leave_nothing_behind() -> None:
    """A worklist full of hostile films: no process and no handle is left of any of them."""
    pool = Pool(most=1, timeout_s=20, memory_bytes=100_000_000, library=LIGHT)
    endings = (misbehaving.abort, misbehaving.panic, misbehaving.read_address_zero, misbehaving.eat)
    try:
        array = misbehaving.array(200_000)
        assert np.array_equal(pool.call(misbehaving.array, array.size), array)
        handles = len(os.listdir("/proc/self/fd"))
        children = set()
        for number in range(100):
            if number % 10 == 0:
                with pytest.raises(CallFailed):
                    pool.call(endings[number // 10 % len(endings)])
            elif number % 10 == 5:
                assert np.array_equal(pool.call(misbehaving.array, array.size), array)
            else:
                children.add(pool.call(misbehaving.process))
        assert len(os.listdir("/proc/self/fd")) == handles
        assert len(children) == 10
    finally:
        pool.close()
    assert all(ends(child) for child in children)


@linux
@pytest.mark.parametrize("busy", [False, True])
def test_no_child_outlives_a_parent_that_is_killed(busy: bool, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    script = (
        "import sys\nfrom ptxviewer.dicom.isolated.pool import Pool\nfrom tests.dicom import misbehaving\n"
        f"pool = Pool(timeout_s=60, library={LIGHT!r})\nprint(pool.call(misbehaving.process), flush=True)\n"
        f"pool.call(misbehaving.hang_in_native_code, {str(started)!r}) if {busy} else sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        if busy:
            assert started.read_text() == "started"
        parent.kill()
    assert ends(child)


def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    made.save(made.dataset(made.ramp()), tmp_path / "a.dcm", ExplicitVRBigEndian)  # read in a child
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nfrom ptxviewer.dicom.read import read_film\n"
        "print(read_film(Path(__file__).with_name('a.dcm')).shape)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines() == [str(made.ramp().shape)]
    assert done.stderr == ""
