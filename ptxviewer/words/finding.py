"""The texts of ``core.reasons.finding``, and the names of what findings are told in: sides, zones, views, verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ptxviewer.core.answer import LineName, Side, Zone
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.review import Verdict
from ptxviewer.words import tr
from ptxviewer.words.quantities import decimal, plain

SIDES: dict[Side, Msgid] = {"right": N_("right"), "left": N_("left"), "unknown": N_("side unknown")}
ZONES: dict[Zone, Msgid] = {
    "apical": N_("apical"),
    "lateral": N_("lateral"),
    "basal": N_("basal"),
    "medial": N_("medial"),
}
VERDICTS: dict[Verdict, Msgid] = {
    "": N_("no verdict"),
    "accept": N_("accepted"),
    "edited": N_("edited"),
    "reject": N_("rejected"),
    "unsure": N_("unsure"),
}
LINES: dict[LineName, Msgid] = {
    "a": N_("A"),
    "b": N_("B"),
    "c": N_("C"),
    "rim": N_("rim"),
    "across": N_("width of the hemithorax"),
}

# Whole phrases, not parts put together: other languages inflect them.
_PLACES: dict[tuple[Side, Zone | None], Msgid] = {
    ("right", None): N_("right side"),
    ("right", "apical"): N_("right apex"),
    ("right", "lateral"): N_("right lateral side"),
    ("right", "basal"): N_("right base"),
    ("right", "medial"): N_("right medial side"),
    ("left", None): N_("left side"),
    ("left", "apical"): N_("left apex"),
    ("left", "lateral"): N_("left lateral side"),
    ("left", "basal"): N_("left base"),
    ("left", "medial"): N_("left medial side"),
}
_OF_HEMITHORAX: dict[Side, Msgid] = {
    "right": N_("{percent} % of the right hemithorax"),
    "left": N_("{percent} % of the left hemithorax"),
    "unknown": N_("{percent} % of the hemithorax"),
}


def side(name: Side) -> str:
    """Return the name of the patient's side: "right"."""
    return tr(SIDES[name])


def zone(name: Zone) -> str:
    """Return the name of a zone of the hemithorax: "apical"."""
    return tr(ZONES[name])


def verdict(name: Verdict) -> str:
    """Return a reader's verdict: "accepted"."""
    return tr(VERDICTS[name])


def line_name(name: LineName) -> str:
    """Return the name of an interpleural distance: "A", "rim"."""
    return tr(LINES[name])


def place(name: Side, zone_name: Zone | None = None) -> str:
    """Return where a lesion lies: "right apex", "left side", "side unknown"."""
    return tr(SIDES["unknown"]) if name == "unknown" else tr(_PLACES[name, zone_name])


def both_sides() -> str:
    """Return what is said of findings on both sides."""
    return tr("both sides")


def of_hemithorax(percent: float, name: Side, places: int = 0) -> str:
    """Return "12 % of the right hemithorax"."""
    return tr(_OF_HEMITHORAX[name], percent=decimal(percent, places))


def _outside_nomogram(average_cm: float, low_cm: float, high_cm: float) -> str:
    return tr(
        "The average distance of {average} cm lies outside the nomogram ({low} to {high} cm).",
        average=decimal(average_cm, 1),
        low=plain(low_cm),
        high=plain(high_cm),
    )


def line_names(names: Iterable[LineName]) -> str:
    """Return the names of distances in one line: "B, C"."""
    return ", ".join(line_name(name) for name in names)


def _distances_missing(names: Iterable[LineName]) -> str:
    return tr("Needs {lines}, not measurable here.", lines=line_names(names))


def _area_without_distances(percent: float) -> str:
    return tr(
        "{percent} % of the hemithorax, but no distance is measurable: rely on neither.", percent=decimal(percent, 0)
    )


def _sizes_disagree(collins: float, percent: float) -> str:
    return tr(
        "Collins ({collins} %) and the projected area ({percent} %) are {points} points apart: rely on neither.",
        collins=decimal(collins, 0),
        percent=decimal(percent, 0),
        points=decimal(abs(collins - percent), 0),
    )


TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "one_lung_field": N_("Only one lung field was recognised: perhaps a lateral view or another part of the body."),
    "not_frontal": N_("This does not look like a frontal chest radiograph."),
    "no_lung_field": N_("No lung field was recognised."),
    "photographed": N_("This looks like a photograph of a screen: fine signs may be lost in it."),
    "whole_film": N_("The lungs were not found: the whole film was analysed instead."),
    "lung_hardly_seen": N_("One lung field is barely recognised: a dense or missing lung."),
    "apex_cut_off": N_("An apex may be cut off at the upper edge."),
    "no_lung_on_side": N_("The network saw no lung on this side."),
    "not_upright": N_("The film does not lie upright."),
    "film_on_its_side": N_("The orientation tag says that the film lies on its side: check the side."),
    "film_upside_down": N_("The orientation tag says that the film lies upside down: check the side."),
    "film_mirrored": N_(
        "The orientation tag says that the patient's right is on the right of the picture: check the side."
    ),
    "other_view": N_("{view} film: the formula holds for erect PA films."),
    "view_not_stated": N_("The file does not say that this is an erect PA film."),
    "supine_film": N_("Supine film: the formula holds for erect films."),
    "lying_film": N_("Supine film: air collects anteriorly and at the base, and is easily missed."),
    "ap_film": N_("AP film, possibly supine: air may collect anteriorly and at the base."),
    "drained_chest": N_("Chest drain: the network is less reliable, in what it marks and where it marks nothing."),
    "no_spacing": N_("No trustworthy pixel spacing."),
    "loculated": N_("Not continuous with the apex (loculated?): the formula assumes free air."),
    "no_lung_edge": N_("No lung edge was found beside it."),
    "sum_is_zero": N_("A + B + C is 0."),
    "no_rim": N_("No rim at the level of the hilum."),
    "no_apical_distance": N_("No distance between cupola and lung."),
    "distances_missing": _distances_missing,
    "air_not_at_cupola": N_("The marked air does not reach the cupola of the hemithorax."),
    "no_lung_under_cupola": N_("No lung edge was found under the cupola."),
    "air_not_at_level": N_("The marked air does not reach this level."),
    "air_not_at_wall": N_("At this level there is lung between the chest wall and the marked air."),
    "no_lung_at_level": N_("No lung edge was found at this level."),
    "area_without_distances": _area_without_distances,
    "sizes_disagree": _sizes_disagree,
    "outside_nomogram": _outside_nomogram,
    "result_of_other_film": N_("The result belongs to another film and was not shown."),
    "mask_of_other_film": N_("The edited mask belongs to another film and was not shown."),
}
