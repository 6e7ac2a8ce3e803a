"""Freed memory is kept where glibc lets us, and nothing happens elsewhere."""

from __future__ import annotations

import ctypes

import pytest

from ptxviewer.core import heap


class _Library:
    def __init__(self, most: int) -> None:
        self.options: dict[int, int] = {}
        self._most = most

    def mallopt(self, option: int, value: int) -> int:
        if option == heap.M_MMAP_THRESHOLD and value > self._most:
            return 0
        self.options[option] = value
        return 1


@pytest.mark.parametrize("most", [64 << 20, 32 << 20])
def test_the_largest_arrays_that_this_glibc_allows_stay_in_the_heap(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    library = _Library(most)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    heap.keep_freed_memory("linux")
    assert library.options == {heap.M_MMAP_THRESHOLD: most, heap.M_TRIM_THRESHOLD: heap.KEPT_BYTES}


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    heap.keep_freed_memory("linux")
    heap.keep_freed_memory("darwin")
