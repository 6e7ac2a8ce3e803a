"""Everything that the screen shows, as one frozen value: the view renders it, the presenter replaces it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ptxviewer.app.state.columns import Column
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.pacs import NOTHING_SENT, PacsState
from ptxviewer.app.state.settings import DEFAULTS, Settings
from ptxviewer.core.reason import Reason

if TYPE_CHECKING:
    from ptxviewer.core.drawing.strokes import Shape
    from ptxviewer.core.engine import EngineInfo
    from ptxviewer.core.film import Radiograph
    from ptxviewer.core.measurement import MeasureKind
    from ptxviewer.core.objects import Document, FilmObject
    from ptxviewer.core.sharpen import Sharpening

Tool = Literal[
    "window", "region", "zoom", "pan",
    "brush", "erase", "polygon", "fill", "shrink",
    "length", "angle", "cobb", "ellipse", "rectangle", "area", "calibrate",
]  # fmt: skip

SHAPES: dict[Tool, Shape] = {
    "brush": "brush",
    "erase": "brush",
    "polygon": "polygon",
    "fill": "fill",
    "shrink": "shrink",
}
"""The tools that change the mask, and what each of them draws."""
KIND_OF: dict[Tool, MeasureKind] = {
    "length": "length",
    "angle": "angle",
    "cobb": "cobb",
    "ellipse": "ellipse",
    "rectangle": "rectangle",
    "area": "polygon",
    "calibrate": "calibration",
}
"""The tools that measure."""


@dataclass(frozen=True)
class Overlay:
    """What of the network's answer is drawn now, for all films; how it is drawn is a setting."""

    visible: bool = True  # toggled
    peeking: bool = False  # hidden while the key is held
    band: bool = False  # the disagreement band is wanted
    lines: bool = False  # the distances are drawn, and can be moved
    others: bool = True  # what other programs and earlier sessions drew

    @property
    def shown(self) -> bool:
        """True when the overlay is to be drawn."""
        return self.visible and not self.peeking


Part = Literal["apices", "bases"]
"""What can be shown of both lungs side by side."""

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Banner:
    """One sentence over the film's top edge."""

    reason: Reason
    level: Level = "error"
    details: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class EngineStatus:
    """What the status bar says of the network."""

    phase: Literal["not loaded", "loading", "ready", "failed"] = "not loaded"
    info: EngineInfo | None = None
    why: Reason | None = None  # it failed


Kind = Literal["all", "above", "no answer", "below", "unread"]


Cell = Callable[[Film, Column, bool], str]
"""What stands in a cell of the list, in the reader's language; the last argument: names may be shown."""


@dataclass(frozen=True)
class Worklist:
    """How the reader looks at the list of films. ``sort`` None is by urgency."""

    shown: bool = False  # in place of the strip
    closed: bool = False  # by hand: it does not open by itself any more
    by_itself: bool = False  # it opened by itself, and goes with its films
    sort: Column | None = None
    reverse: bool = False
    text: str = field(default="", repr=False)  # filter; it may be a name
    kind: Kind = "all"
    cell: Cell | None = field(default=None, repr=False)  # words are looked for, and sorted, as the window shows them


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
class Shown:
    """A film whose pixels are there."""

    film: Film
    radiograph: Radiograph


@dataclass(frozen=True, eq=False)
class State:
    """The whole screen. ``settings`` is what is shown and what is kept, one value."""

    films: tuple[Film, ...] = ()
    current_id: int | None = None
    settings: Settings = DEFAULTS
    overlay: Overlay = Overlay()
    sharpening: Sharpening = "off"  # of what is drawn, never of the film
    file_graphics: bool = True  # overlay planes and shutters of the files are drawn
    magnifier: bool = False
    pair: Part | None = None  # this part of both lungs side by side, in place of the film
    tool: Tool = "window"
    measure_tool: Tool = "length"  # the measuring tool that was used last
    brush: float = 20.0  # radius in film pixels
    engine: EngineStatus = EngineStatus()
    banner: Banner | None = None
    message: Reason | None = None  # quiet line in the status bar: "Saved: ..."
    identified: bool = True  # patient data in the corners, until the program ends (the setting is for its start)
    film_only: bool = False  # panels hidden
    opening: int = 0  # drops whose films are still being looked for
    unsaved: int = 0  # reviews that could not be saved
    pixel_ratio: float = 1.0  # screen pixels per device-independent pixel, told by the window
    worklist: Worklist = Worklist()
    watch: Watch | None = None
    pace_s: float | None = None  # seconds that a film takes in the background
    paused: bool = False  # only the film on screen is read and analysed
    compare: Compare | None = None
    objects: tuple[FilmObject, ...] = ()  # that came along with films; those of films that are not open wait
    documents: tuple[Document, ...] = ()  # to be read
    documents_asked: int = 0  # how often they are to be shown at once: the window does so when it grows
    pacs: PacsState = NOTHING_SENT

    @cached_property
    def _by_id(self) -> dict[int, Film]:
        return {film.id: film for film in self.films}

    @cached_property
    def current(self) -> Film | None:
        """The film on screen. Asked some hundred times for each picture, so it is looked up once."""
        return None if self.current_id is None else self.film(self.current_id)

    @cached_property
    def shown(self) -> Shown | None:
        """The film on screen with its pixels, None while there are none."""
        film = self.current
        return None if film is None or film.radiograph is None else Shown(film, film.radiograph)

    @property
    def tells_of_saved(self) -> bool:
        """True while the message says what was saved, and where."""
        if self.message is None:
            return False
        from ptxviewer.core.reasons.window import Saved  # not at a start

        return isinstance(self.message, Saved)

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
        return self._by_id.get(film_id)

    def network_of(self, film: Film | None) -> EngineInfo | None:
        """The network by whose rule a film is decided: the one that gave its result, else the one that is loaded."""
        return self.engine.info if film is None or film.older is None else film.older

    def with_film(self, film: Film) -> State:
        """The same state with one film replaced; itself where that film was closed."""
        return replace(self, films=tuple(film if other.id == film.id else other for other in self.films))


def state_at_start(settings: Settings, engine: EngineStatus = EngineStatus()) -> State:
    """Return the empty screen under ``settings``."""
    return State(engine=engine, settings=settings, identified=settings.screen_identified)
