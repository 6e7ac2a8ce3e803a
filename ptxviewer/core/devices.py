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
    batch: int = 1  # films that one pass of the network takes at most, where there are many


DEVICES: tuple[Device, ...] = (
    Device("auto", N_("Automatic")),
    Device("cpu", N_("Processor (CPU)")),
    Device("cuda", N_("NVIDIA graphics card"), batch=8),
    Device("mps", N_("Apple GPU"), batch=8),
)
"""Every device that can be asked for; one that does not work here is replaced by the processor, with a note."""


def batch_of(kind: str) -> int:
    """Return how many films one pass on a device takes at most; a CPU gains nothing from a second (ADR 0032)."""
    return next((device.batch for device in DEVICES if device.id == kind), 1)
