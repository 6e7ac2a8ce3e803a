"""Grey and mask to RGB: the one compositor, for the report, the thumbnails and the pixel tests."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.types import FloatMap, GreyImage, Mask

OverlayMode = Literal["outline", "fill", "heat"]
RgbImage = NDArray[np.uint8]  # (rows, cols, 3)
Rgb = tuple[int, int, int]

CYAN: Rgb = (53, 194, 224)  # what the network says
AMBER: Rgb = (242, 179, 61)  # what a reader changed
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


def compose(
    grey: GreyImage,
    mask: Mask,
    score: FloatMap | None = None,
    mode: OverlayMode = "outline",
    opacity: float = 0.25,
    line_px: int = 2,
    colour: Rgb = CYAN,
) -> RgbImage:
    """Return the (rows, cols, 3) picture of a (rows, cols) grey picture with its mask drawn in ``mode``.

    "outline" and "fill" show ``mask``; "heat" shows ``score`` (rows, cols) in [0, 1] and outlines the mask. Outlines
    are ``line_px`` wide at this picture's own pixels. The inputs are not changed.
    """
    if mask.shape != grey.shape or (score is not None and score.shape != grey.shape):
        raise ValueError(f"grey, mask and score must lie on one grid, got {grey.shape} and {mask.shape}")
    if mode == "heat" and score is None:
        raise ValueError("a heat map needs the score")
    picture: RgbImage = np.repeat(grey[:, :, None], 3, axis=2)
    if mode == "fill" and mask.any():
        picture[mask] = _blend(picture[mask], np.array(colour, np.float32), np.float32(opacity))
    if mode == "heat" and score is not None:
        levels = np.rint(np.clip(score, 0, 1) * 255).astype(np.uint8)
        weight = opacity * np.clip(score / HEAT_FADE, 0, 1)[:, :, None]
        picture = _blend(picture, heat_table()[levels].astype(np.float32), weight)
    draw_outline(picture, mask, line_px, colour)
    return picture


def draw_outline(picture: RgbImage, mask: Mask, line_px: int, colour: Rgb = CYAN) -> None:
    """Draw the border of ``mask`` onto ``picture``, with a dark rim one pixel wider on either side."""
    if line_px < 1 or not mask.any():
        return
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, CASING, line_px + 2, cv2.LINE_AA)
    cv2.drawContours(picture, contours, -1, colour, line_px, cv2.LINE_AA)


def _blend(below: NDArray[np.uint8], above: FloatMap, weight: FloatMap | np.float32) -> NDArray[np.uint8]:
    return np.rint(below + (above - below) * weight).astype(np.uint8)
