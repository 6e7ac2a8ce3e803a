"""How a run sees films: whole or cropped to the lungs, and by which first look.

A run over boxes keeps its first look beside its weights (``first_look.safetensors`` and ``first_look.json`` of
``model.first_look``); where it has none, the lungs are found by the network of a bundle.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from model.config import tupled
from ptxviewer.core.film import Radiograph
from ptxviewer.core.lungbox import FIRST_LOOK
from ptxviewer.inference.boxed import view_of
from ptxviewer.inference.card import read_card, verify
from ptxviewer.inference.engine import Shown, WholeFilm, turned
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.torch.loading import network_of
from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet
from ptxviewer.inference.torch.runner import Choice, TorchRunner

FIRST_LOOK_FILE = "first_look"


def looks_at_lungs(run: Path) -> bool:
    """Was this run trained on boxes? A pack says what its boxes are; earlier runs had none."""
    return bool(json.loads((run / "run.json").read_text()).get("boxes"))


def has_first_look(run: Path) -> bool:
    """Has the folder of this run a first look of its own?"""
    return (run / f"{FIRST_LOOK_FILE}.json").exists()


def own_first_look(run: Path) -> tuple[NetworkConfig, int, dict[str, torch.Tensor]]:
    """Return network, grid and weights of a run's own first look."""
    record = json.loads((run / f"{FIRST_LOOK_FILE}.json").read_text())
    config = NetworkConfig(**tupled(record["network"]))
    return config, int(record["size"]), load_file(run / f"{FIRST_LOOK_FILE}.safetensors")


class Viewer:
    """Shows films as the run's network is used to seeing them."""

    def __init__(self, run: Path, size: int, bundle: Path) -> None:
        self.size = size
        self._runner: TorchRunner | None = None
        self._first_size = FIRST_LOOK
        if not looks_at_lungs(run):
            return
        if has_first_look(run):
            config, self._first_size, state = own_first_look(run)
            network = PneumothoraxNet(config)
            network.load_state_dict(state, strict=False)  # without batch norm's counters
        else:
            card = read_card(bundle)
            network = network_of(card, verify(bundle, card))
        self._runner = TorchRunner(network, Choice(torch.device("cpu"), "CPU"))

    def view(self, film: Radiograph, turns: int = 0) -> Shown:
        """Return what the network is shown of ``film`` after quarter ``turns`` clockwise."""
        runner = self._runner
        if runner is None:
            return WholeFilm(turned(prepare(film, self.size), turns))
        return view_of(film, self.size, lambda grid: runner.run(grid).maps, self._first_size, turns)
