"""Statistics of a network on the films of one computer: shares with intervals, and those expected by the card."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ptxviewer.core.purposes import RuleFigures
from ptxviewer.core.reason import Reason
from ptxviewer.core.spacing import SpacingOrigin
from ptxviewer.core.statistics import wilson

USUAL_SHARE = 0.2  # of films with a pneumothorax: where nobody has set it, more are not expected
BINS = 10  # of a histogram of film scores
FACTOR = 2.0  # by which the share of films with a pneumothorax may be off before it is said


def histogram(scores: Iterable[float]) -> tuple[int, ...]:
    """Return how many scores lie in each of ``BINS`` equal parts of [0, 1]."""
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, int(score * BINS))] += 1
    return tuple(counts)


@dataclass(frozen=True)
class CardScores:
    """Histograms of the film scores of the card's films, with and without a pneumothorax."""

    positive: tuple[int, ...]
    negative: tuple[int, ...]

    def expected(self, here: float | None) -> tuple[float, ...]:
        """Return the share of each part where a share ``here`` of films shows a pneumothorax; None: as in the card."""
        positive, negative = sum(self.positive), sum(self.negative)
        share = positive / (positive + negative) if here is None else here
        return tuple(
            share * one / positive + (1 - share) * other / negative
            for one, other in zip(self.positive, self.negative, strict=True)
        )


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
    not_analysed: tuple[tuple[Reason, int], ...]  # why, the most frequent first
    histogram: tuple[int, ...]  # film scores in equal bins from 0 to 1
    views: tuple[tuple[str, int], ...]  # terms of ViewPosition, "" where the file does not say
    spacings: tuple[tuple[SpacingOrigin | None, int], ...]  # None: not kept, by an earlier version
    sensitivity: Share  # of the network against the reader
    specificity: Share
    band: tuple[float, float] | None = None
    expected: tuple[float, ...] | None = None  # shares of the bins of ``histogram``, by the card

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
