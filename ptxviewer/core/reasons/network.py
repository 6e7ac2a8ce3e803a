"""Why the network cannot be used, what is to be known of its device, and what its self-test says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.devices import DeviceChoice
from ptxviewer.core.reason import Reason


class Network(Reason, Enum):
    """Reasons without arguments."""

    CARD_MISSING = "card_missing"
    CARD_UNREADABLE = "card_unreadable"  # the file, or no JSON
    CARD_INVALID = "card_invalid"  # a field is missing or out of range
    OTHER_VERSION = "other_version"
    WEIGHTS_MISSING = "weights_missing"
    WEIGHTS_UNREADABLE = "weights_unreadable"
    WEIGHTS_ALTERED = "weights_altered"
    WEIGHTS_DO_NOT_FIT = "weights_do_not_fit"
    LIBRARY_UNUSABLE = "library_unusable"
    NO_USABLE_RESULT = "no_usable_result"
    NO_USABLE_BAND = "no_usable_band"
    NO_MEMORY_FOR_BAND = "no_memory_for_band"
    DEVICE_OUT_OF_MEMORY = "device_out_of_memory"  # a note: the work goes on on the CPU

    GOLDEN_UNREADABLE = "golden_unreadable"
    GOLDEN_OF_OTHER_NETWORK = "golden_of_other_network"
    NO_SELF_TEST = "no_self_test"


@dataclass(frozen=True)
class DeviceRefused(Reason):
    """The device that was asked for cannot be used."""

    device: DeviceChoice


@dataclass(frozen=True)
class DeviceUnusable(Reason):
    """A device that is present but cannot be used; it was chosen automatically."""

    device: DeviceChoice


@dataclass(frozen=True)
class SelfTestPassed(Reason):
    """The expected result, on ``device`` as shown."""

    device: str


@dataclass(frozen=True)
class SelfTestDiffers(Reason):
    """Another result than the expected one."""

    device: str


@dataclass(frozen=True)
class SelfTestFailed(Reason):
    """The self-test could not be run to its end."""

    why: Reason
