"""The columns of the worklist, one row each: what stands in a cell for a program, and what the films are ordered by.

What a cell says to a person, and how wide it is, stands in ``ui.film_words``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ptxviewer.app.state.film import Film

Column = Literal["score", "side", "size", "name", "view", "date", "state", "verdict"]


@dataclass(frozen=True)
class ListColumn:
    """One column. The bool that its functions get: patients may be named.

    ``code`` is looked for and ordered by while no window has told its words. ``key`` orders the films, small to large;
    None: by the words of the cells, from A to Z. ``filled`` says which films have no place in that order and stand
    last; None: those whose cell is empty.
    """

    id: Column
    code: Callable[[Film, bool], object]
    key: Callable[[Film, bool], Any] | None = None
    filled: Callable[[Film, bool], bool] | None = None
    falling: bool = False  # ordered from large to small at first


def _who(film: Film, identified: bool) -> str:
    return film.facts.patient.name or film.facts.patient.id if film.facts is not None and identified else ""


def _area(film: Film, _identified: bool) -> object:
    return film.listed.area_px if film.listed is not None and film.listed.sized else ""


def _score_key(film: Film, _identified: bool) -> float:
    return 1.0 if film.listed is None else -film.listed.score


def _size_key(film: Film, _identified: bool) -> tuple[float, float]:
    found = film.listed
    return (0.0, 0.0) if found is None or not found.sized else (-(found.percent or 0.0), -float(found.area_px))


LIST_COLUMNS: tuple[ListColumn, ...] = (
    ListColumn("score", lambda film, _: "" if film.listed is None else film.listed.score, _score_key),
    ListColumn("side", lambda film, _: "" if film.listed is None else film.listed.side),
    ListColumn("size", _area, _size_key),
    ListColumn(
        "name",
        lambda film, identified: _who(film, identified) or film.number,
        lambda film, identified: (_who(film, identified).casefold(), film.number),
        lambda film, identified: not identified or bool(_who(film, identified)),  # without a name it has its number
    ),
    ListColumn("view", lambda film, _: "" if film.facts is None else film.facts.view),
    ListColumn(
        "date",
        lambda film, identified: film.facts.study.date if film.facts is not None and identified else "",
        lambda film, _: "" if film.facts is None else film.facts.taken,
        falling=True,
    ),
    ListColumn("state", lambda film, _: film.status.value),
    ListColumn("verdict", lambda film, _: film.review.verdict),
)
"""In the order of the screen."""

BY_ID: dict[Column, ListColumn] = {row.id: row for row in LIST_COLUMNS}
COLUMNS: tuple[Column, ...] = tuple(BY_ID)
