"""What was decided on a film, and by whom, in words that window and report share: headline, gate, limits."""

from __future__ import annotations

from typing import Literal

from ptxviewer.core.answer import BY_CARD, Findings, Gate
from ptxviewer.core.film import PixelSpacing, Radiograph
from ptxviewer.words import finding, quantities, sentences, tr
from ptxviewer.words.measures import area_with_origin

Nearness = Literal["above", "near", "below"]


def score_name(calibrated: bool) -> str:
    """Return what is to be known of the film score: without calibration it must not be taken for a probability."""
    return tr("calibrated") if calibrated else tr("not a probability")


def nearness(score: float, operating_point: float) -> Nearness:
    """Return where a score lies: above, near (within a fifth) or below the operating point."""
    if abs(score - operating_point) <= 0.2 * operating_point:
        return "near"
    return "above" if score > operating_point else "below"


def where_text(findings: Findings) -> str:
    """Return where the largest lesion lies: "right apex", "both sides", "side unknown"."""
    largest = findings.lesions[0]
    if len({lesion.side for lesion in findings.lesions}) > 1:
        return finding.both_sides()
    return finding.place(largest.side, largest.zones[0] if largest.zones else None)


def headline(film: Radiograph, findings: Findings) -> str:
    """Return the decision in one line; on an edited mask it is the reader's, and says so."""
    if not findings.present:
        return tr("Nothing marked, edited by reader.") if findings.edited else tr("AI: nothing above threshold.")
    area = area_with_origin(findings.area_px, findings.area_mm2, film.spacing)
    if findings.edited:
        return tr("Marked {where}, {area}, edited by reader.", where=where_text(findings), area=area)
    return tr("AI: above threshold, {where}, {area}.", where=where_text(findings), area=area)


def gate_text(gate: Gate, overridden: bool) -> str:
    """Return the gate's answer as one line, "" where there is nothing to say."""
    if gate.passed:
        return sentences(*gate.cautions)
    return sentences(gate.reason, tr("Shown because the reader asked for it.") if overridden else "")


def film_check(film: Radiograph, gate: Gate, overridden: bool) -> str:
    """Return all that speaks against the network's answer on a film that was analysed, "" where nothing does."""
    asked = tr("Analysed because the reader asked for it.") if film.not_analysed else ""
    return sentences(film.not_analysed, asked, gate_text(gate, overridden))


def area_limit_text(fraction: float, rows: int, cols: int, spacing: PixelSpacing) -> str:
    """Return a smallest area, given as a fraction of a (rows, cols) film, in cm² where the film supports it."""
    return quantities.area(fraction * rows * cols, spacing)


def detection_text(film: Radiograph, findings: Findings) -> str:
    """Return the detection limits that the reader changed, "" where they are the card's."""
    own = findings.detection
    if own == BY_CARD:
        return ""
    limits = [tr("film score at least {limit}", limit=quantities.limit(findings.score_threshold))]
    if own.peak is not None:
        limits.append(tr("peak at least {limit}", limit=quantities.limit(own.peak)))
    if own.min_area is not None:
        limits.append(tr("area at least {limit}", limit=area_limit_text(own.min_area, *film.shape, film.spacing)))
    return tr("{limits} (set by reader)", limits=", ".join(limits))
