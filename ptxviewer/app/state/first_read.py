"""First-read mode: the network's result stays hidden until the reader has said what the film shows.

Readers miss more when a wrong result is in front of them (Bernstein 2023, Eur Radiol). What is hidden is taken out of
the state before any view sees it, so that no chip, colour, probe or sentence can give it away.
"""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.sentences import NOTHING_FOUND
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.review import FirstRead, Impression

MARK_FIRST = "First read: mark a pneumothorax as present (Shift+Y) or absent (Shift+N); then the result is shown."


def hidden(state: State, film: Film) -> bool:
    """True while the result of a film must not be seen before the reader has marked it."""
    return state.settings.first_read and not film.first_read.revealed


def veiled(state: State) -> State:
    """Return the state as a view may see it."""
    if not state.settings.first_read:
        return state
    films = tuple(_veiled(film) if hidden(state, film) else film for film in state.films)
    current = state.current
    veil = current is not None and hidden(state, current)
    banner = None if veil and state.banner is not None and state.banner.text == NOTHING_FOUND else state.banner
    return replace(state, films=films, banner=banner)


def _veiled(film: Film) -> Film:
    why = MARK_FIRST if film.status is FilmStatus.DONE else film.why
    return replace(film, result=None, urgency=None, why=why)


def marked(record: FirstRead, impression: Impression, when: str) -> FirstRead:
    """Return the record with one more impression; the first one reveals the result, the same again is no change."""
    if record.marks and record.marks[-1][0] == impression:
        return record
    return FirstRead((*record.marks, (impression, when)), record.revealed or when)
