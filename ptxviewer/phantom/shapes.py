"""Shapes for the phantom: a picture grid in millimetres, distance fields, and tubes projected along the beam.

Every smooth field is computed on one coarse grid that is fixed in millimetres and interpolated to the pixels, so
that the geometry does not depend on the resolution of the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import FloatMap

NODE_MM = 2.5
"""Distance between the nodes of the coarse grid."""
BLOCK = 256  # points of a distance field that are worked on at once

Points = NDArray[np.float32]  # (n, 2) x and y in mm
Slices = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class Frame:
    """The picture's pixels and coarse nodes in the coordinates of the anatomy (mm, x to the image's right, y down).

    The anatomy is turned by ``angle`` (radians) and moved by ``shift_x``, ``shift_y`` (mm) in the picture.
    """

    spacing_mm: float
    angle: float
    shift_x: float
    shift_y: float
    x: FloatMap  # (rows, cols)
    y: FloatMap  # (rows, cols)
    node_x: FloatMap  # (node rows, node cols)
    node_y: FloatMap
    row_weights: FloatMap  # (rows, node rows)
    col_weights: FloatMap  # (cols, node cols)

    @staticmethod
    def make(rows: int, cols: int, spacing_mm: float, angle: float, shift_x: float, shift_y: float) -> Frame:
        """Return the frame of a ``rows`` x ``cols`` picture centred on the origin of the anatomy."""
        row_mm = (np.arange(rows, dtype=np.float64) + 0.5 - rows / 2) * spacing_mm
        col_mm = (np.arange(cols, dtype=np.float64) + 0.5 - cols / 2) * spacing_mm
        row_nodes, row_weights = _interpolation(row_mm)
        col_nodes, col_weights = _interpolation(col_mm)

        def turned(col: NDArray[np.floating[Any]], row: NDArray[np.floating[Any]]) -> tuple[FloatMap, FloatMap]:
            px, py = (col - shift_x)[None, :], (row - shift_y)[:, None]
            cos, sin = math.cos(angle), math.sin(angle)
            return (px * cos + py * sin).astype(np.float32), (py * cos - px * sin).astype(np.float32)

        x, y = turned(col_mm, row_mm)
        node_x, node_y = turned(col_nodes, row_nodes)
        return Frame(spacing_mm, angle, shift_x, shift_y, x, y, node_x, node_y, row_weights, col_weights)

    def to_picture(self, points: Points) -> Points:
        """Anatomy points (n, 2) to picture mm from the picture's centre."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x, y = points[:, 0], points[:, 1]
        return np.stack([x * cos - y * sin + self.shift_x, x * sin + y * cos + self.shift_y], 1).astype(np.float32)

    def lift(self, field: FloatMap, nodes: Slices | None = None, pixels: Slices | None = None) -> FloatMap:
        """Interpolate a field on the coarse nodes (all, or a box of them) to the pixels (all, or a box of them)."""
        row_weights, col_weights = self.row_weights, self.col_weights
        if nodes is not None and pixels is not None:
            row_weights, col_weights = row_weights[pixels[0], nodes[0]], col_weights[pixels[1], nodes[1]]
        lifted: FloatMap = row_weights @ (field @ col_weights.T)
        return lifted

    def boxes(self, points: Points, pad_mm: float) -> tuple[Slices, Slices] | None:
        """Return the boxes of pixels and of nodes around anatomy points; None outside the picture."""
        points_on_picture = self.to_picture(points)
        low, high = points_on_picture.min(0) - pad_mm, points_on_picture.max(0) + pad_mm
        rows, cols = self.x.shape
        pixels, nodes = [], []
        for axis, count, node_count in ((1, rows, self.node_x.shape[0]), (0, cols, self.node_x.shape[1])):
            first = max(0, math.floor(low[axis] / self.spacing_mm + count / 2))
            last = min(count, math.ceil(high[axis] / self.spacing_mm + count / 2) + 1)
            if last <= first:
                return None
            pixels.append(slice(first, last))
            start = -(node_count // 2)
            node_first = max(0, math.floor(low[axis] / NODE_MM) - start - 3)
            nodes.append(slice(node_first, min(node_count, math.ceil(high[axis] / NODE_MM) - start + 4)))
        return (pixels[0], pixels[1]), (nodes[0], nodes[1])


def _interpolation(at_mm: NDArray[np.floating[Any]]) -> tuple[NDArray[np.float64], FloatMap]:
    """Return coarse node positions around ``at_mm`` and the dense Catmull-Rom weights (len(at_mm), nodes)."""
    half = math.ceil(np.abs(at_mm).max() / NODE_MM) + 3
    nodes = np.arange(-half, half + 1) * NODE_MM
    t = np.abs(at_mm[:, None] - nodes[None, :]) / NODE_MM
    near = 1.5 * t**3 - 2.5 * t**2 + 1
    far = -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
    return nodes, np.where(t < 1, near, np.where(t < 2, far, 0.0)).astype(np.float32)


def smooth_line(knots: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return ``count`` points on a Catmull-Rom curve through ``knots`` (n, k), even in the knots' index."""
    extended = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    at = np.linspace(0, len(knots) - 1, count)
    i = np.minimum(at.astype(int), len(knots) - 2)
    t = (at - i)[:, None]
    p0, p1, p2, p3 = extended[i], extended[i + 1], extended[i + 2], extended[i + 3]
    curve = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return np.asarray(curve, np.float32)


def line_field(x: FloatMap, y: FloatMap, points: Points) -> tuple[FloatMap, FloatMap]:
    """Signed distance (mm) to an open line, and where on it the nearest point lies (0 at its start, n - 1 at its end).

    Positive on the line's right as one walks it with y pointing down (clockwise round a closed line: inside).
    """
    start, step = points[:-1], np.diff(points, axis=0)
    long = np.maximum((step**2).sum(1), 1e-6)
    distance, where = np.empty(x.size, np.float32), np.empty(x.size, np.float32)
    for first in range(0, x.size, BLOCK):  # what a block needs stays in the processor's cache
        block = slice(first, first + BLOCK)
        dx = x.ravel()[block, None] - start[:, 0]
        dy = y.ravel()[block, None] - start[:, 1]
        along = np.clip((dx * step[:, 0] + dy * step[:, 1]) / long, 0, 1)
        squared = (dx - along * step[:, 0]) ** 2 + (dy - along * step[:, 1]) ** 2
        nearest = squared.argmin(1)
        pick = np.arange(len(nearest))
        cross = step[nearest, 0] * dy[pick, nearest] - step[nearest, 1] * dx[pick, nearest]
        distance[block] = np.copysign(np.sqrt(squared[pick, nearest]), cross)
        where[block] = nearest + along[pick, nearest]
    return distance.reshape(x.shape), where.reshape(x.shape)


def dome(depth: FloatMap) -> FloatMap:
    """Chord of a round body, as a fraction of its thickness, at ``depth`` (1 = its centre) inside its outline."""
    inside = np.clip(depth, 0, 1)
    chord: FloatMap = np.sqrt(inside * (2 - inside))
    return chord


def ramp(value: FloatMap, start: float, end: float) -> FloatMap:
    """Smooth step from 0 at ``start`` to 1 at ``end`` (also downwards when end < start)."""
    t = np.clip((value - start) / (end - start), 0, 1)
    step: FloatMap = (t * t * (3 - 2 * t)).astype(np.float32)
    return step


def add_bone(
    layer: FloatMap,
    frame: Frame,
    points: Points,
    radius: NDArray[np.float32],
    depth: NDArray[np.float32],
    cortex: float,
) -> None:
    """Add the bone-equivalent chord (mm) of a hollow bone along a line to ``layer`` (rows, cols), in place.

    ``radius`` (n,) is half its width in the picture, ``depth`` (n,) its chord through the middle, both in mm;
    ``cortex`` the wall in mm. A depth that falls to zero lets the bone end softly.
    """
    boxes = frame.boxes(points, float(radius.max()) + 2)
    if boxes is None:
        return
    pixels, nodes = boxes
    distance, where = line_field(frame.node_x[nodes], frame.node_y[nodes], points)
    index = np.arange(len(points))
    wide = np.interp(where, index, radius).astype(np.float32)
    thick = np.interp(where, index, depth).astype(np.float32)
    # the sign jumps beyond the ends of the line: interpolate the plain distance
    distance, wide, thick = (frame.lift(field, nodes, pixels) for field in (np.abs(distance), wide, thick))
    outer = np.sqrt(np.clip(1 - (distance / np.maximum(wide, 0.5)) ** 2, 0, None))
    inner_wide = np.maximum(wide - cortex, 0.3)
    inner = np.sqrt(np.clip(1 - (distance / inner_wide) ** 2, 0, None)) * np.clip(1 - 2 * cortex / 7.0, 0, 1)
    layer[pixels] += np.clip(thick, 0, None) * (outer - 0.78 * inner)


def add_tubes(layer: FloatMap, frame: Frame, segments: NDArray[np.float32]) -> None:
    """Write the chords (mm) of tapering tubes into ``layer`` by maximum: no beads where segments join.

    ``segments`` (n, 6): x0, y0, radius0, x1, y1, radius1 in mm.
    """
    ends = segments.reshape(-1, 2, 3)
    flat = frame.to_picture(ends[:, :, :2].reshape(-1, 2)).reshape(-1, 2, 2)
    pad = ends[:, :, 2].max(1)[:, None]
    rows, cols = frame.x.shape
    size = np.array([cols, rows]) / 2
    low = np.floor((flat.min(1) - pad) / frame.spacing_mm + size).astype(int)
    high = np.ceil((flat.max(1) + pad) / frame.spacing_mm + size).astype(int) + 1
    low = np.maximum(low, 0)
    high = np.minimum(high, [cols, rows])
    for (x0, y0, r0, x1, y1, r1), (left, top), (right, bottom) in zip(segments, low, high, strict=True):
        if right <= left or bottom <= top:
            continue
        box = slice(top, bottom), slice(left, right)
        dx, dy = frame.x[box] - x0, frame.y[box] - y0
        sx, sy = x1 - x0, y1 - y0
        along = np.minimum(np.maximum((dx * sx + dy * sy) / max(sx * sx + sy * sy, 1e-6), 0), 1)
        squared = (dx - along * sx) ** 2 + (dy - along * sy) ** 2
        radius = r0 + along * (r1 - r0)
        chord = 2 * np.sqrt(np.maximum(radius * radius - squared, 0))
        np.maximum(layer[box], chord, out=layer[box])
