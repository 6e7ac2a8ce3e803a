"""What is said of objects that came along with a film: whose they are, and what an earlier result decided."""

from __future__ import annotations

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.objects import FilmObject, Presence, Presentation
from ptxviewer.core.review import Verdict
from ptxviewer.words import finding, tr

PRESENCES: dict[Presence, Msgid] = {
    "present": N_("pneumothorax present"),
    "absent": N_("no pneumothorax"),
    "indeterminate": N_("pneumothorax indeterminate"),
}


def caption(one: FilmObject) -> str:
    """Return whose drawing it is: "Earlier result 2026-11-28", "ACME CAD", never nothing."""
    if one.own:
        return tr("Earlier result {date}", date=one.made[:10]).strip()
    return one.maker or tr("Unnamed program")


def presentation_line(one: FilmObject, presentation: Presentation) -> str:
    """Return what a presentation state would change: "Presentation state (ACME): window, shutter, drawings"."""
    parts = (
        tr("window") if presentation.voi is not None or presentation.lut is not None else "",
        tr("inverted") if presentation.inverse else "",
        tr("shutter") if presentation.shutter is not None else "",
        tr("turned or mirrored") if presentation.quarter_turns or presentation.flipped else "",
        tr("drawings") if one.marks else "",
    )
    what = ", ".join(part for part in parts if part)
    return tr("Presentation state ({maker}): {what}", maker=caption(one), what=what)


def outcome(verdict: Verdict, presence: Presence) -> str:
    """Return what an earlier result decided; "" where it has no verdict."""
    parts = (finding.verdict(verdict) if verdict else "", tr(PRESENCES[presence]) if presence else "")
    return ", ".join(part for part in parts if part)
