"""Draws the films of any training step: a pure function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.augment import augment
from model.config import Config, Phase
from model.pack import ROOM, Example, Pixels

Inside = tuple[int, int, int, int]


class Films(Protocol):
    """What the sampler asks of a pack."""

    @property
    def examples(self) -> list[Example]:
        """Every film's labels."""
        ...

    def image(self, index: int) -> Pixels:
        """(C, C) grey picture, ``ROOM`` boxes wide."""
        ...

    def masks(self, index: int) -> Pixels:
        """(3, C, C): pneumothorax, lung on the left, lung on the right of the picture; 255 = 1."""
        ...

    def inside(self, index: int) -> Inside:
        """First and last row (exclusive), first and last column of what is film."""
        ...


@dataclass(frozen=True)
class Batch:
    """``images`` (N, 1, S, S), ``targets`` (N, 3, S, S), ``present`` (N,), ``known`` (N, 3)."""

    images: Tensor
    targets: Tensor
    present: Tensor
    known: Tensor


@dataclass(frozen=True)
class Drawn:
    """One film as it is stored, and what is known of it: mask, film label, lungs."""

    image: Pixels
    masks: Pixels
    inside: Inside
    present: float
    known: tuple[float, float, float]


class Sampler:
    """Draws the batch of any step."""

    def __init__(self, films: Films, config: Config) -> None:
        self.films = films
        self.config = config
        self.examples = films.examples
        usable = [(i, e) for i, e in enumerate(self.examples) if e.split == "train"]
        self.groups = {
            group: np.array([i for i, e in usable if e.group == group]) for group in ("positive", "negative", "lungs")
        }
        self.shares = {group: self._shares(chosen) for group, chosen in self.groups.items()}

    def _shares(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        wanted = dict(self.config.weights)
        weights = np.array([wanted.get(f"{self.examples[i].set} {self.examples[i].group}", 1.0) for i in chosen])
        return weights / weights.sum() if weights.size else weights

    def _draw(self, rng: np.random.Generator, phase: Phase) -> Drawn:
        dice_roll = rng.random()
        if dice_roll < self.config.phantoms:
            return _phantom(rng, phase.size)
        if dice_roll < self.config.phantoms + self.config.lungs and self.groups["lungs"].size:
            group = "lungs"
        else:
            group = "positive" if rng.random() < phase.positives else "negative"
        index = int(rng.choice(self.groups[group], p=self.shares[group]))
        example = self.examples[index]
        known = (float(example.mask is not None), float(example.present is not None), float(example.lungs is not None))
        return Drawn(
            self.films.image(index),
            self.films.masks(index),
            self.films.inside(index),
            float(bool(example.present)),
            known,
        )

    def batch(self, step: int) -> Batch:
        """Return the batch of ``step``."""
        phase = self.config.phase(step)
        rng = np.random.default_rng((self.config.seed, step))
        drawn = [self._draw(rng, phase) for _ in range(phase.batch)]
        made = [
            augment(rng, one.image, one.masks, phase.size, self.config.augmentation, room=ROOM, inside=one.inside)
            for one in drawn
        ]
        return Batch(
            torch.from_numpy(np.stack([image for image, _ in made])),
            torch.from_numpy(np.stack([targets for _, targets in made])),
            torch.tensor([one.present for one in drawn], dtype=torch.float32),
            torch.tensor([one.known for one in drawn], dtype=torch.float32),
        )


def _phantom(rng: np.random.Generator, size: int) -> Drawn:
    """Make an analytic film like the sample study's, cut to its lungs like any other."""
    from model.cutting import cut_out
    from ptxviewer.core.lungbox import lung_box
    from ptxviewer.core.phantom import PhantomSpec, make_phantom

    side = str(rng.choice(["right", "left", "none"]))
    phantom = make_phantom(
        PhantomSpec(
            side=side,  # type: ignore[arg-type]
            size=float(rng.random()),
            seed=int(rng.integers(1 << 30)),
            rows=size,
            cols=size,
        )
    )
    image = (phantom.pixels >> (phantom.spec.bits - 8)).astype(np.uint8)
    lungs = [np.asarray(lung, np.float32) for lung in (phantom.lung_right, phantom.lung_left)]
    box = lung_box(image.shape[0], image.shape[1], lungs[0], lungs[1])
    masks = [
        np.asarray(mask, np.uint8) * np.uint8(255) for mask in (phantom.mask, phantom.lung_right, phantom.lung_left)
    ]
    cut, inside = cut_out(image, box, size)
    return Drawn(
        cut,
        np.stack([cut_out(mask, box, size)[0] for mask in masks]),
        inside,
        float(side != "none"),
        (1.0, 1.0, 1.0),
    )
