"""From pixels to grey: VOI windows and lookup tables, the one inversion, padding (PS3.3 C.11.2, C.7.6.3.1.2).

A film's pixels are linear in modality values, so a whole display state is one table of 65,536 grey levels:
window changes cost a table, never a pass over the film in floating point.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.film import Radiograph, Voi, Window
from ptxviewer.core.msgid import N_

LEVELS = 65536
AUTOMATIC = N_("Automatic")
LOW_PERCENTILE, HIGH_PERCENTILE = 0.5, 99.5


def window_values(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Map modality values to [0, 1] by a window; same shape.

    LINEAR is PS3.3 C.11.2.1.2.1 (a width of 1 is a step at ``center - 0.5``), LINEAR_EXACT C.11.2.1.3.2, SIGMOID
    C.11.2.1.3.1. A LINEAR width below 1 or another width of 0 or less is outside the standard: ``ValueError``.
    """
    center, width = window.center, window.width
    if not (math.isfinite(center) and math.isfinite(width)):
        raise ValueError("a window needs finite numbers")
    if window.function == "LINEAR":
        if width < 1:
            raise ValueError("a LINEAR window is at least 1 wide")
        if width == 1:
            return (values > center - 0.5).astype(np.float64)
        return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0.0, 1.0)
    if width <= 0:
        raise ValueError("a window is wider than 0")
    if window.function == "LINEAR_EXACT":
        return np.clip((values - center) / width + 0.5, 0.0, 1.0)
    # The exponent is bounded so that far values give 0 and 1 without an overflow.
    return 1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - center) / width, -700.0, 700.0)))


def voi_values(values: NDArray[np.float64], voi: Voi) -> NDArray[np.float64]:
    """Map modality values to [0, 1] by a window or a VOI LUT (PS3.3 C.11.2.1.1: outside it, its end entries)."""
    if isinstance(voi, Window):
        return window_values(values, voi)
    entries = np.floor(values) - voi.first if voi.step == 1 else np.round((values - voi.first) / voi.step)
    index = np.clip(entries, 0, voi.table.size - 1).astype(np.int64)
    grey: NDArray[np.float64] = voi.table[index] / float((1 << voi.bits) - 1)
    return grey


def display_lut(film: Radiograph, voi: Voi, inverted: bool = False, levels: int = LEVELS) -> GreyImage:
    """Return the (levels,) uint8 table from the film's pixels, all of them below ``levels``, to grey, 0 black.

    Order: modality value, VOI, then one inversion when exactly one of film and reader asks for it; padding is black.
    """
    values = np.arange(levels, dtype=np.float64) * film.slope + film.intercept
    grey = np.clip(voi_values(values, voi), 0.0, 1.0)
    if film.inverse != inverted:
        grey = 1.0 - grey
    table = np.floor(grey * 255 + 0.5).astype(np.uint8)
    if film.padding is not None:
        table[film.padding[0] : film.padding[1] + 1] = 0
    return table


def sample_of(pixels: NDArray[np.uint16], padding: tuple[int, int] | None) -> NDArray[np.uint16]:
    """Return at most about 250,000 pixels spread over the film, without padding (all of them when all is padding)."""
    step = max(1, int(math.sqrt(pixels.size / 250_000)))
    sample = pixels[::step, ::step].ravel()
    if padding is not None:
        image = sample[(sample < padding[0]) | (sample > padding[1])]
        sample = image if image.size else sample
    return sample


def counts_of(pixels: NDArray[np.uint16], padding: tuple[int, int] | None = None) -> NDArray[np.intp]:
    """Return how many pixels of a sample have each value, from 0: what the windows of a film are made and judged by."""
    return np.bincount(sample_of(pixels, padding))


def percentiles(counts: NDArray[np.intp], shares: tuple[float, ...]) -> list[float]:
    """Return what ``np.percentile`` does of values so often there: counted instead of sorted in a third of the time."""
    behind = np.cumsum(counts)  # of each value, how many are not larger
    found = []
    for share in shares:
        place = (int(behind[-1]) - 1) * (share / 100)
        low, high = (int(np.searchsorted(behind, rank, "right")) for rank in (math.floor(place), math.ceil(place)))
        part = place - math.floor(place)
        found.append(low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part))
    return found


def auto_window(
    pixels: NDArray[np.uint16], slope: float, intercept: float, padding: tuple[int, int] | None = None
) -> Window:
    """Return a window over the 0.5th to 99.5th percentile of the film's own modality values, never of width 0."""
    return window_over(counts_of(pixels, padding), slope, intercept)


def window_over(counts: NDArray[np.intp], slope: float, intercept: float) -> Window:
    """As ``auto_window``, of values so often there."""
    first, last = sorted(value * slope + intercept for value in percentiles(counts, (LOW_PERCENTILE, HIGH_PERCENTILE)))
    width = max(last - first, abs(slope))
    return Window((first + last) / 2, width, "LINEAR_EXACT", AUTOMATIC)


def shows_something(film: Radiograph, voi: Voi, counts: NDArray[np.intp] | None = None) -> bool:
    """False for a window outside the standard, and for one in which the film is a single grey.

    ``counts``: of the film's values, where they are known (``counts_of``).
    """
    values = np.flatnonzero(counts_of(film.pixels, film.padding) if counts is None else counts)
    try:
        grey = voi_values(values.astype(np.float64) * film.slope + film.intercept, voi)
    except ValueError:
        return False
    return values.size == 1 or bool(grey.max() - grey.min() > 0.02)


def grey_span(voi: Voi, low: float, high: float) -> float:
    """Return how much of all greys, in [0, 1], the values from ``low`` to ``high`` take; 1 outside the standard."""
    try:
        grey = voi_values(np.linspace(low, high, 65), voi)
    except ValueError:
        return 1.0
    return float(grey.max() - grey.min())


def value_range(film: Radiograph) -> tuple[float, float]:
    """Return the smallest and largest modality value of the film's image pixels, from a sample."""
    sample = sample_of(film.pixels, film.padding)
    first, last = sorted(
        (int(sample.min()) * film.slope + film.intercept, int(sample.max()) * film.slope + film.intercept)
    )
    return first, last


def window_of(film: Radiograph, voi: Voi) -> Window:
    """Return a window to start dragging from: the window itself, or one over the rising part of a VOI LUT."""
    if isinstance(voi, Window):
        return voi
    grey = voi.table / float((1 << voi.bits) - 1)
    rising = np.flatnonzero((grey > 0.02) & (grey < 0.98))
    first, last = (int(rising[0]), int(rising[-1])) if rising.size else (0, voi.table.size - 1)
    width = max(last - first, 1) * abs(voi.step)
    return Window(voi.first + voi.step * (first + last) / 2, width, "LINEAR" if width >= 1 else "LINEAR_EXACT", "")


def drag_window(window: Window, dx: float, dy: float, span: float) -> Window:
    """Return the window after a drag by (dx, dy) as fractions of the canvas: right widens, down raises the center.

    ``span`` is the film's range of modality values; one canvas width is one span. The width stays at least 1/2,000
    of the span, so that a drag can never make a film vanish for good.
    """
    smallest = max(span / 2000, 1.0 if window.function == "LINEAR" else 1e-6)
    return replace(
        window, center=window.center + dy * span, width=max(window.width + dx * span, smallest), explanation=""
    )
