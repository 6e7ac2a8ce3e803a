"""Merges two reviews of one film that were made at the same time in two windows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from ptxviewer.core.review import FirstRead, Review

JOINT = " | "  # between two notes


@dataclass(frozen=True)
class Merged:
    """``lost``: something of the other one is not in it, since both readers changed the same thing."""

    review: Review
    first_read: FirstRead
    lost: bool = False


def merged(base: tuple[Review, FirstRead], ours: tuple[Review, FirstRead], theirs: tuple[Review, FirstRead]) -> Merged:
    """Return ``ours`` with what ``theirs`` has changed since ``base``. Where both changed the same, ours counts.

    Notes are joined, and nothing that either drew is left out.
    """
    changed: dict[str, Any] = {}
    lost = False
    for field in fields(Review):
        name = field.name
        before, own, other = (getattr(one[0], name) for one in (base, ours, theirs))
        if other in (before, own):
            continue
        if own == before:
            changed[name] = other
        elif name == "note":
            changed[name] = _joined(own, other)
        elif name in ("measurements", "lines"):
            changed[name] = _together(before, own, other)
            lost = lost or any(one not in changed[name] for one in other if one not in before)
        else:
            lost = True
    review: Review = replace(ours[0], **changed)
    return Merged(review, _first_read(ours[1], theirs[1]), lost)


def _joined(own: str, other: str) -> str:
    return other if own in other else own if other in own else f"{other}{JOINT}{own}"


def _together(before: tuple[Any, ...], own: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Merge two lists: what both have, less what either removed, plus what the other added, up to the limit."""
    kept = [one for one in own if one in other or one not in before]
    taken = {_place(one) for one in kept} - {None}
    return (*kept, *(one for one in other if one not in before and one not in kept and _place(one) not in taken))


def _place(drawn: Any) -> object:
    """What there can be one of: a calibration, a distance of a side. None: as many as are drawn."""
    if hasattr(drawn, "kind"):
        return "calibration" if drawn.kind == "calibration" else None
    return drawn.on_image_left, drawn.name


def _first_read(own: FirstRead, other: FirstRead) -> FirstRead:
    marks = tuple(sorted({*own.marks, *other.marks}, key=lambda mark: mark[1]))
    revealed = min(filter(None, (own.revealed, other.revealed)), default="")
    challenged = min(filter(None, (own.challenged, other.challenged)), default="")
    return FirstRead(marks, revealed, challenged, max(own.answered, other.answered))
