"""The reviews kept by the window on this computer, for commands that run without it."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.cli.outcome import ReviewOf
from ptxviewer.core.errors import PtxError
from ptxviewer.core.film import Radiograph
from ptxviewer.core.review import Review


def kept_reviews(base: Review) -> ReviewOf:
    """Return what gives each film its kept review, ``base`` where there is none; what ``base`` sets goes before."""
    from ptxviewer.app.disk.review_file import ReviewFolder
    from ptxviewer.paths import reviews_folder

    folder = ReviewFolder(reviews_folder())

    def of(film: Radiograph) -> Review:
        try:
            saved = folder.load(folder.name_of(film), film.shape)
        except PtxError:
            return base
        if saved is None:
            return base
        review = saved.review
        return replace(
            review,
            threshold=review.threshold if base.threshold is None else base.threshold,
            gate_overridden=review.gate_overridden or base.gate_overridden,
        )

    return of
