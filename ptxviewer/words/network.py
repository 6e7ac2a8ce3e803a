"""The texts of ``core.reasons.network``: the model file, the device, the self-test; how an older network is named."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.devices import name_of
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.words import tr

TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "card_missing": N_("The network's card is missing."),
    "card_unreadable": N_("The network's card cannot be read."),
    "card_invalid": N_("The network's card is not valid."),
    "other_version": N_("The network was made for another version of this program."),
    "weights_missing": N_("The network's file is missing."),
    "weights_unreadable": N_("The network's file cannot be read."),
    "weights_altered": N_("The network's file was altered (its checksum does not match the card)."),
    "weights_do_not_fit": N_("The network's file does not fit its card."),
    "library_unusable": N_("PyTorch cannot be loaded, so films are shown but not analysed."),
    "no_usable_result": N_("The network gave no usable result for this film."),
    "no_usable_band": N_("The network gave no usable range of outlines for this film."),
    "no_memory_for_band": N_("The graphics card has not enough memory for the range of outlines."),
    "device_out_of_memory": N_("The graphics card ran out of memory: using the CPU."),
    "device_refused": lambda device: tr(
        "{device} was asked for but is not usable: using the CPU.", device=name_of(device)
    ),
    "device_unusable": lambda device: tr("{device} is present but not usable: using the CPU.", device=name_of(device)),
    "golden_unreadable": N_("The network's reference output is missing or cannot be read."),
    "golden_of_other_network": N_("The reference output was made for another network."),
    "no_self_test": N_("There is no self-test here."),
    "self_test_passed": N_("Self-test passed: the network gives the expected result on {device}."),
    "self_test_differs": N_(
        "Self-test failed: the network's result on {device} is not the expected one. Do not use its results."
    ),
    "self_test_failed": N_("Self-test failed. {why}"),
}


def older_network(info: EngineInfo | None) -> str:
    """Return the sentence behind whatever an older network said, "" where it is the one that is loaded."""
    return "" if info is None or not info.older else tr("Network {version} (older).", version=info.version)


def older_network_name(info: EngineInfo | None) -> str:
    """Return the same as a label, for lists and corner texts."""
    return "" if info is None or not info.older else tr("Network {version} (older)", version=info.version)
