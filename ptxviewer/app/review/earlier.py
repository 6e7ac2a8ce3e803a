"""Takes an earlier result over: its mask and its verdict become the reader's, as one step of undo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.review.mask import can_edit
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.objects import Earlier, earlier_of
from ptxviewer.app.state.withheld import hidden, withheld
from ptxviewer.app.store import Store
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.findings.decide import decide, mask_at_film
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review, Verdict


class TakingOver:
    """Restores what was saved as DICOM objects earlier."""

    def __init__(self, store: Store, editor: ReviewEditor) -> None:
        self._store = store
        self._editor = editor

    def take_over(self) -> None:
        """Take over the earlier result of the film on screen; it says where there is none."""
        state, rule = self._store.state, self._store.rule
        film = state.current
        earlier = None if film is None else earlier_of(state, film)
        allowed = film is not None and can_edit(film) and not hidden(state, film) and not withheld(film)
        if earlier is None or rule is None or not allowed:
            self._store.say(Notice.NOTHING_TO_TAKE_OVER, "warning")
            return
        self._editor.push(lambda film: restored(film, earlier, rule))
        self._store.tell(Notice.TAKEN_OVER)


def restored(film: Film, earlier: Earlier, rule: DecisionRule) -> Review:
    """Return the review of a film with the verdict and mask of an earlier result.

    A mask that is the network's own, at the default threshold or the one that was set then, is not an edited one.
    An earlier edit that left nothing has no mask of its own: it is the empty one.
    """
    assert film.maps is not None
    review, mask = film.review, earlier.mask
    if mask is None and earlier.verdict == "edited":
        mask = PackedMask.blank(film.maps.rows, film.maps.cols)
    if mask is not None:
        for threshold in dict.fromkeys((review.threshold, earlier.threshold)):
            at = rule.threshold if threshold is None else threshold
            decision = decide(film.maps, rule, at, review.detection)
            if np.array_equal(mask_at_film(decision, *mask.shape), mask.unpack()):
                own = None if threshold == rule.threshold else threshold
                return _judged(replace(review, threshold=own, mask=None), earlier.verdict)
        review = replace(review, mask=mask)
    return _judged(review, earlier.verdict)


def _judged(review: Review, verdict: Verdict) -> Review:
    if verdict in ("accept", "edited"):
        verdict = "accept" if review.mask is None else "edited"
    return replace(review, verdict=verdict or review.verdict)
