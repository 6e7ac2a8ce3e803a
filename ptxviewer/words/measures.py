"""The measures of findings in words: percent, distances, the sizes of the literature, areas with their origin."""

from __future__ import annotations

from collections.abc import Iterable

from ptxviewer.core.answer import HemithoraxFinding, Line, LineName, Side
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.sizes import Size, disagreement
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.words import finding, say, tr
from ptxviewer.words.quantities import area_or_px, count, decimal, share, spacing_label

COLLINS_LINES: tuple[LineName, ...] = ("a", "b", "c")
_MOVED: dict[Side, Msgid] = {
    "right": N_("{lines} on the right moved by reader"),
    "left": N_("{lines} on the left moved by reader"),
    "unknown": N_("{lines} moved by reader"),
}


def area_with_origin(area_px: float, area_mm2: float | None, spacing: PixelSpacing) -> str:
    """Return an area in cm² with the origin of its spacing, or in pixels."""
    area = area_or_px(area_px, area_mm2)
    return area if area_mm2 is None else f"{area} ({spacing_label(spacing)})"


def percent(half: HemithoraxFinding) -> str:
    """Return the projected share of the hemithorax, or why there is none."""
    if half.percent is not None:
        return finding.of_hemithorax(half.percent, half.side)
    return "" if half.refused is None else tr("No percent. {reason}", reason=say(half.refused))


def rounded_share(percent: float) -> str:
    """Return "39 %", and never "0 %" of what is there."""
    return tr("less than 1 %") if 0 < percent < 1 else share(percent)


def distances(half: HemithoraxFinding, spacing: PixelSpacing) -> str:
    """Return "A 3.6   B 1.8   C – cm", in pixels where the film supports no millimetres.

    A dash stands for what is not measurable (``missing_lines`` says why); "" where none of the three is.
    """
    if half.distances is None:
        return ""
    lines = {name: half.distances.line(name) for name in COLLINS_LINES}
    measured = [line for line in lines.values() if line is not None]
    if not measured:
        return ""
    in_cm = all(line.mm(spacing) is not None for line in measured)
    named = (f"{finding.line_name(name)} {_length(line, spacing)}" for name, line in lines.items())
    return "   ".join(named) + (" cm" if in_cm else " px")


def _length(line: Line | None, spacing: PixelSpacing) -> str:
    if line is None:
        return "–"
    mm = line.mm(spacing)
    return count(line.px()) if mm is None else decimal(mm / 10)


def missing_lines(half: HemithoraxFinding) -> tuple[str, ...]:
    """Return which distances are not measurable, and why, a line for each reason: "C: not measurable here. ..."."""
    names: dict[str, list[LineName]] = {}
    for name, reason in () if half.distances is None else half.distances.refusals:
        names.setdefault(say(reason), []).append(name)
    return tuple(
        tr("{lines}: not measurable here. {reason}", lines=finding.line_names(group), reason=reason)
        for reason, group in names.items()
    )


def disagreements(film: Radiograph, halves: Iterable[HemithoraxFinding]) -> str:
    """Return what is to be said where the sizes of a half contradict each other, "" where none do."""
    reasons = (disagreement(film, half) for half in halves)
    return "\n".join(say(reason) for reason in reasons if reason is not None)


def moved_lines(halves: Iterable[HemithoraxFinding]) -> str:
    """Return which distances stand where the reader put them, "" where none does."""
    return ". ".join(
        tr(_MOVED[half.side], lines=", ".join(finding.line_name(name) for name in sorted(half.moved)))
        for half in halves
        if half.moved
    )


def size(given: Size) -> str:
    """Return what a size of the literature says, "" where it is refused."""
    if given.value is None:
        return ""
    return tr(given.value.text, number=decimal(given.value.number, given.value.digits))


def refusals(sizes: Iterable[Size]) -> tuple[tuple[str, str], ...]:
    """Return (names, sentence) of the sizes that are refused; those refused for one reason share a line."""
    names: dict[str, list[str]] = {}
    for given in sizes:
        if given.refused is not None:
            names.setdefault(say(given.refused), []).append(tr(given.measure.name))
    return tuple((", ".join(group), reason) for reason, group in names.items())
