"""Detection and extent apart: when the reader has two thresholds, and what then stays while one of them moves.

One slider moves both by default (ADR 0006). Apart, the film score that makes a film count no longer follows the extent.
"""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.answer import BY_CARD, DecisionRule, Detection
from ptxviewer.core.findings.decide import score_threshold_at

LARGEST_AREA = 0.02  # of the film: the end of the slider of the smallest area


def apart(state: State, film: Film | None) -> bool:
    """True when detection has sliders of its own: by choice, or because this film's review sets them apart."""
    return state.settings.two_thresholds or (film is not None and film.detection != BY_CARD)


def score_limit(film: Film, rule: DecisionRule) -> float:
    """Return the film score from which the film counts now."""
    own = film.detection.score
    return score_threshold_at(rule, film.threshold(rule)) if own is None else own


def pinned(state: State, film: Film, rule: DecisionRule | None) -> Detection:
    """Return the detection that holds while the extent moves: apart, the film score's limit stays where it is."""
    detection = film.detection
    if rule is None or detection.score is not None or not apart(state, film):
        return detection
    return replace(detection, score=score_limit(film, rule))


def area_of_slider(place: float) -> float:
    """Return the smallest area, as a fraction of the film, at a place of its slider (0 to 1); fine where small."""
    return LARGEST_AREA * place * place


def slider_of_area(area: float) -> float:
    """Inverse of ``area_of_slider``."""
    return float(min(max(area / LARGEST_AREA, 0.0), 1.0) ** 0.5)
