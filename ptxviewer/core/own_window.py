"""A window that the reader kept by name; ``presets`` turns it into one for a film."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OwnWindow:
    """Told by a film's automatic window, so that it suits films of other values too."""

    name: str
    shift: float  # of the center, in widths of the automatic window
    ratio: float  # of the width to that of the automatic window
