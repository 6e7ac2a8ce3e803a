"""What the lists show of a film without its pixels: patient and date (facts), and the findings (summary)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptxviewer.core.answer import Findings, Side
from ptxviewer.core.film import Patient, Radiograph, Study


@dataclass(frozen=True, slots=True)
class Facts:
    """Who a film shows, when and how it was taken. Its repr is as empty of patient data as those of its parts."""

    patient: Patient = field(default_factory=Patient)
    study: Study = field(default_factory=Study)
    modality: str = ""
    view: str = ""

    @property
    def taken(self) -> str:
        """ISO date and time, as far as the file says; sorts by time. "" when it says no date."""
        return f"{self.study.date} {self.study.time}".strip() if self.study.date else ""


def facts_of(film: Radiograph) -> Facts:
    """Return the facts of a film that was read."""
    return Facts(film.patient, film.study, film.acquisition.modality, film.acquisition.view)


@dataclass(frozen=True, slots=True)
class Summary:
    """Findings in one line of a list. ``percent`` is that of the worse half of the chest, None where refused."""

    score: float
    present: bool
    sides: tuple[Side, ...] = ()  # the larger first
    percent: float | None = None
    area_mm2: float | None = None
    area_px: int = 0
    refused: bool = False  # by the gate: the network cannot answer for this film
    limit: float | None = None  # the film score from which it counts as above threshold
    measured: bool = True  # False: the reader changed mask or threshold, and the film must be read to measure again

    @property
    def side(self) -> str:
        """In one word, "" where nothing was found."""
        named = tuple(dict.fromkeys(self.sides))
        return "" if not named else named[0] if len(named) == 1 else "both"

    @property
    def sized(self) -> bool:
        """True where there is something, and its size is known."""
        return self.present and self.measured


def summary_of(findings: Findings, film: Radiograph) -> Summary:
    """Return what a list says of the findings of ``film``: no percent where its sizes contradict each other."""
    from ptxviewer.core.findings.sizes import without_contradictions  # not at a start: NumPy comes with it

    findings = without_contradictions(film, findings)
    percents = [half.percent for half in findings.halves if half.percent is not None]
    return Summary(
        findings.score,
        findings.present,
        tuple(dict.fromkeys(half.side for half in findings.halves)),
        max(percents, default=None),
        findings.area_mm2,
        findings.area_px,
        not findings.gate.passed,
        findings.score_threshold,
    )
