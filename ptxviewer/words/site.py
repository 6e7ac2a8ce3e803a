"""The figures of this site's films in words, and as JSON, whose keys follow no language."""

from __future__ import annotations

from typing import Any

from ptxviewer.core.msgid import N_
from ptxviewer.core.reasons import UnknownReason, decode
from ptxviewer.core.site import Share, SiteFigures
from ptxviewer.words import say, tr, trn
from ptxviewer.words.diagnostics import Facts
from ptxviewer.words.quantities import SPACING_LABELS, decimal

BLOCKS = " ▁▂▃▄▅▆▇█"


def _percent(value: float) -> str:
    return decimal(100 * value, 1)


def share_text(share: Share) -> str:
    """Return "12.0 % (8.1 – 17.4 %), 18 of 150"; "" of nothing."""
    if share.value is None:
        return ""
    low, high = share.interval
    return tr(
        "{value} % ({low} – {high} %), {hits} of {of}",
        value=_percent(share.value),
        low=_percent(low),
        high=_percent(high),
        hits=share.hits,
        of=share.of,
    )


def _counted(counts: tuple[tuple[str, int], ...], names: dict[str, str] | None = None) -> str:
    named = {"": tr("not stated"), **(names or {})}
    return ", ".join(f"{named.get(code, code)} {count}" for code, count in counts)


def _told(code: str) -> str:
    """A reason by its code alone; one with arguments is told by its code."""
    reason = decode({"code": code})
    return code.replace("_", " ") if isinstance(reason, UnknownReason) else say(reason)


def _bars(histogram: tuple[int, ...]) -> str:
    """A histogram in block letters and in numbers, from score 0 to 1."""
    top = max(*histogram, 1)
    bars = "".join(BLOCKS[-(-count * (len(BLOCKS) - 1) // top)] for count in histogram)
    return f"0 {bars} 1   ({', '.join(str(count) for count in histogram)})"


def facts(found: SiteFigures) -> Facts:
    """Return the figures by name; what there is nothing of is left out."""
    origins = {origin.value: tr(text) for origin, text in SPACING_LABELS.items()}
    rows = (
        (N_("Above threshold"), share_text(found.above)),
        (N_("Film scores"), _bars(found.histogram) if found.above.of else ""),
        (N_("Refused by the gate"), share_text(found.refused)),
        (N_("Not analysed"), "\n".join(f"{count} x {_told(code)}" for code, count in found.not_analysed)),
        (N_("Sensitivity against the reader"), share_text(found.sensitivity)),
        (N_("Specificity against the reader"), share_text(found.specificity)),
        (N_("Views"), _counted(found.views)),
        (N_("Pixel spacing"), _counted(found.spacings, origins)),
    )
    return tuple((name, value) for name, value in rows if value)


def remark(found: SiteFigures) -> str:
    """Return over what the figures are."""
    if not found.films:
        return tr("This computer has kept no result of this network yet.")
    return trn(
        "{count} film that this network was last asked about on this computer, without names. Intervals are 95 %.",
        "The last {count} films that this network was asked about on this computer, without names. Intervals are 95 %.",
        found.films,
    )


def band_note(found: SiteFigures) -> str:
    """Return that the share above threshold is not what was expected, "" where it is."""
    if not found.outside or found.band is None:
        return ""
    return tr(
        "By the card {low} to {high} % above threshold were to be expected. Other films than those of the card, "
        "another share with a pneumothorax, or a fault: validate the network here before you rely on it.",
        low=_percent(found.band[0]),
        high=_percent(found.band[1]),
    )


def _record(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"share": share.value, "low": low, "high": high, "hits": share.hits, "films": share.of}


def as_record(found: SiteFigures) -> dict[str, Any]:
    """Return the figures for programs."""
    return {
        "films": found.films,
        "above_threshold": _record(found.above),
        "expected_above_threshold": found.band,
        "outside_expected": found.outside,
        "refused_by_gate": _record(found.refused),
        "not_analysed": dict(found.not_analysed),
        "score_histogram": found.histogram,
        "views": dict(found.views),
        "spacing_origins": dict(found.spacings),
        "sensitivity_against_reader": _record(found.sensitivity),
        "specificity_against_reader": _record(found.specificity),
    }
