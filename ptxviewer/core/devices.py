"""The devices that the network may run on, as the settings and the command line offer them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ptxviewer.core.msgid import N_, Msgid

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]


@dataclass(frozen=True, slots=True)
class Device:
    """Where the network may run, as the settings and the command line offer it."""

    id: DeviceChoice
    label: Msgid


DEVICES: tuple[Device, ...] = (
    Device("auto", N_("Automatic")),
    Device("cpu", N_("Processor (CPU)")),
    Device("cuda", N_("NVIDIA graphics card")),
    Device("mps", N_("Apple GPU")),
)
"""Every device that can be asked for; one that does not work here is replaced by the processor, with a note."""
