"""Figures of how a network does on the films of one computer: shares with intervals, and what the card lets expect."""

from __future__ import annotations

from dataclasses import dataclass

from ptxviewer.core.purposes import RuleFigures
from ptxviewer.core.statistics import wilson

USUAL_SHARE = 0.2  # of films with a pneumothorax: where nobody has set it, more are not expected
FACTOR = 2.0  # by which the share of films with a pneumothorax may be off before it is said


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of`` films; the 95 % interval is Wilson's."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share in [0, 1], None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper limit."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True)
class SiteFigures:
    """``band``: between which shares above threshold lie by the card, None without its figures."""

    films: int  # that the network was asked about
    above: Share
    refused: Share  # by the gate, of those analysed
    not_analysed: tuple[tuple[str, int], ...]  # codes of the reasons, the most frequent first
    histogram: tuple[int, ...]  # film scores in equal bins from 0 to 1
    views: tuple[tuple[str, int], ...]
    spacings: tuple[tuple[str, int], ...]  # codes of the origins
    sensitivity: Share  # of the network against the reader
    specificity: Share
    band: tuple[float, float] | None = None

    @property
    def outside(self) -> bool:
        """True where the share above threshold is not what the card lets expect, chance aside."""
        if self.band is None or not self.above.of:
            return False
        low, high = self.above.interval
        return high < self.band[0] or low > self.band[1]


def expected_band(rule: RuleFigures, here: float | None) -> tuple[float, float]:
    """Return the shares above threshold to be expected; ``here``: the share of films with a pneumothorax, if known."""

    def expected(share: float) -> float:
        return share * rule.sensitivity + (1 - share) * rule.false_share

    if here is None:
        return rule.false_share / FACTOR, expected(USUAL_SHARE)
    return expected(here / FACTOR), expected(min(1.0, here * FACTOR))
