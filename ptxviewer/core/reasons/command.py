"""Why the command line has no result for a film."""

from __future__ import annotations

from enum import Enum

from ptxviewer.core.reasons import Reason


class Command(Reason, Enum):
    """Reasons without arguments."""

    FILM_FAILED = "film_failed"  # a bug, or a library that tripped: the log has the place
