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
    name: str = ""  # of its technology, the same in every language: what is shown of it in use
    batch: int = 1  # films that one pass of the network takes at most, where there are many


DEVICES: tuple[Device, ...] = (
    Device("auto", N_("Automatic")),
    Device("cpu", N_("Processor (CPU)"), "CPU"),
    Device("cuda", N_("NVIDIA graphics card"), "CUDA", batch=8),
    Device("mps", N_("Apple GPU"), "MPS", batch=8),
)
"""Every device that can be asked for; one that does not work here is replaced by the processor, with a note.

"auto" takes the first graphics card of them that works.
"""


def name_of(device: DeviceChoice) -> str:
    """Return what a device is called in every language: "CUDA"."""
    return next(one.name for one in DEVICES if one.id == device)


def batch_of(kind: str) -> int:
    """Return how many films one pass on a device takes at most; a CPU gains nothing from a second (ADR 0032)."""
    return next((device.batch for device in DEVICES if device.id == kind), 1)
