"""The one way in which a review changes: what is in the hand is settled first, each change is a step of undo.

Everything that the reader draws, drags, sets or decides goes through ``ReviewEditor``. A wing of the review says what
the new review is, as a function of the film that it is asked of; nobody else changes ``Film.hand`` or ``Film.history``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ptxviewer.app.review.in_hand import settled
from ptxviewer.app.review.saving import Kept, ReviewSaving
from ptxviewer.app.state.film import NO_RESULT, Film, Hand, with_review
from ptxviewer.app.store import Store
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.calibration import field_doubt
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import as_reviewed, decisive, find_reviewed
from ptxviewer.core.history import History
from ptxviewer.core.review import FirstRead, Review


def measured(film: Film, radiograph: Radiograph | None, rule: DecisionRule | None) -> Film:
    """Return the film with findings of its edited mask or at its settled threshold, or without any.

    Raises ``StaleResult`` when the maps are not those of ``radiograph``.
    """
    known = film.result or NO_RESULT
    if radiograph is None or known.maps is None or rule is None:
        return film if film.result is None else replace(film, result=replace(known, findings=None, selected=None))
    findings, _ = find_reviewed(radiograph, known.maps, rule, film.review)
    return replace(film, result=replace(known, findings=findings, selected=None))


def with_history(film: Film, history: History[Review]) -> Film:
    """Return the film under another review, with nothing in the hand."""
    measurements = history.present.measurements
    return replace(
        film,
        history=history,
        hand=None,
        radiograph=None if film.radiograph is None else as_reviewed(film.radiograph, history.present),
        chosen=film.chosen if film.chosen is not None and film.chosen < len(measurements) else None,
    )


def at_frame(film: Film, frame: int) -> Film:
    """Return the film at another frame, with the review that it had there, an empty one where it had none."""
    others = {**film.other_frames, film.view.frame: film.history}
    history = others.pop(frame, History(Review()))
    film = replace(film, other_frames=others, view=replace(film.view, frame=frame))
    return with_history(replace(film, review_name="", first_read=FirstRead()), history)


class ReviewEditor:
    """Changes the review of the film on screen."""

    def __init__(self, store: Store, saving: ReviewSaving) -> None:
        self._store = store
        self.saving = saving
        self._stepped: History[Review] | None = None  # as the last key press of a row left it
        store.settle = self.settle

    @property
    def film(self) -> Film | None:
        """The film on screen."""
        return self._store.state.current

    # ---- the hand

    def take(self, make: Callable[[Film], Hand | None]) -> None:
        """Put something in the hand, or more of what is in it; anything else in it is settled first.

        ``make`` gets the film on screen; where it returns None, nothing is taken.
        """
        film = self.film
        hand = make(film) if film is not None else None
        if film is None or hand is None:
            return
        if film.hand is not None and type(film.hand) is not type(hand):
            self.settle()
            film = self.film
            hand = make(film) if film is not None else None
        if film is not None and hand is not None:
            self._store.update(replace(film, hand=hand))

    def drop(self) -> bool:
        """Forget what is in the hand; True when there was something."""
        film = self.film
        if film is None or film.hand is None:
            return False
        self._store.update(replace(film, hand=None))
        return True

    def settle(self) -> None:
        """The reader turns to something else: what is in the hand counts as far as it can (see ``settled``)."""
        self._stepped = None
        film = self.film
        if film is not None and film.hand is not None:
            self._apply(film, film.history.push(settled(film, self._store.rule)))

    # ---- the review

    def push(
        self, change: Callable[[Film], Review | None], instead_of: type[Hand] | None = None, stepping: bool = False
    ) -> None:
        """Change the review of the film on screen, as one step of undo; None changes nothing.

        What is in the hand is settled first, unless the change is the end of it (``instead_of``). ``stepping``: key
        presses in a row are one step.
        """
        film = self.film
        if film is not None and film.hand is not None and not (instead_of and isinstance(film.hand, instead_of)):
            self.settle()
            film = self.film
        review = change(film) if film is not None else None
        if film is None or review is None:
            self.drop()
            return
        history = film.history.push(review, merge=stepping and film.history is self._stepped)
        self._stepped = history if stepping else None
        self._apply(film, history)

    def undo(self) -> None:
        """Take back the last change to the film on screen."""
        self.settle()
        if (film := self.film) is not None:
            self._apply(film, film.history.undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        self.settle()
        if (film := self.film) is not None:
            self._apply(film, film.history.redo())

    def _apply(self, before: Film, history: History[Review]) -> None:
        film = with_history(before, history)
        spacing = film.radiograph.spacing if film.radiograph is not None else None
        respaced = before.radiograph is not None and before.radiograph.spacing != spacing
        if respaced or decisive(film.review) != decisive(before.review):
            film = measured(film, film.radiograph, self._store.rule)
        self._store.update(film)
        if film.review != before.review:
            self.saving.changed(film)
        if respaced and film.radiograph is not None and (doubt := field_doubt(film.radiograph)):
            self._store.say(doubt, "warning")

    def restored(self, film: Film, kept: Kept) -> Film:
        """Return a film that was just read with the review that was kept of it, unless it has a newer one."""
        film = replace(film, review_name=kept.name, notice=kept.problem or film.notice)
        saved = self.saving.newest(kept)
        untouched = not film.can_undo and not film.can_redo
        if untouched:
            self.saving.restored(kept)
        if saved is not None and untouched:
            film = replace(with_review(film, saved.review), first_read=saved.first_read)
        if film.radiograph is None:
            return film
        return replace(film, radiograph=as_reviewed(film.radiograph, film.review))
