"""Why a result is withheld, a measure is not given, or a finding needs a caution."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.answer import LineName
from ptxviewer.core.reason import Reason


class Finding(Reason, Enum):
    """Reasons without arguments."""

    # The gate: is this a frontal chest radiograph? The first two refuse, the others are cautions.
    ONE_LUNG_FIELD = "one_lung_field"
    NOT_FRONTAL = "not_frontal"
    NO_LUNG_FIELD = "no_lung_field"
    WHOLE_FILM = "whole_film"
    PHOTOGRAPHED = "photographed"
    LUNG_HARDLY_SEEN = "lung_hardly_seen"
    APEX_CUT_OFF = "apex_cut_off"

    # Why the projected area has no percent
    NO_LUNG_ON_SIDE = "no_lung_on_side"
    NOT_UPRIGHT = "not_upright"

    # What the orientation tag says against the sides
    FILM_ON_ITS_SIDE = "film_on_its_side"
    FILM_UPSIDE_DOWN = "film_upside_down"
    FILM_MIRRORED = "film_mirrored"

    # Why a measure of the literature is not given
    VIEW_NOT_STATED = "view_not_stated"
    SUPINE_FILM = "supine_film"
    NO_SPACING = "no_spacing"
    LOCULATED = "loculated"
    NO_LUNG_EDGE = "no_lung_edge"
    SUM_IS_ZERO = "sum_is_zero"
    NO_RIM = "no_rim"
    NO_APICAL_DISTANCE = "no_apical_distance"

    # What lowers the trust in a result, whatever it says
    LYING_FILM = "lying_film"
    AP_FILM = "ap_film"
    DRAINED_CHEST = "drained_chest"

    # Why an interpleural distance is not measurable
    AIR_NOT_AT_CUPOLA = "air_not_at_cupola"
    NO_LUNG_UNDER_CUPOLA = "no_lung_under_cupola"
    AIR_NOT_AT_LEVEL = "air_not_at_level"
    AIR_NOT_AT_WALL = "air_not_at_wall"
    NO_LUNG_AT_LEVEL = "no_lung_at_level"

    # Why a result was not put on a film
    RESULT_OF_OTHER_FILM = "result_of_other_film"
    MASK_OF_OTHER_FILM = "mask_of_other_film"


@dataclass(frozen=True)
class OtherView(Reason):
    """The formula holds for erect PA films; ``view`` is a term of ViewPosition, "AP" or another."""

    view: str


@dataclass(frozen=True)
class OutsideNomogram(Reason):
    """The average distance lies outside Rhea's nomogram."""

    average_cm: float
    low_cm: float
    high_cm: float


@dataclass(frozen=True)
class DistancesMissing(Reason):
    """A formula needs distances that are not measurable."""

    names: tuple[LineName, ...]


@dataclass(frozen=True)
class AreaWithoutDistances(Reason):
    """A large share of the hemithorax, and not one distance to support it."""

    percent: float


@dataclass(frozen=True)
class SizesDisagree(Reason):
    """Collins' percent and the projected area's are too far apart for either to be believed."""

    collins: float
    percent: float
