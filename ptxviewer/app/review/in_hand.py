"""What becomes of an unfinished change when the reader turns to something else: one rule for each kind."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.review.strokes import stroked
from ptxviewer.app.state.film import DetectionDrag, Film, LineDrag, MeasurementInHand, StrokeInHand, ThresholdDrag
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.drawing.measure import has_size
from ptxviewer.core.review import MovedLine, Review


def settled(film: Film, rule: DecisionRule | None) -> Review:
    """Return the film's review once what is in the hand counts.

    A drag counts as it is, a brush stroke too, and what was taken hold of stays where it is. A polygon that is still
    open and a measurement that is still being drawn do not count.
    """
    review, hand = film.review, film.hand
    if isinstance(hand, ThresholdDrag):
        return replace(review, threshold=hand.threshold, detection=hand.detection)
    if isinstance(hand, DetectionDrag):
        return replace(review, detection=hand.detection)
    if isinstance(hand, LineDrag):
        return replace(review, lines=with_line(review.lines, hand.line)) if hand.line.line != hand.before else review
    if isinstance(hand, MeasurementInHand) and hand.item is not None and has_size(hand.measurement):
        kept = review.measurements
        return replace(review, measurements=(*kept[: hand.item], hand.measurement, *kept[hand.item + 1 :]))
    if isinstance(hand, StrokeInHand) and hand.stroke.shape == "brush":
        return stroked(film, hand.stroke, rule) or review
    return review


def with_line(lines: tuple[MovedLine, ...], moved: MovedLine) -> tuple[MovedLine, ...]:
    """Return the lines that a reader moved, with one more; it replaces an earlier one of its name and side."""
    others = (line for line in lines if (line.on_image_left, line.name) != (moved.on_image_left, moved.name))
    return (*others, moved)
