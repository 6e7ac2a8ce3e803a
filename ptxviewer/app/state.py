"""Everything that the screen shows, as one frozen value: the view renders it, the presenter replaces it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Literal

from ptxviewer.app.facts import Facts, Summary
from ptxviewer.core.band import Band
from ptxviewer.core.limits import Detection
from ptxviewer.core.measure import Measurement, Point
from ptxviewer.core.sharpen import Sharpening
from ptxviewer.core.strokes import Stroke
from ptxviewer.core.types import (
    DecisionRule,
    Findings,
    FirstRead,
    GreyImage,
    MovedLine,
    ProbabilityMaps,
    Radiograph,
    Review,
    Voi,
)
from ptxviewer.inference.engine import EngineInfo

OverlayMode = Literal["outline", "fill", "heat"]
Tool = Literal[
    "window", "zoom", "pan",
    "brush", "erase", "polygon", "fill", "shrink",
    "length", "angle", "ellipse", "rectangle", "calibrate",
]  # fmt: skip


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
class FilmView:
    """How one film lies on the screen. Angles in quarter turns clockwise; the flip comes before the turn."""

    voi_index: int | None = None  # preset chosen; None = the film's default
    voi: Voi | None = None  # window dragged by hand; wins over voi_index
    inverted: bool = False  # by the reader, on top of the film's own polarity
    zoom: float | None = None  # screen pixels (device-independent) per film pixel; None = fit
    center: tuple[float, float] | None = None  # film point (x, y) in the middle of the canvas; None = film's middle
    quarter_turns: int = 0
    flipped: bool = False
    frame: int = 0


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
    view: FilmView = FilmView()
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


@dataclass(frozen=True)
class Overlay:
    """How the mask is drawn, for all films."""

    mode: OverlayMode = "outline"
    opacity: float = 0.25  # of fill and heat map
    visible: bool = True  # toggled
    peeking: bool = False  # hidden while the key is held
    band: bool = False  # the disagreement band is wanted
    lines: bool = False  # the distances are drawn, and can be moved

    @property
    def shown(self) -> bool:
        """True when the overlay is to be drawn."""
        return self.visible and not self.peeking


@dataclass(frozen=True)
class Banner:
    """One sentence over the film's top edge."""

    text: str
    level: Literal["info", "warning", "error"] = "error"
    details: str = field(default="", repr=False)


@dataclass(frozen=True)
class EngineStatus:
    """What the status bar says of the network."""

    phase: Literal["not loaded", "loading", "ready", "failed"] = "not loaded"
    info: EngineInfo | None = None
    error: str = ""


Column = Literal["score", "side", "size", "name", "view", "date", "state", "verdict"]
Kind = Literal["all", "above", "no answer", "below", "unread"]


@dataclass(frozen=True)
class Worklist:
    """How the reader looks at the list of films. ``sort`` None is by urgency."""

    shown: bool = False  # in place of the strip
    closed: bool = False  # by hand: it does not open by itself any more
    sort: Column | None = None
    reverse: bool = False
    text: str = field(default="", repr=False)  # filter; it may be a name
    kind: Kind = "all"


@dataclass(frozen=True)
class Compare:
    """Two films side by side: ``film_id`` is the one on screen, which tools and findings belong to."""

    film_id: int
    other_id: int
    linked: bool = True  # window, zoom and pan
    canvas: tuple[float, float] = (1.0, 1.0)  # screen pixels that each of them has, told by the window


@dataclass(frozen=True)
class Watch:
    """The folder whose films are added as they arrive."""

    folder: Path = field(repr=False)
    waiting: int = 0  # files that are still being written
    missing: bool = False  # it cannot be reached now


@dataclass(frozen=True, eq=False)
class State:
    """The whole screen."""

    films: tuple[Film, ...] = ()
    current_id: int | None = None
    overlay: Overlay = Overlay()
    sharpening: Sharpening = "off"  # of what is drawn, never of the film
    magnifier: bool = False
    apices: bool = False  # both apices in place of the film
    tool: Tool = "window"
    measure_tool: Tool = "length"  # the measuring tool that was used last
    brush: float = 20.0  # radius in film pixels
    engine: EngineStatus = EngineStatus()
    banner: Banner | None = None
    message: str = ""  # quiet line in the status bar: "Report saved: ..."
    annotations: bool = True  # corner texts
    identified: bool = True  # patient data in the corners of the screen (reports have their own setting)
    film_only: bool = False  # panels hidden
    strip: bool = True  # the film strip is wanted
    panel: bool = True  # the reading panel is wanted
    opening: int = 0  # drops whose films are still being looked for
    two_thresholds: bool = False  # detection and extent have sliders of their own
    first_read_mode: bool = False  # the result stays hidden until the reader has marked the film
    unsaved: int = 0  # reviews that could not be saved
    pixel_ratio: float = 1.0  # screen pixels per device-independent pixel, told by the window
    reports_folder: Path | None = field(default=None, repr=False)
    worklist: Worklist = Worklist()
    watch: Watch | None = None
    pace_s: float | None = None  # seconds that a film takes in the background
    paused: bool = False  # only the film on screen is read and analysed
    compare: Compare | None = None

    @property
    def current(self) -> Film | None:
        """The film on screen."""
        return next((film for film in self.films if film.id == self.current_id), None)

    @property
    def prior_id(self) -> int | None:
        """The film that the one on screen is compared with; another film on screen ends the comparison."""
        compare = self.compare
        if compare is None or compare.film_id != self.current_id or self.film(compare.other_id) is None:
            return None
        return compare.other_id

    @property
    def prior(self) -> Film | None:
        """The film beside the one on screen."""
        return None if self.prior_id is None else self.film(self.prior_id)

    def film(self, film_id: int) -> Film | None:
        """The film with that id, or None when it has been closed."""
        return next((film for film in self.films if film.id == film_id), None)

    def with_film(self, film: Film) -> State:
        """The same state with one film replaced."""
        return replace(self, films=tuple(film if other.id == film.id else other for other in self.films))
