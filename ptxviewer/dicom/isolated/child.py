"""The child process: waits for a call, makes it, returns the result, arrays through shared memory.

It imports nothing but what reads films (no Qt, no torch), and leaves by itself after anything that may have left it in
disorder: no memory, a panic of a decoder.
"""

from __future__ import annotations

import importlib
import os
import pickle
import signal
from collections.abc import Callable
from enum import Enum
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import Any

from ptxviewer.core.heap import keep_freed_memory
from ptxviewer.dicom.bounds import LARGEST_PIXELS
from ptxviewer.dicom.isolated import limits

SMALLEST_SHARED = 1 << 16  # bytes of an array: smaller ones go through the pipe


class Tag(Enum):
    """What a message of the child is."""

    READY = 1
    RESULT = 2  # payload, sizes of the arrays
    ERROR = 3  # the error that the call raised
    BROKEN = 4  # something that is no ``Exception``, a panic: the child ends


def serve(pipe: Connection, memory_bytes: int, grace_s: float, library: str) -> None:
    """Answer calls until the parent hangs up; each is (function, arguments), and ends within ``grace_s``.

    ``library`` is a module that most calls need: it is imported before the first of them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to all processes of a terminal: the parent decides
    parent = parent_process()
    if parent is not None:
        limits.end_with_parent(int(parent.sentinel))
    # One film, one thread: their stacks and arenas would count as memory. Read when the libraries are loaded.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OPENCV_IO_MAX_IMAGE_PIXELS=str(LARGEST_PIXELS))
    importlib.import_module(library)
    _be_silent()
    limits.bound_memory(memory_bytes)
    keep_freed_memory()
    try:
        pipe.send((Tag.READY,))
        while _answer(pipe, grace_s):
            limits.within(0)
    except (EOFError, OSError):  # the parent has gone
        pass
    os._exit(0)  # nothing is to be tidied up, and libraries in disorder are not asked to


def _be_silent() -> None:
    """Send what decoders and the C library print nowhere: it would end on the reader's terminal."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)


def _answer(pipe: Connection, grace_s: float) -> bool:
    """Answer one call; False when this process should be used no more."""
    function, arguments = pipe.recv()
    limits.within(grace_s)
    try:
        result = function(*arguments)
    except MemoryError as error:
        pipe.send((Tag.ERROR, MemoryError(*error.args[:0])))
        return False
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        pipe.send((Tag.ERROR, error))
        return True
    except BaseException:  # noqa: BLE001 - a panic in Rust derives from BaseException
        pipe.send((Tag.BROKEN,))
        return False
    _send(pipe, result)
    return True


def _send(pipe: Connection, result: object) -> None:
    """Send a result; the parent says by name where it wants the arrays, or "" for the pipe."""
    arrays: list[memoryview] = []
    by_pipe: Callable[[pickle.PickleBuffer], Any] = lambda buffer: _kept(buffer, arrays)  # noqa: E731
    payload = pickle.dumps(result, protocol=5, buffer_callback=by_pipe)
    pipe.send((Tag.RESULT, payload, [array.nbytes for array in arrays]))
    if not arrays:
        return
    name = pipe.recv()
    if not name:
        for array in arrays:
            pipe.send_bytes(array)
        return
    segment = _attached(name)
    assert segment.buf is not None
    start = 0
    for array in arrays:
        segment.buf[start : start + array.nbytes] = array
        start += array.nbytes
    pipe.send_bytes(b"written")


_segments: list[SharedMemory] = []


def _attached(name: str) -> SharedMemory:
    """The parent's shared memory of that name; it is the same for many films."""
    if not _segments or _segments[0].name != name:
        while _segments:
            _segments.pop().close()
        _segments.append(SharedMemory(name))
    return _segments[0]


def _kept(buffer: pickle.PickleBuffer, arrays: list[memoryview]) -> bool:
    """True (keep it in the payload) for small arrays; others are added to ``arrays``."""
    raw = buffer.raw()
    if raw.nbytes < SMALLEST_SHARED:
        return True
    arrays.append(raw)
    return False
