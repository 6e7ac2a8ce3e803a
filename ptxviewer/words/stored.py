"""The texts of ``core.reasons.stored``."""

from __future__ import annotations

from ptxviewer.core.msgid import N_, Msgid

TEXTS: dict[str, Msgid] = {
    "review_damaged": N_("The saved review of this film could not be read; it was put aside."),
    "review_unreadable": N_("The saved review of this film could not be read."),
    "settings_damaged": N_("The settings could not be read and were put aside: the defaults are used."),
    "site_settings_damaged": N_("The site's default settings could not be read: the program's own are used."),
}
