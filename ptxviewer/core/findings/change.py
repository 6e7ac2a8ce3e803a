"""What has changed between the findings of two films, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ptxviewer.core.answer import Findings, HemithoraxFinding, Side
from ptxviewer.core.spacing import PixelSpacing

Direction = Literal["new", "gone", "same", "larger", "smaller"]
SAME = 3  # points of percent by which a size may differ between two films and still be called unchanged
SIDES: tuple[Side, ...] = ("right", "left", "unknown")


@dataclass(frozen=True, slots=True)
class SideChange:
    """One side, (older, newer); None where it was refused or the films support no millimetres."""

    side: Side
    percent: tuple[float, float] | None  # of the hemithorax
    area_mm2: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How a film differs from its prior: each side with a finding on either, and the days between them, if known."""

    sides: tuple[SideChange, ...]
    days: int | None = None


def direction_of(older: float, newer: float) -> Direction:
    """Return what became of a finding between two films, by its percent of the hemithorax on each."""
    if not older:
        return "new"
    if not newer:
        return "gone"
    points = round(newer) - round(older)
    return "same" if abs(points) < SAME else "larger" if points > 0 else "smaller"


def changes_of(
    older: Findings, older_spacing: PixelSpacing, newer: Findings, newer_spacing: PixelSpacing
) -> tuple[SideChange, ...]:
    """Return the change of every side with a finding on either film; a side without one counts as 0."""
    changes = []
    for side in SIDES:
        then, now = _half(older, side), _half(newer, side)
        if then is None and now is None:
            continue
        percents = _percent(then), _percent(now)
        areas = _area(then, older_spacing), _area(now, newer_spacing)
        changes.append(SideChange(side, _both(*percents), _both(*areas)))
    return tuple(changes)


def _half(findings: Findings, side: Side) -> HemithoraxFinding | None:
    return next((half for half in findings.halves if half.side == side), None)


def _percent(half: HemithoraxFinding | None) -> float | None:
    return 0.0 if half is None else half.percent


def _area(half: HemithoraxFinding | None, spacing: PixelSpacing) -> float | None:
    if spacing.pixel_area_mm2 is None:
        return None
    return 0.0 if half is None else half.area_px * spacing.pixel_area_mm2


def _both(older: float | None, newer: float | None) -> tuple[float, float] | None:
    return None if older is None or newer is None else (older, newer)
