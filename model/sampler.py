"""Draws the films of any training step: a pure function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.augment import augment
from model.config import Config, Phase
from model.data import CACHE_SIZE, Example, Films

Pixels = NDArray[np.uint8]
Drawn = tuple[Pixels, Pixels, float, tuple[float, float, float]]


@dataclass(frozen=True)
class Batch:
    """``images`` (N, 1, S, S), ``targets`` (N, 3, S, S), ``present`` (N,), ``known`` (N, 3)."""

    images: Tensor
    targets: Tensor
    present: Tensor
    known: Tensor


class Sampler:
    """Draws the batch of any step."""

    def __init__(self, films: Films, config: Config) -> None:
        self.films = films
        self.config = config
        usable = [(i, e) for i, e in enumerate(films.examples) if e.split == "train"]
        self.groups = {
            group: np.array([i for i, e in usable if e.group == group]) for group in ("positive", "negative", "lungs")
        }
        # Films on which two models agree are easier than films as they come: those that an expert read weigh more.
        self.shares = {group: self._shares(chosen) for group, chosen in self.groups.items()}

    def _shares(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        weights = np.array([self.config.expert_weight if self.films.examples[i].expert else 1.0 for i in chosen])
        return weights / weights.sum() if weights.size else weights

    def _draw(self, rng: np.random.Generator, phase: Phase) -> Drawn:
        dice_roll = rng.random()
        if dice_roll < self.config.phantoms:
            from ptxviewer.phantom.film import PhantomSpec, make_phantom

            side = str(rng.choice(["right", "left", "none"]))
            phantom = make_phantom(
                PhantomSpec(
                    side=side,  # type: ignore[arg-type]
                    size=float(rng.random()),
                    seed=int(rng.integers(1 << 30)),
                    rows=CACHE_SIZE,
                    cols=CACHE_SIZE,
                )
            )
            image = (phantom.pixels >> (phantom.spec.bits - 8)).astype(np.uint8)
            masks = np.stack([phantom.mask, phantom.lung_right, phantom.lung_left]).astype(np.uint8) * 255
            return image, masks, float(side != "none"), (1.0, 1.0, 1.0)
        if dice_roll < self.config.phantoms + self.config.lungs and self.groups["lungs"].size:
            group = "lungs"
        else:
            group = "positive" if rng.random() < phase.positives else "negative"
        index = int(rng.choice(self.groups[group], p=self.shares[group]))
        example: Example = self.films.examples[index]
        known = (float(example.mask is not None), float(example.present is not None), float(example.lungs is not None))
        return self.films.images[index], self.films.masks[index], float(bool(example.present)), known

    def batch(self, step: int) -> Batch:
        """Return the batch of ``step``."""
        phase = self.config.phase(step)
        rng = np.random.default_rng((self.config.seed, step))
        drawn = []
        for _ in range(phase.batch):
            image, masks, present, known = self._draw(rng, phase)
            drawn.append(
                (
                    *augment(rng, np.asarray(image), np.asarray(masks), phase.size, self.config.augmentation),
                    present,
                    known,
                )
            )
        images, targets, present_all, known_all = zip(*drawn, strict=True)
        return Batch(
            torch.from_numpy(np.stack(images)),
            torch.from_numpy(np.stack(targets)),
            torch.tensor(present_all, dtype=torch.float32),
            torch.tensor(known_all, dtype=torch.float32),
        )
