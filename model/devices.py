"""Draws devices and artefacts that are not a pneumothorax: drains, lines, leads, tubes and skin folds.

Most drained films of the training set show a pneumothorax, so a network learns the drain. Drawn on films with and
without one alike, a device says nothing any more. Places are given in the lungs' box: (0, 0) is its upper left corner,
(1, 1) its lower right one; the picture shows ``model.pack.ROOM`` times the box about the same middle.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from model.pack import ROOM

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
Layer = NDArray[np.float32]  # (side, side) density in [0, 1]
Place = Callable[[Floats], Floats]  # points of the box to pixels
Profile = list[tuple[float, float]]  # distance from the middle of the device in pixels, density in [0, 1]
SHIFT = 4  # bits behind the binary point of the coordinates that OpenCV draws at


def bezier(points: Floats, count: int = 80) -> Floats:
    """(4, 2) control points to (count, 2) points of the cubic."""
    t = np.linspace(0, 1, count)[:, None]
    return np.asarray(
        (1 - t) ** 3 * points[0] + 3 * t * (1 - t) ** 2 * points[1] + 3 * t**2 * (1 - t) * points[2] + t**3 * points[3]
    )


def beside(curve: Floats, distance: float) -> Floats:
    """(P, 2) curve, moved to its left by ``distance``."""
    along = np.gradient(curve, axis=0)
    along /= np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-6)
    return np.asarray(curve + distance * np.column_stack((along[:, 1], -along[:, 0])))


def drawn(side: int, curve: Floats, profile: Profile) -> Layer:
    """(side, side) density of a device along a (P, 2) curve of (x, y) pixels; later distances lie on top."""
    layer = np.zeros((side, side), np.uint8)
    for distance, density in profile:
        line = np.round(beside(curve, distance) * (1 << SHIFT)).astype(np.int32)[:, None]
        cv2.polylines(layer, [line], False, round(255 * density), 2, cv2.LINE_AA, SHIFT)
    return np.asarray(layer / 255, np.float32)


def tube_profile(radius: float, bore: float) -> Profile:
    """What a tube's wall absorbs at each distance from its middle: the length of wall that a ray crosses."""
    steps = np.arange(radius, -0.01, -0.5)
    chord = np.sqrt(np.maximum(radius**2 - steps**2, 0)) - np.sqrt(np.maximum((bore * radius) ** 2 - steps**2, 0))
    density = chord / chord.max()
    both: Profile = []
    for step, value in zip(steps, density, strict=True):
        both += [(float(step), float(value)), (-float(step), float(value))]
    return both


def fold_profile(width: float) -> Profile:
    """A fold of skin: dense up to its edge on one side, fading on the other; no line, an edge."""
    steps = np.arange(0.0, 3 * width, 1.0)[::-1]
    return [(float(step), float(np.exp(-step / width))) for step in steps]


def _mirrored(rng: np.random.Generator, points: list[tuple[float, float]]) -> Floats:
    """Points of the lung on the left of the picture, or half of the time of the other one."""
    path = np.array(points)
    if rng.random() < 0.5:
        path[:, 0] = 1 - path[:, 0]
    return path


def chest_drain(
    rng: np.random.Generator, side: int, scale: float, place: Callable[[Floats], Floats]
) -> NDArray[np.float32]:
    """A drain from the chest wall towards apex, base or middle: wall, opaque line, side holes that break the line."""
    enters = rng.uniform(0.4, 0.9)
    ends = [(rng.uniform(0.18, 0.4), rng.uniform(0.06, 0.3)), (rng.uniform(0.12, 0.4), rng.uniform(0.6, 0.95))]
    tip = ends[0] if rng.random() < 0.7 else ends[1]
    points = [
        (-0.15, enters + rng.uniform(-0.15, 0.2)),
        (rng.uniform(0.05, 0.25), enters + rng.uniform(-0.1, 0.1)),
        (rng.uniform(0.0, 0.4), 0.5 * (enters + tip[1]) + rng.uniform(-0.2, 0.2)),
        tip,
    ]
    curve = place(bezier(_mirrored(rng, points)))
    radius = scale * rng.uniform(2.0, 6.5)
    if radius < 3 * scale and rng.random() < 0.6:
        curve = np.concatenate((curve, _pigtail(rng, curve, scale * rng.uniform(8, 16))))
    wall = drawn(side, curve, tube_profile(radius, rng.uniform(0.5, 0.75))) * np.float32(rng.uniform(0.3, 0.7))
    opaque = np.zeros_like(wall)
    holes = sorted(rng.uniform(0.55, 0.97, rng.integers(1, 4)))
    start, offset = 0, rng.uniform(-0.6, 0.6) * radius
    for hole in [*holes, 1.0]:
        end = int(hole * len(curve))
        if end - start > 2:
            opaque = np.maximum(opaque, drawn(side, beside(curve[start:end], offset), [(0.0, 1.0)]))
        start = end + max(1, len(curve) // 40)
    return np.asarray(np.maximum(wall, opaque * np.float32(rng.uniform(0.6, 1.0))), np.float32)


def _pigtail(rng: np.random.Generator, curve: Floats, radius: float) -> Floats:
    heading = np.arctan2(*(curve[-1] - curve[-4])[::-1])
    turn = 1 if rng.random() < 0.5 else -1
    angles = np.linspace(0, turn * rng.uniform(1.2, 1.9) * np.pi, 24)[1:]
    middle = curve[-1] + radius * np.array([np.cos(heading + turn * np.pi / 2), np.sin(heading + turn * np.pi / 2)])
    start = heading - turn * np.pi / 2
    return np.asarray(middle + radius * np.column_stack((np.cos(start + angles), np.sin(start + angles))))


def central_line(
    rng: np.random.Generator, side: int, scale: float, place: Callable[[Floats], Floats]
) -> NDArray[np.float32]:
    """A thin line from neck, clavicle or arm to the heart."""
    starts = [(rng.uniform(0.3, 0.42), -0.15), (rng.uniform(-0.12, 0.1), rng.uniform(0.0, 0.15))]
    start = starts[int(rng.integers(2))]
    bend = (rng.uniform(0.3, 0.42), rng.uniform(0.0, 0.15))
    points = [start, bend, (rng.uniform(0.42, 0.5), rng.uniform(0.1, 0.3)), (0.45, rng.uniform(0.35, 0.6))]
    layer = drawn(side, place(bezier(_mirrored(rng, points))), [(0.0, 1.0)])
    return np.asarray(layer * rng.uniform(0.4, 0.9), np.float32)


def midline_tube(
    rng: np.random.Generator, side: int, scale: float, place: Callable[[Floats], Floats]
) -> NDArray[np.float32]:
    """A tube in the windpipe or to the stomach."""
    down = rng.uniform(0.25, 0.4) if rng.random() < 0.5 else rng.uniform(0.85, 1.1)
    x = rng.uniform(0.46, 0.54)
    points = np.array(
        [(x, -0.15), (x + rng.uniform(-0.03, 0.03), 0.2), (x, 0.6 * down), (x + rng.uniform(-0.02, 0.1), down)]
    )
    curve = place(bezier(points))
    wall = drawn(side, curve, tube_profile(scale * rng.uniform(2, 5), 0.7)) * np.float32(0.5)
    return np.asarray(np.maximum(wall, drawn(side, curve, [(0.0, 1.0)]) * rng.uniform(0.5, 0.9)), np.float32)


def lead(rng: np.random.Generator, side: int, scale: float, place: Place) -> Layer:
    """A wire of a monitor across the chest, most often with its electrode."""
    ends = rng.uniform(-0.15, 1.15, (4, 2))
    ends[0, int(rng.integers(2))] = rng.choice([-0.15, 1.15])
    curve = place(bezier(ends))
    width = scale * rng.uniform(0.6, 1.6)
    layer = drawn(side, curve, [(step, 1.0) for step in np.arange(-width, width + 0.01, 0.5)])
    if rng.random() < 0.8:
        disc = np.zeros((side, side), np.uint8)
        middle = (int(curve[-1, 0]), int(curve[-1, 1]))
        cv2.circle(disc, middle, round(scale * rng.uniform(8, 14)), 110, -1, cv2.LINE_AA)
        cv2.circle(disc, middle, round(scale * rng.uniform(3, 5)), 255, -1, cv2.LINE_AA)
        layer = np.maximum(layer, disc.astype(np.float32) / np.float32(255))
    return layer


def skin_fold(
    rng: np.random.Generator, side: int, scale: float, place: Callable[[Floats], Floats]
) -> NDArray[np.float32]:
    """A long edge down one half of the chest, which may leave it: what is taken for a pleural line on supine films."""
    top, bottom = rng.uniform(-0.1, 0.3), rng.uniform(0.6, 1.1)
    x = rng.uniform(0.06, 0.4)
    points = [
        (x + rng.uniform(-0.1, 0.1), top),
        (x + rng.uniform(-0.08, 0.08), top + 0.33 * (bottom - top)),
        (x + rng.uniform(-0.08, 0.08), top + 0.66 * (bottom - top)),
        (x + rng.uniform(-0.15, 0.15), bottom),
    ]
    profile = fold_profile(scale * rng.uniform(6, 25))
    if rng.random() < 0.5:
        profile = [(-distance, density) for distance, density in profile]
    return drawn(side, place(bezier(_mirrored(rng, points))), profile)


# What is drawn, how often relative to each other, and how many grey values of 255 it adds where it is densest.
KINDS = (
    (chest_drain, 0.45, (25.0, 70.0)),
    (skin_fold, 0.2, (8.0, 26.0)),
    (lead, 0.15, (35.0, 110.0)),
    (central_line, 0.12, (25.0, 70.0)),
    (midline_tube, 0.08, (25.0, 70.0)),
)


DEVICES, LETTERS = 480, 64  # in a pack
TEXTS = ("L", "R", "PORTABLE", "AP", "ERECT", "SUPINE", "PA", "12:40")


def device(rng: np.random.Generator, side: int) -> tuple[Pixels, tuple[float, float]]:
    """Draw one device on an empty (side, side) square; also the range of grey values that it adds where densest."""
    box = side / ROOM
    shares = np.array([share for _, share, _ in KINDS])
    draw, _, adds = KINDS[int(rng.choice(len(KINDS), p=shares / shares.sum()))]

    def place(points: Floats) -> Floats:
        return np.asarray((side - box) / 2 + points * box)

    layer = cv2.GaussianBlur(draw(rng, side, box / 512, place), (0, 0), rng.uniform(0.5, 1.0) * box / 512)
    return np.asarray(np.clip(np.round(255 * layer), 0, 255), np.uint8), adds


def letters(rng: np.random.Generator, side: int) -> Pixels:
    """Draw what technologists set beside a chest on an empty (side, side) square."""
    layer = np.zeros((side, side), np.uint8)
    text = str(rng.choice(TEXTS))
    place = (int(rng.uniform(0.1, 0.6) * side), int(rng.uniform(0.1, 0.9) * side))
    size = side / 640 * rng.uniform(0.5, 1.4)
    cv2.putText(layer, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 1 + side // 375, cv2.LINE_AA)
    return layer


def drawn_stamps(side: int, seed: int = 0) -> tuple[list[tuple[Pixels, tuple[float, float]]], list[Pixels]]:
    """Devices and letters for a pack whose stored squares are ``side`` pixels wide."""
    rng = np.random.default_rng(seed)
    return [device(rng, side) for _ in range(DEVICES)], [letters(rng, side) for _ in range(LETTERS)]
