"""Windows of presentation states on the values of their film (PS3.4 N.2.1).

A presentation state brings its own modality transformation, and none means none: its window is meant for what that
makes of the stored values, whatever the film's own rescale or Modality LUT says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ptxviewer.core.film import Radiograph, Voi, VoiLut, Window
from ptxviewer.core.voi import LEVELS, voi_values

SMALLEST_WIDTH = 1e-6  # of a step: a LINEAR window of width 1


@dataclass(frozen=True, slots=True)
class Rescale:
    """``value = stored * slope + intercept`` (PS3.3 C.11.1); ``slope`` is not 0."""

    slope: float = 1.0
    intercept: float = 0.0


Modality = Rescale | VoiLut
"""A rescale, or a Modality LUT."""


def on_film(voi: Voi | None, modality: Modality, film: Radiograph) -> Voi | None:
    """Return a window or table, meant for the values of ``modality``, on the modality values of ``film``.

    None where neither of them changes how the film is shown. Where the film's pixels are no longer stored values (its
    own Modality LUT was applied) the state is taken to mean the same values.
    """
    if film.stored_offset is None:
        return voi
    return _on_values(voi, modality, film.slope, film.intercept, film.stored_offset)


@lru_cache(maxsize=16)
def _on_values(voi: Voi | None, modality: Modality, slope: float, intercept: float, offset: int) -> Voi | None:
    """``on_film``, the same object for the same question: tables are compared by identity."""
    if isinstance(modality, Rescale):
        if voi is None:
            return None
        scale = slope / modality.slope
        at_zero = intercept + offset * slope  # the film's value of the stored value 0
        if math.isclose(scale, 1.0) and math.isclose(at_zero, modality.intercept, abs_tol=1e-9):
            return voi
        if isinstance(voi, Window) and scale > 0:
            exact = 0.5 if voi.function == "LINEAR" else 0.0  # PS3.3 C.11.2.1.2.1: from c - 0.5, over w - 1
            center, width = voi.center - exact, voi.width - 2 * exact
            if width <= 0:  # a step, of which the limit itself is black
                center, width = center + SMALLEST_WIDTH / 2, SMALLEST_WIDTH
            function = "LINEAR_EXACT" if voi.function == "LINEAR" else voi.function
            return Window((center - modality.intercept) * scale + at_zero, width * scale, function, voi.explanation)
    stored = np.arange(LEVELS, dtype=np.float64) - offset
    if isinstance(modality, Rescale):
        values, most = stored * modality.slope + modality.intercept, 1.0
    else:
        index = np.clip(stored - modality.first, 0, modality.table.size - 1).astype(np.int64)
        values, most = modality.table[index].astype(np.float64), float((1 << modality.bits) - 1)
    grey = values / most if voi is None else voi_values(values, voi)
    table = np.round(np.clip(grey, 0, 1) * 65535).astype(np.uint16)
    explanation = "" if voi is None else voi.explanation
    return VoiLut(table, intercept, 16, explanation, slope)
