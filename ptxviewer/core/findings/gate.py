"""Is this a frontal chest radiograph with both lungs in the picture? One answer, with its reason, for every reader.

The network was trained on upright frontal films and says something about anything. What it says of a hand, a lateral
view or a photograph means nothing: such films are refused unless the reader insists. What only limits the reading (one
lung hardly visible, an apex at the edge) is a caution and never refuses: a whited-out lung is a film to be read.
"""

from __future__ import annotations

import numpy as np

from ptxviewer.core.answer import Gate, ProbabilityMaps
from ptxviewer.core.arrays import FloatMap, Mask
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.reasons.finding import Finding

LUNG = 0.5  # score from which a grid pixel counts as lung
NO_LUNG = 0.004  # of the film: less is no lung
LOPSIDED = 0.2  # one lung's area over the other's
PHOTOGRAPHED = 0.5  # where the head's threshold was folded to (``model.finish``)
EDGE = 0.015  # of the film's height: a lung, or air, that reaches so near to the upper edge may be cut off


def judge(maps: ProbabilityMaps, frontal_threshold: float) -> Gate:
    """Judge a film from the network's own outputs. Without a ``frontal`` score every film passes."""
    grid_map = maps.grid_map
    lungs = [_visible(lung, grid_map) for lung in (maps.lung_image_left, maps.lung_image_right) if lung is not None]
    areas = [float(np.count_nonzero(lung)) / lung.size for lung in lungs]
    if maps.frontal is not None and maps.frontal < frontal_threshold:
        if len(areas) == 2 and max(areas) >= NO_LUNG > min(areas):
            return Gate(False, Finding.ONE_LUNG_FIELD)
        return Gate(False, Finding.NOT_FRONTAL)
    whole = () if maps.lungs_found else (Finding.WHOLE_FILM,)
    if maps.photographed is not None and maps.photographed >= PHOTOGRAPHED:
        whole = (Finding.PHOTOGRAPHED, *whole)
    if len(lungs) < 2:
        return Gate(True, cautions=whole)
    top = max(1, round(EDGE * grid_map.height))
    seen_there = *(lung[:top] for lung in lungs), _visible(maps.pneumothorax, grid_map, top)
    return Gate(True, cautions=(*whole, *_cautions(areas, any(seen.any() for seen in seen_there))))


def _visible(score: FloatMap, grid_map: GridMap, rows: int | None = None) -> Mask:
    """Where there is something in the part of a map (S, S) that lies on the film, or in its first ``rows``."""
    return np.asarray(score[grid_map.content][:rows] >= np.float32(LUNG))


def _cautions(areas: list[float], cut_off: bool) -> tuple[Finding, ...]:
    cautions = []
    if max(areas) < NO_LUNG:
        cautions.append(Finding.NO_LUNG_FIELD)
    elif min(areas) < LOPSIDED * max(areas):
        cautions.append(Finding.LUNG_HARDLY_SEEN)
    if cut_off:
        cautions.append(Finding.APEX_CUT_OFF)
    return tuple(cautions)
