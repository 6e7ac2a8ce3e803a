"""The colours that are laid over a film, the same on the screen and in the report; the drawing itself is Qt's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]

CYAN: Rgb = (53, 194, 224)  # what the network says
AMBER: Rgb = (242, 179, 61)  # what a reader changed
GREY: Rgb = (178, 186, 194)  # what a reader rejected
VIOLET: Rgb = (
    176,
    124,
    255,
)  # what other programs and earlier sessions drew; red-green blind eyes, too, tell it from cyan
CASING: Rgb = (6, 26, 32)  # a dark rim beside the outline, so that it is seen on white and in grey print

HEAT_FADE = 0.2  # scores below this fade out: the film stays a film where the network sees nothing

# Dark blue over grey to yellow, even in lightness, kept by the colour-blind (Nunez et al. 2018, PLoS ONE).
_HEAT_POINTS: tuple[Rgb, ...] = (
    (0, 34, 78), (0, 49, 112), (42, 63, 109), (67, 78, 108), (87, 93, 109), (106, 108, 113), (125, 124, 120),
    (145, 139, 120), (165, 156, 116), (187, 173, 109), (209, 191, 97), (233, 211, 78), (254, 232, 56),
)  # fmt: skip


def heat_table() -> NDArray[np.uint8]:
    """Return the (256, 3) colours of the scores 0 to 1."""
    points = np.array(_HEAT_POINTS, np.float64)
    at = np.linspace(0, 255, len(points))
    return np.stack([np.rint(np.interp(np.arange(256), at, channel)) for channel in points.T], 1).astype(np.uint8)
