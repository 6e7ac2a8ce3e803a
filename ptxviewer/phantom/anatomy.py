"""Anatomy of the phantom: one person drawn from a seed, as curves and tubes in millimetres.

Coordinates: x to the image's right (the patient's left), y down, origin in the middle of the field. Most curves are
given for one half of the body with u, the distance from the midline, and mirrored by ``sign`` (-1 for the
patient's right, which lies on the image's left; +1 for the patient's left).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import FloatMap
from ptxviewer.phantom.shapes import Points, smooth_line

# Inner chest wall from the medial apex over the apex down to the costophrenic angle and beyond: u / half width,
# (y - apex) / (costophrenic angle - apex).
_WALL = np.array(
    [
        (0.10, 0.24), (0.12, 0.13), (0.17, 0.05), (0.27, 0.006), (0.38, 0.002), (0.49, 0.03), (0.60, 0.085),
        (0.71, 0.155), (0.81, 0.24), (0.89, 0.345), (0.945, 0.46), (0.978, 0.59), (0.995, 0.73), (1.0, 0.87),
        (0.99, 1.0), (0.95, 1.12), (0.88, 1.24), (0.80, 1.40),
    ],
    np.float32,
)  # fmt: skip
WALL_POINTS = 120

# Mediastinal borders: t = (y - apex) / (dome - apex), u in mm for an average heart.
_RIGHT_BORDER = np.array(
    [
        (-0.6, 26), (-0.1, 19), (0.05, 19), (0.15, 23), (0.28, 26), (0.40, 27), (0.52, 28), (0.60, 34), (0.70, 41),
        (0.80, 44), (0.90, 43), (0.98, 38), (1.06, 33), (1.5, 30), (2.2, 30),
    ],
    np.float32,
)  # fmt: skip
_LEFT_BORDER = np.array(
    [
        (-0.6, 26), (-0.1, 20), (0.05, 20), (0.15, 22), (0.22, 25), (0.27, 33), (0.32, 36.5), (0.37, 33), (0.42, 29),
        (0.48, 33), (0.53, 36), (0.60, 44), (0.70, 58), (0.80, 73), (0.89, 83), (0.96, 86), (1.02, 82), (1.1, 62),
        (1.5, 40), (2.2, 40),
    ],
    np.float32,
)  # fmt: skip


Projection = Literal["PA", "AP"]


@dataclass(frozen=True)
class Anatomy:
    """One person's measures (mm unless said otherwise)."""

    apex: float  # y of the lung apex
    base: float  # y of the costophrenic angle
    half_width: float  # of the inner chest
    dome_right: float  # y of the top of the diaphragm
    dome_left: float
    heart: float  # factor on the heart's width
    depth: float  # front to back of the body at the chest
    fat: float  # thickness of the chest wall's soft tissue at the side
    rib_drop: float  # factor on the slope of the ribs
    rib_phase: float  # where the first rib lies relative to the apex
    breasts: float  # size, 0 for none
    gas: float  # size of the gastric bubble
    knob: float  # factor on the aortic knob
    clavicle: float  # how far the clavicle's outer end lies above its inner end
    scapula: float  # how far the shoulder blade projects over the lung
    lung_density: float  # of water's
    angle: float  # rotation in the picture, radians
    shift_x: float
    shift_y: float
    turn: float  # midline structures moved by the patient's rotation about the long axis

    @property
    def dome_mean(self) -> float:
        """Height of the diaphragm between its two sides."""
        return 0.5 * (self.dome_right + self.dome_left)


def draw_anatomy(seed: int, view: Projection) -> Anatomy:
    """Return the person of a seed; an AP film, often taken in bed, shows a larger heart and higher domes."""
    rng = np.random.default_rng([seed, 101])

    def around(middle: float, spread: float) -> float:
        return middle + spread * float(np.clip(rng.standard_normal(), -2, 2))

    habitus = around(0, 1)  # slender to broad
    bed = 1.0 if view == "AP" else 0.0
    apex = around(-152, 4)
    height = around(262 - 9 * habitus, 8) * (1 - 0.09 * bed)
    dome_right = apex + height * around(0.845, 0.018)
    female = rng.random() < 0.5
    return Anatomy(
        apex=apex,
        base=apex + height,
        half_width=around(133 + 3.5 * habitus, 3),
        dome_right=dome_right,
        dome_left=dome_right + around(11, 4),
        heart=around(0.93 + 0.05 * habitus, 0.08) * (1 + 0.14 * bed),
        depth=around(205 + 14 * habitus, 10),
        fat=max(11.0, around(21 + 6 * habitus, 4)),
        rib_drop=around(1 - 0.05 * habitus, 0.09) * (1 - 0.12 * bed),
        rib_phase=around(-4, 4),
        breasts=max(0.15, around(0.85 + 0.25 * habitus, 0.3)) if female else 0.0,
        gas=max(0.0, around(0.8, 0.5)),
        knob=around(1, 0.1),
        clavicle=around(19, 6) - 9 * bed,
        scapula=around(0, 4) + 16 * bed,
        lung_density=around(0.25, 0.025),
        angle=math.radians(around(0, 0.9 + bed)),
        shift_x=around(0, 3 + 3 * bed),
        shift_y=around(0, 4),
        turn=around(0, 2.5 + 2.5 * bed),
    )


def wall_line(a: Anatomy) -> Points:
    """Inner chest wall of one half as (u, y), from the medial apex clockwise to below the costophrenic angle."""
    knots = np.stack([_WALL[:, 0] * a.half_width, a.apex + _WALL[:, 1] * (a.base - a.apex)], 1)
    return smooth_line(knots.astype(np.float32), WALL_POINTS)


def visceral_line(a: Anatomy, wall: Points, sign: int, rim_mm: float, seed: int) -> Points:
    """Outline of a lung that has fallen away from the wall by up to ``rim_mm``, as (u, y) beside ``wall``.

    Widest over the apex, tapering to nothing above the costophrenic angle (the film is erect); the larger the rim,
    the further down it reaches. Points move towards the hilum, so that the outline cannot cross itself.
    """
    rng = np.random.default_rng([seed, 102])
    hilum = np.array([36.0, hilum_y(a, sign) + 12], np.float32)
    at = np.linspace(0, 1, len(wall))
    grade = np.clip((rim_mm - 4) / 41, 0, 1)
    end = 0.62 + 0.12 * grade + 0.03 * rng.standard_normal()
    rise = np.clip((at + 0.08) / 0.22, 0, 1)
    fall = np.clip((end + 0.04 - at) / (end - 0.26), 0, 1)
    along = (rise * rise * (3 - 2 * rise)) * (fall * fall * (3 - 2 * fall)) ** (0.75 - 0.3 * grade)
    waves = sum(
        rng.uniform(-1, 1) * np.sin(2 * math.pi * (frequency * at + rng.random())) / frequency
        for frequency in (2, 3, 5, 7)
    )
    width = rim_mm * along * (1 + 0.10 * waves) - 2.5 * (1 - along)
    towards = hilum - wall
    towards /= np.maximum(np.hypot(towards[:, 0], towards[:, 1]), 1)[:, None]
    moved = wall + towards * width[:, None].astype(np.float32)
    knots = moved[::5]
    return smooth_line(np.concatenate([knots, moved[-1:]]).astype(np.float32), len(wall))


def diaphragm_y(a: Anatomy, u: FloatMap, top: FloatMap | float) -> FloatMap:
    """Height of the diaphragm at ``u`` mm from the midline, where the dome of that side reaches up to ``top``."""
    middle = 0.46 * a.half_width
    lateral = np.clip((u - middle) / (a.half_width - middle), 0, 1.3)
    medial = np.clip((middle - u) / middle, 0, 1)
    height: FloatMap = top + (a.base - top) * lateral**2.3 + 13 * medial**2
    return height


def hilum_y(a: Anatomy, sign: int) -> float:
    """Height of the hilum; the left one lies about a centimetre above the right."""
    return a.apex + 0.475 * (a.dome_mean - a.apex) + (6 if sign < 0 else -5)


def border_lines(a: Anatomy) -> tuple[Points, Points]:
    """Right and left border of the mediastinum as (y, u)."""
    height = a.dome_mean - a.apex
    lines = []
    for table, sign in ((_RIGHT_BORDER, -1), (_LEFT_BORDER, 1)):
        t, u = table[:, 0], table[:, 1].copy()
        low = np.clip((t - 0.50) / 0.12, 0, 1)
        u *= 1 + low * (a.heart - 1) * (1.0 if sign > 0 else 0.6)
        if sign > 0:
            u *= 1 + (a.knob - 1) * np.exp(-(((t - 0.32) / 0.07) ** 2))
        u += sign * a.turn
        lines.append(smooth_line(np.stack([a.apex + t * height, u], 1).astype(np.float32), 160))
    return lines[0], lines[1]


def body_line(a: Anatomy) -> Points:
    """Outer skin of one half as (u, y): neck, shoulder, flank; the arm leaves the field at the side."""
    flank = a.half_width + a.fat + 4
    top = a.apex
    knots = [
        (54, top - 160), (55, top - 90), (58, top - 62), (76, top - 46), (108, top - 34), (140, top - 24),
        (172, top - 8), (200, top + 20), (225, top + 60), (235, top + 100), (214, top + 122),
        (flank + 22, top + 116), (flank + 9, top + 124), (flank + 3, top + 150), (flank + 1, top + 190),
        (flank + 1, top + 230), (flank + 3, top + 270), (flank + 5, top + 330), (flank + 6, top + 420),
    ]  # fmt: skip
    return smooth_line(np.array(knots, np.float32), 90)


@dataclass(frozen=True, eq=False)
class Bone:
    """A hollow bone along a line in the picture."""

    points: Points  # (n, 2) x, y in mm
    radius: NDArray[np.float32]  # (n,) mm across, in the picture
    depth: NDArray[np.float32]  # (n,) mm along the beam
    cortex: float = 1.1


def _mirrored(line: Points, sign: int) -> Points:
    return (line * np.array([sign, 1], np.float32)).astype(np.float32)


def vertebra_y(a: Anatomy, level: float) -> float:
    """Height of the middle of thoracic vertebra ``level`` (1 to 12; below and above for neck and loin)."""
    return a.apex + a.rib_phase + (level - 1) * 20.5 + 0.22 * (level - 1) ** 2


def ribs(a: Anatomy, wall: Points, sign: int, seed: int) -> list[Bone]:
    """Twelve ribs of one side, each as a posterior and an anterior arc that blend at the side of the chest."""
    rng = np.random.default_rng([seed, 103])
    top = int(wall[:, 1].argmin())
    drops = [30, 52, 74, 90, 100, 106, 108, 104, 96, 84, 60, 36]
    bones = []
    for number, drop in enumerate(drops, 1):
        total = drop * a.rib_drop * (1 + 0.03 * rng.standard_normal())
        end = math.radians({11: 98, 12: 62}.get(number, 150 - max(0, number - 6) * 6))
        phi = np.linspace(math.radians(7), end, 30)
        way = phi / math.radians(150)
        start_y = vertebra_y(a, number) + 1.5 * rng.standard_normal() - 3
        y = start_y + total * way**1.3 - 5 * np.exp(-(((phi - 0.45) / 0.3) ** 2))
        side_y = start_y + total * (math.pi / 2 / math.radians(150)) ** 1.3
        reach = float(np.interp(side_y, wall[top:, 1], wall[top:, 0])) + 2.4
        joint = 19.0
        sine = np.sin(phi)
        u = joint + (reach - joint) * (sine - sine[0]) / (1 - sine[0])
        slope_u, slope_y = np.gradient(u, phi), np.gradient(y, phi)
        through = 0.75 * reach * sine  # depth along the beam per radian
        steep = np.sqrt(1 + through**2 / np.maximum(slope_u**2 + slope_y**2, 1))
        edge_on = sine**6
        wide = (6.6 if number > 1 else 7.5) * (1 - 0.42 * edge_on) * np.where(phi > 1.8, 1.08, 1)
        thick = 6.4 * np.minimum(steep, 2.3)
        line = _mirrored(np.stack([u, y], 1), sign)
        handover = np.clip((np.degrees(phi) - 78) / 24, 0, 1)
        handover = handover**2 * (3 - 2 * handover)
        tip = np.clip((end - phi) / 0.16, 0, 1)
        root = np.clip((phi - phi[0]) / 0.08, 0, 1)
        back, front = np.degrees(phi) < 104, np.degrees(phi) > 76
        for part, weight in ((back, (1 - handover) * root * tip), (front, handover * tip * 0.66)):
            if part.sum() > 3:
                bones.append(
                    Bone(line[part], wide[part].astype(np.float32), (thick * weight)[part].astype(np.float32), 0.85)
                )
    return bones


def clavicle(a: Anatomy, sign: int) -> Bone:
    """The collar bone: from beside the manubrium in an S to the shoulder."""
    y = a.apex + 38
    knots = [(13, y), (22, y - 4), (45, y - 12), (75, y - 15), (105, y - 12 - a.clavicle / 2),
             (132, y - 14 - a.clavicle), (158, y - 12 - a.clavicle)]  # fmt: skip
    line = smooth_line(np.array(knots, np.float32), 36)
    t = np.linspace(0, 1, 36)
    radius = 5.6 + 4.4 * np.exp(-((t / 0.10) ** 2)) + 1.5 * np.clip(t - 0.7, 0, 1)
    depth = 9.5 * np.clip(t / 0.02, 0.4, 1) * np.clip((1 - t) / 0.03, 0.3, 1)
    points = _mirrored(line, sign) + np.array([a.turn, 0], np.float32)
    return Bone(points.astype(np.float32), radius.astype(np.float32), depth.astype(np.float32), 1.5)


def scapula(a: Anatomy, sign: int) -> tuple[Points, list[Bone]]:
    """Shoulder blade: outline of its thin plate (closed, clockwise in u) and its thick borders, spine and humerus."""
    inward, top = a.scapula, a.apex
    upper, lower, socket = (120 - inward, top + 26), (131 - inward, top + 152), (157 - 0.3 * inward, top + 36)
    knots = [upper, (142, top + 20), socket, (147 - 0.7 * inward, top + 85), lower, (121 - inward, top + 118),
             (116 - inward, top + 70), upper]  # fmt: skip
    plate = smooth_line(np.array(knots, np.float32), 60)
    bars = [
        ([socket, (150 - 0.7 * inward, top + 72), (141 - inward, top + 115), lower], 4.2, 5.0),
        ([(117 - inward, top + 62), (140, top + 38), (162, top + 14), (180, top + 3)], 5.5, 8.0),
        ([(152, top + 22), (146, top + 14), (140, top + 16)], 5.5, 9.0),
        ([upper, (116 - inward, top + 70), (121 - inward, top + 118), lower], 2.4, 2.2),
    ]
    bones = []
    for points, wide, thick in bars:
        line = smooth_line(np.array(points, np.float32), 20)
        fade = np.clip(np.minimum(np.arange(20), np.arange(19, -1, -1)) / 3, 0.25, 1)
        bones.append(Bone(_mirrored(line, sign), np.full(20, wide, np.float32), (thick * fade).astype(np.float32), 1.4))
    shaft = smooth_line(np.array([(180, top + 34), (186, top + 46), (196, top + 85), (205, top + 150)], np.float32), 24)
    radius = 13 + 11 * np.exp(-((np.linspace(0, 1, 24) / 0.3) ** 2))
    bones.append(Bone(_mirrored(shaft, sign), radius.astype(np.float32), np.full(24, 14, np.float32), 2.5))
    return plate, bones
