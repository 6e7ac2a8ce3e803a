"""How many processor cores this process may use."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


def cores() -> int:
    """Return how many processor cores this process may use, at least 1."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@contextlib.contextmanager
def one_core_each() -> Iterator[None]:
    """Keep OpenCV, within this context, to the thread that calls it: for several films at once, each on a core.

    Its own threads would take the cores of other films, and ask for work again and again while there is none.
    """
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
