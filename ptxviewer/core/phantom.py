"""Analytic thorax with a known pneumothorax, projected by Beer-Lambert: the sample study and ground truth for tests.

No patient's film went into it: every shape is a formula in millimetres, drawn from a seed. Lengths along the beam
are added up per tissue, turned into transmitted intensity, given scatter, quantum noise and detector blur, and
taken back to a logarithmic film the way a digital system presents one.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core import phantom_anatomy as anatomy
from ptxviewer.core import phantom_vessels as vessels
from ptxviewer.core.phantom_shapes import Frame, Points, add_bone, add_tubes, dome, line_field, ramp
from ptxviewer.core.types import (
    Acquisition,
    FloatMap,
    Mask,
    Patient,
    PixelSpacing,
    Radiograph,
    SpacingOrigin,
    Study,
    Window,
)

# Effective attenuation per mm at about 120 kV behind a patient: soft tissue, and what bone has above soft tissue.
_TISSUE = 0.0175
_BONE_EXCESS = 0.026
_SPONGE_EXCESS = 0.0062


@dataclass(frozen=True)
class PhantomSpec:
    """What to make. ``size`` 0..1 sets the widest rim from about 4 mm to about 45 mm; ``width_mm`` is the field's.

    The same spec at other rows and columns gives the same geometry (a different shape of field crops or extends it);
    ``seed`` draws the person, ``noise`` scales the quantum noise (1 = a usual exposure).
    """

    side: Literal["right", "left", "none"] = "right"
    size: float = 0.5
    seed: int = 0
    noise: float = 1.0
    rows: int = 1024
    cols: int = 860
    width_mm: float = 360.0
    bits: int = 14
    view: Literal["PA", "AP"] = "PA"
    marker: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.size <= 1 or self.rows < 16 or self.cols < 16 or not 8 <= self.bits <= 16:
            raise ValueError("size must lie in 0..1, rows and cols from 16, bits in 8..16")
        if self.width_mm <= 0 or self.noise < 0:
            raise ValueError("width_mm must be positive and noise not negative")

    @property
    def rim_mm(self) -> float:
        """Widest distance between chest wall and lung."""
        return 4.0 + 41.0 * self.size**1.4


@dataclass(frozen=True, eq=False)
class Phantom:
    """A film and what is true of it. Masks are in picture pixels; the patient's right lies on the image's left."""

    spec: PhantomSpec
    pixels: NDArray[np.uint16]  # (rows, cols), MONOCHROME2: dense is bright
    mask: Mask  # (rows, cols) projected pneumothorax: between chest wall and visceral pleura
    lung_right: Mask  # (rows, cols) aerated lung outside heart, mediastinum and domes
    lung_left: Mask
    spacing_mm: float
    area_mm2: float  # of the mask
    hemithorax_percent: float  # projected: pneumothorax / (lung + pneumothorax) of that side
    interpleural_mm: tuple[float, float, float]  # A, B, C after Collins: apex, middle of upper and of lower half
    window: tuple[float, float]  # center, width of a good display


@dataclass(frozen=True, eq=False)
class _Chest:
    """Fields on the pixels, in mm: positive depths lie inside."""

    body: FloatMap
    wall: FloatMap
    visceral: FloatMap | None  # depth inside the collapsed lung's outline, on its side only
    border: FloatMap  # lateral of the mediastinum: positive in the lung
    below: FloatMap  # below the top of the diaphragm


def make_phantom(spec: PhantomSpec) -> Phantom:
    """Return the film of ``spec`` with its truth; the same spec gives the same arrays."""
    person = anatomy.draw_anatomy(spec.seed, spec.view)
    spacing = spec.width_mm / spec.cols
    frame = Frame.make(spec.rows, spec.cols, spacing, person.angle, person.shift_x, person.shift_y)
    wall = anatomy.wall_line(person)
    sign = {"right": -1, "left": 1, "none": 0}[spec.side]
    fallen = anatomy.visceral_line(person, wall, sign, spec.rim_mm, spec.seed) if sign else None
    chest = _fields(frame, person, wall, fallen)
    aerated = (chest.wall > 0) & (chest.border > 0) & (chest.below < 0)
    mask = np.zeros_like(aerated)
    if chest.visceral is not None:
        mask = aerated & (chest.visceral < 0) & (frame.x * sign > 0)
    lung = aerated & ~mask
    lungs = {-1: lung & (frame.x < 0), 1: lung & (frame.x >= 0)}
    optical = _line_integral(spec, frame, person, chest, wall, fallen, sign)
    film = _expose(spec, optical, spacing)
    pixels = _digitise(spec, film)
    area = float(mask.sum()) * spacing * spacing
    side_px = int(lungs[sign].sum() + mask.sum()) if sign else 0
    distances = (0.0, 0.0, 0.0)
    if fallen is not None:
        distances = _interpleural(frame, wall, fallen, sign, lungs[sign])
    return Phantom(
        spec=spec,
        pixels=pixels,
        mask=mask,
        lung_right=lungs[-1],
        lung_left=lungs[1],
        spacing_mm=spacing,
        area_mm2=area,
        hemithorax_percent=100.0 * float(mask.sum()) / side_px if side_px else 0.0,
        interpleural_mm=distances,
        window=_window(pixels, chest, aerated),
    )


def _fields(frame: Frame, a: anatomy.Anatomy, wall: Points, fallen: Points | None) -> _Chest:
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
    middle = 0.46 * a.half_width
    lateral = np.clip((u - middle) / (a.half_width - middle), 0, 1.3)
    medial = np.clip((middle - u) / middle, 0, 1)
    below = y - (tops + (a.base - tops) * lateral**2.3 + 13 * medial**2)
    visceral = None
    if fallen is not None:
        depth, _ = line_field(u, y, fallen)
        visceral = frame.lift(depth)
    lift = frame.lift
    return _Chest(
        body=lift(body), wall=lift(inner), visceral=visceral,
        border=lift(border.astype(np.float32)), below=lift(below.astype(np.float32)),
    )  # fmt: skip


def _line_integral(
    spec: PhantomSpec, frame: Frame, a: anatomy.Anatomy, chest: _Chest, wall: Points, fallen: Points | None, sign: int
) -> FloatMap:
    """Attenuation along each ray: tissue of the body less the air of the lungs, bones and vessels on top."""
    x, y = frame.x, frame.y
    node_y = frame.node_y
    high = frame.lift(ramp(node_y, a.apex - 30, a.apex + 95))
    tissue = (a.depth * (0.60 + 0.40 * high)) * dome(chest.body / 95.0)
    room = (a.depth - 62) * (0.58 + 0.42 * high) * dome(chest.wall / 78.0)
    heart = frame.lift(ramp(node_y, a.apex + 90, a.apex + 165))
    solid = (62 + 42 * heart) * dome(-chest.border / (14 + 20 * heart))
    solid += 90 * dome((25 - np.abs(x - a.turn)) / 14.0)
    liver = np.sqrt(np.clip(chest.below / 62.0, 0, 1))
    air = np.clip(room - solid, 0, None) * (1 - liver)

    lung = air
    if chest.visceral is not None:
        here = x * sign > 0
        grade = np.clip((spec.rim_mm - 4) / 41, 0, 1)
        shape = (a.depth - 62) * (1 - 0.25 * grade) * (0.58 + 0.42 * high) * dome(chest.visceral / 34.0)
        lung = np.where(here, np.minimum(air, shape), air)
    density = np.full_like(lung, a.lung_density)
    if sign:
        density[x * sign > 0] *= 1 + 0.5 * spec.size
    tissue -= air - lung * density
    tissue += _texture(spec, frame, lung)
    tissue += _vessels(frame, a, spec, wall, fallen, sign, lung) * 0.80
    if chest.visceral is not None:
        tissue += _pleural_line(chest, air, frame, sign)
    tissue -= _airways(frame, a) * 0.85
    tissue += _soft_parts(frame, a, chest, spec)
    tissue = np.clip(tissue, 0, None)
    optical: FloatMap = _TISSUE * tissue + _skeleton(frame, a, chest, wall, spec)
    return optical


def _pleural_line(chest: _Chest, air: FloatMap, frame: Frame, sign: int) -> FloatMap:
    """Chord (mm) of the visceral pleura, a shell 0.35 mm thick seen edge on along the lung's outline."""
    assert chest.visceral is not None
    radius, shell = 26.0, 0.35
    depth = np.clip(chest.visceral, 0, radius)
    outer = np.sqrt(np.clip(2 * radius * depth - depth**2, 0, None))
    depth = np.clip(chest.visceral - shell, 0, radius - shell)
    inner = np.sqrt(np.clip(2 * (radius - shell) * depth - depth**2, 0, None))
    gap = np.clip((chest.wall - chest.visceral) / 2.0, 0, 1)
    visible = (frame.x * sign > 0) * gap * np.clip(air / 30, 0, 1)
    line: FloatMap = 2 * (outer - inner) * visible * (depth < 12)
    return line


def _vessels(
    frame: Frame, a: anatomy.Anatomy, spec: PhantomSpec, wall: Points, fallen: Points | None, sign: int, lung: FloatMap
) -> FloatMap:
    """Chords (mm) of hilar and lung vessels, seen where there is lung around them."""
    total = np.zeros_like(lung)
    for half in (-1, 1):
        outline = fallen if half == sign and fallen is not None else wall
        for tubes in vessels.vessel_tree(a, outline, half, spec.seed):
            layer = np.zeros_like(lung)
            add_tubes(layer, frame, tubes)
            total += layer
        layer = np.zeros_like(lung)
        add_tubes(layer, frame, vessels.hilar_tubes(a, half))
        total += 0.9 * layer
    total = cv2.GaussianBlur(total, (0, 0), max(0.3, 0.45 / frame.spacing_mm))
    chord: FloatMap = total * np.clip(lung / 45.0, 0, 1)
    return chord


def _texture(spec: PhantomSpec, frame: Frame, lung: FloatMap) -> FloatMap:
    """Fine unevenness of lung and chest wall (mm of tissue), fixed in millimetres whatever the resolution."""
    rng = np.random.default_rng([spec.seed, 105])
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
    texture: FloatMap = fine * (1.0 + 2.2 * np.clip(lung / 120, 0, 1)) + broad * 1.1
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
    blurred: FloatMap = cv2.GaussianBlur(layer, (0, 0), max(0.3, 1.2 / frame.spacing_mm))
    return blurred


def _soft_parts(frame: Frame, a: anatomy.Anatomy, chest: _Chest, spec: PhantomSpec) -> FloatMap:
    """Breasts, descending aorta, gas in the stomach and bowel, companion shadow: mm of tissue more or less."""
    x, y = frame.x, frame.y
    rng = np.random.default_rng([spec.seed, 106])
    extra = np.zeros_like(x)
    if a.breasts:
        for sign in (-1, 1):
            size = a.breasts * (1 + 0.05 * rng.standard_normal())
            cx, cy = sign * (82 + 4 * rng.standard_normal()), a.apex + 190 + 6 * rng.standard_normal()
            across, up = (x - cx) / (56 + 8 * size), (y - cy) / (44 + 16 * size)
            hang = np.where(y > cy, 1.0, 0.62)
            extra += (
                40 * size * np.sqrt(np.clip(1 - across**2 - (up * hang) ** 2, 0, 1)) * np.clip(chest.body / 8, 0, 1)
            )
    extra += 16 * dome((12 - np.abs(x - a.turn - 15)) / 9) * ramp(y, a.apex + 75, a.apex + 95)
    if a.gas:
        cx, cy = 62 + 8 * rng.standard_normal(), a.dome_left + 26
        inside = 1 - ((x - cx) / (26 + 14 * a.gas)) ** 2 - ((y - cy) / (10 + 9 * a.gas)) ** 2
        wavy = inside + 0.12 * np.sin(x / 7) * np.sin(y / 6 + 1)
        extra -= 46 * a.gas * np.sqrt(np.clip(wavy, 0, 1)) * ramp(chest.below, 5, 9)
    smooth: FloatMap = extra
    return smooth


def _skeleton(frame: Frame, a: anatomy.Anatomy, chest: _Chest, wall: Points, spec: PhantomSpec) -> FloatMap:
    """Excess attenuation of the bones over the tissue they replace."""
    layer = np.zeros_like(frame.x)
    for sign in (-1, 1):
        for bone in anatomy.ribs(a, wall, sign, spec.seed):
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
        out[box] += _SPONGE_EXCESS * body + _BONE_EXCESS * (plates + pedicle + process + transverse)
    return out


def _expose(spec: PhantomSpec, optical: FloatMap, spacing: float) -> FloatMap:
    """Beer-Lambert, scatter, detector blur and quantum noise; returns -log of the detected intensity, processed."""
    primary = np.exp(-optical)
    rows, cols = optical.shape
    small = (max(8, round(cols * spacing / 4)), max(8, round(rows * spacing / 4)))

    def broad(image: FloatMap, sigma_mm: float) -> FloatMap:
        coarse = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(coarse, (0, 0), sigma_mm / 4, borderType=cv2.BORDER_REPLICATE)
        lifted: FloatMap = cv2.resize(blurred, (cols, rows), interpolation=cv2.INTER_CUBIC)
        return lifted

    veil = np.minimum(primary, 0.25)
    intensity = primary + 0.22 * broad(veil, 32) + 0.004
    rng = np.random.default_rng([spec.seed, 107])
    grain = rng.standard_normal(optical.shape, dtype=np.float32) * (0.0011 * spec.noise / spacing)
    intensity += grain * np.sqrt(intensity)
    intensity = cv2.GaussianBlur(intensity, (0, 0), max(0.25, 0.17 / spacing))
    film = -np.log(np.maximum(intensity, 1e-4))
    body = np.clip(film, 0.3, None)
    film = film - 0.28 * (broad(body, 22) - 1.9) * ramp(film, 0.1, 0.7)
    film += 0.35 * (film - cv2.GaussianBlur(film, (0, 0), max(0.3, 2.2 / spacing))) * ramp(film, 0.2, 0.8)
    out: FloatMap = film
    return out


def _digitise(spec: PhantomSpec, film: FloatMap) -> NDArray[np.uint16]:
    """Scale the film to ``bits``, the same way for every phantom, and burn in the side marker."""
    top = 2**spec.bits - 1
    values = np.clip((film + 0.5) / 5.0, 0, 1)
    if spec.marker:
        _burn_marker(spec, values)
    return np.asarray(np.rint(values * top), np.uint16)


def _burn_marker(spec: PhantomSpec, values: FloatMap) -> None:
    """Write a lead letter L at the upper right of the picture, on the patient's left."""
    mm = spec.cols / spec.width_mm
    fine = 8
    letter = np.zeros((round(26 * fine), round(22 * fine)), np.uint8)
    cv2.putText(letter, "L", (3 * fine, 22 * fine), cv2.FONT_HERSHEY_SIMPLEX, 0.8 * fine, 255, 3 * fine, cv2.LINE_AA)
    size = max(4, round(22 * mm * 0.62)), max(4, round(26 * mm * 0.62))
    stamp = cv2.resize(letter, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    top, left = round(0.03 * spec.rows), spec.cols - size[0] - round(0.03 * spec.cols)
    patch = values[top : top + size[1], left : left + size[0]]
    np.maximum(patch, stamp[: patch.shape[0], : patch.shape[1]] * 0.93, out=patch)


def _window(pixels: NDArray[np.uint16], chest: _Chest, aerated: Mask) -> tuple[float, float]:
    """Center and width that show lungs and mediastinum: from the darkest lung to the densest body."""
    step = max(1, pixels.shape[1] // 200)
    small = pixels[::step, ::step]
    body = small[chest.body[::step, ::step] > 25]
    lung = small[aerated[::step, ::step]]
    low, high = float(np.percentile(lung, 2)), float(np.percentile(body, 98.5))
    span = high - low
    low, high = low - 0.22 * span, high + 0.04 * span
    return round((low + high) / 2), round(high - low)


def _interpleural(frame: Frame, wall: Points, fallen: Points, sign: int, lung: Mask) -> tuple[float, float, float]:
    """Interpleural distances A, B, C (mm) in the picture, measured between the two curves.

    A is the vertical distance from the lung's top to the chest wall above it, B and C the horizontal distances at the
    middle of the upper and of the lower half of the collapsed lung's height (Collins, AJR 1995;165:1127).
    """
    flip = np.array([sign, 1], np.float32)
    outer, inner = (frame.to_picture((line * flip).astype(np.float32)) for line in (wall, fallen))
    outer[:, 0] *= sign
    inner[:, 0] *= sign
    top = int(inner[:, 1].argmin())
    apex_u, apex_y = inner[top]
    arch = outer[: int(outer[:, 0].argmax()) + 1]
    roof = float(np.interp(apex_u, arch[:, 0], arch[:, 1]))
    bottom = (np.flatnonzero(lung.any(1)).max() + 1 - lung.shape[0] / 2) * frame.spacing_mm if lung.any() else apex_y

    def gap(y: float) -> float:
        def lateral(line: Points) -> float:
            crown = int(line[:, 1].argmin())
            return float(np.interp(y, line[crown:, 1], line[crown:, 0]))

        return max(0.0, lateral(outer) - lateral(inner))

    height = float(bottom - apex_y)
    return max(0.0, float(apex_y) - roof), gap(float(apex_y) + height / 4), gap(float(apex_y) + 3 * height / 4)


def film_of(phantom: Phantom) -> Radiograph:
    """Return the phantom as a film with honest facts: a synthetic patient, spacing at the detector."""
    spec = phantom.spec
    center, width = phantom.window
    key = hashlib.sha256(repr(spec).encode() + phantom.pixels.tobytes()).hexdigest()
    return Radiograph(
        key=key,
        pixels=phantom.pixels.copy(),
        vois=(Window(center, width, explanation="Phantom"),),
        spacing=PixelSpacing(
            phantom.spacing_mm, phantom.spacing_mm, SpacingOrigin.DETECTOR, label=SpacingOrigin.DETECTOR.value
        ),
        patient=Patient(name="Sample, Phantom", id="PHANTOM"),
        study=Study(description="Synthetic phantom", series_description=f"Chest {spec.view}"),
        acquisition=Acquisition(
            modality="DX", view=spec.view, photometric="MONOCHROME2", bits_stored=spec.bits,
            manufacturer="PTXViewer phantom", row_direction="L", column_direction="F",
        ),
        notes=("Synthetic phantom: no patient.",),
    )  # fmt: skip
