"""Windows of presentation states on the values of their film (PS3.4 N.2.1).

A presentation state brings its own modality transformation, and none means none: its window is meant for what that
makes of the stored values, whatever the film's own rescale or Modality LUT says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.film import Radiograph, Voi, VoiLut, Window
from ptxviewer.core.voi import LEVELS, value_range, voi_values

SMALLEST_WIDTH = 1e-6  # of a step: a LINEAR window of width 1


@dataclass(frozen=True, slots=True)
class Rescale:
    """``value = stored * slope + intercept`` (PS3.3 C.11.1); ``slope`` is not 0."""

    slope: float = 1.0
    intercept: float = 0.0


Modality = Rescale | VoiLut
"""A rescale, or a Modality LUT."""


def on_film(voi: Voi | None, modality: Modality | None, film: Radiograph, lut: VoiLut | None = None) -> Voi | None:
    """Return a window or table, meant for the values of ``modality``, on the modality values of ``film``.

    None where neither of them changes how the film is shown. Where the film's pixels are no longer stored values (its
    own Modality LUT was applied), or ``modality`` is None, the state is taken to mean the same values. ``lut`` is the
    Presentation LUT that comes behind (PS3.3 C.11.6): its input is all greys, whatever the number of its entries, and
    without a window all values that can be stored.
    """
    if modality is None or film.stored_offset is None:
        if lut is None:
            return voi
        return _presented(voi, None, lut, film.slope, film.intercept, None, _stored_range(film))
    if lut is not None:
        return _presented(voi, modality, lut, film.slope, film.intercept, film.stored_offset, _stored_range(film))
    return _on_values(voi, modality, film.slope, film.intercept, film.stored_offset)


def _stored_range(film: Radiograph) -> tuple[float, float]:
    """The smallest and the largest value that can be stored; of other pixels, that there are."""
    bits = film.acquisition.bits_stored
    if film.stored_offset is None or not 0 < bits <= 16:
        return value_range(film)
    low = -float(1 << (bits - 1)) if film.stored_offset else 0.0  # signed ones are moved up
    return low, low + (1 << bits) - 1


@lru_cache(maxsize=16)
def _presented(
    voi: Voi | None,
    modality: Modality | None,
    lut: VoiLut,
    slope: float,
    intercept: float,
    offset: int | None,
    stored_range: tuple[float, float],
) -> Voi:
    """``on_film`` with a Presentation LUT, the same object for the same question: tables are compared by identity."""
    pixels = np.arange(LEVELS, dtype=np.float64)
    values = pixels * slope + intercept if offset is None or modality is None else pixels - offset
    grey = _grey_of(values, voi, modality or Rescale(), stored_range)
    place = np.floor(np.clip(grey, 0, 1) * (lut.table.size - 1) + 0.5).astype(np.int64)
    shown = lut.table[place] / float((1 << lut.bits) - 1)
    table = np.round(np.clip(shown, 0, 1) * 65535).astype(np.uint16)
    return VoiLut(table, intercept, 16, "" if voi is None else voi.explanation, slope)


def _grey_of(
    stored: NDArray[np.float64], voi: Voi | None, modality: Modality, stored_range: tuple[float, float]
) -> NDArray[np.float64]:
    """The grey of stored values, 0 to 1 and beyond; without a window all of ``stored_range`` is shown."""
    if isinstance(modality, Rescale):
        values = stored * modality.slope + modality.intercept
        low, high = sorted(end * modality.slope + modality.intercept for end in stored_range)
    else:
        index = np.clip(stored - modality.first, 0, modality.table.size - 1).astype(np.int64)
        values = modality.table[index].astype(np.float64)
        low, high = 0.0, float((1 << modality.bits) - 1)
    grey: NDArray[np.float64] = (values - low) / ((high - low) or 1.0) if voi is None else voi_values(values, voi)
    return grey


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
    grey = _grey_of(stored, voi, modality, (0.0, 1.0))
    table = np.round(np.clip(grey, 0, 1) * 65535).astype(np.uint16)
    explanation = "" if voi is None else voi.explanation
    return VoiLut(table, intercept, 16, explanation, slope)
