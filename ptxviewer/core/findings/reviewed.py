"""Findings of a film as its review wants them: one way for window, report and whatever else has a review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ptxviewer.core.answer import DecisionRule, Findings, HemithoraxFinding, ProbabilityMaps
from ptxviewer.core.arrays import Mask
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.review import MovedLine, Review


def decisive(review: Review) -> tuple[object, ...]:
    """Return all of a review that the findings depend on."""
    calibration = tuple(one for one in review.measurements if one.kind == "calibration")
    return review.threshold, review.detection, review.mask, review.lines, calibration


def find_reviewed(film: Radiograph, maps: ProbabilityMaps, rule: DecisionRule, review: Review) -> tuple[Findings, Mask]:
    """Return the findings of a film under ``review`` and their (rows, cols) mask; raises as ``find`` does.

    ``film`` has the spacing that is to be used: the reader's, where the review holds a calibration.
    """
    edited = None if review.mask is None else review.mask.unpack()
    findings, mask = find(film, maps, rule, review.threshold, edited, review.detection)
    return with_lines(findings, review.lines), mask


def with_lines(findings: Findings, moved: Iterable[MovedLine]) -> Findings:
    """Return the findings with the distances that a reader moved; a half without any has none to move."""
    moved = tuple(moved)
    if not moved:
        return findings
    return replace(findings, halves=tuple(_with_lines(half, moved) for half in findings.halves))


def _with_lines(half: HemithoraxFinding, moved: tuple[MovedLine, ...]) -> HemithoraxFinding:
    if half.distances is None:
        return half
    mine = [one for one in moved if one.on_image_left is half.on_image_left]
    distances = half.distances
    for one in mine:
        distances = distances.with_line(one.name, one.line)
    return replace(half, distances=distances, moved=tuple(one.name for one in mine))


__all__ = ["decisive", "find_reviewed", "with_lines"]
