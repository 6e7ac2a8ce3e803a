"""The decision on a film and who made it, in words shared by window and report: headline, gate, limits.

One operating point in words, that of the film score: "possible pneumothorax", "borderline", "none marked". Where the
reader has spoken, the reader's word comes first and the network's after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from ptxviewer.core.answer import BY_CARD, Findings, Gate, HemithoraxFinding, LineName, Side, Zone
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.sizes import contradicted, without_contradictions
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.prevalence import shifted
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.review import Review, Verdict
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.words import finding, measures, quantities, sentences, tr

Nearness = Literal["above", "near", "below"]
FINE_MM = 30.0  # a distance below is given to the millimetre: guidelines decide at 2 and 3 cm

_MARKED: dict[Nearness, Msgid] = {
    "above": N_("Possible pneumothorax, {where}."),
    "near": N_("Borderline: possible pneumothorax, {where}."),
    "below": N_("Below the operating point: {where}."),  # the reader lowered the limit
}
_BY_READER: dict[Verdict, Msgid] = {
    "": N_("Edited by reader: pneumothorax, {where}."),
    "edited": N_("Edited by reader: pneumothorax, {where}."),
    "accept": N_("Accepted by reader: pneumothorax, {where}."),
    "unsure": N_("Reader unsure: possible pneumothorax, {where}."),
}
_NONE_BY_READER: dict[Verdict, Msgid] = {
    "": N_("Edited by reader: no pneumothorax marked."),
    "edited": N_("Edited by reader: no pneumothorax marked."),
    "accept": N_("Accepted by reader: no pneumothorax."),
    "unsure": N_("Reader unsure: none marked."),
}
_AT: tuple[tuple[LineName, Msgid], ...] = (
    ("rim", N_("about {length} at the hilum")),
    ("a", N_("about {length} at the apex")),
)
_SIDES: dict[Side, Msgid] = {"right": N_("right"), "left": N_("left"), "unknown": N_("side unknown")}
_APEX_TO_BASE: dict[Side, Msgid] = {"right": N_("right, apex to base"), "left": N_("left, apex to base")}


def score_name(calibrated: bool) -> str:
    """Return what is to be known of the film score: without calibration it must not be taken for a probability."""
    return tr("calibrated") if calibrated else tr("not a probability")


def score_here(score: float, taught: float | None, here: float | None) -> str:
    """Return what a calibrated score becomes where a share ``here`` of films shows a pneumothorax, "" where not set.

    ``taught``: that share where it was calibrated.
    """
    if taught is None or not here:
        return ""
    return tr(
        "{score} where {here} of films show one, not {taught}",
        score=quantities.score(shifted(score, taught, here)),
        here=quantities.share(100 * here),
        taught=quantities.share(100 * taught),
    )


def nearness(score: float, operating_point: float) -> Nearness:
    """Return where a score lies: above, near (within a fifth) or below the operating point."""
    if abs(score - operating_point) <= 0.2 * operating_point:
        return "near"
    return "above" if score > operating_point else "below"


# ---- where, and how large


def side_and_zone(side: Side, zones: tuple[Zone, ...]) -> str:
    """Return where something lies: "right apex", "left, apex to base", "left" where it is in several parts."""
    if side == "unknown":
        return finding.place(side)
    if {"apical", "basal"} <= set(zones):
        return tr(_APEX_TO_BASE[side])
    return finding.place(side, zones[0]) if len(zones) == 1 else tr(_SIDES[side])


def zones_of_side(findings: Findings, side: Side) -> tuple[Zone, ...]:
    """Return the zones of all lesions of one side, those of the largest first."""
    return tuple(dict.fromkeys(zone for lesion in findings.lesions if lesion.side == side for zone in lesion.zones))


def distance_text(film: Radiograph, half: HemithoraxFinding) -> str:
    """Return the one that says most: "about 4 cm at the hilum", "about 2.3 cm at the apex"; "" without any in cm."""
    for name, text in _AT:
        line = None if half.distances is None else half.distances.line(name)
        mm = None if line is None else line.mm(film.spacing)
        if mm:
            return tr(text, length=quantities.cm(mm, 1 if mm < FINE_MM else 0))
    return ""


def _half_text(film: Radiograph, findings: Findings, half: HemithoraxFinding, *, briefly: bool = False) -> str:
    """ "left, 39 % of the hemithorax (about 4 cm at the hilum)"; without a percent its area in cm², never pixels.

    ``briefly``, where the other side has said of what the share is: "right apex, 5 %".
    """
    where = side_and_zone(half.side, zones_of_side(findings, half.side))
    if contradicted(half):
        return tr("{where}, size uncertain: the measures disagree", where=where)
    if half.percent is not None and briefly:
        return f"{where}, {measures.rounded_share(half.percent)}"
    if half.percent is not None:
        size = tr("{percent} of the hemithorax", percent=measures.rounded_share(half.percent))
    elif film.spacing.pixel_area_mm2 is not None:
        size = measures.area_with_origin(half.area_px, half.area_px * film.spacing.pixel_area_mm2, film.spacing)
    else:
        return where
    distance = distance_text(film, half)
    return f"{where}, {size} ({distance})" if distance else f"{where}, {size}"


def where_text(film: Radiograph, findings: Findings) -> str:
    """Return where all that is marked lies and how large it is, in the reader's terms, the larger side first."""
    findings = without_contradictions(film, findings)
    halves = findings.halves
    if len(halves) == 1:
        return _half_text(film, findings, halves[0])
    larger = bool(halves) and halves[0].percent is not None and not contradicted(halves[0])
    sides = "; ".join(_half_text(film, findings, half, briefly=larger and half is not halves[0]) for half in halves)
    return tr("both sides: {sides}", sides=sides) if halves else finding.place("unknown")


# ---- the decision


def network_says(film: Radiograph, findings: Findings, operating_point: float) -> str:
    """Return the network's decision in one sentence; of a mask that a reader changed it has no side and no size."""
    near = nearness(findings.score, operating_point)
    if findings.edited:
        if findings.network_marks:
            return tr("Borderline: possible pneumothorax.") if near == "near" else tr("Possible pneumothorax.")
    elif findings.present:
        return tr(_MARKED[near], where=where_text(film, findings))
    return tr("Borderline, none marked.") if near == "near" else tr("None marked.")


def headline(film: Radiograph, findings: Findings, operating_point: float, verdict: Verdict = "") -> str:
    """Return the decision in one line: the reader's where there is one, else the network's.

    ``operating_point`` is the film score of the card's decision rule.
    """
    if verdict == "reject":
        return tr("Rejected by reader.")
    if not verdict and not findings.edited:
        return network_says(film, findings, operating_point)
    if not findings.present:
        return tr(_NONE_BY_READER[verdict])
    return tr(_BY_READER[verdict], where=where_text(film, findings))


def listed_headline(present: bool, marked: Iterable[Side]) -> str:
    """Return the decision of which no more than a line of the lists is known: that, and the ``marked`` sides."""
    if not present:
        return tr("None marked.")
    sides = [finding.place(side) for side in marked]
    return tr("Possible pneumothorax, {where}.", where=", ".join(sides) or finding.place("unknown"))


def second_word(film: Radiograph, findings: Findings, operating_point: float, verdict: Verdict = "") -> str:
    """Return what the network says beside a reader's word, "" while the headline is the network's own."""
    if not verdict and not findings.edited:
        return ""
    if verdict != "reject" and not findings.edited:  # its sizes stand in the headline
        findings = replace(findings, edited=True)
    return told(film, findings, operating_point)


def told(film: Radiograph, findings: Findings, operating_point: float) -> str:
    """Return the network's decision with its score, as it stands behind a reader's word."""
    score = quantities.score(findings.score, operating_point)
    return tr("Network (score {score}): {said}", score=score, said=network_says(film, findings, operating_point))


def held_back_text(findings: Findings, operating_point: float) -> str:
    """Return that the film score holds back what the map shows, "" where it does not."""
    if not findings.held_back or findings.edited:
        return ""
    limit = findings.score_threshold
    score = quantities.score(findings.score, limit)
    if abs(limit - operating_point) < 5e-4:
        return tr(
            "Areas marked in the map are held back by the film score ({score}, operating point {limit}).",
            score=score,
            limit=quantities.limit(limit),
        )
    return tr(
        "Areas marked in the map are held back by the film score ({score}, limit {limit}).",
        score=score,
        limit=quantities.limit(limit),
    )


def gate_text(gate: Gate, overridden: bool) -> str:
    """Return the gate's answer as one line, "" where there is nothing to say."""
    if gate.passed:
        return sentences(*gate.cautions)
    return sentences(gate.reason, tr("Shown because the reader asked for it.") if overridden else "")


def film_check(film: Radiograph, gate: Gate, overridden: bool) -> str:
    """Return all that speaks against the network's answer on a film that was analysed, "" where nothing does."""
    asked = tr("Analysed because the reader asked for it.") if film.not_analysed else ""
    return sentences(film.not_analysed, asked, gate_text(gate, overridden))


LYING = ("supine", "recumbent")
SIGNS = (
    N_("Deep sulcus: a costophrenic angle that reaches unusually far down and is dark"),
    N_("Sharp heart border or diaphragm: outlined more clearly than on the other side"),
    N_("Basal lucency: the lower zone or the upper abdomen darker than on the other side"),
    N_("Double diaphragm: dome and front insertion both outlined"),
)
"""What air in front of the lung looks like in a patient who lies (Tocino 1985, AJR 144:901)."""


def perhaps_lying(film: Radiograph) -> bool:
    """Return whether the film was taken lying, or AP without a word on how."""
    return film.posture in LYING or (film.acquisition.view == "AP" and not film.posture)


def cautions(film: Radiograph, review: Review) -> tuple[Reason, ...]:
    """Return what lowers the trust in any result of this film, as its tags or the reader say."""
    posture = Finding.LYING_FILM if film.posture in LYING else Finding.AP_FILM if perhaps_lying(film) else None
    drain = Finding.DRAINED_CHEST if review.drain == "yes" else None
    return tuple(reason for reason in (posture, drain) if reason is not None)


def area_limit_text(fraction: float, rows: int, cols: int, spacing: PixelSpacing) -> str:
    """Return a smallest area, given as a fraction of a (rows, cols) film, in cm² where the film supports it."""
    return quantities.area(fraction * rows * cols, spacing)


def detection_text(film: Radiograph, findings: Findings) -> str:
    """Return the detection limits that the reader changed, "" where they are the card's."""
    own = findings.detection
    if own == BY_CARD:
        return ""
    limits = [tr("film score at least {limit}", limit=quantities.limit(findings.score_threshold))]
    if own.peak is not None:
        limits.append(tr("peak at least {limit}", limit=quantities.limit(own.peak)))
    if own.min_area is not None:
        limits.append(tr("area at least {limit}", limit=area_limit_text(own.min_area, *film.shape, film.spacing)))
    return tr("{limits} (set by reader)", limits=", ".join(limits))
