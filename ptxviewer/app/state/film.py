"""One film of the window: where it is on its way, what was found, what the reader is doing to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ptxviewer.app.state.facts import Facts, Summary
from ptxviewer.core.answer import DecisionRule, Detection, Findings, ProbabilityMaps
from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.drawing.strokes import Stroke
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.disagreement import Band
from ptxviewer.core.geometry import Point
from ptxviewer.core.review import FirstRead, Measurement, MovedLine, Review
from ptxviewer.core.view import FilmView


class FilmStatus(str, Enum):
    """Where a film is on its way."""

    OPENING = "opening"
    WAITING = "waiting"  # shown or listed, its turn at the network has not come
    ANALYSING = "analysing"
    DONE = "done"
    NOT_ANALYSED = "not analysed"  # another modality, a lateral view, cancelled, or no network
    NOT_SHOWN = "not shown"  # analysed, but not a film that the network can answer for (``gating``)
    FAILED = "failed"


@dataclass(frozen=True)
class LiveMeasure:
    """A measurement in the hand: number ``item`` of the film, or a new one (None)."""

    measurement: Measurement
    item: int | None
    handle: int | None  # what the hand holds of it; None: all of it
    at: Point  # where the hand is, a film point
    asks: bool = False  # a calibration that waits for the length of its object


@dataclass(frozen=True, eq=False)
class Film:
    """One entry of the film strip."""

    id: int  # unique for the life of the window
    path: Path = field(repr=False)
    number: int = 1  # "Film 3": the neutral name
    status: FilmStatus = FilmStatus.OPENING
    radiograph: Radiograph | None = field(default=None, repr=False)  # None also when it was put away to save memory
    maps: ProbabilityMaps | None = field(default=None, repr=False)
    findings: Findings | None = None  # at the settled threshold, measured at film resolution
    error: str = ""  # the sentence of a failed film or analysis
    note: str = ""  # why it is not analysed
    view: FilmView = field(default_factory=FilmView)
    review: Review = field(default_factory=Review)
    key: str = ""  # of the radiograph last shown, also while it is put away
    insisted: bool = False  # the reader asked for an analysis in spite of ``note``
    frames: int = 1  # as last read; known also while another frame is on its way
    live_threshold: float | None = None  # while the slider is dragged; the overlay follows it at once
    live_detection: Detection | None = None  # the same for the sliders of detection
    live_line: MovedLine | None = None  # while a distance is dragged
    band: Band | None = field(default=None, repr=False)  # how far the outline moves when the network looks again
    finding: int | None = None  # which of the findings is looked at
    live_stroke: Stroke | None = None  # while the hand draws; the canvas shows it on top of the mask
    live_measure: LiveMeasure | None = None
    chosen: int | None = None  # of the measurements, the one that a key deletes
    first_read: FirstRead = field(default_factory=FirstRead)
    kept_as: str = ""  # name of its saved review
    can_undo: bool = False
    can_redo: bool = False
    mark: str = ""  # fingerprint of the file that its pixels were read from
    kept_mark: str = ""  # fingerprint under which its result is kept between sessions
    facts: Facts | None = None  # who and when, known also while the pixels are put away
    summary: Summary | None = None  # of the network's findings; what the lists show where ``findings`` is None
    urgency: float | None = None  # highest film score seen so far; it never falls
    thumbnail: GreyImage | None = field(default=None, repr=False)
    seen: bool = False  # has been on screen

    @property
    def detection(self) -> Detection:
        """The limits of detection that the overlay shows now."""
        return self.review.detection if self.live_detection is None else self.live_detection

    def threshold(self, rule: DecisionRule) -> float:
        """The threshold that the overlay shows now."""
        if self.live_threshold is not None:
            return self.live_threshold
        return self.settled_threshold(rule)

    def settled_threshold(self, rule: DecisionRule) -> float:
        """The threshold at which ``findings`` are measured."""
        return rule.threshold if self.review.threshold is None else self.review.threshold
