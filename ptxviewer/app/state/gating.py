"""Films that the network cannot answer for: the result is taken out of the state until the reader insists.

Refusing is a decision of the network, so it is told with its reason, is one key away from being overruled, and the
override is part of the review: undoable, kept, said in every export.
"""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.state.film import Film, FilmStatus, moved, without_result
from ptxviewer.app.state.screen import State
from ptxviewer.core.reasons.finding import Finding, ResultNotShown
from ptxviewer.core.reasons.transition import spoken

NOT_SHOWN = "Result not shown. "


def withheld(film: Film) -> bool:
    """True while the gate refuses the film and the reader has not insisted."""
    if film.findings is not None:
        refused = not film.findings.gate.passed
    else:
        refused = film.summary is not None and film.summary.refused  # recalled, its reason comes with its pixels
    return refused and not film.review.gate_overridden


def not_shown(film: Film) -> str:
    """Return the sentence for a film whose result is withheld, "" for any other."""
    if not withheld(film):
        return ""
    if film.findings is None:
        return spoken(ResultNotShown(Finding.NOT_FRONTAL))
    return spoken(ResultNotShown(film.findings.gate.reason or Finding.NOT_FRONTAL))


def reason_of(film: Film) -> str:
    """Return why a film's result is not shown, from the film as it is shown."""
    return film.why.removeprefix(NOT_SHOWN)


def as_withheld(film: Film) -> Film:
    """Return the film as it is shown while its result is withheld."""
    return moved(replace(without_result(film), urgency=None), FilmStatus.NOT_SHOWN, not_shown(film))


def gated(state: State) -> State:
    """Return the state as a view may see it."""
    if not any(withheld(film) for film in state.films):
        return state
    return replace(state, films=tuple(as_withheld(film) if withheld(film) else film for film in state.films))
