"""The figures of this site's films in words, and as JSON, whose keys follow no language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from ptxviewer.core.msgid import N_
from ptxviewer.core.site import Share, SiteFigures
from ptxviewer.core.spacing import SpacingOrigin
from ptxviewer.words import say, tr, trn
from ptxviewer.words.diagnostics import Facts
from ptxviewer.words.quantities import SPACING_LABELS, decimal, share

BLOCKS = " ▁▂▃▄▅▆▇█"


def _percent(value: float) -> str:
    return decimal(100 * value, 1)


def share_text(found: Share) -> str:
    """Return "12.0 % (8.1 – 17.4 %), 18 of 150"; "" of nothing."""
    if found.value is None:
        return ""
    low, high = found.interval
    return tr(
        "{value} % ({low} – {high} %), {hits} of {of}",
        value=_percent(found.value),
        low=_percent(low),
        high=_percent(high),
        hits=found.hits,
        of=found.of,
    )


def _counted(counts: Iterable[tuple[str, int]]) -> str:
    unstated = tr("not stated")
    return ", ".join(f"{name or unstated} {count}" for name, count in counts)


def _origin(origin: SpacingOrigin | None) -> str:
    return "" if origin is None else tr(SPACING_LABELS[origin])


def _bars(values: Sequence[float], numbers: Iterable[str]) -> str:
    """A histogram in block letters and in numbers, from score 0 to 1."""
    top = max(*values, 1e-9)
    bars = "".join(BLOCKS[ceil(value * (len(BLOCKS) - 1) / top)] for value in values)
    return f"0 {bars} 1   ({', '.join(numbers)})"


def scores_here(found: SiteFigures) -> str:
    """Return how the film scores lie, "" without any."""
    return _bars(found.histogram, map(str, found.histogram)) if found.above.of else ""


def scores_expected(found: SiteFigures) -> str:
    """Return how the card lets the film scores lie, in percent of the films, "" where it does not say."""
    if found.expected is None or not found.above.of:
        return ""
    return _bars(found.expected, (share(100 * one) for one in found.expected))


def facts(found: SiteFigures, *, scores: bool = True) -> Facts:
    """Return the figures by name; what there is nothing of is left out, as are the ``scores`` that are drawn."""
    rows = (
        (N_("Above threshold"), share_text(found.above)),
        (N_("Film scores"), scores_here(found) if scores else ""),
        (N_("Film scores by the card"), scores_expected(found) if scores else ""),
        (N_("Refused by the gate"), share_text(found.refused)),
        (N_("Not analysed"), "\n".join(f"{count} x {say(why)}" for why, count in found.not_analysed)),
        (N_("Sensitivity against the reader"), share_text(found.sensitivity)),
        (N_("Specificity against the reader"), share_text(found.specificity)),
        (N_("Views"), _counted(found.views)),
        (N_("Pixel spacing"), _counted((_origin(origin), count) for origin, count in found.spacings)),
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


def _record(found: Share) -> dict[str, Any]:
    low, high = found.interval
    return {"share": found.value, "low": low, "high": high, "hits": found.hits, "films": found.of}


def _by_code(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Counts by code: reasons that differ in their arguments have one."""
    summed: Counter[str] = Counter()
    for code, count in counts:
        summed[code] += count
    return dict(summed)


def as_record(found: SiteFigures) -> dict[str, Any]:
    """Return the figures for programs."""
    return {
        "films": found.films,
        "above_threshold": _record(found.above),
        "expected_above_threshold": found.band,
        "outside_expected": found.outside,
        "refused_by_gate": _record(found.refused),
        "not_analysed": _by_code((why.code, count) for why, count in found.not_analysed),
        "score_histogram": found.histogram,
        "expected_score_histogram": found.expected,
        "views": dict(found.views),
        "spacing_origins": _by_code(("" if one is None else one.value, count) for one, count in found.spacings),
        "sensitivity_against_reader": _record(found.sensitivity),
        "specificity_against_reader": _record(found.specificity),
    }
