"""Everything that decides a training run, as values: phases, rates, what is drawn how often, the network."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model.augment import Augmentation
from ptxviewer.inference.torch.network import NetworkConfig

ANALYTIC_SHARE = 0.01


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one resolution; ``positives`` is the share of positive films in a batch."""

    size: int
    batch: int
    steps: int
    positives: float


@dataclass(frozen=True)
class Config:
    """Everything that decides a run."""

    phases: tuple[Phase, ...] = (Phase(256, 16, 800, 0.5), Phase(320, 12, 350, 0.4))
    seed: int = 20261123
    rate: float = 1e-3
    encoder_rate: float = 0.5  # of ``rate``
    weight_decay: float = 0.02
    warmup: int = 40
    average: float = 0.99  # decay of the weight average
    lungs: float = 0.08  # share of films with a lung mask
    weights: tuple[tuple[str, float], ...] = (  # how often a film of a set is drawn, relative to 1
        ("labelled positive", 2.0),
        ("labelled negative", 4.0),
        ("negatives negative", 2.0),
    )
    drains: tuple[float, float] | None = (
        None  # wanted share with a drain, of positive and of negative films; None = as is
    )
    clean: bool = False  # films whose label is in doubt (``labels/doubtful.json``) are not drawn
    fold: tuple[int, int] | None = None  # (k, n): the patients of fold k of n are not drawn (``sampler.fold_of``)
    hard: float = 0.0  # a film whose label a network that has not seen it contradicts fully is drawn 1 + ``hard`` times
    head_rate: float = 3.0  # of ``rate``, for what decides the film by its halves
    frozen: tuple[str, ...] = ()  # modules of the encoder that stay as they started, batch statistics too
    phantoms: float = ANALYTIC_SHARE  # share of films that are analytic
    held: bool = False  # batch statistics stay as they started, everywhere: for a network that has settled
    network: NetworkConfig = field(default_factory=lambda: NetworkConfig(decoder=(128, 64, 48, 24)))
    augmentation: Augmentation = field(default_factory=Augmentation)

    @property
    def steps(self) -> int:
        """Steps of all phases together."""
        return sum(phase.steps for phase in self.phases)

    def phase(self, step: int) -> Phase:
        """The phase that ``step`` belongs to."""
        for phase in self.phases:
            if step < phase.steps:
                return phase
            step -= phase.steps
        return self.phases[-1]

    def rate_at(self, step: int) -> float:
        """Linear warm-up, then a cosine to zero over the whole run."""
        warm = min(1.0, (step + 1) / self.warmup)
        return self.rate * warm * 0.5 * (1 + float(np.cos(np.pi * min(1.0, step / self.steps))))


def tupled(record: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists only; fields of a configuration are tuples, all the way down."""

    def deep(value: Any) -> Any:
        return tuple(map(deep, value)) if isinstance(value, list) else value

    return {name: deep(value) for name, value in record.items()}


def read_config(path: Path | None) -> Config:
    """Return the default configuration with the fields that the JSON file at ``path`` changes.

    The ``run.json`` of an earlier run may stand for a configuration: it holds all of it.
    """
    record = json.loads(path.read_text()) if path else {}
    changes = tupled(record.get("config", record))
    if "phases" in changes:
        changes["phases"] = tuple(Phase(**phase) for phase in changes["phases"])
    for name, kind in (("network", NetworkConfig), ("augmentation", Augmentation)):
        if name in changes:
            changes[name] = kind(**tupled(changes[name]))
    return Config(**changes)
