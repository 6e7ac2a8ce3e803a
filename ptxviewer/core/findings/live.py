"""Findings while the threshold moves: measured on the model's grid in a few milliseconds, exact once it rests.

The numbers differ from those of ``decide.find`` by what a cell of the grid holds: about a percent of an area.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ptxviewer.core.answer import (
    DecisionRule,
    Detection,
    Findings,
    HemithoraxFinding,
    Lesion,
    ProbabilityMaps,
)
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import decide, held_back, measure
from ptxviewer.core.findings.hemithorax import lung_fields_of, orientation_of
from ptxviewer.core.findings.upright import Turn, standing_maps, standing_spacing, turns_of
from ptxviewer.core.geometry import Point
from ptxviewer.core.spacing import PixelSpacing

Scale = tuple[float, float]
"""Film pixels per cell of the grid, across and down."""


def find_live(
    film: Radiograph,
    maps: ProbabilityMaps,
    rule: DecisionRule,
    before: Findings,
    threshold: float,
    detection: Detection,
) -> Findings:
    """Return the findings of a film at a threshold that is still moving, measured on the model's grid.

    ``before`` are its findings at rest: what does not depend on the threshold is taken from them.
    """
    decision = decide(maps, rule, threshold, detection)
    found = replace(
        before,
        present=False,
        threshold=decision.threshold,
        score_threshold=decision.score_threshold,
        detection=detection,
        lesions=(),
        halves=(),
        network_marks=decision.present,
        held_back=held_back(maps, rule, decision, detection),
    )
    grid_map = maps.grid_map
    score = np.ascontiguousarray(decision.grid[grid_map.content])
    mask = score >= np.float32(decision.threshold)
    if not mask.any():
        return found
    turn = Turn(turns_of(film, maps), *film.shape)
    mask, score = turn.up(mask), turn.up(score)
    rows, cols = film.shape[::-1] if turn.turns % 2 else film.shape
    scale = cols / mask.shape[1], rows / mask.shape[0]
    sides = orientation_of(film, turn.turns)
    lungs = lung_fields_of(standing_maps(maps, turn.turns), (mask.shape[0], mask.shape[1]))
    spacing = _on_grid(standing_spacing(film.spacing, turn.turns), scale)
    lesions, halves = measure(mask, score, lungs, sides, spacing)
    return replace(
        found,
        present=True,
        lesions=tuple(turn.lesion_back(_lesion(lesion, scale), film.spacing) for lesion in lesions),
        halves=tuple(turn.half_back(_half(half, scale)) for half in halves),
        side_note=sides.note,
    )


def _on_grid(spacing: PixelSpacing, scale: Scale) -> PixelSpacing:
    if spacing.row_mm is None or spacing.col_mm is None:
        return replace(spacing, ratio=spacing.aspect * scale[1] / scale[0])
    return replace(spacing, row_mm=spacing.row_mm * scale[1], col_mm=spacing.col_mm * scale[0])


def _lesion(lesion: Lesion, scale: Scale) -> Lesion:
    x, y, width, height = lesion.bbox
    return replace(
        lesion,
        area_px=round(lesion.area_px * scale[0] * scale[1]),
        bbox=(round(x * scale[0]), round(y * scale[1]), round(width * scale[0]), round(height * scale[1])),
        width_px=lesion.width_px * scale[0],
        peak=(round(lesion.peak[0] * scale[0]), round(lesion.peak[1] * scale[1])),
    )


def _half(half: HemithoraxFinding, scale: Scale) -> HemithoraxFinding:
    area = round(half.area_px * scale[0] * scale[1])

    def on_film(at: Point) -> Point:
        return at[0] * scale[0], at[1] * scale[1]

    distances = None if half.distances is None else half.distances.with_points(on_film)
    return replace(half, area_px=area, distances=distances)
