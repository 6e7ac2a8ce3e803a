"""Analytic thorax with a known pneumothorax, projected by Beer-Lambert: the sample study and ground truth for tests.

No patient's film went into it: every shape is a formula in millimetres, drawn from a seed. Lengths along the beam
are added up per tissue, turned into transmitted intensity, given scatter, quantum noise and detector blur, and
taken back to a logarithmic film the way a digital system presents one.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import FloatMap, Mask
from ptxviewer.core.film import Acquisition, Patient, Radiograph, Study, Window
from ptxviewer.core.msgid import N_
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.phantom import anatomy
from ptxviewer.phantom.anatomy import Projection
from ptxviewer.phantom.lungs import Shape, fallen_line
from ptxviewer.phantom.projection import Chest, Fallen, beside, chest_fields, line_integral
from ptxviewer.phantom.shapes import Frame, Points, ramp

AirSide = Literal["right", "left", "both", "none"]
"""The patient's side or sides with air."""


@dataclass(frozen=True)
class PhantomSpec:
    """What to make. ``size`` 0..1 sets the widest rim from about 4 mm to about 45 mm; ``width_mm`` is the field's.

    ``shape`` is where the air lies (``phantom.lungs``), alike on both sides where both have it.

    The same spec at other rows and columns gives the same geometry (a different shape of field crops or extends it);
    ``seed`` draws the person, ``noise`` scales the quantum noise (1 = a usual exposure).
    """

    side: AirSide = "right"
    size: float = 0.5
    seed: int = 0
    noise: float = 1.0
    rows: int = 1024
    cols: int = 860
    width_mm: float = 360.0
    bits: int = 14
    view: Projection = "PA"
    marker: bool = True
    shape: Shape = field(default="rim", repr=False)  # not in the key of a film: its pixels tell it apart

    def __post_init__(self) -> None:
        if not 0 <= self.size <= 1 or self.rows < 16 or self.cols < 16 or not 8 <= self.bits <= 16:
            raise ValueError("size must lie in 0..1, rows and cols from 16, bits in 8..16")
        if self.width_mm <= 0 or self.noise < 0:
            raise ValueError("width_mm must be positive and noise not negative")

    @property
    def rim_mm(self) -> float:
        """Widest distance between chest wall and lung."""
        return 4.0 + 41.0 * math.pow(self.size, 1.4)


CUPOLA_MM = 4.0  # below the highest point of the wall: what still is the cupola
TOP_MM = 1.0  # below the highest point of the lung: what still is its top
SIGNS: dict[str, tuple[int, ...]] = {"right": (-1,), "left": (1,), "both": (-1, 1), "none": ()}
"""The sign of x on the sides with a pneumothorax."""

Interpleural = tuple[float | None, float | None, float | None]
"""Distances A, B, C in mm (Collins, AJR 1995;165:1127); None where the air does not reach that level."""


@dataclass(frozen=True)
class SideTruth:
    """What is true of one side with a pneumothorax."""

    side: Literal["right", "left"]
    hemithorax_percent: float  # projected: pneumothorax / (lung + pneumothorax) of that side
    interpleural_mm: Interpleural


@dataclass(frozen=True, eq=False)
class Outlines:
    """What is true of a phantom's picture whatever the exposure: masks (rows, cols), and the measures of them.

    The patient's right lies on the image's left.
    """

    mask: Mask  # projected pneumothorax: between chest wall and visceral pleura
    lung_right: Mask  # aerated lung outside heart, mediastinum and domes
    lung_left: Mask
    area_mm2: float  # of the mask
    sides: tuple[SideTruth, ...]  # with a pneumothorax; the right first

    @property
    def hemithorax_percent(self) -> float:
        """Of the first side with a pneumothorax, 0 without one."""
        return self.sides[0].hemithorax_percent if self.sides else 0.0

    @property
    def interpleural_mm(self) -> Interpleural:
        """Of the first side with a pneumothorax."""
        return self.sides[0].interpleural_mm if self.sides else (None, None, None)


@dataclass(frozen=True, eq=False)
class Phantom(Outlines):
    """A film and what is true of it."""

    spec: PhantomSpec
    pixels: NDArray[np.uint16]  # (rows, cols), MONOCHROME2: dense is bright
    spacing_mm: float
    window: tuple[float, float]  # center, width of a good display


@dataclass(frozen=True, eq=False)
class _Scene:
    """The person in front of the detector."""

    person: anatomy.Anatomy
    frame: Frame
    chest: Chest
    wall: Points
    fallen: Fallen

    @staticmethod
    def of(spec: PhantomSpec) -> _Scene:
        person = anatomy.draw_anatomy(spec.seed, spec.view)
        spacing = spec.width_mm / spec.cols
        frame = Frame.make(spec.rows, spec.cols, spacing, person.angle, person.shift_x, person.shift_y)
        wall = anatomy.wall_line(person)
        fallen = {
            sign: fallen_line(spec.shape, person, wall, sign, spec.size, spec.rim_mm, spec.seed)
            for sign in SIGNS[spec.side]
        }
        return _Scene(person, frame, chest_fields(frame, person, wall, fallen), wall, fallen)


def outlines_of(spec: PhantomSpec) -> Outlines:
    """Return what is true of the phantom of ``spec``, without its picture: a tenth of the work."""
    return _outlines(_Scene.of(spec))


def _outlines(scene: _Scene) -> Outlines:
    frame, chest = scene.frame, scene.chest
    aerated = _aerated(chest)
    mask = np.zeros_like(aerated)
    if chest.visceral is not None:
        mask = aerated & (chest.visceral < 0) & beside(frame.x, scene.fallen)
    lung = aerated & ~mask
    lungs = {-1: lung & (frame.x < 0), 1: lung & (frame.x >= 0)}
    return Outlines(
        mask=mask,
        lung_right=lungs[-1],
        lung_left=lungs[1],
        area_mm2=float(mask.sum()) * frame.spacing_mm * frame.spacing_mm,
        sides=tuple(_side_truth(scene, sign, mask & (frame.x * sign > 0), lungs[sign]) for sign in scene.fallen),
    )


def _side_truth(scene: _Scene, sign: int, air: Mask, lung: Mask) -> SideTruth:
    total = int(lung.sum() + air.sum())
    return SideTruth(
        "right" if sign < 0 else "left",
        100.0 * float(air.sum()) / total if total else 0.0,
        _interpleural(scene.frame, scene.wall, scene.fallen[sign], sign, lung),
    )


def _aerated(chest: Chest) -> Mask:
    inside: Mask = (chest.wall > 0) & (chest.border > 0) & (chest.below < 0)
    return inside


def make_phantom(spec: PhantomSpec) -> Phantom:
    """Return the film of ``spec`` with its truth; the same spec gives the same arrays."""
    scene = _Scene.of(spec)
    outlines = _outlines(scene)
    frame, chest = scene.frame, scene.chest
    optical = line_integral(frame, scene.person, chest, scene.wall, scene.fallen, spec.size, spec.seed)
    pixels = _digitise(spec, _expose(spec, optical, frame.spacing_mm))
    return Phantom(
        spec=spec,
        pixels=pixels,
        mask=outlines.mask,
        lung_right=outlines.lung_right,
        lung_left=outlines.lung_left,
        area_mm2=outlines.area_mm2,
        sides=outlines.sides,
        spacing_mm=frame.spacing_mm,
        window=_window(pixels, chest, _aerated(chest)),
    )


def _expose(spec: PhantomSpec, optical: FloatMap, spacing: float) -> FloatMap:
    """Beer-Lambert, scatter, detector blur and quantum noise; returns -log of the detected intensity, processed."""
    primary = np.exp(-optical)
    rows, cols = optical.shape
    small = (max(8, round(cols * spacing / 4)), max(8, round(rows * spacing / 4)))

    def broad(image: FloatMap, sigma_mm: float) -> FloatMap:
        coarse = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(coarse, (0, 0), sigma_mm / 4, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(blurred, (cols, rows), interpolation=cv2.INTER_CUBIC), np.float32)

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


def _window(pixels: NDArray[np.uint16], chest: Chest, aerated: Mask) -> tuple[float, float]:
    """Center and width that show lungs and mediastinum: from the darkest lung to the densest body."""
    step = max(1, pixels.shape[1] // 200)
    small = pixels[::step, ::step]
    body = small[chest.body[::step, ::step] > 25]
    lung = small[aerated[::step, ::step]]
    low, high = float(np.percentile(lung, 2)), float(np.percentile(body, 98.5))
    span = high - low
    low, high = low - 0.22 * span, high + 0.04 * span
    return round((low + high) / 2), round(high - low)


def _interpleural(frame: Frame, wall: Points, fallen: Points, sign: int, lung: Mask) -> Interpleural:
    """Interpleural distances A, B, C (mm) in the picture, measured between the two curves.

    A is the vertical distance from the cupola, the highest part of the wall, to the middle of the lung's top under it,
    B and C are the horizontal distances at the middle of the upper and of the lower half of the collapsed lung's
    height (Collins, AJR 1995;165:1127).
    """
    flip = np.array([sign, 1], np.float32)
    outer, inner = (frame.to_picture((line * flip).astype(np.float32)) for line in (wall, fallen))
    outer[:, 0] *= sign
    inner[:, 0] *= sign
    at = np.linspace(0, len(inner) - 1, 8 * len(inner))  # points of the curve a fraction of a millimetre apart
    inner = np.stack([np.interp(at, np.arange(len(inner)), inner[:, axis]) for axis in (0, 1)], 1).astype(np.float32)
    arch = outer[: int(outer[:, 0].argmax()) + 1]
    roofs = np.interp(inner[:, 0], arch[:, 0], arch[:, 1])
    cupola = roofs <= outer[:, 1].min() + CUPOLA_MM
    apex_y = float(inner[cupola, 1].min())
    apex_u = float(inner[cupola & (inner[:, 1] <= apex_y + TOP_MM), 0].mean())
    roof = float(np.interp(apex_u, arch[:, 0], arch[:, 1]))
    apex = max(float(inner[:, 1].min()), float(outer[:, 1].min()))  # a lung at the wall has its outline outside of it
    bottom = (np.flatnonzero(lung.any(1)).max() + 1 - lung.shape[0] / 2) * frame.spacing_mm if lung.any() else apex

    def lateral(line: Points, y: float) -> float:
        branch = line[int(line[:, 1].argmin()) : int(line[:, 1].argmax()) + 1]
        return float(np.interp(y, branch[:, 1], branch[:, 0]))

    def gap(y: float) -> float | None:
        return _distance(lateral(outer, y) - lateral(inner, y))

    height = float(bottom - apex)
    return _distance(apex_y - roof), gap(apex + height / 4), gap(apex + 3 * height / 4)


def _distance(mm: float) -> float | None:
    """Between two curves; None where they touch or cross."""
    return mm if mm > 0 else None


def film_of(phantom: Phantom) -> Radiograph:
    """Return the phantom as a film with honest facts: a synthetic patient, spacing at the detector."""
    spec = phantom.spec
    center, width = phantom.window
    key = hashlib.sha256(repr(spec).encode() + phantom.pixels.tobytes()).hexdigest()
    return Radiograph(
        key=key,
        pixels=phantom.pixels.copy(),
        vois=(Window(center, width, explanation=N_("Phantom")),),
        spacing=PixelSpacing(phantom.spacing_mm, phantom.spacing_mm, SpacingOrigin.DETECTOR),
        patient=Patient(name="Sample, Phantom", id="PHANTOM"),
        study=Study(description="Synthetic phantom", series_description=f"Chest {spec.view}"),
        acquisition=Acquisition(
            modality="DX", view=spec.view, photometric="MONOCHROME2", bits_stored=spec.bits,
            manufacturer="PTXViewer phantom", row_direction="L", column_direction="F",
        ),
        notes=(Reading.SYNTHETIC_PHANTOM,),
    )  # fmt: skip
