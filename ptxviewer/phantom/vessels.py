"""Vessel tree of the phantom's lungs: tapering tubes from the hilum, thinner and sparser towards the periphery."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from ptxviewer.phantom.anatomy import Anatomy, hilum_y
from ptxviewer.phantom.shapes import Points

# Direction in degrees from straight lateral (positive downwards) and root radius in mm of the large branches.
_ROOTS = [
    (-74, 2.3), (-60, 2.9), (-46, 2.2), (-28, 2.0), (-10, 1.9), (8, 2.3), (22, 2.5), (34, 3.0), (46, 3.4), (56, 3.3),
    (66, 3.4), (77, 3.0), (88, 2.8),
]  # fmt: skip


def _reach(hilum: NDArray[np.float64], outline: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angle and distance of a lung's outline (u, y) seen from the hilum, ordered by angle."""
    away = outline - hilum
    angle = np.arctan2(away[:, 1], away[:, 0])
    order = np.argsort(angle)
    return angle[order], np.hypot(away[:, 0], away[:, 1])[order]


def vessel_tree(a: Anatomy, outline: Points, sign: int, seed: int) -> list[NDArray[np.float32]]:
    """Return layers of tubes (n, 6: x0, y0, radius0, x1, y1, radius1 in mm) of one lung inside ``outline`` (u, y).

    The tree is grown in fractions of the way from hilum to outline, so the same tree shrinks with a collapsed lung.
    """
    rng = np.random.default_rng([seed, 104, sign + 1])
    hilum = np.array([27.0 if sign < 0 else 31.0, hilum_y(a, sign)])
    angles, distances = _reach(hilum, outline)
    reach_at = np.interp(np.arange(628) / 100 - math.pi, angles, distances).tolist()
    floor = (a.dome_right if sign < 0 else a.dome_left) + 26 - hilum[1]

    def place(theta: float, way: float) -> tuple[float, float]:
        reach = reach_at[round((theta + math.pi) * 100) % 628]
        down = math.sin(theta)
        if down > 0.2:
            reach = min(reach, floor / down)
        return hilum[0] + math.cos(theta) * reach * way, hilum[1] + math.sin(theta) * reach * way

    layers: list[list[tuple[float, ...]]] = [[], []]

    def grow(theta: float, way: float, radius: float, drift: float, layer: int, depth: int) -> None:
        u, y = place(theta, way)
        while radius > 0.42 and way < 0.97:
            step = 0.055 + 0.02 * rng.random()
            theta_next = theta + drift * step + 0.05 * rng.standard_normal()
            way_next = way + step
            next_radius = radius * (1 - 0.62 * step / (1.05 - 0.6 * way))
            u_next, y_next = place(theta_next, way_next)
            layers[layer].append((sign * u, y, radius, sign * u_next, y_next, next_radius))
            u, y, theta, way, radius = u_next, y_next, theta_next, way_next, next_radius
            if way > 0.16 and depth < 5 and rng.random() < 0.46:
                share = 0.30 + 0.22 * rng.random()
                fork = (1 if rng.random() < 0.5 else -1) * (0.9 + 0.8 * rng.random())
                grow(theta, way, radius * (share * 1.25) ** 0.5, drift * 0.3 + fork, layer, depth + 1)
                radius *= (1 - share * 0.55) ** 0.5
                drift -= 0.35 * fork
                drift *= 0.6

    for index, (degrees, radius) in enumerate(_ROOTS):
        theta = math.radians(degrees + 5 * rng.standard_normal())
        grow(theta, 0.03 + 0.04 * rng.random(), radius * (1.15 + 0.3 * rng.random()), 0.5 * rng.standard_normal(),
             index % 2, 0)  # fmt: skip
    return [np.array(layer, np.float32).reshape(-1, 6) for layer in layers]


def hilar_tubes(a: Anatomy, sign: int) -> NDArray[np.float32]:
    """Large arteries at the hilum of one side as tubes (n, 6), in mm."""
    y = hilum_y(a, sign)
    if sign < 0:
        lines = [[(18, y - 6, 8.0), (28, y - 2, 8.0), (34, y + 10, 7.0), (38, y + 26, 6.0), (42, y + 44, 4.6),
                  (46, y + 58, 3.4)], [(22, y - 8, 6.0), (32, y - 20, 4.6), (42, y - 34, 3.2)],
                 [(24, y + 30, 6.0), (40, y + 18, 4.0), (56, y + 8, 2.6)]]  # fmt: skip
    else:
        lines = [[(20, y - 4, 9.0), (33, y - 9, 9.0), (42, y + 2, 7.6), (46, y + 18, 6.2), (50, y + 36, 4.6),
                  (54, y + 52, 3.4)], [(30, y - 10, 6.0), (40, y - 24, 4.4), (48, y - 38, 3.0)],
                 [(30, y + 16, 5.0), (48, y + 6, 3.6), (62, y - 4, 2.5)]]  # fmt: skip
    tubes = []
    for line in lines:
        for (u0, y0, r0), (u1, y1, r1) in itertools.pairwise(line):
            tubes.append((sign * u0, y0, r0, sign * u1, y1, r1))
    return np.array(tubes, np.float32)
