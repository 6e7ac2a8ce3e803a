"""Lengths of tissue, air and bone along the phantom's rays, added up to the attenuation of Beer-Lambert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from ptxviewer.core.arrays import FloatMap, Mask
from ptxviewer.phantom import anatomy, vessels
from ptxviewer.phantom.shapes import Frame, Points, add_bone, add_tubes, dome, line_field, ramp

# Effective attenuation per mm at about 120 kV behind a patient: soft tissue, and what bone has above soft tissue.
_TISSUE = 0.0175
_BONE_EXCESS = 0.031
_SPONGE_EXCESS = 0.0030


Fallen = Mapping[int, Points]
"""Outlines of the lungs that have fallen from the wall, as (u, y), by the sign of x on their side."""


def beside(x: FloatMap, fallen: Fallen) -> Mask:
    """Return the pixels on a side with a pneumothorax."""
    here = np.zeros(x.shape, bool)
    for sign in fallen:
        here |= x * sign > 0
    return here


@dataclass(frozen=True, eq=False)
class Chest:
    """Fields on the pixels, in mm: positive depths lie inside."""

    body: FloatMap
    wall: FloatMap
    visceral: FloatMap | None  # depth inside a collapsed lung's outline, on its side only
    border: FloatMap  # lateral of the mediastinum: positive in the lung
    below: FloatMap  # below the top of the diaphragm


def chest_fields(frame: Frame, a: anatomy.Anatomy, wall: Points, fallen: Fallen) -> Chest:
    """Compute the smooth fields on the coarse nodes and lift them to the pixels."""
    x, y = frame.node_x, frame.node_y
    u = np.abs(x)
    body, _ = line_field(u, y, anatomy.body_line(a))
    inner, _ = line_field(u, y, wall)
    right, left = anatomy.border_lines(a)
    edges = [np.interp(y, line[:, 0], line[:, 1]).astype(np.float32) for line in (right, left)]
    slopes = [np.gradient(edge, axis=0) / 2.5 for edge in edges]
    border = np.where(x < 0, (u - edges[0]) / np.hypot(1, slopes[0]), (u - edges[1]) / np.hypot(1, slopes[1]))
    tops = ramp(x, -18, 18) * (a.dome_left - a.dome_right) + a.dome_right
    below = y - anatomy.diaphragm_y(a, u, tops)
    visceral = None
    if fallen:
        depths = {sign: line_field(u, y, line)[0] for sign, line in fallen.items()}
        both = np.where(x < 0, depths[-1], depths[1]) if len(depths) > 1 else next(iter(depths.values()))
        visceral = frame.lift(both)
    lift = frame.lift
    return Chest(
        body=lift(body), wall=lift(inner), visceral=visceral,
        border=lift(border.astype(np.float32)), below=lift(below.astype(np.float32)),
    )  # fmt: skip


def line_integral(
    frame: Frame,
    a: anatomy.Anatomy,
    chest: Chest,
    wall: Points,
    fallen: Fallen,
    grade: float,
    seed: int,
) -> FloatMap:
    """Attenuation along each ray: tissue of the body less the air of the lungs, bones and vessels on top.

    ``fallen`` are the outlines of the lungs with a pneumothorax, ``grade`` is its size from 0 to 1.
    """
    x = frame.x
    node_y = frame.node_y
    high = frame.lift(ramp(node_y, a.apex - 30, a.apex + 95))
    tissue = (a.depth * (0.60 + 0.40 * high)) * dome(chest.body / 95.0)
    room = (a.depth - 62) * (0.58 + 0.42 * high) * dome(chest.wall / 78.0)
    heart = frame.lift(ramp(node_y, a.apex + 90, a.apex + 165))
    solid = (62 + 42 * heart) * dome(-chest.border / (14 + 20 * heart))
    solid += room * ramp(np.abs(x - a.turn), 36, 9) * ramp(chest.border, 0, -9)
    liver = np.sqrt(np.clip(chest.below / 62.0, 0, 1))
    air = np.clip(room - solid, 0, None) * (1 - liver)

    lung = air
    density = np.full_like(x, a.lung_density)
    if chest.visceral is not None:
        here = beside(x, fallen)
        shape = (a.depth - 62) * (1 - 0.25 * grade) * (0.58 + 0.42 * high) * dome(chest.visceral / 34.0)
        lung = np.where(here, np.minimum(air, shape), air)
        density[here] *= 1 + 0.5 * grade
    tissue -= air - lung * density
    tissue += _texture(seed, frame, lung)
    tissue += _vessels(frame, a, seed, wall, fallen, lung) * 1.05
    if chest.visceral is not None:
        tissue += _pleural_line(chest, air, beside(x, fallen))
    tissue -= _airways(frame, a) * 0.85
    tissue += _soft_parts(frame, a, chest, seed)
    tissue = np.clip(tissue, 0, None)
    optical: FloatMap = _TISSUE * tissue + _skeleton(frame, a, chest, wall, seed)
    return optical


def _pleural_line(chest: Chest, air: FloatMap, here: Mask) -> FloatMap:
    """Chord (mm) of the visceral pleura, a shell 0.35 mm thick seen edge on along the lung's outline."""
    assert chest.visceral is not None
    radius, shell = 26.0, 0.35
    depth = np.clip(chest.visceral, 0, radius)
    outer = np.sqrt(np.clip(2 * radius * depth - depth**2, 0, None))
    depth = np.clip(chest.visceral - shell, 0, radius - shell)
    inner = np.sqrt(np.clip(2 * (radius - shell) * depth - depth**2, 0, None))
    gap = np.clip((chest.wall - chest.visceral) / 2.0, 0, 1)
    visible = here * gap * np.clip(air / 30, 0, 1)
    line: FloatMap = 2 * (outer - inner) * visible * (depth < 12)
    return line


def _vessels(frame: Frame, a: anatomy.Anatomy, seed: int, wall: Points, fallen: Fallen, lung: FloatMap) -> FloatMap:
    """Chords (mm) of hilar and lung vessels, seen where there is lung around them."""
    total = np.zeros_like(lung)
    for half in (-1, 1):
        outline = fallen.get(half, wall)
        for tubes in vessels.vessel_tree(a, outline, half, seed):
            layer = np.zeros_like(lung)
            add_tubes(layer, frame, tubes)
            total += layer
        layer = np.zeros_like(lung)
        add_tubes(layer, frame, vessels.hilar_tubes(a, half))
        total += 0.9 * layer
    total = np.asarray(cv2.GaussianBlur(total, (0, 0), max(0.3, 0.3 / frame.spacing_mm)), np.float32)
    chord: FloatMap = total * np.clip(lung / 45.0, 0, 1)
    return chord


def _texture(seed: int, frame: Frame, lung: FloatMap) -> FloatMap:
    """Fine unevenness of lung and chest wall (mm of tissue), fixed in millimetres whatever the resolution."""
    rng = np.random.default_rng([seed, 105])
    fine = cv2.GaussianBlur(rng.standard_normal((420, 420)).astype(np.float32), (0, 0), 0.9)
    broad = cv2.GaussianBlur(rng.standard_normal((420, 420)).astype(np.float32), (0, 0), 7.0) * 11
    rows, cols = lung.shape
    side = 420.0
    matrix = np.array([[frame.spacing_mm, 0, (side - cols * frame.spacing_mm) / 2],
                       [0, frame.spacing_mm, (side - rows * frame.spacing_mm) / 2]])  # fmt: skip
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    fine, broad = (
        cv2.warpAffine(noise, matrix, (cols, rows), flags=flags, borderMode=cv2.BORDER_REFLECT)
        for noise in (fine, broad)
    )
    texture: FloatMap = fine * (0.9 + 1.4 * np.clip(lung / 120, 0, 1)) + broad * 1.1
    return texture


def _airways(frame: Frame, a: anatomy.Anatomy) -> FloatMap:
    """Chord (mm) of the air in trachea and main bronchi."""
    fork = a.apex + 0.40 * (a.dome_mean - a.apex)
    t = a.turn
    tubes = np.array(
        [
            (t - 1, a.apex - 130, 8.0, t - 1, a.apex - 20, 8.2),
            (t - 1, a.apex - 20, 8.2, t + 2, fork - 30, 8.4),
            (t + 2, fork - 30, 8.4, t + 3, fork, 7.8),
            (t + 2, fork - 2, 7.2, t - 14, fork + 19, 6.6),
            (t - 14, fork + 19, 6.6, t - 22, fork + 36, 4.8),
            (t + 4, fork - 2, 6.4, t + 24, fork + 15, 5.8),
            (t + 24, fork + 15, 5.8, t + 36, fork + 27, 4.2),
        ],
        np.float32,
    )
    layer = np.zeros_like(frame.x)
    add_tubes(layer, frame, tubes)
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), max(0.3, 1.2 / frame.spacing_mm)), np.float32)


def _soft_parts(frame: Frame, a: anatomy.Anatomy, chest: Chest, seed: int) -> FloatMap:
    """Breasts, descending aorta, gas in the stomach and bowel, companion shadow: mm of tissue more or less."""
    x, y = frame.x, frame.y
    rng = np.random.default_rng([seed, 106])
    extra = np.zeros_like(x)
    if a.breasts:
        for sign in (-1, 1):
            size = a.breasts * (1 + 0.05 * rng.standard_normal())
            cx, cy = sign * (78 + 4 * rng.standard_normal()), a.apex + 172 + 6 * rng.standard_normal()
            across, down = (x - cx) / (58 + 10 * size), (y - cy) / (38 + 20 * size)
            # round and steep at the lower edge, lost in the chest wall above
            round_off = np.sqrt(np.clip(1 - across**2 - np.clip(down, 0, None) ** 2, 0, 1))
            slope = ramp(down, -1.5, 0.75) * ramp(np.abs(across), 1, 0.45)
            extra += 26 * size * np.minimum(round_off * 1.25, 1) * slope * np.clip(chest.body / 8, 0, 1)
    aorta = dome((12 - np.abs(x - a.turn - 13)) / 11) * ramp(y, a.apex + 75, a.apex + 95)
    extra += 9 * aorta * ramp(y, a.base + 20, a.base - 30)
    if a.gas:
        cx, cy = 58 + 8 * rng.standard_normal(), a.dome_left + 20 + 3 * a.gas
        inside = 1 - ((x - cx) / (17 + 11 * a.gas)) ** 2 - ((y - cy) / (7 + 7 * a.gas)) ** 2
        wavy = inside + 0.12 * np.sin(x / 7) * np.sin(y / 6 + 1)
        extra -= 34 * a.gas * np.sqrt(np.clip(wavy, 0, 1)) * ramp(chest.below, 5, 9)
    smooth: FloatMap = extra
    return smooth


def _skeleton(frame: Frame, a: anatomy.Anatomy, chest: Chest, wall: Points, seed: int) -> FloatMap:
    """Excess attenuation of the bones over the tissue they replace."""
    layer = np.zeros_like(frame.x)
    for sign in (-1, 1):
        for bone in anatomy.ribs(a, wall, sign, seed):
            add_bone(layer, frame, bone.points, bone.radius, bone.depth, bone.cortex)
        _, bones = anatomy.scapula(a, sign)
        for bone in [*bones, anatomy.clavicle(a, sign)]:
            add_bone(layer, frame, bone.points, bone.radius, bone.depth, bone.cortex)
    plate, _ = anatomy.scapula(a, 1)
    depth, _ = line_field(np.abs(frame.node_x), frame.node_y, plate)
    layer += 2.2 * ramp(frame.lift(depth), 0, 2.5)
    bones_total: FloatMap = (_BONE_EXCESS * layer + _spine(frame, a)) * np.clip(chest.body / 6, 0, 1)
    return bones_total


def _spine(frame: Frame, a: anatomy.Anatomy) -> FloatMap:
    """Excess attenuation of vertebral bodies with end plates, pedicles and spinous processes."""
    out = np.zeros_like(frame.x)
    for level in range(-4, 19):
        middle = anatomy.vertebra_y(a, level)
        tall = 0.5 * (anatomy.vertebra_y(a, level + 1) - middle) - 1.8
        wide = 14.0 + 0.55 * max(level, -1)
        boxes = frame.boxes(np.array([(-wide - 12, middle - 16), (wide + 12, middle + 24)], np.float32), 2)
        if boxes is None:
            continue
        box = boxes[0]
        dx, dy = np.abs(frame.x[box] - 0.3 * a.turn), frame.y[box] - middle
        waist = wide - 1.6 * (1 - (dy / tall) ** 2)
        inside = np.minimum(waist - dx, tall - np.abs(dy))
        body = ramp(inside, -0.6, 1.2) * 30 * np.sqrt(np.clip(1 - 0.5 * (dx / wide) ** 2, 0, 1))
        plates = np.exp(-(((inside - 0.6) / 0.8) ** 2)) * 5
        ring = np.hypot((dx - 0.62 * wide) / 3.0, (dy + 0.2 * tall) / 4.6)
        pedicle = np.exp(-(((ring - 1) / 0.3) ** 2)) * 4.5
        tip = np.hypot(dx / 2.8, (dy - 0.75 * tall) / 5.5)
        process = np.clip(1.2 - tip, 0, 1) * 9
        transverse = (
            ramp(wide + 11 - dx, 0, 3) * np.exp(-(((dy + 0.25 * tall) / 4.0) ** 2)) * ramp(dx, wide - 4, wide) * 4
        )
        out[box] += _SPONGE_EXCESS * body + _BONE_EXCESS * (
            0.34 * plates + 0.34 * pedicle + 0.36 * process + 0.7 * transverse
        )
    return out
