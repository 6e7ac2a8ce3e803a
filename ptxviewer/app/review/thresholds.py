"""Changing threshold and detection limits: live on the cached maps, with undo."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.state.film import DetectionDrag, Film, ThresholdDrag
from ptxviewer.app.state.two_thresholds import pinned, score_limit
from ptxviewer.app.store import Store
from ptxviewer.core.answer import BY_CARD, Detection, Findings
from ptxviewer.core.findings.live import find_live
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review


class Thresholds:
    """Moves the threshold, and the reader's own limits of detection: film score, peak, smallest area."""

    def __init__(self, store: Store, editor: ReviewEditor) -> None:
        self._store = store
        self._editor = editor

    def set(self, value: float, settled: bool = True) -> None:
        """Move the threshold; while dragging (not ``settled``) only the overlay follows: a drag is one undo step."""
        self._set(lambda _film: value, settled)

    def step(self, steps: int) -> None:
        """Move the threshold by hundredths; presses in a row are one undo step."""
        rule = self._store.rule
        if rule is not None:
            self._set(lambda film: film.threshold(rule) + 0.01 * steps, settled=True, stepping=True)

    def _set(self, value: Callable[[Film], float], settled: bool, stepping: bool = False) -> None:
        if self._refused():
            return

        def dragged(film: Film) -> ThresholdDrag | None:
            if film.review.mask is not None:
                return None
            detection = pinned(self._store.state, film, self._store.rule)
            return ThresholdDrag(min(max(round(value(film), 3), 0.01), 0.99), detection, _measured_last(film))

        def moved(film: Film) -> Review | None:
            drag = dragged(film)
            return None if drag is None else replace(film.review, threshold=drag.threshold, detection=drag.detection)

        if settled:
            self._editor.push(moved, instead_of=ThresholdDrag, stepping=stepping)
        else:
            self._editor.take(dragged)

    def measure_drag(self) -> None:
        """Let the findings follow a threshold that is dragged: measured on the model's grid, exact when it is let go.

        A view calls this as often as numbers can be read; the overlay follows every movement without it.
        """
        shown, rule = self._store.state.shown, self._store.rule
        film = None if shown is None else shown.film
        if shown is None or film is None or film.result is None or rule is None:
            return
        maps, known, hand = film.maps, film.result.findings, film.hand
        if maps is None or known is None or not isinstance(hand, (ThresholdDrag, DetectionDrag)):
            return
        found = find_live(shown.radiograph, maps, rule, known, film.threshold(rule), hand.detection)
        self._editor.take(lambda _film: replace(hand, findings=found))

    def reset(self) -> None:
        """Back to the model's operating point, of detection too."""
        self._editor.push(lambda film: replace(film.review, threshold=None, detection=BY_CARD))

    # ---- detection

    def set_score(self, value: float, settled: bool = True) -> None:
        """Mark films from this film score on."""
        self._detect(lambda _film, now: replace(now, score=_share(value)), settled)

    def show_held_back(self) -> None:
        """Mark what the film score holds back: its limit goes down to the score of the film on screen."""
        self._detect(lambda film, now: replace(now, score=_reached(film)), True)

    def set_peak(self, value: float, settled: bool = True) -> None:
        """Mark components whose highest score is at least this; 0 takes every one."""
        self._detect(lambda _film, now: replace(now, peak=round(value, 3) if value > 0 else None), settled)

    def set_min_area(self, value: float | None, settled: bool = True) -> None:
        """Mark components of at least this fraction of the film; None: as the card says."""
        area = None if value is None else min(max(value, 0.0), 1.0)
        self._detect(lambda _film, now: replace(now, min_area=area), settled)

    def step_score(self, steps: int) -> None:
        """Move the film score by hundredths; presses in a row are one undo step."""
        rule = self._store.rule
        if rule is not None:
            self._detect(
                lambda film, now: replace(now, score=_share(score_limit(film, rule) + 0.01 * steps)), True, True
            )

    def _detect(self, change: Callable[[Film, Detection], Detection], settled: bool, stepping: bool = False) -> None:
        film, rule = self._store.state.current, self._store.rule
        if film is None or film.maps is None or rule is None or self._refused():
            return

        def dragged(film: Film) -> DetectionDrag | None:
            detection = change(film, pinned(self._store.state, film, rule))
            return None if film.review.mask is not None else DetectionDrag(detection, _measured_last(film))

        def moved(film: Film) -> Review | None:
            drag = dragged(film)
            return None if drag is None else replace(film.review, detection=drag.detection)

        if settled:
            self._editor.push(moved, instead_of=DetectionDrag, stepping=stepping)
        else:
            self._editor.take(dragged)

    def _refused(self) -> bool:
        """True, and told, where an edited mask stands whatever the scores."""
        film = self._store.state.current
        if film is not None and film.review.mask is not None:
            self._store.tell(Notice.MASK_IS_EDITED)
            return True
        return False


def _measured_last(film: Film) -> Findings | None:
    return film.hand.findings if isinstance(film.hand, (ThresholdDrag, DetectionDrag)) else None


def _reached(film: Film) -> float:
    """The highest limit, in thousandths, that the film's score reaches."""
    return 0.0 if film.maps is None else math.floor(film.maps.score * 1000) / 1000


def _share(value: float) -> float:
    return min(max(round(value, 3), 0.0), 1.0)
