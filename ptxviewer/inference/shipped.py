"""The network that is shipped, on a device; window and command line make it here."""

from __future__ import annotations

from ptxviewer.core.engine import DeviceChoice, Engine


def make_engine(device: DeviceChoice) -> Engine:
    """Return the shipped network. Neither torch nor the weights are loaded before it is used."""
    from ptxviewer.inference.torch.loading import torch_engine

    return torch_engine(device)
