"""Statistics of the network on the films of this computer, from kept results and reviews; no film and no name."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator

from ptxviewer.app.disk.result_file import Entry, ResultFolder
from ptxviewer.app.disk.review_file import DamagedReview, ReviewFolder, Saved
from ptxviewer.core.purposes import RuleFigures
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.core.review import said
from ptxviewer.core.site import CardScores, Share, SiteFigures, expected_band, histogram
from ptxviewer.core.spacing import SpacingOrigin

LAST = 1000  # films


def figures(
    films: Iterable[tuple[Entry, Saved | None]],
    rule: RuleFigures | None = None,
    scores: CardScores | None = None,
    here: float | None = None,
) -> SiteFigures:
    """Return the figures of films and what their readers said.

    ``rule`` and ``scores`` are what the card lets expect, ``here`` the share of films with a pneumothorax, if known.
    """
    seen = above = refused = 0
    why: Counter[Reason] = Counter()
    views: Counter[str] = Counter()
    spacings: Counter[SpacingOrigin | None] = Counter()
    answered: list[float] = []
    agreement: Counter[tuple[bool, bool]] = Counter()  # (reader, network)
    for entry, saved in films:
        seen += 1
        summary = entry.summary
        views[entry.view] += 1
        spacings[entry.spacing] += 1
        if summary is None:
            if entry.why_not is not None:
                why[entry.why_not.why if isinstance(entry.why_not, NotAnalysed) else entry.why_not] += 1
            continue
        if summary.refused:
            refused += 1
            continue
        above += summary.present
        answered.append(summary.score)
        truth = None if saved is None else reader_says(saved, summary.present)
        if truth is not None:
            agreement[truth, summary.present] += 1
    return SiteFigures(
        seen,
        Share(above, len(answered)),
        Share(refused, len(answered) + refused),
        tuple(why.most_common()),
        histogram(answered),
        tuple(views.most_common()),
        tuple(spacings.most_common()),
        Share(agreement[True, True], agreement[True, True] + agreement[True, False]),
        Share(agreement[False, False], agreement[False, False] + agreement[False, True]),
        None if rule is None else expected_band(rule, here),
        None if scores is None else scores.expected(here),
    )


def reader_says(saved: Saved, network: bool) -> bool | None:
    """Return whether the reader sees a pneumothorax: by the first read, else the verdict; None where neither says so.

    A first read was made without the network; "rejected" where nothing was marked does not say what was seen.
    """
    impression, verdict = said(saved.first_read), saved.review.verdict
    if impression is not None:
        return impression == "present"
    if verdict == "accept":
        return network if saved.review.mask is None else saved.size is None or saved.size.present
    if verdict == "edited":
        return saved.size is None or saved.size.present
    return False if verdict == "reject" and network else None


def kept_films(
    results: ResultFolder, reviews: ReviewFolder, model: str, last: int = LAST
) -> Iterator[tuple[Entry, Saved | None]]:
    """Yield the films of this network that were analysed last, with their reviews."""
    for entry in results.latest(model, last):
        saved = None
        with contextlib.suppress(DamagedReview):
            saved = reviews.peek(entry.kept_as)
        yield entry, saved
