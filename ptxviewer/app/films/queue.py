"""Which film is read or analysed next, which is put away to save memory, and how long a film takes.

Pure questions about a state, but for ``Pace``, which remembers the last films.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from ptxviewer.app.state.film import NO_RESULT, Film, FilmStatus
from ptxviewer.app.state.screen import State

BUSY = (FilmStatus.WAITING, FilmStatus.ANALYSING)
"""A film that has no result and will have one soon."""
READ_AHEAD = 3
"""Films that may lie ready for the network besides the one on screen: a folder of 500 must not fill the memory."""
MOST_FILMS_KEPT = 12
MOST_MAPS_KEPT = 64
"""A film's maps take 3 MB; farther films keep their findings and are analysed again when they come on screen."""


def _order(state: State) -> list[Film]:
    """The film on screen, the one it is compared with, then the ones behind it, then the ones before it.

    Those that an older network's result is known of come last. While the background is paused, no others.
    """
    ids = [film.id for film in state.films]
    here = ids.index(state.current_id) if state.current_id in ids else 0
    films = [*state.films[here:], *state.films[:here]]
    first = [film for film_id in (state.current_id, state.prior_id) for film in films if film.id == film_id]
    if state.paused:
        return first
    rest = [film for film in films if film not in first]
    return [*first, *(film for film in rest if not film.due), *(film for film in rest if film.due)]


def _ready(order: Iterable[Film]) -> Iterator[Film]:
    """The films that the network could start on, first one first."""
    return (f for f in order if f.radiograph is not None and (f.status is FilmStatus.WAITING or f.due))


def next_to_read(state: State, visible: Collection[int] = ()) -> int | None:
    """Return the film whose pixels are wanted next, or None; at last one of ``visible`` that lacks its thumbnail."""
    order = _order(state)
    ready = sum(1 for _ in _ready(order))
    for film in order:
        if film.radiograph is not None or film.status is FilmStatus.FAILED:
            continue
        if film.id in (state.current_id, state.prior_id):
            return film.id
        if ready < READ_AHEAD and (film.status in (FilmStatus.OPENING, FilmStatus.WAITING) or film.due):
            return film.id
    bare = (film for film in state.films if film.id in visible and film.thumbnail is None)
    return next((film.id for film in bare if film.status in (FilmStatus.DONE, FilmStatus.NOT_ANALYSED)), None)


def next_to_analyse(state: State) -> int | None:
    """Return the film that the network looks at next, or None."""
    if state.engine.phase == "failed":
        return None
    return next((film.id for film in _ready(_order(state))), None)


def put_away(state: State, budget_bytes: int) -> State:
    """Return the state without the pixels, and at last the maps, of films far from the one on screen.

    The film on screen and the next ones for the network stay, so that nothing is read again only to be put away.
    """
    held = [film for film in state.films if film.radiograph is not None]
    size = sum(film.radiograph.pixels.nbytes for film in held if film.radiograph is not None)
    mapped = [film for film in state.films if film.maps is not None]
    if size <= budget_bytes and len(held) <= MOST_FILMS_KEPT and len(mapped) <= MOST_MAPS_KEPT:
        return state
    place = {film.id: index for index, film in enumerate(state.films)}
    here = place.get(state.current_id, 0) if state.current_id is not None else 0
    stay = {state.current_id, state.prior_id, *(film.id for film in islice(_ready(_order(state)), READ_AHEAD))}
    stay |= {film.id for film in state.films if film.status is FilmStatus.ANALYSING}
    changed: dict[int, Film] = {}
    count = len(held)
    for film in sorted(held, key=lambda film: -abs(place[film.id] - here)):
        if size <= budget_bytes and count <= MOST_FILMS_KEPT:
            break
        if film.id not in stay and film.radiograph is not None:
            size, count = size - film.radiograph.pixels.nbytes, count - 1
            changed[film.id] = replace(film, radiograph=None)
    far = sorted(mapped, key=lambda film: -abs(place[film.id] - here))[: max(0, len(mapped) - MOST_MAPS_KEPT)]
    for film in far:
        if film.id not in stay:
            rest = replace(film.result or NO_RESULT, maps=None)
            changed[film.id] = replace(changed.get(film.id, film), result=rest, radiograph=None)
    return replace(state, films=tuple(changed.get(film.id, film) for film in state.films)) if changed else state


class Pace:
    """Seconds a film, from the last films: the median, so that a pause or one slow film does not count."""

    def __init__(self, films: int = 15) -> None:
        self._gaps: deque[float] = deque(maxlen=films)
        self._last: datetime | None = None

    def tick(self, now: datetime) -> float | None:
        """One more film is done; returns the pace, None while too little is known."""
        if self._last is not None:
            self._gaps.append((now - self._last).total_seconds())
        self._last = now
        return statistics.median(self._gaps) if len(self._gaps) >= 3 else None
