"""A window that the reader kept by name; ``presets`` turns it into one for a film."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OwnWindow:
    """A window relative to a film's automatic one, so that it adapts to films with other values."""

    name: str
    shift: float  # of the center, in widths of the automatic window
    ratio: float  # of the width to that of the automatic window
