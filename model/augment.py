"""What separates the squeezed 8-bit training films from real ones, as random changes: geometry, grey, burnt-in text.

Every function takes the generator, so a batch is a pure function of (seed, step) and a resumed run sees what an
unbroken one would have seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.devices import with_devices
from ptxviewer.core.types import FloatMap
from ptxviewer.inference.preprocess import normalise, scale_to_unit

Warp = tuple[NDArray[np.float64], bool]


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; the defaults are what the shipped network was trained with."""

    rotation_deg: float = 12.0
    aspect: float = 1.25  # between 1 / aspect and aspect
    scale: tuple[float, float] = (0.85, 1.2)
    shift: float = 0.06  # of the side
    flip: float = 0.5
    gamma: tuple[float, float] = (0.65, 1.5)
    noise: float = 0.03
    blur: float = 0.15  # share of films
    compression: float = 0.1
    text: float = 0.15
    devices: float = 0.0  # share of films on which drains, lines, leads or folds of skin are drawn


def _warp(rng: np.random.Generator, config: Augmentation, source: int, scaled: float, size: int) -> Warp:
    """Return the (2, 3) matrix from a square of ``source`` pixels to one of ``size``, and whether it mirrors.

    Unchanged, the source's whole side would be ``scaled`` pixels long.
    """
    angle = np.deg2rad(rng.uniform(-config.rotation_deg, config.rotation_deg))
    aspect = np.exp(rng.uniform(-1, 1) * np.log(config.aspect))
    scale = rng.uniform(*config.scale) * scaled / source
    flip = bool(rng.random() < config.flip)
    scale_x, scale_y = scale * np.sqrt(aspect) * (-1 if flip else 1), scale / np.sqrt(aspect)
    shift = rng.uniform(-config.shift, config.shift, 2) * size
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos * scale_x, -sin * scale_y], [sin * scale_x, cos * scale_y]])
    middle = np.array([source / 2 - 0.5] * 2)
    offset = np.array([size / 2 - 0.5] * 2) + shift - linear @ middle
    return np.column_stack((linear, offset)), flip


def _grey(rng: np.random.Generator, config: Augmentation, image: FloatMap) -> FloatMap:
    """Change the grey values of a [0, 1] picture without turning its polarity round."""
    image = image ** np.float32(np.exp(rng.uniform(*np.log(config.gamma))))
    if rng.random() < config.blur:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.2)), np.float32)
    if rng.random() < config.compression:
        ok, code = cv2.imencode(
            ".jpg", (image * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 80))]
        )
        if ok:
            image = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)
    if rng.random() < 0.5:
        image = image + rng.standard_normal(image.shape, dtype=np.float32) * np.float32(rng.uniform(0, config.noise))
    if rng.random() < config.text:
        side = image.shape[0]
        text = str(rng.choice(["L", "R", "PORTABLE", "AP", "ERECT", "SUPINE", "PA", "12:40"]))
        place = (int(rng.uniform(0, 0.8) * side), int(rng.uniform(0.06, 0.98) * side))
        ink = np.zeros(image.shape, np.uint8)
        cv2.putText(
            ink, text, place, cv2.FONT_HERSHEY_SIMPLEX, side / 512 * rng.uniform(0.5, 1.4), 255, 1 + side // 300
        )
        image = np.maximum(image, ink.astype(np.float32) / 255)
    return np.clip(image, 0, 1)


def augment(
    rng: np.random.Generator,
    image: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    size: int,
    config: Augmentation,
    *,
    room: float = 1.0,
    inside: tuple[int, int, int, int] | None = None,
) -> tuple[FloatMap, NDArray[np.float32]]:
    """Return the normalised (1, size, size) input and the (3, size, size) targets in [0, 1] of one changed film.

    ``image`` (C, C) shows ``room`` times what the input is to show; rows and columns ``inside`` (first and last, last
    exclusive) of it are film, all of it where nothing is said. ``masks`` (3, C, C) are pneumothorax, lung on the left,
    lung on the right of the picture; a flip swaps the lungs.
    """
    side = image.shape[0]
    if config.devices and rng.random() < config.devices:
        image = with_devices(rng, image, room)
    matrix, flip = _warp(rng, config, side, room * size, size)
    shrinks = room * size < side
    source = cv2.GaussianBlur(image, (0, 0), 0.4 * side / (room * size)) if shrinks else image
    warped = cv2.warpAffine(source, matrix, (size, size), flags=cv2.INTER_LINEAR).astype(np.float32)
    film = np.zeros_like(image)
    top, bottom, left, right = inside or (0, side, 0, side)
    film[top:bottom, left:right] = 255
    valid = cv2.warpAffine(film, matrix, (size, size)) > 127
    unit = scale_to_unit(warped, valid)
    unit = scale_to_unit(_grey(rng, config, unit), valid)
    unit[~valid] = 0
    targets = np.stack([cv2.warpAffine(mask, matrix, (size, size)) for mask in masks]).astype(np.float32)
    targets /= np.float32(255)
    if flip:
        targets = targets[[0, 2, 1]]
    return normalise(unit)[None], targets


def plain(
    image: NDArray[np.uint8], size: int, room: float = 1.0, inside: tuple[int, int, int, int] | None = None
) -> FloatMap:
    """Return the normalised (1, size, size) input of a stored square, unchanged; see ``augment``."""
    side = image.shape[0]
    valid = np.zeros((side, side), bool)
    top, bottom, left, right = inside or (0, side, 0, side)
    valid[top:bottom, left:right] = True
    middle = middle_of(side, room)
    grid, seen = image[middle, middle].astype(np.float32), valid[middle, middle].astype(np.float32)
    if grid.shape[0] != size:
        grid, seen = (
            np.asarray(cv2.resize(one, (size, size), interpolation=cv2.INTER_AREA), np.float32) for one in (grid, seen)
        )
    unit = scale_to_unit(grid, seen > 0.5)
    unit[seen <= 0.5] = 0
    return normalise(unit)[None]


def middle_of(side: int, room: float) -> slice:
    """Rows, and columns, of a stored square of ``side`` pixels that the box itself takes up."""
    first = round(side * (1 - 1 / room) / 2)
    return slice(first, side - first)
