"""The network that is shipped, on a device; window and command line make it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line answers --version without numpy
    from ptxviewer.core.devices import DeviceChoice
    from ptxviewer.core.engine import Engine
    from ptxviewer.core.purposes import PurposeChoice


def make_engine(device: DeviceChoice, purpose: PurposeChoice = "balanced") -> Engine:
    """Return the shipped network, deciding by the rule for ``purpose``.

    Neither torch nor the weights are loaded before it is used.
    """
    from ptxviewer.inference.torch.loading import torch_engine

    return torch_engine(device, purpose=purpose)
