"""Draws the graphics of a file on its film: the shutter covers, overlay planes are white with a dark rim."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import GreyImage, Mask
from ptxviewer.core.film import FileGraphics, Radiograph
from ptxviewer.core.geometry import PixelBox
from ptxviewer.core.view import FilmView
from ptxviewer.core.viewport import oriented, pixel_aspect, resampled


def _level(mask: Mask) -> GreyImage:
    return np.asarray(np.where(mask, 255, 0), np.uint8)


def _rim(overlay: GreyImage) -> GreyImage:
    return np.asarray(cv2.dilate(overlay, np.ones((3, 3), np.uint8)), np.uint8)


def presented(film: Radiograph, view: FilmView) -> FileGraphics | None:
    """Return what is to be drawn on a film: its own graphics; the shutter that the reader applied in place of its own.

    The shutter of a presentation state replaces the film's (PS3.4 N.2.5); one that leaves nothing is not believed.
    """
    if view.shutter is None:
        return film.graphics
    covered = view.shutter.covered(film.shape, pixel_aspect(film.spacing))
    overlay = None if film.graphics is None else film.graphics.overlay
    return FileGraphics(overlay, None if covered.all() else covered, view.shutter.grey)


def with_graphics(grey: GreyImage, graphics: FileGraphics | None) -> GreyImage:
    """Return a film in grey (rows, cols) with what its file wants drawn."""
    if graphics is None:
        return grey
    drawn: GreyImage = np.array(grey)
    if graphics.covered is not None:
        drawn[graphics.covered] = graphics.cover_grey
    if graphics.overlay is not None:
        drawn[_rim(_level(graphics.overlay)) > 0] = 0
        drawn[graphics.overlay] = 255
    return drawn


def graphics_on_screen(
    graphics: FileGraphics, size: tuple[int, int], seen: PixelBox, quarter_turns: int, flipped: bool
) -> NDArray[np.int32]:
    """Return the part ``seen`` of the graphics on a film of ``size`` (width, height) device pixels.

    Premultiplied ARGB, one number a pixel: the shutter, over it the dark rims, over them the planes in white.
    """
    shape = seen[3] - seen[1], seen[2] - seen[0]
    value, alpha = np.zeros(shape, np.float32), np.zeros(shape, np.float32)

    def over(mask: GreyImage, grey: int) -> None:
        lying = np.ascontiguousarray(oriented(mask, quarter_turns, flipped))
        shrinks = size[0] < lying.shape[1]
        part = resampled(lying, size, seen, cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR).astype(np.float32) / 255
        value[:] = grey * part + value * (1 - part)
        alpha[:] = part + alpha * (1 - part)

    if graphics.covered is not None:
        over(_level(graphics.covered), graphics.cover_grey)
    if graphics.overlay is not None:
        level = _level(graphics.overlay)
        over(_rim(level), 0)
        over(level, 255)
    levels, opacity = np.rint(value).astype(np.uint32), np.rint(alpha * 255).astype(np.uint32)
    argb = opacity << 24 | levels << 16 | levels << 8 | levels
    return np.asarray(argb.view(np.int32))
