"""Everything that a reader draws, sets and decides for one film."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ptxviewer.core.answer import BY_CARD, Detection, Line, LineName
from ptxviewer.core.measurement import Measurement

if TYPE_CHECKING:
    from ptxviewer.core.drawing.tiles import PackedMask


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A distance as the reader placed it on the film; it holds whatever the masks are."""

    on_image_left: bool
    name: LineName
    line: Line


Impression = Literal["present", "absent"]


@dataclass(frozen=True, slots=True)
class FirstRead:
    """A reader's impressions of a film before and after seeing the network's result; undo does not change them.

    ``marks`` are (impression, UTC time): the first was made before ``revealed``, later ones are changes of mind, or
    what the reader said again once the network had disagreed.
    """

    marks: tuple[tuple[Impression, str], ...] = ()
    revealed: str = ""  # UTC time at which the network's result was shown, "" = not yet
    challenged: str = ""  # UTC time at which the network was said to disagree, "" = never
    answered: str = ""  # UTC time of the reader's answer to that, "" = none yet

    @property
    def open_question(self) -> bool:
        """True while the reader has not answered the network's disagreement."""
        return bool(self.challenged) and not self.answered


def said(record: FirstRead) -> Impression | None:
    """Return the reader's last impression of a first read, None without one."""
    return record.marks[-1][0] if record.marks else None


Drain = Literal["", "yes", "no"]
"""Whether the reader sees a chest drain; "" is not stated."""
Posture = Literal["", "erect", "supine"]
"""How the patient was, as the reader says; "" is as the file says."""


@dataclass(frozen=True, slots=True)
class ReportText:
    """Findings and impression as the reader wrote them; ``basis`` is the hash of the facts at that time."""

    text: str = field(repr=False)
    basis: str


Verdict = Literal["", "accept", "edited", "reject", "unsure"]
GivenVerdict = Literal["", "accept", "reject", "unsure"]


def given(verdict: Verdict) -> GivenVerdict:
    """Return what the reader chose: to accept an edited mask is the verdict "edited"."""
    return "accept" if verdict == "edited" else verdict


@dataclass(frozen=True, slots=True)
class Review:
    """What the reader changed or decided about one film; undo steps are snapshots of it."""

    threshold: float | None = None  # None = the model's operating point
    verdict: Verdict = ""
    note: str = field(default="", repr=False)
    mask: PackedMask | None = None  # as edited by the reader; None = the model's at the threshold
    measurements: tuple[Measurement, ...] = ()  # in the order of drawing; at most one calibration
    detection: Detection = BY_CARD  # set apart from the threshold, which then says only how far
    gate_overridden: bool = False  # the reader wants the result although the gate refused the film
    lines: tuple[MovedLine, ...] = ()  # distances that the reader moved
    text: ReportText | None = None  # None = as the template has it
    drain: Drain = ""
    posture: Posture = ""
