"""Messages of the window: why something is not done, what has been done, cautions about a film."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from ptxviewer.core.answer import Zone
from ptxviewer.core.reason import Reason


class Notice(Reason, Enum):
    """Reasons without arguments."""

    WENT_WRONG = "went_wrong"  # a bug
    NO_GUIDE = "no_guide"  # its pages do not lie beside the program
    NO_FILMS = "no_films"

    # Of the film on screen
    MARK_FIRST = "mark_first"  # first-read mode hides the result
    STORE_HIDDEN = "store_hidden"  # so it hides those of a store
    MARK_FOR_DISAGREEMENT = "mark_for_disagreement"  # so does the mode that speaks only on disagreement
    NO_DISAGREEMENT = "no_disagreement"  # there, the network says what the reader says
    CANCELLED = "cancelled"
    FILE_CHANGED = "file_changed"  # since it was last read
    ANALYSED_AGAIN = "analysed_again"  # after the reader had decided about an older network's result

    # Why the reader's hand changes nothing
    MASK_IS_EDITED = "mask_is_edited"
    NO_HOLE = "no_hole"
    NO_MASK_HERE = "no_mask_here"
    NO_TRUE_SIZE = "no_true_size"
    REGION_TOO_SMALL = "region_too_small"  # to set a window by
    TOO_MANY_WINDOWS = "too_many_windows"  # that the reader keeps
    NO_OBJECT_LENGTH = "no_object_length"

    # Films
    ALL_SEEN = "all_seen"
    NO_PRIOR = "no_prior"
    NO_OTHER_FILM = "no_other_film"
    NO_BAND = "no_band"
    NO_FILM_FOR_OBJECTS = "no_film_for_objects"
    NOTHING_TO_TAKE_OVER = "nothing_to_take_over"
    TAKEN_OVER = "taken_over"

    # Reports, reviews, results, settings
    LOOKING_FOR_TEXT = "looking_for_text"
    NO_FILM_YET = "no_film_yet"
    NO_REPORT_YET = "no_report_yet"
    NO_MODEL_YET = "no_model_yet"
    STILL_ANALYSING = "still_analysing"
    SAVING = "saving"
    NO_SUCH_FORMAT = "no_such_format"
    OTHER_WINDOW = "other_window"  # keeps its reviews in the same folder
    REVIEWS_SAVED = "reviews_saved"
    RESULTS_DELETED = "results_deleted"
    NO_RESULTS_KEPT = "no_results_kept"


@dataclass(frozen=True)
class Withheld(Reason):
    """The gate refused the film on screen; its result can be asked for."""

    why: Reason


@dataclass(frozen=True)
class NoPreset(Reason):
    """A key selected a window that the film does not have."""

    number: int
    count: int


@dataclass(frozen=True)
class WindowKept(Reason):
    """The reader's own window is among the presets of every film now."""

    name: str


@dataclass(frozen=True)
class ReviewNotSaved(Reason):
    """Reviews stay in memory."""

    why: Reason


@dataclass(frozen=True)
class ResultsNotKept(Reason):
    """Results are lost when the window closes."""

    why: Reason


@dataclass(frozen=True)
class Saved(Reason):
    """Where the report is, or what else was saved."""

    path: str = field(repr=False)


@dataclass(frozen=True)
class FilmsLeftOut(Reason):
    """Films of which no picture was saved."""

    count: int


@dataclass(frozen=True)
class FilmsNotSaved(Reason):
    """As ``FilmsLeftOut``, where one failed at least; ``why`` is the first one's reason."""

    count: int
    why: Reason


@dataclass(frozen=True)
class Marked(Reason):
    """What the reader saw on the film, in first-read mode."""

    impression: Literal["present", "absent"]


@dataclass(frozen=True)
class LookAgain(Reason):
    """The network disagrees with what the reader marked; where it marks most, if it marks anything."""

    impression: Literal["present", "absent"]
    side: Literal["right", "left", "unknown"] = "unknown"
    zone: Zone | None = None


@dataclass(frozen=True)
class Sharpened(Reason):
    """How films are drawn from now on."""

    how: Literal["off", "unsharp", "clahe"]


@dataclass(frozen=True)
class TooManyWatchedFiles(Reason):
    """A watched folder of more files than are looked through every few seconds."""

    limit: int
