"""The reader's own limits of detection: film score, peak, smallest area; live on the cached maps, undoable."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.review.reviewing import MASK_IS_EDITED, Reviewing
from ptxviewer.app.state.film import DetectionDrag
from ptxviewer.app.state.two_thresholds import pinned, score_limit
from ptxviewer.app.store import Store
from ptxviewer.core.answer import Detection


class Detecting:
    """Moves what makes a film count, apart from how far the mask reaches."""

    def __init__(self, store: Store, reviewing: Reviewing) -> None:
        self._store = store
        self._reviewing = reviewing

    def set_score(self, value: float, settled: bool = True) -> None:
        """Mark films from this film score on."""
        self._set({"score": min(max(round(value, 3), 0.0), 1.0)}, settled)

    def set_peak(self, value: float, settled: bool = True) -> None:
        """Mark components whose highest score is at least this; 0 takes every one."""
        self._set({"peak": round(value, 3) if value > 0 else None}, settled)

    def set_min_area(self, value: float | None, settled: bool = True) -> None:
        """Mark components of at least this fraction of the film; None: as the card says."""
        self._set({"min_area": None if value is None else min(max(value, 0.0), 1.0)}, settled)

    def step_score(self, steps: int) -> None:
        """Move the film score by hundredths; presses in a row are one undo step."""
        film, rule = self._store.state.current, self._store.rule
        if film is not None and rule is not None:
            self._set({"score": min(max(round(score_limit(film, rule) + 0.01 * steps, 3), 0.0), 1.0)}, True, True)

    def _set(self, changes: dict[str, float | None], settled: bool, stepping: bool = False) -> None:
        store = self._store
        film, rule = store.state.current, store.rule
        if film is None or film.maps is None or rule is None:
            return
        if film.review.mask is not None:
            store.change(message=MASK_IS_EDITED)
            return
        detection: Detection = replace(pinned(store.state, film, rule), **changes)
        if settled:
            self._reviewing.push(film, replace(film.review, detection=detection), stepping)
        else:
            store.update(replace(film, hand=DetectionDrag(detection)))

    def settle(self) -> None:
        """End a drag that is still going on."""
        film = self._store.state.current
        if film is not None and isinstance(film.hand, DetectionDrag):
            self._reviewing.push(film, replace(film.review, detection=film.hand.detection))
