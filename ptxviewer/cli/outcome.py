"""The input and output of a command for one film: an item and its outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ptxviewer.core.errors import ExportFailed, PtxError, UnreadableFilm
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.review import Review
from ptxviewer.results.schema import Status

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Item:
    """One film of a batch: what it is called in the results, and where it lies now (None = it could not be found)."""

    number: int  # from 1, in the order in which the films were found
    file: str
    stem: str  # of the files that are written for it: no other item's
    path: Path | None
    error: Reason | None = None  # why there is no path


@dataclass(frozen=True, eq=False)
class FilmOutcome:
    """What came of one item: a film with an answer, or the reason why there is none."""

    item: Item
    status: Status
    reason: Reason | None = None
    film: Radiograph | None = None
    answer: Answer | None = None
    timing: Mapping[str, float | None] = field(default_factory=dict)  # ms: "read", "infer", "total"
    review: Review = field(default_factory=Review)  # under which the answer was measured
    known: bool = False  # it needed no analysis

    def taking(self, total_ms: float) -> FilmOutcome:
        """The same with how long all of it took."""
        return replace(self, timing={"read": None, "infer": None, **self.timing, "total": total_ms})


ReviewOf = Callable[[Radiograph], Review]
"""Gives each film its review."""


def settled(item: Item, do: Callable[[], FilmOutcome]) -> FilmOutcome:
    """Return what ``do`` makes of an item, or what went wrong with it; only ``ExportFailed`` is raised."""
    try:
        return do()
    except ExportFailed:
        raise
    except UnreadableFilm as error:
        return FilmOutcome(item, Status.FAILED, error.reason)
    except PtxError as error:
        return FilmOutcome(item, Status.NOT_ANALYSED, error.reason)
    except MemoryError:
        return FilmOutcome(item, Status.FAILED, Reading.OUT_OF_MEMORY)
    except Exception:
        log.exception("A film ended unexpectedly")
        return FilmOutcome(item, Status.FAILED, Command.FILM_FAILED)
