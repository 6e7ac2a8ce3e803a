"""The effect of a stroke on a review: the changed mask, and the verdict that no longer holds."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.state.film import Film
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.drawing.strokes import Stroke, apply
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import decide, mask_at_film
from ptxviewer.core.review import Review, Verdict


def mask_of(film: Film, radiograph: Radiograph, rule: DecisionRule) -> PackedMask:
    """Return the settled mask: the reader's, or the model's at the threshold."""
    if film.review.mask is not None:
        return film.review.mask
    assert film.maps is not None
    decision = decide(film.maps, rule, film.threshold(rule), film.detection)
    return PackedMask.pack(mask_at_film(decision, radiograph.rows, radiograph.cols))


def stroked(film: Film, stroke: Stroke, rule: DecisionRule | None) -> Review | None:
    """Return the film's review after a stroke, None where it changes nothing."""
    if rule is None or film.radiograph is None or film.maps is None:
        return None
    before = mask_of(film, film.radiograph, rule)
    after = apply(before, stroke, film.radiograph.pixels)
    if after == before:
        return None
    verdict: Verdict = film.review.verdict or "edited"
    # What was accepted is no longer what is shown.
    return replace(film.review, mask=after, verdict="edited" if verdict == "accept" else verdict)
