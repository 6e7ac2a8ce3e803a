"""What was decided on a film, and by whom, in words: the gate, the limits of detection, distances that were moved."""

from __future__ import annotations

from ptxviewer.core.answer import BY_CARD, Findings, Gate
from ptxviewer.core.film import PixelSpacing, Radiograph
from ptxviewer.words import quantities

NOT_SHOWN = "Result not shown."
OVERRIDDEN = "Shown because the reader asked for it."


def score_name(calibrated: bool) -> str:
    """Return what is to be known of the film score: without calibration it must not be taken for a probability."""
    return "calibrated" if calibrated else "not a probability"


def gate_text(gate: Gate, overridden: bool) -> str:
    """Return the gate's answer as one line, "" where there is nothing to say."""
    if gate.passed:
        return " ".join(gate.cautions)
    return f"{gate.reason} {OVERRIDDEN}" if overridden else gate.reason


def film_check(film: Radiograph, gate: Gate, overridden: bool) -> str:
    """Return all that speaks against the network's answer on a film that was analysed, "" where nothing does."""
    unasked = film.not_analysed.removeprefix("Not analysed: ")
    against = f"{unasked[:1].upper()}{unasked[1:]} Analysed because the reader asked for it." if unasked else ""
    return " ".join(text for text in (against, gate_text(gate, overridden)) if text)


def area_limit_text(fraction: float, rows: int, cols: int, spacing: PixelSpacing) -> str:
    """Return a smallest area, given as a fraction of a (rows, cols) film, in cm² where the film supports it."""
    return quantities.area(fraction * rows * cols, spacing)


def detection_text(findings: Findings, rows: int, cols: int, spacing: PixelSpacing) -> str:
    """Return what the reader set of the detection, "" where it is the card's."""
    own = findings.detection
    if own == BY_CARD:
        return ""
    parts = [f"film score at least {findings.score_threshold:.2f}"]
    if own.peak is not None:
        parts.append(f"peak at least {own.peak:.2f}")
    if own.min_area is not None:
        parts.append(f"area at least {area_limit_text(own.min_area, rows, cols, spacing)}")
    return ", ".join(parts) + " (set by reader)"
