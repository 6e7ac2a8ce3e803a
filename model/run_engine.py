"""An engine over a training run that has not been exported: what a checkpoint says of a film, by the app's own path."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load_file

from model.export import PROVISIONAL, config_of, weights_of
from model.viewing import Viewer
from ptxviewer.core.answer import Band, ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, EngineInfo, never_cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.upright import turns_upright
from ptxviewer.inference.engine import answer_of
from ptxviewer.inference.equivalence import trial_input
from ptxviewer.inference.torch.network import PneumothoraxNet
from ptxviewer.inference.torch.processor import has_fast_bf16
from ptxviewer.inference.torch.runner import Choice, TorchRunner


class RunEngine:
    """See ``inference.engine.Engine``: the averaged weights of the run in ``folder``, on ``model.viewing``'s views.

    Where ``weights`` are given (safetensors), they stand in for the run's own; its ``run.json`` still says what it is.
    """

    def __init__(self, folder: Path, bundle: Path, weights: Path | None = None) -> None:
        config, self.size = config_of(folder)
        self._net = PneumothoraxNet(config)
        state = load_file(weights) if weights else weights_of(folder)
        counters = {n: v for n, v in self._net.state_dict().items() if n.endswith("num_batches_tracked")}
        self._net.load_state_dict(counters | {name: value.float() for name, value in state.items()})
        digest = hashlib.sha256()
        for name, value in sorted(self._net.state_dict().items()):
            digest.update(name.encode() + value.contiguous().numpy().tobytes())
        self._sha256 = digest.hexdigest()
        self._viewer = Viewer(folder, self.size, bundle)
        self._runner: TorchRunner | None = None
        self._info: EngineInfo | None = None

    @property
    def info(self) -> EngineInfo | None:
        """See ``Engine.info``."""
        return self._info

    def load(self) -> EngineInfo:
        """See ``Engine.load``."""
        if self._info is None:
            self._runner = TorchRunner(self._net, Choice(torch.device("cpu"), "CPU"))
            if has_fast_bf16():
                self._runner.try_bf16(trial_input(self.size), PROVISIONAL.threshold)
            self._info = EngineInfo("run", self._sha256, self._runner.device, PROVISIONAL)
        return self._info

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """See ``Engine.predict``."""
        info = self.load()
        assert self._runner is not None
        turns = turns_upright(film)
        shown = self._viewer.view(film, turns)
        return answer_of(film, shown, turns, self._runner.run(shown.grid, checkpoint), info)

    def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
        """Refused: a run in training has no band to show."""
        raise NotImplementedError("a run in training draws no band")
