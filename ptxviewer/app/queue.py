"""Which film is read or analysed next, and which is put away to save memory: pure questions about a state."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.state import Film, FilmStatus, State

READ_AHEAD = 3
"""Films that may lie ready for the network besides the one on screen: a folder of 500 must not fill the memory."""


def _order(state: State) -> list[Film]:
    """The film on screen, then the ones behind it, then the ones before it."""
    ids = [film.id for film in state.films]
    if state.current_id not in ids:
        return list(state.films)
    here = ids.index(state.current_id)
    return [*state.films[here:], *state.films[:here]]


def next_to_read(state: State) -> int | None:
    """Return the film whose pixels are wanted next, or None."""
    ready = sum(1 for film in state.films if film.status is FilmStatus.WAITING and film.radiograph is not None)
    for film in _order(state):
        if film.radiograph is not None or film.status is FilmStatus.FAILED:
            continue
        if film.id == state.current_id:
            return film.id
        if ready < READ_AHEAD and film.status in (FilmStatus.OPENING, FilmStatus.WAITING):
            return film.id
    return None


def next_to_analyse(state: State) -> int | None:
    """Return the film that the network looks at next, or None."""
    if state.engine.phase == "failed":
        return None
    for film in _order(state):
        if film.status is FilmStatus.WAITING and film.radiograph is not None:
            return film.id
    return None


def put_away(state: State, budget_bytes: int) -> State:
    """Return the state without the pixels of films far from the one on screen, as far as the budget asks for it."""
    held = [film for film in state.films if film.radiograph is not None]
    size = sum(film.radiograph.pixels.nbytes for film in held if film.radiograph is not None)
    if size <= budget_bytes:
        return state
    ids = [film.id for film in state.films]
    here = ids.index(state.current_id) if state.current_id in ids else 0
    busy = (FilmStatus.WAITING, FilmStatus.ANALYSING)
    for film in sorted(held, key=lambda film: -abs(ids.index(film.id) - here)):
        if size <= budget_bytes:
            break
        if film.id == state.current_id or film.status in busy or film.radiograph is None:
            continue
        size -= film.radiograph.pixels.nbytes
        state = state.with_film(replace(film, radiograph=None))
    return state
