"""Why the command line has no result for a film."""

from __future__ import annotations

from enum import Enum

from ptxviewer.core.reason import Reason


class Command(Reason, Enum):
    """Reasons without arguments."""

    FILM_FAILED = "film_failed"  # a bug, or a library that tripped: the log has the place
    STOPPED = "stopped"  # by Ctrl+C or the system, before this film
