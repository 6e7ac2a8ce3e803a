"""Keeps Python alive under a PySide6 that gives references to None and True away.

PySide6 6.12.0 takes one reference from None with every call that returns nothing, and one from True with every signal
that is emitted. Python 3.12 no longer counts them (PEP 683); 3.10 and 3.11 end with "deallocating None" (or "True
or False") after some ten thousand calls: minutes of dragging, or the films of one large folder.
"""

from __future__ import annotations

import ctypes
import sys

from PySide6.QtCore import QObject

CALLS = 100
ENOUGH = 1 << 60 if sys.maxsize > 1 << 32 else 1 << 29  # more than a session can use up, far from overflow


def references_lost() -> int:
    """Return how many references to None are lost in ``CALLS`` calls that return nothing (0 where all is well)."""
    probe = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        probe.setObjectName("")
    return max(0, before - sys.getrefcount(None))


def keep_none() -> bool:
    """Give None references to lose where PySide6 loses them; returns whether that was needed. A second call is free."""
    if sys.version_info >= (3, 12) or sys.getrefcount(None) >= ENOUGH // 2 or references_lost() < CALLS // 2:
        return False
    for one in (None, True, False):
        ctypes.c_ssize_t.from_address(id(one)).value += ENOUGH  # the count is the first field of an object
    return True
