"""The windows that a film can be shown through: those of its file, ours, and those that the reader kept by name."""

from __future__ import annotations

import numpy as np

from ptxviewer.core.film import Radiograph, Voi, Window
from ptxviewer.core.geometry import Box
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.own_window import OwnWindow
from ptxviewer.core.voi import auto_window, sample_of

BUILT_IN: tuple[tuple[Msgid, float, float], ...] = (
    (N_("Soft tissue"), 15.0, 92.0),
    (N_("Lung apex"), 1.0, 60.0),
    (N_("Bone"), 45.0, 99.8),
    (N_("Full range"), 0.0, 100.0),
)
"""Name, and the percentiles of the film's own values from dark to bright between which it runs: values of radiographs
have no unit, so that a fixed width would suit one maker's films only."""
MOST_OWN = 20
LONGEST_NAME = 40


def _over(film: Radiograph, low: float, high: float, name: str) -> Window:
    """Return a window from one pixel level to another, never of width 0."""
    first, last = sorted((low * film.slope + film.intercept, high * film.slope + film.intercept))
    return Window((first + last) / 2, max(last - first, abs(film.slope)), "LINEAR_EXACT", name)


def built_in(film: Radiograph) -> tuple[Window, ...]:
    """Return our windows for a film; where it shows high values dark, the dark end is the high one."""
    sample = sample_of(film.pixels, film.padding)
    dark_is_high = film.inverse != (film.slope < 0)
    windows = []
    for name, dark, bright in BUILT_IN:
        ends = (100 - bright, 100 - dark) if dark_is_high else (dark, bright)
        low, high = np.percentile(sample, ends)
        windows.append(_over(film, float(low), float(high), name))
    return tuple(windows)


def window_of_region(film: Radiograph, box: Box) -> Window | None:
    """Return a window over the values in a part (left, top, right, bottom) of a film, None for too few."""
    left, right = (int(min(max(x, 0), film.cols)) for x in (box[0], box[2]))
    top, bottom = (int(min(max(y, 0), film.rows)) for y in (box[1], box[3]))
    part = film.pixels[top:bottom, left:right]
    if part.size < 16:
        return None
    low, high = np.percentile(sample_of(part, film.padding), (1, 99))
    return _over(film, float(low), float(high), "")


def _automatic(film: Radiograph) -> Window:
    return auto_window(film.pixels, film.slope, film.intercept, film.padding)


def kept_as(film: Radiograph, window: Window, name: str) -> OwnWindow:
    """Return the window that a film is shown through as one of the reader's own."""
    automatic = _automatic(film)
    shift = (window.center - automatic.center) / automatic.width
    return OwnWindow(name.strip()[:LONGEST_NAME], round(shift, 4), max(round(window.width / automatic.width, 4), 1e-4))


def own_window(film: Radiograph, own: OwnWindow) -> Window:
    """Return a window that the reader kept, for this film."""
    automatic = _automatic(film)
    center = automatic.center + own.shift * automatic.width
    return Window(center, automatic.width * own.ratio, "LINEAR_EXACT", own.name)


def presets(film: Radiograph, own: tuple[OwnWindow, ...] = ()) -> tuple[Voi, ...]:
    """Return all windows of a film in the order of their keys: the file's, the automatic one, ours, the reader's."""
    return *film.vois, *built_in(film), *(own_window(film, one) for one in own)


def preset_at(film: Radiograph, own: tuple[OwnWindow, ...], voi: Voi) -> int | None:
    """Return the place among ``presets`` of a window that is none of the file's, by its name."""
    names: tuple[str, ...] = (*(name for name, _, _ in BUILT_IN), *(one.name for one in own))
    name = voi.explanation
    return len(film.vois) + names.index(name) if name and name in names else None
