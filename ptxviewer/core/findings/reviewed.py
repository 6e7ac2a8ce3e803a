"""Findings of a film under its review: one definition for window, report and exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ptxviewer.core.answer import DecisionRule, Findings, HemithoraxFinding, ProbabilityMaps
from ptxviewer.core.arrays import Mask
from ptxviewer.core.calibration import calibrated
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.review import MovedLine, Review


def decisive(review: Review) -> tuple[object, ...]:
    """Return all of a review that the findings depend on."""
    calibration = tuple(drawn for drawn in review.measurements if drawn.kind == "calibration")
    return review.threshold, review.detection, review.mask, review.lines, calibration


def as_reviewed(film: Radiograph, review: Review) -> Radiograph:
    """Return a film with the spacing of the reader's calibration and with the posture that the reader gave."""
    film = calibrated(film, review.measurements)
    return film if film.reader_posture == review.posture else replace(film, reader_posture=review.posture)


def find_reviewed(film: Radiograph, maps: ProbabilityMaps, rule: DecisionRule, review: Review) -> tuple[Findings, Mask]:
    """Return the findings of a film under ``review`` and their (rows, cols) mask; raises as ``find`` does.

    ``film`` has the spacing that is to be used: the reader's, where the review holds a calibration.
    """
    edited = None if review.mask is None else review.mask.unpack()
    findings, mask = find(film, maps, rule, review.threshold, edited, review.detection)
    return with_lines(findings, review.lines), mask


@dataclass(frozen=True, eq=False)
class Answer:
    """What network and decision rule say of one film under its review: what reports and exports are made of."""

    maps: ProbabilityMaps
    info: EngineInfo
    findings: Findings
    mask: Mask  # (rows, cols) of the film
    overridden: bool = False  # the reader wants the result whatever the gate says

    @property
    def withheld(self) -> bool:
        """True where the gate refuses the film and the reader has not insisted: nothing of it may be shown."""
        return not self.findings.gate.passed and not self.overridden


def answer_of(film: Radiograph, maps: ProbabilityMaps, info: EngineInfo, review: Review) -> Answer:
    """Measure a film under ``review``; ``film`` and errors as in ``find_reviewed``."""
    findings, mask = find_reviewed(film, maps, info.rule, review)
    return Answer(maps, info, findings, mask, review.gate_overridden)


def with_lines(findings: Findings, moved: Iterable[MovedLine]) -> Findings:
    """Return the findings with the distances that a reader moved; a half without any has none to move."""
    moved = tuple(moved)
    if not moved:
        return findings
    return replace(findings, halves=tuple(_with_lines(half, moved) for half in findings.halves))


def _with_lines(half: HemithoraxFinding, moved: tuple[MovedLine, ...]) -> HemithoraxFinding:
    if half.distances is None:
        return half
    own = [line for line in moved if line.on_image_left is half.on_image_left]
    distances = half.distances
    for line in own:
        distances = distances.with_line(line.name, line.line)
    return replace(half, distances=distances, moved=tuple(line.name for line in own))


__all__ = ["Answer", "answer_of", "as_reviewed", "decisive", "find_reviewed", "with_lines"]
