"""What the lists say of a film, in words; the strip and the worklist say the same."""

from __future__ import annotations

from ptxviewer.app.state.facts import Summary, summary_of
from ptxviewer.app.state.film import Film, FilmStatus


def summary(film: Film) -> Summary | None:
    """Return what is known of the film's findings: those of its present mask, else what was found before."""
    if film.status is not FilmStatus.DONE:
        return None
    return summary_of(film.findings) if film.findings is not None else film.summary


def unread(film: Film) -> bool:
    """True while nobody has looked at the film or decided about it."""
    return not film.seen and not film.review.verdict and not film.first_read.marks
