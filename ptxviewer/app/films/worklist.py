"""The worklist: which film is to be read first, in which order the list stands, what its lines say.

Pure questions about a state. The order by urgency is that of ``films.urgency``; no order drops a film.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

from ptxviewer.app.films.urgency import Group, group_of, rank
from ptxviewer.app.state.columns import BY_ID, COLUMNS, Column
from ptxviewer.app.state.facts import Summary
from ptxviewer.app.state.film import Film, FilmStatus, cancelled
from ptxviewer.app.state.screen import Kind, State, Worklist

_AT_REST = (FilmStatus.DONE, FilmStatus.NOT_ANALYSED, FilmStatus.NOT_SHOWN, FilmStatus.FAILED)
OPENS_FROM = 20  # new films with which the list opens by itself, unless the reader has closed it


def at_rest(film: Film) -> bool:
    """True where no work is pending for a film."""
    return film.status in _AT_REST and not film.due


def summary(film: Film) -> Summary | None:
    """Return what is known of the film's findings: those of its present mask, else what was found before."""
    return film.listed


def unread(film: Film) -> bool:
    """True while nobody has looked at the film or decided about it."""
    return not film.seen and not film.review.verdict and not film.first_read.marks


def group(state: State, film: Film) -> Group:
    """Return where a film stands by urgency (``films.urgency``)."""
    info = state.network_of(film)
    limit = None if info is None else info.rule.score_threshold
    other = film.status is FilmStatus.NOT_ANALYSED and _not_meant(film)
    return group_of(summary(film), film.urgency, limit, other)


def _not_meant(film: Film) -> bool:
    """Is a film of a kind that the network is not meant for?"""
    from ptxviewer.core.reasons.reading import NotAnalysed  # late: see core.errors.reason_of

    return isinstance(film.why, NotAnalysed)


def overdue(film: Film) -> bool:
    """True while nobody has looked at a film for longer than the reader allows."""
    return film.overdue and unread(film)


def _waiting(state: State) -> list[Film]:
    """Return the films that are overdue, the longest waiting first."""
    return sorted((film for film in state.films if overdue(film)), key=lambda film: (film.since, film.number))


def _score(film: Film) -> float | None:
    """The score that orders a film within its group, and no more than that where an older network has given it."""
    return film.listed.score if film.urgency is None and film.older and film.listed else film.urgency


def by_urgency(state: State) -> list[Film]:
    """Return all films, the most urgent first; films of one urgency in the order in which they came.

    Behind every unread film above threshold stands the overdue one whose turn it is, whatever its score: so neither
    waits for more than as many of the others as there are before it of its own kind (ADR 0033).
    """
    groups = {film.id: group(state, film) for film in state.films}
    films = sorted(state.films, key=lambda film: rank(groups[film.id], _score(film), film.number))
    waiting = deque(_waiting(state))
    if not waiting:
        return films
    listed: dict[int, Film] = {}
    for film in films:
        if groups[film.id] != "above":
            listed.update({one.id: one for one in waiting if one.id not in listed})
            waiting.clear()
        if film.id in listed:
            continue
        listed[film.id] = film
        while unread(film) and waiting:
            turn = waiting.popleft()
            if turn.id not in listed:
                listed[turn.id] = turn
                break
    return list({**listed, **{one.id: one for one in waiting if one.id not in listed}}.values())


def cell(state: State, film: Film, column: Column) -> str:
    """Return what stands in one cell of the list."""
    words = state.worklist.cell
    code = BY_ID[column].code
    return str(code(film, state.identified)) if words is None else words(film, column, state.identified)


def clocked(state: State, now: float) -> State:
    """Return the state in which films that have waited too long at ``now`` (seconds) are overdue; itself if none is."""
    limit = 60.0 * state.settings.longest_wait_min

    def late(film: Film) -> bool:
        return bool(limit) and unread(film) and now - film.since >= limit

    changed = {film.id: replace(film, overdue=late(film)) for film in state.films if late(film) != film.overdue}
    return replace(state, films=tuple(changed.get(film.id, film) for film in state.films)) if changed else state


def arrivals(state: State) -> list[Film]:
    """Return the films of a watched folder that are above threshold and unread. ``state`` is as the reader sees it."""
    films = (film for film in state.films if film.arrived and unread(film))
    return [film for film in films if (found := summary(film)) is not None and found.present]


def _key(state: State, column: Column) -> Callable[[Film], Any]:
    """Return what a column is ordered by."""
    key, identified = BY_ID[column].key, state.identified
    if key is None:
        return lambda film: cell(state, film, column).casefold()
    return lambda film: key(film, identified)


def _is_filled(state: State, film: Film, column: Column) -> bool:
    filled = BY_ID[column].filled
    return bool(cell(state, film, column)) if filled is None else filled(film, state.identified)


def ordered(state: State) -> list[Film]:
    """Return all films in the order that the reader chose."""
    films, chosen = by_urgency(state), state.worklist
    if chosen.sort is None:
        return films[::-1] if chosen.reverse else films
    key, column = _key(state, chosen.sort), chosen.sort
    filled = [film for film in films if _is_filled(state, film, column)]
    empty = [film for film in films if not _is_filled(state, film, column)]
    filled.sort(key=key, reverse=chosen.reverse != BY_ID[column].falling)
    return [*filled, *empty]


def _is_of(state: State, film: Film, kind: Kind) -> bool:
    if kind in ("all", "unread"):
        return kind == "all" or unread(film)
    own = group(state, film)
    return own == kind or (kind == "no answer" and own == "other")


def _words(state: State, film: Film) -> str:
    facts = film.facts if state.identified else None
    more = (facts.patient.id, facts.study.description) if facts is not None else ()
    return " ".join((*(cell(state, film, column) for column in COLUMNS), *more)).casefold()


def shown(state: State) -> list[Film]:
    """Return the films that pass the reader's filter, in order: every word of it stands somewhere in the line."""
    chosen = state.worklist
    words = chosen.text.casefold().split()
    films = (film for film in ordered(state) if _is_of(state, film, chosen.kind))
    return [film for film in films if not words or all(word in _words(state, film) for word in words)]


def counts(state: State) -> dict[Kind, int]:
    """Return how many films each kind has."""
    kinds: tuple[Kind, ...] = get_args(Kind)
    return {kind: sum(_is_of(state, film, kind) for film in state.films) for kind in kinds}


# ---- moving


def reading_order(state: State) -> list[int]:
    """Return the films in the order of the list that is on screen: the keys follow what the reader sees."""
    films = shown(state) if state.worklist.shown else state.films
    return [film.id for film in films]


def next_urgent(state: State) -> int | None:
    """Return the most urgent film that nobody has looked at; behind one above threshold, the longest waiting one."""
    here = state.current
    turn = _waiting(state) if here is not None and group(state, here) == "above" else []
    return next((film.id for film in (*turn, *by_urgency(state)) if unread(film) and film.id != state.current_id), None)


def next_unread(state: State) -> int | None:
    """Return the next film of the list on screen that nobody has looked at; behind the last one it starts again."""
    ids = reading_order(state)
    here = ids.index(state.current_id) + 1 if state.current_id in ids else 0
    for film_id in (*ids[here:], *ids[:here]):
        film = state.film(film_id)
        if film is not None and film_id != state.current_id and unread(film):
            return film_id
    return None


def opened_for(worklist: Worklist, fresh: int) -> Worklist:
    """Return the list as it stands after ``fresh`` films were opened at once."""
    if fresh < OPENS_FROM or worklist.closed or worklist.shown:
        return worklist
    return replace(worklist, shown=True, by_itself=True)


# ---- progress


@dataclass(frozen=True)
class Progress:
    """How far the films are. ``waiting`` of them have no answer yet and will get one; ``stopped`` were cancelled."""

    done: int
    total: int
    waiting: int
    stopped: int
    seconds_left: float | None


def progress(state: State) -> Progress:
    """Return how far the films are."""
    waiting = sum(not at_rest(film) for film in state.films)
    stopped = sum(cancelled(film) and at_rest(film) for film in state.films)
    total = len(state.films)
    seconds = state.pace_s * waiting if state.pace_s is not None and not state.paused and waiting else None
    return Progress(total - waiting - stopped, total, waiting, stopped, seconds)
