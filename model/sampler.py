"""Draws the films of any training step: a pure function of (seed, step)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.augment import Changes, augment, changes, warp, with_stamps
from model.config import Config, Phase
from model.pack import ROOM, Example, Inside, Pixels, Stamps


class Films(Protocol):
    """What the sampler asks of a pack."""

    stamps: Stamps | None
    drains: list[float] | None  # every film's probability of a chest drain, where the pack has them
    unseen: list[float | None] | None  # every film's score by a network that has not seen it, where the pack has them

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
        """What of the square is film."""
        ...


@dataclass(frozen=True)
class Batch:
    """``images`` (N, 1, S, S), ``targets`` (N, 3, S, S), ``present`` (N,), ``known`` (N, 3): mask, label, lungs."""

    images: Tensor
    targets: Tensor
    present: Tensor
    known: Tensor


@dataclass(frozen=True)
class Stack:
    """A batch before it is changed: stored squares (N, C, C), their masks (N, 3, C, C), and what is to be done."""

    images: Tensor
    masks: Tensor
    inside: NDArray[np.int64]
    size: int
    changes: Changes
    present: Tensor
    known: Tensor

    def on(self, device: torch.device) -> Batch:
        """Change the films on ``device``."""
        images, masks, present, known = (
            one.to(device, non_blocking=True) for one in (self.images, self.masks, self.present, self.known)
        )
        return Batch(*augment(images, masks, self.inside, self.size, ROOM, self.changes), present, known)


def doubtful() -> frozenset[str]:
    """Return the films of the training set whose label is in doubt."""
    lists = json.loads((Path(__file__).parent / "labels" / "doubtful.json").read_text(encoding="utf-8"))
    return frozenset(lists["negative"]) | frozenset(lists["positive"])


def fold_of(patient: str, folds: int) -> int:
    """Return the fold of a patient, the same on every computer: all films of one patient are left out together."""
    return int.from_bytes(hashlib.sha256(patient.encode()).digest()[:8], "big") % folds


class Sampler:
    """Draws the batch of any step; several steps may be drawn at once, each in a thread of its own."""

    def __init__(self, films: Films, config: Config) -> None:
        self.films = films
        self.config = config
        self.examples = films.examples
        left_out = doubtful() if config.clean else frozenset()
        usable = [
            (i, e)
            for i, e in enumerate(self.examples)
            if e.split == "train"
            and e.film not in left_out
            and (config.fold is None or fold_of(e.patient, config.fold[1]) != config.fold[0])
        ]
        names = ("positive", "negative", "lungs", "phantom")
        self.groups = {group: np.array([i for i, e in usable if e.group == group], int) for group in names}
        if config.drains is not None and films.drains is None:
            raise ValueError("this plan draws films by their drains, and the pack does not know them: run model.drains")
        if config.hard and films.unseen is None:
            raise ValueError("this plan draws hard films more often, and the pack does not know them: run model.folds")
        self.shares = {group: self._shares(group, chosen) for group, chosen in self.groups.items()}

    def _shares(self, group: str, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        wanted = dict(self.config.weights)
        weights = np.array([wanted.get(f"{self.examples[i].set} {self.examples[i].group}", 1.0) for i in chosen])
        if not weights.size:
            return weights
        weights *= self._hardness(chosen)
        weights /= weights.sum()
        if self.config.drains is None or self.films.drains is None or group not in ("positive", "negative"):
            return weights
        share = self.config.drains[0 if group == "positive" else 1]
        chance = np.array(self.films.drains)[chosen]
        drained = float(weights @ chance)
        if not 0 < drained < 1:
            return weights
        weights = weights * (chance * share / drained + (1 - chance) * (1 - share) / (1 - drained))
        return np.asarray(weights / weights.sum(), np.float64)

    def _hardness(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """How often each film is drawn for being hard: 1 where label and unseen score agree, or nobody knows."""
        if not self.config.hard or self.films.unseen is None:
            return np.ones(len(chosen))
        pairs = [(self.films.unseen[i], float(bool(self.examples[i].present))) for i in chosen]
        apart = np.array([0.0 if score is None else abs(label - score) for score, label in pairs])
        return 1 + self.config.hard * apart

    def _draw(self, rng: np.random.Generator, phase: Phase) -> int:
        """Index of one film."""
        roll = rng.random()
        if roll < self.config.phantoms and self.groups["phantom"].size:
            group = "phantom"
        elif self.config.phantoms <= roll < self.config.phantoms + self.config.lungs and self.groups["lungs"].size:
            group = "lungs"
        else:
            group = "positive" if rng.random() < phase.positives else "negative"
        return int(rng.choice(self.groups[group], p=self.shares[group]))

    def stack(self, step: int) -> Stack:
        """Return the films of ``step``, with devices and letters drawn on them, and the changes to be made."""
        phase, config = self.config.phase(step), self.config.augmentation
        rng = np.random.default_rng((self.config.seed, step))
        chosen = [self._draw(rng, phase) for _ in range(phase.batch)]
        side = self.films.image(chosen[0]).shape[0]
        matrices = np.stack([warp(rng, config, side, ROOM * phase.size, phase.size) for _ in chosen])
        mirrored = np.linalg.det(matrices) < 0
        images = [
            with_stamps(rng, self.films.image(index), config, self.films.stamps, bool(turned))
            for index, turned in zip(chosen, mirrored, strict=True)
        ]
        examples = [self.examples[index] for index in chosen]
        known = [(e.mask is not None, e.present is not None, e.lungs is not None) for e in examples]
        return Stack(
            torch.from_numpy(np.stack(images)),
            torch.from_numpy(np.stack([self.films.masks(index) for index in chosen])),
            np.array([self.films.inside(index) for index in chosen]),
            phase.size,
            changes(rng, config, matrices),
            torch.tensor([float(bool(e.present)) for e in examples]),
            torch.tensor(known, dtype=torch.float32),
        )

    def batch(self, step: int, device: torch.device | None = None) -> Batch:
        """Return the batch of ``step``."""
        return self.stack(step).on(device or torch.device("cpu"))
