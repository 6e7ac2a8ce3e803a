"""One film of the window: its status, its result, and the change that the reader is making."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Union

from ptxviewer.app.state.facts import Facts, Summary, summary_of
from ptxviewer.core.answer import DecisionRule, Detection, Findings, Line, ProbabilityMaps
from ptxviewer.core.film import Radiograph
from ptxviewer.core.history import History
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.points import Point
from ptxviewer.core.reason import Reason
from ptxviewer.core.review import FirstRead, MovedLine, Review
from ptxviewer.core.view import FilmView

if TYPE_CHECKING:
    from ptxviewer.core.answer import Band
    from ptxviewer.core.arrays import GreyImage
    from ptxviewer.core.drawing.strokes import Stroke
    from ptxviewer.core.engine import EngineInfo


class FilmStatus(str, Enum):
    """The stages of a film from its path to its result."""

    OPENING = "opening"
    WAITING = "waiting"  # shown or listed, its turn at the network has not come
    ANALYSING = "analysing"
    DONE = "done"
    NOT_ANALYSED = "not analysed"  # another modality, a lateral view, cancelled, or no network
    NOT_SHOWN = "not shown"  # as the view sees a film whose result is withheld; no film is stored with it
    FAILED = "failed"


_OPENING, _WAITING, _ANALYSING, _DONE, _NOT_ANALYSED, _NOT_SHOWN, _FAILED = FilmStatus
TRANSITIONS: Mapping[FilmStatus, frozenset[FilmStatus]] = {
    _OPENING: frozenset({_WAITING, _DONE, _NOT_ANALYSED, _NOT_SHOWN, _FAILED}),
    _WAITING: frozenset({_OPENING, _ANALYSING, _DONE, _NOT_ANALYSED, _NOT_SHOWN, _FAILED}),
    _ANALYSING: frozenset({_OPENING, _WAITING, _DONE, _NOT_ANALYSED, _NOT_SHOWN}),
    _DONE: frozenset({_OPENING, _WAITING, _NOT_ANALYSED, _NOT_SHOWN, _FAILED}),
    _NOT_ANALYSED: frozenset({_OPENING, _WAITING, _DONE, _NOT_SHOWN, _FAILED}),
    _NOT_SHOWN: frozenset(),
    _FAILED: frozenset({_OPENING}),
}
"""Where a film may go from each status, besides staying where it is."""


@dataclass(frozen=True, eq=False)
class Result:
    """What a network says of a film. Maps and findings are None while they are put away or not yet made again.

    ``older``: which one, where it is not the one that is loaded; such a result stands until the film is analysed again.
    """

    maps: ProbabilityMaps | None = field(default=None, repr=False)
    findings: Findings | None = None  # under the settled review, measured at film resolution
    band: Band | None = field(default=None, repr=False)  # how far the outline moves when the network looks again
    summary: Summary | None = None  # of the network's own findings; what the lists show where ``findings`` is None
    selected: int | None = None  # which of the findings is looked at
    older: EngineInfo | None = None


NO_RESULT = Result()
"""What there is to build on where a film has no result."""


# ---- what the reader has in the hand


@dataclass(frozen=True)
class ThresholdDrag:
    """The slider of the threshold is dragged; the overlay follows it at once."""

    threshold: float
    detection: Detection
    findings: Findings | None = field(default=None, compare=False)  # as measured last, on the model's grid


@dataclass(frozen=True)
class DetectionDrag:
    """A slider of the detection is dragged."""

    detection: Detection
    findings: Findings | None = field(default=None, compare=False)  # as measured last, on the model's grid


Part = Literal["wall", "lung", "both"]
"""What of a line the hand holds: one of its ends, or all of it."""


@dataclass(frozen=True)
class LineDrag:
    """A distance is dragged: by which part, from which film point, and how it lay before."""

    line: MovedLine
    part: Part
    start: Point
    before: Line


@dataclass(frozen=True)
class StrokeInHand:
    """A stroke is being drawn; the canvas shows it on top of the mask."""

    stroke: Stroke


@dataclass(frozen=True)
class MeasurementInHand:
    """A measurement in the hand: number ``item`` of the film, or a new one (None)."""

    measurement: Measurement
    item: int | None
    handle: int | None  # what the hand holds of it; None: all of it
    at: Point  # where the hand is, a film point
    asks: bool = False  # a calibration that waits for the length of its object


Hand = Union[ThresholdDrag, DetectionDrag, LineDrag, StrokeInHand, MeasurementInHand]  # noqa: UP007 - Python 3.10


@dataclass(frozen=True, eq=False)
class Film:
    """One entry of the film strip."""

    id: int  # unique for the life of the window
    path: Path = field(repr=False)
    number: int = 1  # "Film 3": the neutral name
    status: FilmStatus = FilmStatus.OPENING  # changed by ``moved`` alone
    why: Reason | None = None  # why it failed, is not analysed or not shown, or why an older result stays
    radiograph: Radiograph | None = field(default=None, repr=False)  # None also when it was put away to save memory
    result: Result | None = None
    hand: Hand | None = None  # what the reader is doing to it; on the film on screen only
    view: FilmView = field(default_factory=FilmView)
    history: History[Review] = field(default_factory=lambda: History(Review()))  # of the frame on screen
    other_frames: Mapping[int, History[Review]] = field(default_factory=dict)  # by frame, those not on screen
    chosen: int | None = None  # of the measurements, the one that a key deletes
    first_read: FirstRead = field(default_factory=FirstRead)
    insisted: bool = False  # the reader asked for an analysis in spite of ``why``
    seen: bool = False  # has been on screen
    notice: Reason | None = None  # what is to be said of it once, when it is on screen
    urgency: float | None = None  # highest film score seen so far; it never falls
    since: float = 0.0  # when it was listed, in seconds
    overdue: bool = False  # listed for longer than the reader lets a film wait
    arrived: bool = False  # a watched folder brought it
    # What is known of its file, also while the pixels are put away.
    key: str = ""  # of the radiograph last read
    frames: int = 1
    facts: Facts | None = None
    thumbnail: GreyImage | None = field(default=None, repr=False)
    fingerprint: str = ""  # of the file that its pixels were read from
    cached_as: str = ""  # fingerprint under which its result is kept between sessions
    review_name: str = ""  # under which its review is saved

    @property
    def maps(self) -> ProbabilityMaps | None:
        """The network's maps."""
        return None if self.result is None else self.result.maps

    @cached_property  # of every film of a folder, some are asked at every change of the state
    def findings(self) -> Findings | None:
        """What was found, under the review; a distance that is dragged is where the hand is, a threshold near it."""
        found = None if self.result is None else self.result.findings
        if found is not None and isinstance(self.hand, (ThresholdDrag, DetectionDrag)):
            return self.hand.findings or found
        if found is not None and isinstance(self.hand, LineDrag):
            from ptxviewer.core.findings.reviewed import with_lines  # not at a start: OpenCV comes with it

            return with_lines(found, (*self.review.lines, self.hand.line))
        return found

    @property
    def band(self) -> Band | None:
        """The disagreement band."""
        return None if self.result is None else self.result.band

    @property
    def older(self) -> EngineInfo | None:
        """The network that gave its result, where that is not the one that is loaded."""
        return None if self.result is None else self.result.older

    @cached_property
    def due(self) -> bool:
        """True while its result is an older network's, and it is to be analysed again."""
        return self.status is FilmStatus.DONE and self.older is not None and self.why is None

    @property
    def outdated(self) -> bool:
        """True where an older network's result stays, for the reason ``why``."""
        return self.status is FilmStatus.DONE and self.older is not None and self.why is not None

    @property
    def awaited(self) -> bool:
        """True while a result is on its way: the first one, or one that replaces an older network's."""
        return self.status in (FilmStatus.WAITING, FilmStatus.ANALYSING) or self.due

    @cached_property
    def refused(self) -> bool:
        """True while the gate refuses the film and the reader has not insisted."""
        if self.review.gate_overridden:
            return False
        if self.findings is not None:
            return not self.findings.gate.passed
        return self.summary is not None and self.summary.refused  # recalled

    @property
    def summary(self) -> Summary | None:
        """The network's findings in one line."""
        return None if self.result is None else self.result.summary

    @cached_property
    def listed(self) -> Summary | None:
        """What the lists say: of the findings under the review, else what was found before; None until it is done."""
        if self.status is not FilmStatus.DONE:
            return None
        if self.findings is None or self.radiograph is None:
            return self.summary
        return summary_of(self.findings, self.radiograph)

    @property
    def finding(self) -> int | None:
        """Which of the findings is looked at; none while others come and go with a threshold that is dragged."""
        if self.result is None or isinstance(self.hand, (ThresholdDrag, DetectionDrag)):
            return None
        return self.result.selected

    @property
    def review(self) -> Review:
        """What the reader set for the film."""
        return self.history.present

    @property
    def can_undo(self) -> bool:
        """True when there is a change to take back."""
        return bool(self.history.past)

    @property
    def can_redo(self) -> bool:
        """True when there is a change to do again."""
        return bool(self.history.future)

    @property
    def stroke(self) -> Stroke | None:
        """The stroke that is being drawn."""
        return self.hand.stroke if isinstance(self.hand, StrokeInHand) else None

    @property
    def measurement(self) -> MeasurementInHand | None:
        """The measurement in the hand."""
        return self.hand if isinstance(self.hand, MeasurementInHand) else None

    @property
    def detection(self) -> Detection:
        """The limits of detection that the overlay shows now."""
        hand = self.hand
        return hand.detection if isinstance(hand, (ThresholdDrag, DetectionDrag)) else self.review.detection

    def threshold(self, rule: DecisionRule) -> float:
        """The threshold that the overlay shows now."""
        return self.hand.threshold if isinstance(self.hand, ThresholdDrag) else self.settled_threshold(rule)

    def settled_threshold(self, rule: DecisionRule) -> float:
        """The threshold at which ``findings`` are measured."""
        return rule.threshold if self.review.threshold is None else self.review.threshold


class WrongTransition(ValueError):
    """A film was moved from a status to one that it cannot reach from there: a bug."""


def moved(film: Film, to: FilmStatus, why: Reason | None = None) -> Film:
    """Return the film in another status, or in the same one for another reason. Raises ``WrongTransition``."""
    if to is not film.status and to not in TRANSITIONS[film.status]:
        raise WrongTransition(f"{film.status.value} -> {to.value}")
    return replace(film, status=to, why=why)


def not_analysed(film: Film, why: Reason | None) -> Film:
    """Return a film that the network gives no answer on now: what an older one said of it stays."""
    stays = film.status is FilmStatus.DONE and film.older is not None
    return moved(film, FilmStatus.DONE if stays else FilmStatus.NOT_ANALYSED, why)


def cancelled(film: Film) -> bool:
    """True where the reader cancelled its analysis."""
    from ptxviewer.core.reasons.window import Notice  # not at a start

    return film.why is Notice.CANCELLED


def without_result(film: Film) -> Film:
    """Return the film without anything that belongs to an answer, and with empty hands."""
    return replace(film, result=None, hand=None)


def with_review(film: Film, review: Review) -> Film:
    """Return the film with a review that came from outside: it is where undo begins."""
    return replace(film, history=History(review))
