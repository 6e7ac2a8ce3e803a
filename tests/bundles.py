"""A small network with random weights, as a bundle on disk: for tests of the machinery, never for a film."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.there import there

SIZE = 64


def write_bundle(folder: Path, seed: int = 0, **changes: Any) -> Path:
    """Write weights.safetensors and metadata.json to ``folder``; ``changes`` replace fields of the card."""
    import torch
    from safetensors.torch import save_file

    from ptxviewer.inference import preprocess
    from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet

    architecture: dict[str, Any] = {"blocks": [1, 1, 1, 1], "planes": [8, 8, 8, 8], "stem": 8, "decoder": [8, 8, 8, 8]}
    torch.manual_seed(seed)
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in architecture.items()}
    net = PneumothoraxNet(NetworkConfig(**fields))
    for module in net.modules():  # statistics that folding has to get right
        if isinstance(module, torch.nn.BatchNorm2d):
            there(module.running_mean).uniform_(-0.5, 0.5)
            there(module.running_var).uniform_(0.5, 2.0)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.3, 0.3)
    state = {name: value for name, value in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(state, folder / "weights.safetensors")
    card = {
        "schema_version": 1,
        "id": "random-test-network",
        "version": "0",
        "architecture": {**architecture, "stride_on_conv1": True},
        "input": {"size": SIZE, "channels": 1, "preprocessing": preprocess.NAME},
        "rule": {"threshold": 0.1, "score_threshold": 0.0, "min_area": 0.0},
        "calibrated": False,
        "sha256": hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest(),
        **changes,
    }
    (folder / "metadata.json").write_text(json.dumps(card))
    return folder
