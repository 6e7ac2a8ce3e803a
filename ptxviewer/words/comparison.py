"""Two films side by side in words: what has changed, what speaks against comparing them, how far apart they are."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.answer import Side
from ptxviewer.core.findings.change import SideChange
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.spacing import SpacingOrigin
from ptxviewer.words import tr, trn
from ptxviewer.words.quantities import SPACING_LABELS, decimal, limit, score

_SIDES: dict[Side, Msgid] = {
    "right": N_("Right: {change}"),
    "left": N_("Left: {change}"),
    "unknown": N_("Side unknown: {change}"),
}


_PARTS: dict[str, Msgid] = {
    "current": N_("Current"),
    "prior": N_("Prior"),
    "this": N_("This film"),
    "other": N_("Other film"),
}


def part(name: str) -> str:
    """Return what one of the two films is: "Current", "Prior"; "This film" where the files do not tell."""
    return tr(_PARTS[name])


def caption(number: int, taken: str | None, view: str | None, film_score: float | None) -> str:
    """Return "Film 2   2026-01-01   PA   score 0.91"; ``taken`` None is hidden, ``view`` None not known yet."""
    parts = [tr("Film {number}", number=number)]
    if view is not None:
        parts += [] if taken is None else [taken or tr("no date")]
        parts.append(view or tr("view unknown"))
    if film_score is not None:
        parts.append(tr("score {score}", score=score(film_score)))
    return "   ".join(parts)


def signed(value: float, places: int = 0) -> str:
    """Return a number with its sign, a proper minus: "−20.0"."""
    return ("+" if value >= 0 else "−") + decimal(abs(value), places)


def side_change(change: SideChange) -> str:
    """Return "Right: 32 % → 18 % of the hemithorax (−14 points); 40.0 → 20.0 cm² (−20.0 cm², −50 %)"."""
    parts = []
    if change.percent is not None:
        older, newer = change.percent
        parts.append(
            tr(
                "{older} % → {newer} % of the hemithorax ({change} points)",
                older=decimal(older, 0),
                newer=decimal(newer, 0),
                change=signed(round(newer) - round(older)),  # of the numbers that are shown
            )
        )
    if change.area_mm2 is not None:
        older, newer = (area / 100 for area in change.area_mm2)
        relative = f", {signed(100 * (newer - older) / older)} %" if older else ""
        parts.append(
            f"{decimal(older)} → {decimal(newer)} cm² ({signed(round(newer, 1) - round(older, 1), 1)} cm²{relative})"
        )
    return tr(_SIDES[change.side], change="; ".join(parts) or tr("no size that could be compared"))


def days_apart(days: int | None) -> str:
    """Return how far apart two films were taken, "" where the files do not tell."""
    if days is None:
        return ""
    return tr("same day") if days == 0 else trn("{count} day apart", "{count} days apart", days)


def _views_differ(older: str, newer: str) -> str:
    return tr(
        "The view differs ({older}, then {newer}): size and posture may, too.",
        older=older or tr("unknown"),
        newer=newer or tr("unknown"),
    )


def _spacings_differ(older: SpacingOrigin, newer: SpacingOrigin) -> str:
    return tr(
        "The spacing differs ({older}, then {newer}): areas may be off by as much.",
        older=tr(SPACING_LABELS[older]),
        newer=tr(SPACING_LABELS[newer]),
    )


def _thresholds_differ(older: float, newer: float) -> str:
    return tr("The thresholds differ ({older}, then {newer}).", older=limit(older), newer=limit(newer))


TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "other_patient": N_("The files name different patients: no change is given."),
    "no_result_yet": N_("The change is shown when both films have a result."),
    "nothing_on_both": N_("Nothing marked on either film. This does not exclude a pneumothorax."),
    "patient_unknown": N_("No patient ID in both files: check that this is one patient."),
    "order_unknown": N_("The files do not say which film is newer."),
    "views_unknown": N_("The files do not give the view: AP and PA differ in size."),
    "both_ap": N_("AP films: posture may differ, and with it the position of the air."),
    "no_common_spacing": N_("No trustworthy pixel spacing in both films: areas are not compared."),
    "result_rejected": N_("The reader rejected a result: it counts as nothing marked."),
    "mask_edited": N_("A mask was edited by the reader."),
    "networks_differ": N_("The two results are of different networks."),
    "views_differ": _views_differ,
    "spacings_differ": _spacings_differ,
    "thresholds_differ": _thresholds_differ,
}
