"""What the reader does to the result of the film on screen: the intents of the review, and the hands that draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from ptxviewer.app.ports import Services
from ptxviewer.app.review.distances import DistanceEditing
from ptxviewer.app.review.earlier import TakingOver
from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.review.finding_selection import FindingSelection
from ptxviewer.app.review.mask import MaskEditing
from ptxviewer.app.review.measurements import MeasurementEditing
from ptxviewer.app.review.thresholds import Thresholds
from ptxviewer.app.state.film import Film, LineDrag, MeasurementInHand
from ptxviewer.app.state.withheld import challenged, hidden, marked, question, withheld
from ptxviewer.app.store import Store
from ptxviewer.core.reasons.window import Marked, Withheld
from ptxviewer.core.review import Drain, Impression, Posture, ReportText, Review, Verdict

LONGEST_TEXT = 10_000  # characters of findings and impression


class Analyses(Protocol):
    """What a change of a review asks of the analyses of films (``films.pipeline``)."""

    def pump(self) -> None:
        """Start what is wanted now."""
        ...

    def announce(self) -> None:
        """Show the banner that says why the result on screen is withheld."""
        ...


class ReviewWing:
    """The review of the film on screen."""

    def __init__(self, store: Store, services: Services, editor: ReviewEditor, analyses: Analyses) -> None:
        self._store = store
        self._services = services
        self._editor = editor
        self._analyses = analyses
        self.thresholds = Thresholds(store, editor)
        self.mask = MaskEditing(store, editor)
        self.measurements = MeasurementEditing(store, editor)
        self.distances = DistanceEditing(store, editor)
        self.findings = FindingSelection(store, self.mask)
        self.earlier = TakingOver(store, editor)

    def settle(self) -> None:
        """End what the hand is doing to the film on screen: the reader turns to something else."""
        self._editor.settle()

    def undo(self) -> None:
        """Take back the last change: of a polygon that is being drawn its last corner, of what is held the drag."""
        film = self._store.state.current
        if film is not None and isinstance(film.hand, (MeasurementInHand, LineDrag)):
            self._editor.drop()
        elif not self.mask.step_back():
            self._editor.undo()
            self._after_undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self._editor.redo()
        self._after_undo()

    def _after_undo(self) -> None:
        """What was overridden may be refused again, and a band may be wanted again."""
        film, banner = self._store.state.current, self._store.state.banner
        if film is not None and (withheld(film) or (banner is not None and isinstance(banner.reason, Withheld))):
            self._analyses.announce()
        self._analyses.pump()

    def set_verdict(self, verdict: Verdict) -> None:
        """Record what the reader thinks of the model's answer; the same verdict again takes it back.

        To accept an edited mask is the verdict "edited", which no other mask can have. A stroke gives it already, so
        that whoever accepts after it must not take it back.
        """

        def judged(film: Film) -> Review | None:
            if film.maps is None or hidden(self._store.state, film) or withheld(film):
                return None
            given: Verdict = verdict
            if verdict in ("accept", "edited"):
                given = "accept" if film.review.mask is None else "edited"
            again = film.review.verdict == given and given != "edited"
            return replace(film.review, verdict="" if again else given)

        self._editor.push(judged)

    def set_note(self, note: str) -> None:
        """Keep a note with the film; an edit is one undo step."""
        self._editor.push(lambda film: replace(film.review, note=note))

    def set_text(self, text: str, basis: str) -> None:
        """Keep findings and impression as the reader wrote them of the facts that ``basis`` names; "" is none."""
        kept = ReportText(text[:LONGEST_TEXT], basis) if text.strip() else None
        self._editor.push(lambda film: None if film.review.text == kept else replace(film.review, text=kept))

    def set_drain(self, drain: Drain) -> None:
        """Record whether there is a chest drain; the same value again clears it."""
        self._editor.push(lambda film: replace(film.review, drain="" if film.review.drain == drain else drain))

    def set_posture(self, posture: Posture) -> None:
        """Record the patient's position, overriding the file; the same value again clears it."""

        def said(film: Film) -> Review:
            return replace(film.review, posture="" if film.review.posture == posture else posture)

        self._editor.push(said)

    def mark(self, impression: Impression) -> None:
        """Record what the reader sees on the film in first-read mode; the first mark shows the network's result."""
        shown = self._store.state.shown
        if shown is None or not self._store.state.settings.first_read:
            return
        film = shown.film
        state, when = self._store.state, self._services.now().isoformat(timespec="seconds")
        record = marked(film.first_read, impression, when, reveal=state.settings.reading_mode == "first")
        if record == film.first_read:
            return
        after = challenged(state, replace(film, first_read=record), when)
        self._store.edit(lambda state: replace(state.with_film(after), message=question(after) or Marked(impression)))
        self._editor.saving.changed(after)
        if not film.first_read.revealed or film.first_read.open_question:
            self._analyses.announce()

    def save_again(self) -> None:
        """Try again to save the reviews that could not be saved."""
        self._editor.saving.retry()
