"""Makes photographs of a film on a screen, which the gate must recognise and the network must tolerate.

A screen seen from the side (perspective), its pixels against those of the camera (moire), a lamp or window in the glass
(glare), less light in the corners, a camera's own greys, a bezel around it. No such photograph was at hand; these are
made by code, and figures on them say so.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def perspective(rng: np.random.Generator, picture: Floats, surround: float) -> Floats:
    """Show a (rows, cols) picture in [0, 1] from a little to the side, with ``surround`` grey where it ends."""
    rows, cols = picture.shape
    corners = np.array([(0, 0), (cols, 0), (cols, rows), (0, rows)], np.float32)
    moved = corners + rng.uniform(-0.07, 0.07, (4, 2)).astype(np.float32) * (cols, rows)
    inwards = 0.05 * (np.array([cols, rows], np.float32) / 2 - corners)
    matrix = cv2.getPerspectiveTransform(corners, (moved + inwards).astype(np.float32))
    return np.asarray(cv2.warpPerspective(picture, matrix, (cols, rows), borderValue=surround), np.float32)


def moire(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """(rows, cols) factor about 1: two grids that nearly agree, the screen's and the camera's, beat slowly."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    factor = np.ones(shape, np.float32)
    for _ in range(2):
        angle, period = rng.uniform(0, np.pi), rng.uniform(3, 14)
        bend = 4 * np.sin(y / rng.uniform(60, 200) + rng.uniform(0, 6))
        wave = np.sin(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y + bend) / period)
        factor += np.float32(rng.uniform(0.01, 0.06)) * wave
    return factor.astype(np.float32)


def glare(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """(rows, cols) light in [0, 1] that a lamp or a window adds."""
    rows, cols = shape
    light = np.zeros(shape, np.float32)
    middle = (int(rng.uniform(0.1, 0.9) * cols), int(rng.uniform(0.1, 0.9) * rows))
    axes = (max(1, int(rng.uniform(0.04, 0.2) * cols)), max(1, int(rng.uniform(0.04, 0.2) * rows)))
    cv2.ellipse(light, middle, axes, rng.uniform(0, 180), 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.02, 0.06) * min(rows, cols))
    return np.asarray(soft * rng.uniform(0.2, 0.7), np.float32)


def photographed(rng: np.random.Generator, film: Pixels) -> Pixels:
    """Return a (rows, cols) film of 8 bits, dense is bright, as a camera sees it on a screen."""
    picture: Floats = np.asarray(film, np.float32) / np.float32(255)
    picture = perspective(rng, picture, float(rng.uniform(0, 0.25))) * moire(rng, film.shape)
    if rng.random() < 0.7:
        light = glare(rng, film.shape)
        picture = picture + light * (1 - picture)
    y, x = (np.linspace(-1, 1, length, dtype=np.float32) for length in film.shape)
    picture = picture * (1 - np.float32(rng.uniform(0, 0.35)) * (y[:, None] ** 2 + x**2) / 2)
    picture = np.clip(picture, 0, 1) ** np.float32(rng.uniform(0.7, 1.4))
    # Black on a screen is not black, and white is not the whitest that a camera knows.
    picture = np.float32(rng.uniform(0.02, 0.12)) + picture * np.float32(rng.uniform(0.7, 0.88))
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.2)), np.float32)
    picture = picture + rng.standard_normal(film.shape, dtype=np.float32) * np.float32(rng.uniform(0.004, 0.02))
    return np.asarray(np.clip(np.round(255 * picture), 0, 255), np.uint8)
