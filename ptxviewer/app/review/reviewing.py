"""The reader's side of the result: threshold, verdict and note of a film, with undo."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.review.saving import Keeping, Kept
from ptxviewer.app.sentences import NOTHING_FOUND
from ptxviewer.app.state.film import NO_RESULT, Film, ThresholdDrag, with_review
from ptxviewer.app.state.two_thresholds import pinned
from ptxviewer.app.store import Store
from ptxviewer.core.answer import BY_CARD, DecisionRule
from ptxviewer.core.calibration import calibrated
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import decisive, find_reviewed
from ptxviewer.core.history import History
from ptxviewer.core.review import FirstRead, Review, Verdict

MASK_IS_EDITED = "The mask is edited: reset it to the model's mask to move the threshold."


def _with_history(film: Film, history: History[Review]) -> Film:
    """Return the film under another review; whatever was in the hand is gone."""
    measurements = history.present.measurements
    return replace(
        film,
        history=history,
        hand=None,
        radiograph=None if film.radiograph is None else calibrated(film.radiograph, measurements),
        chosen=film.chosen if film.chosen is not None and film.chosen < len(measurements) else None,
    )


def measured(film: Film, radiograph: Radiograph | None, rule: DecisionRule | None) -> Film:
    """Return the film with findings of its edited mask or at its settled threshold, or without any.

    Raises ``StaleResult`` when the maps are not those of ``radiograph``.
    """
    if radiograph is None or film.maps is None or rule is None:
        known = film.result
        return film if known is None else replace(film, result=replace(known, findings=None, selected=None))
    findings, _ = find_reviewed(radiograph, film.maps, rule, film.review)
    return replace(film, result=replace(film.result or NO_RESULT, findings=findings, selected=None))


class Reviewing:
    """The reviews of all films; each frame of a film has one of its own."""

    def __init__(self, store: Store, keeping: Keeping) -> None:
        self._store = store
        self._keeping = keeping
        self._stepping: int | None = None  # the film whose threshold the last key moved

    def _take(self, film: Film, history: History[Review], stepping: bool = False) -> None:
        store = self._store
        self._stepping = film.id if stepping else None
        before = film.review
        spacing = film.radiograph.spacing if film.radiograph is not None else None
        film = _with_history(film, history)
        moved = film.radiograph is not None and film.radiograph.spacing != spacing
        if moved or decisive(film.review) != decisive(before):
            film = measured(film, film.radiograph, store.rule)
        state = store.state.with_film(film)
        banner = state.banner
        if banner is not None and banner.text == NOTHING_FOUND and film.findings is not None and film.findings.present:
            state = replace(state, banner=None)  # the sentence would now be untrue
        store.show(state)
        if film.review != before:
            self._keeping.changed(film)

    def push(self, film: Film, review: Review, stepping: bool = False) -> None:
        """Make a new review of a film the present one, as a step of undo."""
        merge = stepping and self._stepping == film.id
        self._take(film, film.history.push(review, merge), stepping)

    def set_threshold(self, value: float, settled: bool, stepping: bool = False) -> None:
        """Move the threshold of the film on screen; findings and undo wait until it is settled."""
        film = self._store.state.current
        if film is None:
            return
        if film.review.mask is not None:
            self._store.change(message=MASK_IS_EDITED)
            return
        value = min(max(round(value, 3), 0.01), 0.99)
        detection = pinned(self._store.state, film, self._store.rule)
        if settled:
            self.push(film, replace(film.review, threshold=value, detection=detection), stepping)
            return
        live = replace(film, hand=ThresholdDrag(value, detection))
        state = self._store.state.with_film(live)
        if state.banner is not None and state.banner.text == NOTHING_FOUND:
            state = replace(state, banner=None)  # said of another threshold
        self._store.show(state)

    def step_threshold(self, steps: int) -> None:
        """Move the threshold by hundredths; presses in a row are one undo step."""
        film, rule = self._store.state.current, self._store.rule
        if film is not None and rule is not None:
            self.set_threshold(film.threshold(rule) + 0.01 * steps, settled=True, stepping=True)

    def reset_threshold(self) -> None:
        """Back to the model's operating point, of detection too."""
        film = self._store.state.current
        if film is not None:
            self.push(film, replace(film.review, threshold=None, detection=BY_CARD))

    def settle_threshold(self) -> None:
        """End a drag that is still going on, and a row of key presses: the reader turns to something else."""
        film = self._store.state.current
        if film is not None and isinstance(film.hand, ThresholdDrag):
            self.set_threshold(film.hand.threshold, settled=True)
        self._stepping = None

    def undo(self) -> None:
        """Take back the last change to the film on screen; a drag that is still going on is the last change."""
        self.settle_threshold()
        film = self._store.state.current
        if film is not None:
            self._take(film, film.history.undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        self.settle_threshold()
        film = self._store.state.current
        if film is not None:
            self._take(film, film.history.redo())

    def set_verdict(self, verdict: Verdict) -> None:
        """Record what the reader thinks of the model's answer; the same verdict again takes it back.

        To accept an edited mask is the verdict "edited", which no other mask can have. A stroke gives it already, so
        that whoever accepts after it must not take it back.
        """
        self.settle_threshold()
        film = self._store.state.current
        if film is not None and film.maps is not None:
            if verdict in ("accept", "edited"):
                verdict = "accept" if film.review.mask is None else "edited"
            again = film.review.verdict == verdict and verdict != "edited"
            self.push(film, replace(film.review, verdict="" if again else verdict))

    def set_note(self, note: str) -> None:
        """Keep a note with the film; an edit is one undo step."""
        self.settle_threshold()
        film = self._store.state.current
        if film is not None:
            self.push(film, replace(film.review, note=note))

    def restore(self, film: Film, kept: Kept) -> Film:
        """Return a film that was just read with the review that was kept of it, unless it has a newer one."""
        film = replace(film, review_name=kept.name)
        saved = self._keeping.newest(kept)
        if saved is not None and not film.can_undo and not film.can_redo:
            film = replace(with_review(film, saved.review), first_read=saved.first_read)
        if film.radiograph is None:
            return film
        return replace(film, radiograph=calibrated(film.radiograph, film.review.measurements))

    def at_frame(self, film: Film, frame: int) -> Film:
        """Return the film at another frame, with the review that it had there, an empty one where it had none."""
        self._stepping = None
        others = {**film.other_frames, film.view.frame: film.history}
        history = others.pop(frame, History(Review()))
        film = replace(film, other_frames=others, view=replace(film.view, frame=frame))
        return _with_history(replace(film, review_name="", first_read=FirstRead()), history)
