"""Why a file that the program itself keeps is not used."""

from __future__ import annotations

from enum import Enum

from ptxviewer.core.reasons import Reason


class Stored(Reason, Enum):
    """Reasons without arguments."""

    REVIEW_DAMAGED = "review_damaged"  # it was put aside
    REVIEW_UNREADABLE = "review_unreadable"  # the disk, or no permission; it stays where it is
    SETTINGS_DAMAGED = "settings_damaged"  # put aside; the defaults are used
    SITE_SETTINGS_DAMAGED = "site_settings_damaged"  # the program's own defaults are used
