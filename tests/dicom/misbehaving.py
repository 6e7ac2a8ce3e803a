"""What a file can make a decoder do: functions that a child calls by name."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

import numpy as np
from numpy.typing import NDArray


def array(bytes_: int) -> NDArray[np.uint8]:
    """Return that many bytes, 0 to 250 and again."""
    return (np.arange(bytes_) % 251).astype(np.uint8)


def add(first: int, second: int) -> int:
    return first + second


def process() -> int:
    return os.getpid()


def imported() -> set[str]:
    return set(sys.modules)


def refuse() -> None:
    raise ValueError("refused")


def abort() -> None:
    os.abort()


def read_address_zero() -> None:
    ctypes.string_at(0)


class Panic(BaseException):
    """As pyo3 raises where Rust panics."""


def panic() -> None:
    raise Panic


def loop() -> None:
    while True:
        pass


def hang_in_native_code(started: str = "") -> None:
    """Never returns, and lets no other Python thread run, as a decoder does; says so through a pipe of that name."""
    if started:
        with open(started, "w", encoding="ascii") as pipe:
            pipe.write("started")
    ctypes.PyDLL(None).pause()


def eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(1 << 24))


def die_by(number: int) -> None:
    os.kill(os.getpid(), number)


def die_once(marker: str) -> str:
    """Is killed from outside the first time that it is called."""
    try:
        with open(marker, "x", encoding="ascii"):
            pass
    except FileExistsError:
        return "done"
    die_by(signal.SIGKILL)
    return "never"
