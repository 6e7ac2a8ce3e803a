"""The rules of decision that a reader can choose from, as the settings and the command line offer them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ptxviewer.core.msgid import N_, Msgid

PurposeChoice = Literal["balanced", "sensitive", "quiet"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a rule is for: how many pneumothoraces it finds, and at how many false alarms."""

    id: PurposeChoice
    label: Msgid


PURPOSES: tuple[Purpose, ...] = (
    Purpose("balanced", N_("Balanced")),
    Purpose("sensitive", N_("Sensitive")),
    Purpose("quiet", N_("Quiet")),
)
"""Every rule that can be asked for; a network whose card does not have it decides by its own."""


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """How a rule did on films of unseen patients, as the card says; shares in [0, 1]."""

    sensitivity: float
    false_share: float  # of the films without a pneumothorax
