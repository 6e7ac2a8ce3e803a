"""How large a pneumothorax is by the measures of the literature, each with its source or the reason for refusing it.

All of them were made for erect films: Collins and the guidelines for PA films, distances in centimetres. None is a
volume; none claims tension. ``MEASURES`` is the only list of them: window, report and JSON read it. No formula is
computed from a distance that is not measurable; ``disagreement`` says where sizes contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ptxviewer.core.answer import Distances, Findings, HemithoraxFinding, LineName
from ptxviewer.core.film import Radiograph
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.finding import (
    AreaWithoutDistances,
    DistancesMissing,
    Finding,
    OtherView,
    OutsideNomogram,
    SizesDisagree,
)
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.core.terms import VIEWS, term

RHEA_TABLE = ((0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0), (10, 14, 18, 23, 27, 32, 36, 40, 49))
"""Average interpleural distance in cm, percent of the hemithorax."""
BTS_LARGE_CM, ACCP_LARGE_CM = 2.0, 3.0
BEYOND_REASON = 30.0  # points of percent by which two sizes of one hemithorax may differ and both still be told


Lengths = Mapping[LineName, float]
"""The distances that a measure needs, in one unit: centimetres, or pixels where ``Measure.needs_cm`` is False."""


@dataclass(frozen=True, slots=True)
class Value:
    """The outcome of a measure: its number, how it is printed (``text`` with ``{number}``), and its class."""

    number: float
    unit: Literal["%", "cm"]
    text: Msgid
    large: bool | None = None  # None: the measure gives no class

    @property
    def digits(self) -> int:
        """Behind the decimal sign, as printed."""
        return 1 if self.unit == "cm" else 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One size of the literature. ``compute`` returns its value, or the reason for which these lengths give none.

    ``needs`` names the distances that it is computed from: those that ``compute`` is given, and no others.
    """

    id: str
    name: Msgid
    source: str
    formula: Msgid
    needs: tuple[LineName, ...]
    compute: Callable[[Lengths], Value | Reason]
    needs_cm: bool = True  # False: a ratio, which pixels give as well


@dataclass(frozen=True, slots=True)
class Size:
    """One measure of one hemithorax: its ``value``, or the reason for which it is ``refused``."""

    measure: Measure
    value: Value | None = None
    refused: Reason | None = None


def collins(sum_cm: float) -> float:
    """Percent after Collins 1995: 4.2 + 4.7 (A + B + C)."""
    return 4.2 + 4.7 * sum_cm


def rhea(average_cm: float) -> float | None:
    """Percent after Rhea 1982, read off the nomogram; None outside of it."""
    if not RHEA_TABLE[0][0] <= average_cm <= RHEA_TABLE[0][-1]:
        return None
    return float(np.interp(average_cm, *RHEA_TABLE))


def light(lung: float, hemithorax: float) -> float | None:
    """Percent by the Light index from two diameters in one unit; None for an impossible pair."""
    if hemithorax <= 0 or not 0 <= lung <= hemithorax:
        return None
    return 100 * (1 - (lung / hemithorax) ** 3)


def _percent(number: float) -> Value:
    return Value(number, "%", N_("{number} %"))


def _collins(cm: Lengths) -> Value | Reason:
    total = sum(cm.values())
    return Finding.SUM_IS_ZERO if total <= 0 else _percent(collins(total))


def _rhea(cm: Lengths) -> Value | Reason:
    total = sum(cm.values())
    if total <= 0:
        return Finding.SUM_IS_ZERO
    percent = rhea(total / 3)
    return OutsideNomogram(total / 3, RHEA_TABLE[0][0], RHEA_TABLE[0][-1]) if percent is None else _percent(percent)


def _light(lengths: Lengths) -> Value | Reason:
    percent = light(lengths["across"] - lengths["rim"], lengths["across"])
    return Finding.NO_RIM if not lengths["rim"] or percent is None else _percent(percent)


def _bts(cm: Lengths) -> Value | Reason:
    rim = cm["rim"]
    if rim <= 0:
        return Finding.NO_RIM
    large = rim >= BTS_LARGE_CM
    text = N_("large (rim {number} cm)") if large else N_("small (rim {number} cm)")
    return Value(rim, "cm", text, large)


def _accp(cm: Lengths) -> Value | Reason:
    apex = cm["a"]
    if apex <= 0:
        return Finding.NO_APICAL_DISTANCE
    large = apex >= ACCP_LARGE_CM
    text = N_("large (apex {number} cm)") if large else N_("small (apex {number} cm)")
    return Value(apex, "cm", text, large)


_COLLINS_LINES: tuple[LineName, ...] = ("a", "b", "c")
MEASURES: tuple[Measure, ...] = (
    Measure(
        "collins",
        N_("Collins"),
        "Collins et al., AJR 1995;165:1127",
        N_("4.2 + 4.7 (A + B + C) %, distances in cm"),
        _COLLINS_LINES,
        _collins,
    ),
    Measure(
        "rhea",
        N_("Rhea"),
        "Rhea et al., Radiology 1982;144:733",
        N_("nomogram of the average (A + B + C) / 3 in cm, drawn from expiratory films"),
        _COLLINS_LINES,
        _rhea,
    ),
    Measure(
        "light",
        N_("Light index"),
        "Light index, Noppen et al., Respiration 2001;68:396",
        N_("1 - (lung / hemithorax)³, diameters at the hilum"),
        ("rim", "across"),
        _light,
        needs_cm=False,
    ),
    Measure(
        "bts_2010",
        N_("BTS 2010"),
        "BTS 2010, MacDuff et al., Thorax 2010;65(Suppl 2):ii18",
        N_("large from a rim of 2 cm at the hilum"),
        ("rim",),
        _bts,
    ),
    Measure(
        "accp_2001",
        N_("ACCP 2001"),
        "ACCP 2001, Baumann et al., Chest 2001;119:590",
        N_("large from 3 cm between apex and cupola"),
        ("a",),
        _accp,
    ),
)
"""Every size of the literature, in the order in which they are listed; a new one is a row here."""


def why_no_formula(view: str, posture: str) -> Reason | None:
    """Return why formulas of erect PA films do not hold for a film of this view and posture, None where they do."""
    if posture in ("supine", "recumbent", "prone"):
        return Finding.SUPINE_FILM
    if view == "PA":
        return None
    named = term(view, VIEWS)  # what else stands there is free text, and goes into reports
    return OtherView(named) if named else Finding.VIEW_NOT_STATED


def sizes_of(
    distances: Distances | None, spacing: PixelSpacing, view: str, *, posture: str = "", loculated: bool = False
) -> tuple[Size, ...]:
    """Return every measure of ``MEASURES``, in that order, for the lines of one hemithorax."""
    reason = why_no_formula(view, posture) or (Finding.LOCULATED if loculated else None)
    if reason is None and distances is None:
        reason = Finding.NO_LUNG_EDGE
    if reason is not None or distances is None:
        return tuple(Size(measure, refused=reason) for measure in MEASURES)
    return tuple(_size(measure, distances, spacing) for measure in MEASURES)


def sizes_of_half(film: Radiograph, half: HemithoraxFinding) -> tuple[Size, ...]:
    """Return every measure of ``MEASURES``, in that order, for one half of the chest on its film."""
    return sizes_of(half.distances, film.spacing, film.acquisition.view, posture=film.posture, loculated=half.loculated)


def disagreement(film: Radiograph, half: HemithoraxFinding) -> Reason | None:
    """Return why the sizes of one half contradict each other, None where they do not.

    Where there is a reason, no size of this half belongs in a headline: neither of two that disagree is to be believed.
    """
    if half.percent is None:
        return None
    lines = () if half.distances is None else half.distances.lines
    if half.percent >= BEYOND_REASON and not any(line.px() > 0 for name, line in lines if name != "across"):
        return AreaWithoutDistances(half.percent)
    by_collins = next(size for size in sizes_of_half(film, half) if size.measure.id == "collins").value
    if by_collins is not None and abs(by_collins.number - half.percent) > BEYOND_REASON:
        return SizesDisagree(by_collins.number, half.percent)
    return None


def without_contradictions(film: Radiograph, findings: Findings) -> Findings:
    """Return the findings for a one-line summary: a half whose sizes contradict each other has no percent.

    The contradiction (``disagreement``) stands where the reason for a missing percent does.
    """
    reasons = [disagreement(film, half) for half in findings.halves]
    if not any(reasons):
        return findings
    halves = (
        half if reason is None else replace(half, percent=None, refused=reason)
        for half, reason in zip(findings.halves, reasons, strict=True)
    )
    return replace(findings, halves=tuple(halves))


def contradicted(half: HemithoraxFinding) -> bool:
    """Return whether a half lost its percent to ``without_contradictions``."""
    return isinstance(half.refused, (AreaWithoutDistances, SizesDisagree))


def _size(measure: Measure, distances: Distances, spacing: PixelSpacing) -> Size:
    in_cm = spacing.row_mm is not None and spacing.col_mm is not None
    if measure.needs_cm and not in_cm:
        return Size(measure, refused=Finding.NO_SPACING)
    lines = dict(distances.lines)
    missing = tuple(name for name in measure.needs if name not in lines)
    if missing:
        return Size(measure, refused=DistancesMissing(missing))
    in_mm = {name: lines[name].mm(spacing) for name in measure.needs}
    lengths = {name: lines[name].px() if mm is None else mm / 10 for name, mm in in_mm.items()}
    answer = measure.compute(lengths)
    return Size(measure, refused=answer) if isinstance(answer, Reason) else Size(measure, answer)
