"""The banner: at most one sentence about the film that comes on screen."""

from __future__ import annotations

from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import Banner
from ptxviewer.app.state.withheld import refusal
from ptxviewer.core.reasons.window import Withheld


def banner_for(film: Film | None) -> Banner | None:
    """Return the banner of a film: a failure, a refusal, a notice, or a note of its file.

    That nothing is marked stands in the panel: over the film it would cover apices and markers of every second film.
    """
    if film is None:
        return None
    notes = film.radiograph.notes if film.radiograph is not None else ()
    if film.notice is not None:
        notes = (film.notice, *notes)
    if film.status is FilmStatus.FAILED and film.why is not None:
        return Banner(film.why)
    if (refused := refusal(film)) is not None:
        return Banner(Withheld(refused), "warning", notes)
    if film.notice is not None:
        return Banner(film.notice, "warning", notes[1:])
    if film.status is FilmStatus.NOT_ANALYSED and film.why is not None:
        return Banner(film.why, "warning", notes)
    if film.findings is not None and film.radiograph is not None:
        # It stands beside the sizes, and a banner would cover the apices, where most findings are.
        notes = tuple(note for note in notes if note != film.radiograph.spacing.note)
    return Banner(notes[0], "warning", notes[1:]) if notes else None
