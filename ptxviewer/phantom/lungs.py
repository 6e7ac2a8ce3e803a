"""Outlines of the phantom's lung beside a pneumothorax of every shape that a reader meets."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from ptxviewer.phantom.anatomy import Anatomy, diaphragm_y, hilum_y, visceral_line
from ptxviewer.phantom.shapes import Points, smooth_line

Shape = Literal["rim", "collapsed", "apical", "loculated", "basal", "subpulmonic"]
"""Where the air lies: over the apex and down the side (free air, erect film), all around the collapsed lung, over the
apex alone, in a pocket at the side, in one above the costophrenic angle, or between lung and diaphragm."""

# Where along the wall a pocket opens and closes: 0 is its medial apex, about 0.24 the cupola, 0.82 the lower angle.
_POCKETS: dict[str, tuple[float, float]] = {"apical": (-0.2, 0.44), "loculated": (0.48, 0.66), "basal": (0.64, 0.84)}
_TOUCHING = 2.5  # mm by which the outline of a lung that touches the wall lies outside of it


def fallen_line(shape: Shape, a: Anatomy, wall: Points, sign: int, size: float, rim_mm: float, seed: int) -> Points:
    """Outline of the lung as (u, y) beside ``wall``, clockwise; ``rim_mm`` is the widest distance, ``size`` 0..1.

    ``sign`` is that of x on its side, ``seed`` draws the waves of a free rim.
    """
    if shape == "rim":
        return visceral_line(a, wall, sign, rim_mm, seed)
    if shape == "collapsed":
        return _collapsed(a, sign, size)
    if shape == "subpulmonic":
        return _subpulmonic(a, wall, sign, rim_mm)
    return _pocket(a, wall, sign, rim_mm, *_POCKETS[shape])


def _collapsed(a: Anatomy, sign: int, size: float) -> Points:
    """An ellipse around the hilum, clear of wall and diaphragm: the larger ``size``, the smaller."""
    around = np.linspace(0, 2 * math.pi, 120)
    u = 40 + (58 - 24 * size) * np.sin(around)
    y = hilum_y(a, sign) + 8 - (78 - 34 * size) * np.cos(around)
    return np.stack([u, y], 1).astype(np.float32)


def _pocket(a: Anatomy, wall: Points, sign: int, rim_mm: float, opens: float, closes: float) -> Points:
    """The lung touches the wall but for one stretch, whose middle it leaves by ``rim_mm``."""
    hilum = np.array([36.0, hilum_y(a, sign) + 12], np.float32)
    at = np.linspace(0, 1, len(wall))
    along = np.sin(math.pi * np.clip((at - opens) / (closes - opens), 0, 1)) ** 1.5
    towards = hilum - wall
    towards /= np.maximum(np.hypot(towards[:, 0], towards[:, 1]), 1)[:, None]
    width = rim_mm * along - _TOUCHING * (1 - along)
    return (wall + towards * width[:, None]).astype(np.float32)


def _subpulmonic(a: Anatomy, wall: Points, sign: int, rim_mm: float) -> Points:
    """The lung touches the wall, and its base has left the diaphragm by ``rim_mm``."""
    top = a.dome_right if sign < 0 else a.dome_left
    u = np.linspace(a.half_width, -40, 40).astype(np.float32)
    base = np.stack([u, diaphragm_y(a, np.abs(u), top) - rim_mm], 1)
    outside = _pocket(a, wall, sign, 0, 2, 3)  # no stretch of the wall: all of it is touched
    limit = diaphragm_y(a, np.abs(outside[:, 0]), top) - rim_mm
    crown = int(outside[:, 1].argmin())
    above = np.flatnonzero(outside[crown:, 1] < limit[crown:])
    side = outside[: crown + int(above[-1]) + 1]
    inside = base[base[:, 0] < side[-1, 0] - 3]
    return smooth_line(np.concatenate([side[::4], inside[::3]]).astype(np.float32), len(wall))
