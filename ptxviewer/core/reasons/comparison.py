"""Why two films are not compared, and what speaks against comparing them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.reason import Reason
from ptxviewer.core.spacing import SpacingOrigin


class Caveat(Reason, Enum):
    """Reasons without arguments."""

    OTHER_PATIENT = "other_patient"
    NO_RESULT_YET = "no_result_yet"
    NOTHING_ON_BOTH = "nothing_on_both"

    # Cautions
    PATIENT_UNKNOWN = "patient_unknown"
    ORDER_UNKNOWN = "order_unknown"
    VIEWS_UNKNOWN = "views_unknown"
    BOTH_AP = "both_ap"
    NO_COMMON_SPACING = "no_common_spacing"
    RESULT_REJECTED = "result_rejected"
    MASK_EDITED = "mask_edited"
    NETWORKS_DIFFER = "networks_differ"


@dataclass(frozen=True)
class ViewsDiffer(Reason):
    """ViewPosition of both films, "" where a file does not say."""

    older: str
    newer: str


@dataclass(frozen=True)
class SpacingsDiffer(Reason):
    """Where the millimetres of both films come from."""

    older: SpacingOrigin
    newer: SpacingOrigin


@dataclass(frozen=True)
class ThresholdsDiffer(Reason):
    """The thresholds at which both were measured."""

    older: float
    newer: float
