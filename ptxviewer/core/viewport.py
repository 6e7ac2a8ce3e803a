"""Where a film lies on the canvas: one affine map between film points and screen points, and its inverse.

Film points have pixel edges at integers; the screen is in device-independent pixels. The flip comes before the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST_ZOOM = 32.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Viewport:
    """``matrix`` (2, 3) takes film (x, y, 1) to screen (x, y); ``zoom`` is screen pixels per film pixel."""

    matrix: NDArray[np.float64]
    zoom: float

    def to_screen(self, point: Point) -> Point:
        """Film point to screen point."""
        x, y = self.matrix @ (point[0], point[1], 1.0)
        return float(x), float(y)

    def to_film(self, point: Point) -> Point:
        """Screen point to film point."""
        x, y = np.linalg.solve(self.matrix[:, :2], np.subtract(point, self.matrix[:, 2]))
        return float(x), float(y)


def fit_zoom(shape: tuple[int, int], quarter_turns: int, width: float, height: float) -> float:
    """Return the zoom at which the whole film (rows, cols) is seen on a canvas."""
    rows, cols = shape if quarter_turns % 2 == 0 else shape[::-1]
    return max(min(width / cols, height / rows), 1e-6)


def viewport(
    shape: tuple[int, int],
    canvas: tuple[float, float],
    *,
    zoom: float | None,
    center: Point | None,
    quarter_turns: int = 0,
    flipped: bool = False,
) -> Viewport:
    """Return the map of a film (rows, cols) on a canvas (width, height); ``zoom`` None fits the film."""
    scale = fit_zoom(shape, quarter_turns, *canvas) if zoom is None else zoom
    middle = center if center is not None and zoom is not None else (shape[1] / 2, shape[0] / 2)
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarter_turns % 4]
    turn = np.array([[cos, -sin], [sin, cos]], np.float64) * scale
    linear = turn @ np.diag([-1.0 if flipped else 1.0, 1.0])
    offset = np.array(canvas) / 2 - linear @ middle
    return Viewport(np.column_stack((linear, offset)), scale)


def zoomed_at(
    now: Viewport, shape: tuple[int, int], canvas: tuple[float, float], factor: float, at: Point, turns: int
) -> tuple[float, Point]:
    """Return (zoom, center) after zooming by ``factor``; the film point under screen point ``at`` stays there."""
    fit = fit_zoom(shape, turns, *canvas)
    zoom = float(np.clip(now.zoom * factor, min(0.5 * fit, 1.0), max(LARGEST_ZOOM, fit)))
    held = now.to_film(at)
    linear = now.matrix[:, :2] * (zoom / now.zoom)
    middle = np.add(held, np.linalg.solve(linear, np.subtract(np.array(canvas) / 2, at)))
    return zoom, (float(middle[0]), float(middle[1]))


def panned(now: Viewport, canvas: tuple[float, float], dx: float, dy: float) -> Point:
    """Return the center after dragging the film by (dx, dy) screen pixels."""
    return now.to_film((canvas[0] / 2 - dx, canvas[1] / 2 - dy))
