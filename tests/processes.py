"""Whether processes end, which tests wait for."""

from __future__ import annotations

import os
import select


def ends(pid: int) -> bool:
    """True when a process ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 30)[0])
    finally:
        os.close(handle)
