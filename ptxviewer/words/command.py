"""The texts of ``core.reasons.command``."""

from __future__ import annotations

from ptxviewer.core.msgid import N_, Msgid

TEXTS: dict[str, Msgid] = {
    "film_failed": N_("Something unexpected went wrong with this film."),
}
