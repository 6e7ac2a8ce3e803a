"""Results that the reader does not see: hidden until a first read, or refused by the gate.

They are taken out of the state before any view sees it, so that no chip, colour, probe, order or sentence can give
them away.

*Hidden*: in first-read mode the network's result waits until the reader has said what the film shows. Readers miss
more when a wrong result is in front of them (Bernstein 2023, Eur Radiol). In the mode that speaks only on disagreement
it stays hidden after that, unless network and reader differ or the reader asks for it.

*Withheld*: the gate says that the network cannot answer for this film. That is a decision of the network, so it is told
with its reason, is one key away from being overruled, and the override is part of the review: undoable, kept, said in
every export.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ptxviewer.app.state.film import Film, FilmStatus, moved
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import ReadingMode
from ptxviewer.core.reason import Reason
from ptxviewer.core.review import FirstRead, Impression

if TYPE_CHECKING:
    from ptxviewer.core.reasons.window import LookAgain  # with the other reasons of a film: not at a start


def hidden(state: State, film: Film) -> bool:
    """True while the result of a film must not be seen before the reader has marked it."""
    return state.settings.first_read and not film.first_read.revealed


def agreed(state: State, film: Film) -> bool:
    """True where the result of a marked film stays hidden, because the network does not disagree."""
    return hidden(state, film) and bool(film.first_read.marks) and film.status is FilmStatus.DONE and not film.due


def refusal(film: Film) -> Reason | None:
    """Return why the gate refuses the film, None where it does not or the reader has insisted."""
    if not film.refused:
        return None
    from ptxviewer.core.reasons.finding import Finding

    # Of a recalled film the reason itself comes with its pixels.
    return (film.findings and film.findings.gate.reason) or Finding.NOT_FRONTAL


def withheld(film: Film) -> bool:
    """True while the gate refuses the film and the reader has not insisted."""
    return film.refused


def as_withheld(film: Film) -> Film:
    """Return the film as it is shown while its result is withheld: ``why`` is the reason of the gate."""
    return moved(replace(film, result=None, urgency=None), FilmStatus.NOT_SHOWN, refusal(film))


def as_hidden(film: Film, mode: ReadingMode = "first") -> Film:
    """Return the film as it is shown while its result is hidden."""
    why = film.why
    if film.due:
        return moved(replace(film, result=None, urgency=None), FilmStatus.WAITING)
    if film.status is FilmStatus.DONE:
        from ptxviewer.core.reasons.window import Notice

        unmarked = Notice.MARK_FIRST if mode == "first" else Notice.MARK_FOR_DISAGREEMENT
        why = Notice.NO_DISAGREEMENT if film.first_read.marks else unmarked
    return replace(film, result=None, urgency=None, why=why)


def as_seen(state: State) -> State:
    """Return the state as a view may see it."""
    if not state.settings.first_read and not any(withheld(film) for film in state.films):
        return state
    films = tuple(
        as_hidden(film, state.settings.reading_mode)
        if hidden(state, film)
        else as_withheld(film)
        if withheld(film)
        else film
        for film in state.films
    )
    return replace(state, films=films)


def marked(record: FirstRead, impression: Impression, when: str, reveal: bool = True) -> FirstRead:
    """Return the record with one more impression; the first one reveals the result, unless ``reveal`` is False.

    The same again is no change, except as the answer to a disagreement.
    """
    same = bool(record.marks) and record.marks[-1][0] == impression
    if same and not record.open_question and (record.revealed or not reveal):
        return record
    return replace(
        record,
        marks=(*record.marks, (impression, when)),
        revealed=record.revealed or (when if reveal else ""),
        answered=when if record.open_question else record.answered,
    )


def challenged(state: State, film: Film, when: str) -> Film:
    """Return the film with its result revealed where the network disagrees with what the reader marked.

    Only in the mode that speaks on disagreement alone, and once: what the reader then says stands.
    """
    record, found = film.first_read, film.findings
    if state.settings.reading_mode != "disagreement" or not record.marks or record.revealed or found is None:
        return film
    if film.due or withheld(film) or (record.marks[-1][0] == "present") is found.present:
        return film
    return replace(film, first_read=replace(record, revealed=when, challenged=when))


def question(film: Film) -> LookAgain | None:
    """Return what the reader is asked where network and reader disagree, None where nothing is open."""
    record, found = film.first_read, film.findings
    if not record.open_question or not record.marks or found is None:
        return None
    from ptxviewer.core.reasons.window import LookAgain

    impression = record.marks[-1][0]
    if not found.lesions:
        return LookAgain(impression)
    largest = found.lesions[0]
    return LookAgain(impression, largest.side, largest.zones[0] if largest.zones else None)
