"""Random changes that bridge the gap between 8-bit training films and real ones: geometry, grey values, drawings.

A batch is changed at once, by torch, on the device that trains. What is random comes from the generator that is given,
so a batch is a pure function of (seed, step) and a resumed run sees what an unbroken one would have seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from model.pack import Inside, Pixels, Stamps
from ptxviewer.inference.greys import HIGH_PERCENTILE, LOW_PERCENTILE, MEAN, STD, normalise, scale_to_unit

SPARSE = 3  # every third pixel of every third row is enough for a percentile
BLUR_REACH = 4  # pixels on either side
MOST_DEVICES = 3  # on one film

# Quantisation of brightness in a JPEG of quality 50 (ITU-T T.81, annex K).
JPEG_STEPS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; the defaults are what network 0.1 was trained with."""

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


def warp(rng: np.random.Generator, config: Augmentation, source: int, scaled: float, size: int) -> NDArray[np.float64]:
    """Return the (3, 3) matrix from a square of ``source`` pixels to one of ``size``; pixel centres are integers.

    Unchanged, the source's whole side would be ``scaled`` pixels long. A negative determinant mirrors.
    """
    angle = np.deg2rad(rng.uniform(-config.rotation_deg, config.rotation_deg))
    aspect = np.exp(rng.uniform(-1, 1) * np.log(config.aspect))
    scale = rng.uniform(*config.scale) * scaled / source
    flip = -1 if rng.random() < config.flip else 1
    shift = rng.uniform(-config.shift, config.shift, 2) * size
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = scale * np.sqrt(aspect) * flip, scale / np.sqrt(aspect)
    matrix = np.eye(3)
    matrix[:2, :2] = [[cos * x, -sin * y], [sin * x, cos * y]]
    middle = np.full(2, source / 2 - 0.5)
    matrix[:2, 2] = size / 2 - 0.5 + shift - matrix[:2, :2] @ middle
    return matrix


def warped(pictures: Tensor, matrices: NDArray[np.float64], size: int) -> Tensor:
    """(N, K, C, C) pictures to (N, K, size, size), bilinear; outside is 0. ``matrices`` (N, 3, 3) as by ``warp``."""
    source = pictures.shape[-1]
    to_unit = np.array([[2 / source, 0, 1 / source - 1], [0, 2 / source, 1 / source - 1], [0, 0, 1]])
    from_unit = np.array([[size / 2, 0, size / 2 - 0.5], [0, size / 2, size / 2 - 0.5], [0, 0, 1]])
    back = to_unit @ np.linalg.inv(matrices) @ from_unit
    theta = torch.from_numpy(back[:, :2].astype(np.float32)).to(pictures.device)
    grid = F.affine_grid(theta, [len(pictures), 1, size, size], align_corners=False)
    return F.grid_sample(pictures, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def blurred(pictures: Tensor, sigmas: NDArray[np.float64]) -> Tensor:
    """(N, H, W) pictures, each blurred by its own Gaussian; a sigma of 0 leaves a picture alone."""
    chosen = np.flatnonzero(sigmas > 0)
    if not chosen.size:
        return pictures
    at = torch.arange(-BLUR_REACH, BLUR_REACH + 1, device=pictures.device, dtype=pictures.dtype)
    sigma = torch.from_numpy(sigmas[chosen].astype(np.float32)).to(pictures.device)[:, None]
    kernel = torch.exp(-0.5 * (at / sigma) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True))[:, None]
    index = torch.from_numpy(chosen).to(pictures.device)
    some = F.pad(pictures[index][None], (BLUR_REACH,) * 4, mode="replicate")
    some = F.conv2d(some, kernel[:, :, None], groups=len(chosen))
    some = F.conv2d(some, kernel[:, :, :, None], groups=len(chosen))
    return pictures.index_copy(0, index, some[0])


def _cosines(device: torch.device) -> Tensor:
    k, n = np.mgrid[:8, :8]
    table = np.cos(np.pi * (2 * n + 1) * k / 16) / 2
    table[0] /= math.sqrt(2)
    return torch.from_numpy(table.astype(np.float32)).to(device)


def compressed(picture: Tensor, quality: float) -> Tensor:
    """(H, W) picture in [0, 1] as a JPEG of ``quality`` (1 to 100) would show it: blocks of 8 pixels, coarser waves."""
    height, width = picture.shape[0] // 8 * 8, picture.shape[1] // 8 * 8
    factor = 50 / quality if quality < 50 else 2 - quality / 50
    steps = torch.tensor(JPEG_STEPS, dtype=torch.float32, device=picture.device).mul(factor).clamp(min=1)
    table = _cosines(picture.device)
    blocks = 255 * picture[:height, :width] - 128
    blocks = blocks.reshape(height // 8, 8, width // 8, 8).transpose(1, 2)
    waves = torch.round(table @ blocks @ table.T / steps) * steps
    back = (table.T @ waves @ table).transpose(1, 2).reshape(height, width)
    result = picture.clone()
    result[:height, :width] = ((back + 128) / 255).clamp(0, 1)
    return result


def to_unit(pictures: Tensor, valid: Tensor) -> Tensor:
    """Clip each of (N, H, W) to the percentiles of its ``valid`` pixels, scale to [0, 1]; 0 where not valid."""
    values = torch.where(valid, pictures, torch.nan)[:, ::SPARSE, ::SPARSE].flatten(1)
    shares = torch.tensor([LOW_PERCENTILE / 100, HIGH_PERCENTILE / 100], device=pictures.device)
    low, high = (edge[:, None, None] for edge in torch.nanquantile(values, shares, dim=1))
    unit = ((pictures - low) / (high - low).clamp(min=1e-6)).clamp(0, 1)
    return torch.where(valid & (high > low), unit, 0.0)


def with_stamps(
    rng: np.random.Generator, picture: Pixels, config: Augmentation, stamps: Stamps | None, mirrored: bool
) -> Pixels:
    """Draw devices and letters on a stored film, as often as ``config`` says; letters stay readable when mirrored."""
    if stamps is None:
        return picture
    film: NDArray[np.float32] | None = None
    if stamps.devices and rng.random() < config.devices:
        added = np.zeros(picture.shape, np.float32)
        for _ in range(int(rng.integers(1, MOST_DEVICES + 1))):
            layer, (least, most) = stamps.device(int(rng.integers(stamps.devices)))
            added += (layer[:, ::-1] if rng.random() < 0.5 else layer) * np.float32(rng.uniform(least, most) / 255)
        # Where much is in the way already, a film shows less of what is added.
        film = picture + added * (1.2 - picture / np.float32(300))
    if stamps.letters and rng.random() < config.text:
        layer = stamps.letter(int(rng.integers(stamps.letters)))
        layer = np.roll(layer, tuple(rng.integers(0, len(layer), 2)), (0, 1))
        film = np.maximum(picture if film is None else film, layer[:, ::-1] if mirrored else layer)
    return picture if film is None else np.asarray(np.clip(film, 0, 255), np.uint8)


@dataclass(frozen=True)
class Changes:
    """Every random decision about one batch; what is left is arithmetic, on any device."""

    matrices: NDArray[np.float64]  # (N, 3, 3), from the stored square to the input
    gamma: NDArray[np.float64]
    blur: NDArray[np.float64]  # sigma in pixels of the input
    quality: NDArray[np.float64]  # of a JPEG; 0 = none
    noise: NDArray[np.float64]  # standard deviation
    seed: int  # of the noise


def changes(rng: np.random.Generator, config: Augmentation, matrices: NDArray[np.float64]) -> Changes:
    """Draw everything but the geometry for a batch."""
    count = len(matrices)
    return Changes(
        matrices,
        np.exp(rng.uniform(math.log(config.gamma[0]), math.log(config.gamma[1]), count)),
        np.where(rng.random(count) < config.blur, rng.uniform(0.4, 1.2, count), 0),
        np.where(rng.random(count) < config.compression, rng.integers(30, 80, count), 0),
        np.where(rng.random(count) < 0.5, rng.uniform(0, config.noise, count), 0),
        int(rng.integers(1 << 31)),
    )


def augment(
    images: Tensor, masks: Tensor, inside: NDArray[np.int64], size: int, room: float, drawn: Changes
) -> tuple[Tensor, Tensor]:
    """Return the (N, 1, size, size) inputs and the (N, 3, size, size) targets in [0, 1] of a batch of changed films.

    ``images`` (N, C, C) and ``masks`` (N, 3, C, C), uint8, show ``room`` times what the input is to show; rows and
    columns ``inside`` (N, 4) of them (first and last, last exclusive) are film. Masks are pneumothorax, lung on the
    left, lung on the right of the picture; a film that is mirrored swaps its lungs.
    """
    source, device = images.shape[-1], images.device
    pictures = images.float()
    if room * size < source:  # where it shrinks, the fine detail would turn into noise
        pictures = blurred(pictures, np.full(len(images), 0.4 * source / (room * size)))
    film = torch.zeros_like(pictures)
    for number, (top, bottom, left, right) in enumerate(inside):
        film[number, top:bottom, left:right] = 1
    both = torch.stack((pictures, film), 1)
    both = warped(both, drawn.matrices, size)
    valid = both[:, 1] > 0.5
    unit = to_unit(both[:, 0], valid)
    unit = unit ** torch.from_numpy(drawn.gamma.astype(np.float32)).to(device)[:, None, None]
    unit = blurred(unit, drawn.blur)
    for index in np.flatnonzero(drawn.quality):
        unit[index] = compressed(unit[index], float(drawn.quality[index]))
    strength = torch.from_numpy(drawn.noise.astype(np.float32)).to(device)[:, None, None]
    noise = torch.randn(unit.shape, generator=torch.Generator(device).manual_seed(drawn.seed), device=device)
    unit = to_unit((unit + noise * strength).clamp(0, 1), valid)
    targets = warped(masks.float(), drawn.matrices, size) / 255
    mirrored = torch.from_numpy(np.linalg.det(drawn.matrices) < 0).to(device)[:, None, None, None]
    targets = torch.where(mirrored, targets[:, [0, 2, 1]], targets)
    return ((unit - MEAN) / STD)[:, None], targets


def plain(image: Pixels, size: int, room: float = 1.0, inside: Inside | None = None) -> NDArray[np.float32]:
    """Return the normalised (1, size, size) input of a stored (C, C) square, unchanged; see ``augment``."""
    side = image.shape[0]
    film = np.zeros((side, side), np.float32)
    top, bottom, left, right = inside or (0, side, 0, side)
    film[top:bottom, left:right] = 1
    middle = middle_of(side, room)
    both = torch.from_numpy(np.stack((image, film))[:, middle, middle].astype(np.float32))
    grid, seen = F.adaptive_avg_pool2d(both, (size, size)).numpy() if both.shape[-1] != size else both.numpy()
    unit = scale_to_unit(grid, seen > 0.5)
    unit[seen <= 0.5] = 0
    return normalise(unit)[None]


def middle_of(side: int, room: float) -> slice:
    """Rows, and columns, of a stored square of ``side`` pixels that the box itself takes up."""
    first = round(side * (1 - 1 / room) / 2)
    return slice(first, side - first)
