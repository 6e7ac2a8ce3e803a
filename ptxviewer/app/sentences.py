"""What the reader is told, and when: the sentences of the window, chosen from what is known of a film."""

from __future__ import annotations

from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.gating import not_shown
from ptxviewer.app.state.screen import Banner
from ptxviewer.core.errors import PtxError
from ptxviewer.core.reasons.transition import spoken

NOTHING_FOUND = "AI: nothing above threshold. This does not exclude a pneumothorax."
WENT_WRONG = "Something went wrong inside the program; the film on screen is not affected."
NO_MEMORY = "There is not enough memory for this film."
NO_FILMS = "There is nothing here that can be opened."
NO_SAMPLE = "The sample study is missing from this installation."
NO_REPORT_YET = "There is no film to report on yet."
NO_SUCH_FORMAT = "Films are not saved in this format."
NO_MODEL_YET = "The report names the model, which is not loaded."
STILL_ANALYSING = "The film is still being analysed: save the report in a moment."
SHOW_ANYWAY = "Show it anyway: Ctrl+R."
CANCELLED = "Analysis cancelled."


def sentence(error: BaseException | None) -> str:
    """Return what the screen says of an error: its own sentence when it was expected, never a bug's text."""
    if isinstance(error, PtxError):
        return str(error)
    return NO_MEMORY if isinstance(error, MemoryError) else WENT_WRONG


def banner_for(film: Film | None) -> Banner | None:
    """Return what the reader must know of the film that has come on screen."""
    if film is None:
        return None
    notes = [spoken(note) for note in film.radiograph.notes] if film.radiograph is not None else []
    if film.status is FilmStatus.FAILED:
        return Banner(film.why)
    refusal = not_shown(film)
    if refusal:
        return Banner(f"{refusal} {SHOW_ANYWAY}", "warning", "\n".join(notes))
    if film.status is FilmStatus.NOT_ANALYSED and film.why:
        return Banner(film.why, "warning", "\n".join(notes))
    if film.findings is not None and not film.findings.present and not film.findings.edited:
        return Banner(NOTHING_FOUND, "info", "\n".join(notes))
    if film.findings is not None and film.radiograph is not None:
        # It stands beside the sizes, and a banner would cover the apices, where most findings are.
        notes = [spoken(note) for note in film.radiograph.notes if note != film.radiograph.spacing.note]
    if notes:
        return Banner(notes[0], "warning", "\n".join(notes[1:]))
    return None
