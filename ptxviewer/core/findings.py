"""From the network's maps to findings: one decision rule and one measure, for app, CLI, report and evaluation.

The decision is taken on the model's grid, the mask at film resolution: ``decide`` lowers every pixel that the rule
refuses to just below the threshold, so that resampling that grid to the film and comparing it (``>=``) gives the
mask, and no refused component can come back between two grid pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ptxviewer.core.errors import StaleResult
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.types import (
    DecisionRule,
    Findings,
    FloatMap,
    Lesion,
    Mask,
    PixelSpacing,
    ProbabilityMaps,
    Radiograph,
    Side,
)


@dataclass(frozen=True, eq=False)
class Decision:
    """The maps as the rule sees them at one threshold: ``grid`` (S, S) float32, ``grid >= threshold`` is kept."""

    grid: FloatMap
    threshold: float
    score_threshold: float
    gate_open: bool  # the image score reaches ``score_threshold``

    @property
    def present(self) -> bool:
        """True when something of the mask is left."""
        return bool((self.grid >= np.float32(self.threshold)).any())


def score_threshold_at(rule: DecisionRule, threshold: float) -> float:
    """Return the image-score gate that goes with a pixel ``threshold``.

    One slider moves both: at the rule's own threshold the gate is the rule's, towards 0 it opens for every film,
    towards 1 it closes for every film; linear in between (the normalisation at the operating point of
    torchxrayvision, read backwards).
    """
    if threshold <= rule.threshold:
        return rule.score_threshold * threshold / rule.threshold
    return 1 - (1 - rule.score_threshold) * (1 - threshold) / (1 - rule.threshold)


def decide(maps: ProbabilityMaps, rule: DecisionRule, threshold: float | None = None) -> Decision:
    """Apply the rule at ``threshold`` in (0, 1); None is the operating point. About 1 ms at 512 x 512."""
    threshold = rule.threshold if threshold is None else min(max(threshold, 0.001), 0.999)
    gate = score_threshold_at(rule, threshold)
    gate_open = maps.score >= gate
    limit = np.float32(threshold)
    below = np.nextafter(limit, np.float32(0))
    if not gate_open:
        return Decision(np.minimum(maps.pneumothorax, below), threshold, gate, False)
    kept = maps.pneumothorax >= limit
    grid_map = GridMap.for_film(maps.rows, maps.cols, maps.size)
    outside = np.ones(kept.shape, bool)
    outside[grid_map.content] = False
    kept &= ~outside
    smallest = rule.min_area * grid_map.height * grid_map.width
    count, labels, stats, _ = cv2.connectedComponentsWithStats(kept.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, bool)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= smallest
    grid = np.where(keep[labels], maps.pneumothorax, np.minimum(maps.pneumothorax, below))
    return Decision(grid.astype(np.float32, copy=False), threshold, gate, True)


def mask_at_film(decision: Decision, rows: int, cols: int) -> Mask:
    """Return the (rows, cols) mask: the grid resampled to the film (bilinear), then compared, never the other way."""
    return _at_film(decision, rows, cols)[1]


def _at_film(decision: Decision, rows: int, cols: int) -> tuple[FloatMap, Mask]:
    """The decision's scores and its mask at film resolution, resampled once."""
    if not decision.present:
        return np.zeros((rows, cols), np.float32), np.zeros((rows, cols), bool)
    score = GridMap.for_film(rows, cols, decision.grid.shape[0]).to_film(decision.grid)
    return score, score >= np.float32(decision.threshold)


def midline(maps: ProbabilityMaps) -> float:
    """Return the column (film pixels) between the lungs, or the film's middle where the network saw no two lungs."""
    grid_map = GridMap.for_film(maps.rows, maps.cols, maps.size)
    columns: list[float] = []
    for lung in (maps.lung_image_left, maps.lung_image_right):
        if lung is None:
            return maps.cols / 2
        weight = (lung >= 0.5).sum(0)
        if weight.sum() < 0.01 * grid_map.height * grid_map.width:
            return maps.cols / 2
        columns.append(float((weight * (np.arange(maps.size) + 0.5)).sum() / weight.sum()))
    if columns[0] >= columns[1]:
        return maps.cols / 2
    x, _ = grid_map.point_to_film(sum(columns) / 2, 0)
    return x


def patient_side(on_image_left: bool, mirrored: bool) -> Side:
    """The patient's right lies on the left of the picture, unless the orientation tag says that it is mirrored."""
    return "right" if on_image_left != mirrored else "left"


def measure(
    mask: Mask, score: FloatMap, middle: float, mirrored: bool, spacing: PixelSpacing, smallest_px: int = 1
) -> tuple[Lesion, ...]:
    """Return the components of a (rows, cols) mask, largest first. ``score`` is the map at film resolution."""
    box = cv2.boundingRect(mask.astype(np.uint8))
    if box[2] == 0:
        return ()
    left, top = box[0], box[1]
    window = (slice(top, top + box[3]), slice(left, left + box[2]))
    count, labels, stats, centroids = cv2.connectedComponentsWithStats(mask[window].astype(np.uint8), connectivity=8)
    inside = score[window]
    lesions = []
    for index in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[index])
        if area < smallest_px:
            continue
        part = labels[y : y + height, x : x + width] == index
        values = inside[y : y + height, x : x + width][part]
        widest = int(part.sum(1).max())
        lesions.append(
            Lesion(
                side=patient_side(left + float(centroids[index][0]) + 0.5 < middle, mirrored),
                area_px=area,
                area_mm2=None if spacing.pixel_area_mm2 is None else area * spacing.pixel_area_mm2,
                max_score=float(values.max()),
                mean_score=float(values.mean()),
                bbox=(left + x, top + y, width, height),
                width_mm=None if spacing.col_mm is None else widest * spacing.col_mm,
                width_px=float(widest),
            )
        )
    return tuple(sorted(lesions, key=lambda lesion: -lesion.area_px))


def find(
    film: Radiograph,
    maps: ProbabilityMaps,
    rule: DecisionRule,
    threshold: float | None = None,
    edited: Mask | None = None,
) -> tuple[Findings, Mask]:
    """Return the findings of a film at ``threshold`` and the (rows, cols) mask that they were measured on.

    ``edited`` (rows, cols) is a reader's mask: it stands in place of the rule's, whatever the scores under it.
    Raises ``StaleResult`` when the maps belong to another film: the worst bug this program can have.
    """
    if maps.image_key != film.key:
        raise StaleResult("The result belongs to another film and was not shown.")
    if edited is not None and edited.shape != film.shape:
        raise StaleResult("The edited mask belongs to another film and was not shown.")
    decision = decide(maps, rule, threshold)
    if edited is None:
        score, mask = _at_film(decision, film.rows, film.cols)
    else:
        score, mask = GridMap.for_film(film.rows, film.cols, maps.size).to_film(maps.pneumothorax), edited
    lesions: tuple[Lesion, ...] = ()
    if mask.any():
        lesions = measure(mask, score, midline(maps), film.mirrored, film.spacing)
    findings = Findings(
        bool(lesions), maps.score, decision.threshold, decision.score_threshold, lesions, edited=edited is not None
    )
    return findings, mask
