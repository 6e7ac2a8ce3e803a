"""The reader's side of the result: threshold, verdict and note of a film, with undo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ptxviewer.app.review.saving import Keeping, Kept
from ptxviewer.app.sentences import NOTHING_FOUND
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.two_thresholds import pinned
from ptxviewer.app.store import Store
from ptxviewer.core.answer import BY_CARD, DecisionRule
from ptxviewer.core.calibration import calibrated
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import decisive, find_reviewed
from ptxviewer.core.history import History
from ptxviewer.core.review import FirstRead, Review, Verdict

MASK_IS_EDITED = "The mask is edited: reset it to the model's mask to move the threshold."


def measured(film: Film, radiograph: Radiograph | None, rule: DecisionRule | None) -> Film:
    """Return the film with findings of its edited mask or at its settled threshold, or without any.

    Raises ``StaleResult`` when the maps are not those of ``radiograph``.
    """
    if radiograph is None or film.maps is None or rule is None:
        return replace(film, findings=None, finding=None)
    findings, _ = find_reviewed(radiograph, film.maps, rule, film.review)
    return replace(film, findings=findings, finding=None)


class Reviewing:
    """The reviews of all films; each frame of a film has one of its own."""

    def __init__(self, store: Store, keeping: Keeping) -> None:
        self._store = store
        self._keeping = keeping
        self._histories: dict[tuple[int, int], History[Review]] = {}
        self._stepping: int | None = None  # the film whose threshold the last key moved

    def _history(self, film: Film) -> History[Review]:
        kept = self._histories.get((film.id, film.view.frame))
        return kept if kept is not None and kept.present == film.review else History(film.review)

    def _take(self, film: Film, history: History[Review], stepping: bool = False) -> None:
        store = self._store
        self._stepping = film.id if stepping else None
        self._histories[film.id, film.view.frame] = history
        before = film.review
        spacing = film.radiograph.spacing if film.radiograph is not None else None
        film = self._marked(film, history)
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

    @staticmethod
    def _marked(film: Film, history: History[Review]) -> Film:
        measurements = history.present.measurements
        return replace(
            film,
            review=history.present,
            radiograph=None if film.radiograph is None else calibrated(film.radiograph, measurements),
            live_threshold=None,
            live_detection=None,
            live_stroke=None,
            live_measure=None,
            chosen=film.chosen if film.chosen is not None and film.chosen < len(measurements) else None,
            live_line=None,
            can_undo=bool(history.past),
            can_redo=bool(history.future),
        )

    def push(self, film: Film, review: Review, stepping: bool = False) -> None:
        """Make a new review of a film the present one, as a step of undo."""
        merge = stepping and self._stepping == film.id
        self._take(film, self._history(film).push(review, merge), stepping)

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
        live = replace(film, live_threshold=value, live_detection=detection)
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
        if film is not None and film.live_threshold is not None:
            self.set_threshold(film.live_threshold, settled=True)
        self._stepping = None

    def undo(self) -> None:
        """Take back the last change to the film on screen; a drag that is still going on is the last change."""
        self.settle_threshold()
        film = self._store.state.current
        if film is not None:
            self._take(film, self._history(film).undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        self.settle_threshold()
        film = self._store.state.current
        if film is not None:
            self._take(film, self._history(film).redo())

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
        film = replace(film, kept_as=kept.name)
        saved = self._keeping.newest(kept)
        if saved is not None and (film.id, film.view.frame) not in self._histories:
            film = replace(film, review=saved.review, first_read=saved.first_read)
        if film.radiograph is None:
            return film
        return replace(film, radiograph=calibrated(film.radiograph, film.review.measurements))

    def recall(self, film: Film) -> Film:
        """Return the film with the review that its frame had, an empty one where it had none."""
        self._stepping = None
        film = replace(film, kept_as="", first_read=FirstRead())
        return self._marked(film, self._histories.get((film.id, film.view.frame), History(Review())))

    def forget(self, film_ids: Iterable[int]) -> None:
        """Drop what is kept of films that were closed, or that turned out to be others."""
        gone = set(film_ids)
        self._histories = {key: value for key, value in self._histories.items() if key[0] not in gone}
