"""How many processor cores this process may use."""

from __future__ import annotations

import os


def cores() -> int:
    """Return how many processor cores this process may use, at least 1."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
