"""The position of a film on the canvas: one affine map between film points and screen points, its inverse, its limits.

Film points have pixel edges at integers; the screen is in device-independent pixels. The flip comes before the turn.
What is drawn goes by ``Placement``: the film covers a whole rectangle of device pixels, so that film, overlay and
contours share every edge and a film at 1:1 is not interpolated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.geometry import PixelBox, Point
from ptxviewer.core.spacing import PixelSpacing

LARGEST_ZOOM = 32.0
NEARLY_SQUARE = 0.01
Scalar = TypeVar("Scalar", np.uint8, np.uint16, np.float32)


@dataclass(frozen=True)
class Viewport:
    """``matrix`` (2, 3) takes film (x, y, 1) to screen (x, y); ``zoom`` is screen pixels per film column."""

    shape: tuple[int, int]  # rows, cols
    canvas: tuple[float, float]  # width, height
    matrix: NDArray[np.float64]
    zoom: float
    fit: float  # the zoom at which the whole film is seen
    quarter_turns: int
    flipped: bool

    @cached_property
    def _rows(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """The matrix as numbers: a hundred points a frame are brought to the screen one by one."""
        (a, b, right), (c, d, down) = self.matrix.tolist()
        return (a, b, right), (c, d, down)

    def to_screen(self, point: Point) -> Point:
        """Film point to screen point."""
        (a, b, right), (c, d, down) = self._rows
        x, y = point
        return a * x + b * y + right, c * x + d * y + down

    def to_film(self, point: Point) -> Point:
        """Screen point to film point."""
        x, y = np.linalg.solve(self.matrix[:, :2], np.subtract(point, self.matrix[:, 2]))
        return float(x), float(y)


def pixel_aspect(spacing: PixelSpacing) -> float:
    """Return ``spacing.aspect`` as a film is shown: square within 1 %, so that 1:1 needs no resampling."""
    return 1.0 if abs(spacing.aspect - 1) <= NEARLY_SQUARE else spacing.aspect


def viewport(
    shape: tuple[int, int],
    canvas: tuple[float, float],
    *,
    zoom: float | None,
    center: Point | None,
    quarter_turns: int = 0,
    flipped: bool = False,
    aspect: float = 1.0,
) -> Viewport:
    """Return the map of a film (rows, cols) on a canvas (width, height); ``zoom`` None fits the film.

    ``center`` is the film point in the middle of the canvas, None the film's middle. ``aspect``: see ``pixel_aspect``.
    """
    canvas = max(canvas[0], 1.0), max(canvas[1], 1.0)
    upright = shape[1], shape[0] * aspect
    across, down = upright if quarter_turns % 2 == 0 else upright[::-1]
    fit = min(canvas[0] / across, canvas[1] / down)
    scale = fit if zoom is None else zoom
    middle = center if center is not None and zoom is not None else (shape[1] / 2, shape[0] / 2)
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarter_turns % 4]
    turn = np.array([[cos, -sin], [sin, cos]], np.float64) * scale
    linear = turn @ np.diag([-1.0 if flipped else 1.0, aspect])
    offset = np.array(canvas) / 2 - linear @ middle
    return Viewport(shape, canvas, np.column_stack((linear, offset)), scale, fit, quarter_turns % 4, flipped)


def _on_film(point: Point, shape: tuple[int, int]) -> Point:
    """The nearest point of the film: its middle of the canvas never leaves it, so that no film can get lost."""
    return min(max(point[0], 0.0), float(shape[1])), min(max(point[1], 0.0), float(shape[0]))


def limits(now: Viewport) -> tuple[float, float]:
    """Return the smallest and the largest zoom: half of "fit" (1 for tiny films), ``LARGEST_ZOOM`` (or "fit")."""
    return min(0.5 * now.fit, 1.0), max(LARGEST_ZOOM, now.fit)


def zoomed_at(now: Viewport, factor: float, at: Point) -> tuple[float, Point]:
    """Return (zoom, center) after zooming by ``factor``; the film point under screen point ``at`` stays there.

    Within the limits of the zoom, and as long as the middle of the canvas stays on the film.
    """
    zoom = float(np.clip(now.zoom * factor, *limits(now)))
    linear = now.matrix[:, :2] * (zoom / now.zoom)
    middle = np.add(now.to_film(at), np.linalg.solve(linear, np.subtract(np.array(now.canvas) / 2, at)))
    return zoom, _on_film((float(middle[0]), float(middle[1])), now.shape)


def panned(now: Viewport, dx: float, dy: float) -> Point:
    """Return the center after dragging the film by (dx, dy) screen pixels."""
    return _on_film(now.to_film((now.canvas[0] / 2 - dx, now.canvas[1] / 2 - dy)), now.shape)


@dataclass(frozen=True)
class Placement:
    """The rectangle of device pixels that a film covers, and the part of it that is on the canvas."""

    left: int
    top: int
    width: int
    height: int
    seen: PixelBox  # device pixels from the film's corner; empty (x0 >= x1 or y0 >= y1) when the film is off the canvas
    quarter_turns: int
    flipped: bool

    @property
    def corner(self) -> tuple[int, int]:
        """Where the seen part begins on the canvas, in device pixels."""
        return self.left + self.seen[0], self.top + self.seen[1]

    @property
    def empty(self) -> bool:
        """True when nothing of the film is on the canvas."""
        return self.seen[0] >= self.seen[2] or self.seen[1] >= self.seen[3]


def placement(port: Viewport, ratio: float) -> Placement:
    """Return where the film lies at ``ratio`` device pixels per screen pixel: rounded to whole device pixels."""
    corners = np.array([port.to_screen((0, 0)), port.to_screen((port.shape[1], port.shape[0]))]) * ratio
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    left, top = round(float(x0)), round(float(y0))
    width, height = max(1, round(float(x1 - x0))), max(1, round(float(y1 - y0)))
    across, down = round(port.canvas[0] * ratio), round(port.canvas[1] * ratio)
    visible = max(0, -left), max(0, -top), min(width, across - left), min(height, down - top)
    return Placement(left, top, width, height, visible, port.quarter_turns, port.flipped)


def oriented(array: NDArray[Scalar], quarter_turns: int, flipped: bool) -> NDArray[Scalar]:
    """Return a film or map as it lies on the screen: a view, flipped left to right, then turned clockwise."""
    return np.rot90(array[:, ::-1] if flipped else array, -quarter_turns)


def resampled(source: NDArray[Scalar], size: tuple[int, int], region: PixelBox, interpolation: int) -> NDArray[Scalar]:
    """Return ``region`` of ``source`` stretched to ``size`` (width, height), without computing the rest.

    The same as stretching all of it and cutting the region out, to half a device pixel.
    """
    (rows, cols), (width, height), (x0, y0, x1, y1) = source.shape, size, region
    if (cols, rows) == (width, height):
        return source[y0:y1, x0:x1]
    if region == (0, 0, width, height):
        return np.asarray(cv2.resize(source, size, interpolation=interpolation), source.dtype)
    scale_x, scale_y = width / cols, height / rows
    left, right = _span(x0, x1, cols, scale_x)
    top, bottom = _span(y0, y1, rows, scale_y)
    crop = np.ascontiguousarray(source[top:bottom, left:right])
    wide = np.asarray(cv2.resize(crop, None, fx=scale_x, fy=scale_y, interpolation=interpolation), source.dtype)
    x = max(0, min(round(x0 - left * scale_x), wide.shape[1] - (x1 - x0)))
    y = max(0, min(round(y0 - top * scale_y), wide.shape[0] - (y1 - y0)))
    return wide[y : y + y1 - y0, x : x + x1 - x0]


def _span(first: int, last: int, length: int, scale: float) -> tuple[int, int]:
    """Source pixels under device pixels ``first`` to ``last``, with what bicubic interpolation reads beside them."""
    margin = 2 + math.ceil(2 / scale)
    return max(0, math.floor(first / scale) - margin), min(length, math.ceil(last / scale) + margin)
