"""From the network's maps to findings: one decision rule and one measure, for app, CLI, report and evaluation.

The decision is taken on the model's grid, the mask at film resolution: ``decide`` lowers every pixel that the rule
refuses to just below the threshold, so that resampling that grid to the film and comparing it (``>=``) gives the
mask, and no refused component can come back between two grid pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.answer import BY_CARD, DecisionRule, Detection, Findings, HemithoraxFinding, Lesion, ProbabilityMaps
from ptxviewer.core.arrays import FloatMap, Mask
from ptxviewer.core.components import components
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.distances import distances_of
from ptxviewer.core.findings.gate import judge
from ptxviewer.core.findings.hemithorax import (
    APICAL,
    LungFields,
    Orientation,
    half_of,
    lung_fields_of,
    orientation_of,
    zones_of,
)
from ptxviewer.core.findings.upright import Turn, standing_maps, standing_spacing, turns_of
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.masks import window_of
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.core.viewport import pixel_aspect

THICKNESS_SIZE = 700  # longest side of the picture on which the width of a component is measured
QUICK_ERROR = 0.05  # of a distance in steps within 5 x 5 pixels: they are wrong by less than half of it either way
SAMPLE = 20_000  # pixels of a component from which its side and its zones are told
LOCULATED_SHARE = 0.25  # of one half's air that does not reach the apical zone


@dataclass(frozen=True, eq=False)
class Decision:
    """The maps as the rule sees them at one threshold: ``grid`` (S, S) float32, ``grid >= threshold`` is kept."""

    grid: FloatMap
    threshold: float
    score_threshold: float
    gate_open: bool  # the image score reaches ``score_threshold``
    aspect: float = 1.0  # see ``ProbabilityMaps.aspect``

    @property
    def present(self) -> bool:
        """True when something of the mask is left."""
        return self.gate_open and bool((self.grid >= np.float32(self.threshold)).any())


def score_threshold_at(rule: DecisionRule, threshold: float) -> float:
    """Return the image-score gate that goes with a pixel ``threshold``.

    One slider moves both: at the rule's own threshold the gate is the rule's, towards 0 it opens for every film,
    towards 1 it closes for every film; linear in between (the normalisation at the operating point of
    torchxrayvision, read backwards).
    """
    if threshold <= rule.threshold:
        return rule.score_threshold * threshold / rule.threshold
    return 1 - (1 - rule.score_threshold) * (1 - threshold) / (1 - rule.threshold)


def decide(
    maps: ProbabilityMaps, rule: DecisionRule, threshold: float | None = None, detection: Detection = BY_CARD
) -> Decision:
    """Apply the rule at ``threshold`` in (0, 1); None is the operating point. About 1 ms at 512 x 512.

    ``detection`` is what the reader set apart: film score, peak and smallest area that make a component count.
    """
    threshold = rule.threshold if threshold is None else min(max(threshold, 0.001), 0.999)
    gate = score_threshold_at(rule, threshold) if detection.score is None else detection.score
    gate_open = maps.score >= gate
    limit = np.float32(threshold)
    grid = np.minimum(maps.pneumothorax, np.nextafter(limit, np.float32(0)))
    if not gate_open:
        return Decision(grid, threshold, gate, False, maps.aspect)
    grid_map = maps.grid_map
    scores, lowered = maps.pneumothorax[grid_map.content], grid[grid_map.content]
    kept = scores >= limit
    window = window_of(kept)  # elsewhere nothing is kept
    if window is None:
        return Decision(grid, threshold, gate, True, maps.aspect)
    labels, areas = components(kept[window])
    min_area = rule.min_area if detection.min_area is None else detection.min_area
    keep = areas >= min_area * grid_map.height * grid_map.width
    keep[0] = False
    if detection.peak is not None:
        high = np.zeros_like(keep)
        high[labels[scores[window] >= np.float32(max(detection.peak, threshold))]] = True
        keep &= high
    np.copyto(lowered[window], scores[window], where=keep[labels])
    return Decision(grid, threshold, gate, True, maps.aspect)


def held_back(maps: ProbabilityMaps, rule: DecisionRule, decision: Decision, detection: Detection = BY_CARD) -> bool:
    """Return whether the film score alone keeps areas of the map, which would count, from being marked."""
    if decision.gate_open or not (maps.pneumothorax >= np.float32(decision.threshold)).any():
        return False
    return decide(maps, rule, decision.threshold, replace(detection, score=0.0)).present


def mask_at_film(decision: Decision, rows: int, cols: int) -> Mask:
    """Return the (rows, cols) mask: the grid resampled to the film (bilinear), then compared, never the other way."""
    return _at_film(decision, rows, cols)[1]


def _at_film(decision: Decision, rows: int, cols: int) -> tuple[FloatMap, Mask]:
    """The decision's scores and its mask at film resolution, resampled once."""
    limit, mask = np.float32(decision.threshold), np.zeros((rows, cols), bool)
    kept = window_of(decision.grid >= limit) if decision.gate_open else None
    if kept is None:
        return np.broadcast_to(np.float32(0), (rows, cols)), mask
    grid_map = GridMap.for_film(rows, cols, decision.grid.shape[0], decision.aspect)
    score = grid_map.to_film(decision.grid)
    down, across = kept  # what is kept reaches no farther than the next pixel of the grid
    left, top = grid_map.point_to_film(across.start - 1, down.start - 1)
    right, bottom = grid_map.point_to_film(across.stop + 1, down.stop + 1)
    window = slice(max(0, int(top)), math.ceil(bottom)), slice(max(0, int(left)), math.ceil(right))
    mask[window] = score[window] >= limit
    return score, mask


def thickness_px(part: Mask, spacing: PixelSpacing) -> float:
    """Return the diameter, in columns, of the largest circle that fits into ``part``: its width at its widest place."""
    step: int = max(1, max(part.shape) // THICKNESS_SIZE)
    crop = np.pad(part, 1).astype(np.uint8)
    size = max(1, round(crop.shape[1] / step)), max(1, round(crop.shape[0] * pixel_aspect(spacing) / step))
    if size != crop.shape[::-1]:
        kind = cv2.INTER_AREA if step > 1 else cv2.INTER_NEAREST
        small = np.asarray(np.rint(cv2.resize(crop.astype(np.float32), size, interpolation=kind)), np.uint8)
        crop = np.pad(small, 1)  # of a border as thin as the first nothing may be left
    return max(1.0, (2 * _largest_radius(crop) - 0.5) * step)


def _largest_radius(area: NDArray[np.uint8]) -> float:
    """The largest distance from a pixel of ``area`` to one outside: measured where a quick look leaves it possible."""
    about = cv2.distanceTransform(area, cv2.DIST_L2, cv2.DIST_MASK_5)
    largest = float(about.max())
    possible = about >= np.float32((1 - QUICK_ERROR) * largest)
    rows, cols = np.flatnonzero(possible.any(1)), np.flatnonzero(possible.any(0))
    reach = math.ceil((1 + QUICK_ERROR) * largest)  # what is nearest to them lies no farther
    down, across = (slice(max(0, int(at[0]) - reach), int(at[-1]) + reach + 1) for at in (rows, cols))
    exact = cv2.distanceTransform(area[down, across], cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    squared = round(float(exact[possible[down, across]].max()) ** 2)  # whole, whichever way OpenCV took its root
    return math.sqrt(squared)


Pixels = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns of film pixels: a sample of a component that is large enough for its shares."""


@dataclass(frozen=True, eq=False)
class _Component:
    """A lesion, on which half of the picture it lies, a sample of its pixels, and its label in the labelled mask."""

    lesion: Lesion
    on_image_left: bool
    pixels: Pixels
    label: int


def _component(
    part: Mask,
    x: int,
    y: int,
    score: FloatMap,
    lungs: LungFields,
    sides: Orientation,
    spacing: PixelSpacing,
    label: int,
) -> _Component:
    """Measure one component, ``part`` (h, w) with its corner at film pixel (x, y)."""
    height, width = part.shape
    values = np.where(part, score[y : y + height, x : x + width], np.float32(-1))
    peak = divmod(int(values.argmax()), width)
    flat = np.flatnonzero(part)
    area, thick = len(flat), thickness_px(part, spacing)
    mean = float(values.ravel()[flat].mean())
    flat = flat[:: 1 + area // SAMPLE]
    pixels = flat // width + y, flat % width + x
    on_left = lungs.mostly_left(*pixels, score.shape)
    lesion = Lesion(
        side=sides.side(on_left),
        area_px=area,
        area_mm2=None if spacing.pixel_area_mm2 is None else area * spacing.pixel_area_mm2,
        max_score=float(values.max()),
        mean_score=mean,
        bbox=(x, y, width, height),
        width_mm=None if spacing.col_mm is None else thick * spacing.col_mm,
        width_px=thick,
        peak=(x + peak[1], y + peak[0]),
    )
    return _Component(lesion, on_left, pixels, label)


def measure(
    mask: Mask, score: FloatMap, lungs: LungFields, sides: Orientation, spacing: PixelSpacing, smallest_px: int = 1
) -> tuple[tuple[Lesion, ...], tuple[HemithoraxFinding, ...]]:
    """Return the components of a (rows, cols) mask and the halves of the chest that they lie in, largest first.

    ``score`` is the map at film resolution. A pure function: an edited mask is measured like the model's own.
    """
    window = window_of(mask)
    if window is None:
        return (), ()
    left, top, inside = window[1].start, window[0].start, mask[window].view(np.uint8)
    labels, areas = components(inside)
    count = len(areas)
    whole = np.array([(0, 0, inside.shape[1], inside.shape[0])] * 2)  # one component has the window for its box
    boxes = whole if count == 2 else cv2.connectedComponentsWithStats(inside, connectivity=8)[2][:, :4]
    measured: list[_Component] = []
    for label in range(1, count):
        x, y, width, height = (int(v) for v in boxes[label])
        if areas[label] >= smallest_px:
            part = labels[y : y + height, x : x + width] == label
            measured.append(_component(part, left + x, top + y, score, lungs, sides, spacing, label))
    halves: list[HemithoraxFinding] = []
    zoned: dict[int, Lesion] = {}  # by label
    for on_left in (True, False):
        members = [component for component in measured if component.on_image_left is on_left]
        if not members:
            continue
        air = mask
        if len(members) < count - 1:  # not all of the mask is this half's
            belongs = np.zeros(count, bool)
            belongs[[member.label for member in members]] = True
            air = np.zeros_like(mask)
            air[window] = belongs[labels]
        half, lesions = _half_finding(members, air, on_left, lungs, sides)
        halves.append(half)
        zoned.update(zip((member.label for member in members), lesions, strict=True))
    largest_first = sorted(zoned, key=lambda label: (-zoned[label].area_px, label))
    halves.sort(key=lambda half: -half.area_px)
    return tuple(zoned[label] for label in largest_first), tuple(halves)


def _half_finding(
    members: list[_Component], air: Mask, on_left: bool, lungs: LungFields, sides: Orientation
) -> tuple[HemithoraxFinding, list[Lesion]]:
    """What the lesions of one half, ``air`` (rows, cols) together, amount to, and the same lesions with their zones."""
    lesions = [member.lesion for member in members]
    area, side = sum(lesion.area_px for lesion in lesions), sides.side(on_left)
    half = half_of(lungs, air, on_left)
    if half is None:
        return HemithoraxFinding(side, on_left, area, None, Finding.NO_LUNG_ON_SIDE), lesions
    if not sides.head_up:
        return HemithoraxFinding(side, on_left, area, None, Finding.NOT_UPRIGHT), lesions
    zoned = [replace(member.lesion, zones=zones_of(half, *member.pixels)) for member in members]
    apical_to = half.top + APICAL * half.air.shape[0]
    apart = sum(lesion.area_px for lesion in lesions if lesion.bbox[1] / half.row_scale >= apical_to)
    percent = 100.0 * area / (area + half.lung_px)
    loculated = apart > LOCULATED_SHARE * area
    return HemithoraxFinding(side, on_left, area, percent, None, distances_of(half), loculated), zoned


def find(
    film: Radiograph,
    maps: ProbabilityMaps,
    rule: DecisionRule,
    threshold: float | None = None,
    edited: Mask | None = None,
    detection: Detection = BY_CARD,
) -> tuple[Findings, Mask]:
    """Return the findings of a film at ``threshold`` and the (rows, cols) mask that they were measured on.

    ``edited`` (rows, cols) is a reader's mask: it stands in place of the rule's, whatever the scores under it.
    Raises ``StaleResult`` when the maps belong to another film: the worst bug this program can have.
    """
    if maps.image_key != film.key:
        raise StaleResult(Finding.RESULT_OF_OTHER_FILM)
    if edited is not None and edited.shape != film.shape:
        raise StaleResult(Finding.MASK_OF_OTHER_FILM)
    decision = decide(maps, rule, threshold, detection)
    if edited is None:
        score, mask = _at_film(decision, film.rows, film.cols)
    else:
        score, mask = maps.grid_map.to_film(maps.pneumothorax), edited
    findings = Findings(
        False,
        maps.score,
        decision.threshold,
        decision.score_threshold,
        edited=edited is not None,
        detection=detection,
        gate=judge(maps, rule.frontal_threshold),
        network_marks=decision.present,
        held_back=held_back(maps, rule, decision, detection),
    )
    if mask.any():
        turn = Turn(turns_of(film, maps), *film.shape)
        sides, spacing = orientation_of(film, turn.turns), standing_spacing(film.spacing, turn.turns)
        lungs = lung_fields_of(standing_maps(maps, turn.turns))
        lesions, halves = measure(turn.up(mask), turn.up(score), lungs, sides, spacing)
        findings = replace(
            findings,
            present=True,
            lesions=tuple(turn.lesion_back(lesion, film.spacing) for lesion in lesions),
            halves=tuple(map(turn.half_back, halves)),
            side_note=sides.note,
        )
    return findings, mask
