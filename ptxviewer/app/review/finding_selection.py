"""The selected finding: moving to the next one, its place on the film, dropping it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.answer import Lesion

if TYPE_CHECKING:
    from ptxviewer.app.review.mask import MaskEditing
    from ptxviewer.app.store import Store

MARGIN = 0.6  # of a component's longer side, kept free around it when the film is zoomed to it
SMALLEST_VIEW = 0.15  # of the film's longer side: a speck is not blown up to fill the screen


def chosen(film: Film | None) -> Lesion | None:
    """Return the finding that is looked at."""
    if film is None or film.findings is None or film.finding is None:
        return None
    lesions = film.findings.lesions
    return lesions[film.finding] if 0 <= film.finding < len(lesions) else None


def box_around(lesion: Lesion, rows: int, cols: int) -> tuple[float, float, float, float]:
    """Return (x, y, width, height) of the part of a (rows, cols) film to look at for a finding."""
    x, y, width, height = lesion.bbox
    margin = MARGIN * max(width, height)
    least = SMALLEST_VIEW * max(rows, cols)
    wide, high = max(width + 2 * margin, least), max(height + 2 * margin, least)
    return x + width / 2 - wide / 2, y + height / 2 - high / 2, wide, high


def can_choose(state: State) -> bool:
    """True when there are findings on screen."""
    film = state.current
    return film is not None and film.findings is not None and bool(film.findings.lesions)


class FindingSelection:
    """Which of the findings is looked at."""

    def __init__(self, store: Store, mask: MaskEditing) -> None:
        self._store = store
        self._mask = mask

    def choose(self, index: int | None) -> None:
        """Look at a finding of the film on screen, or at none."""
        film = self._store.state.current
        if film is None:
            return
        count = len(film.findings.lesions) if film.findings is not None else 0
        if index is not None and not 0 <= index < count:
            index = None
        if film.result is None:
            return
        chosen = film.chosen if index is None else None  # what is deleted by key is what was clicked last
        if (film.finding, film.chosen) != (index, chosen):
            self._store.update(replace(film, result=replace(film.result, selected=index), chosen=chosen))

    def next(self) -> None:
        """The next finding; after the last one, the first."""
        film = self._store.state.current
        if film is not None and film.findings is not None and film.findings.lesions:
            count = len(film.findings.lesions)
            self.choose(0 if film.finding is None else (film.finding + 1) % count)

    def drop(self, index: int | None = None) -> None:
        """Take a finding (the chosen one by default) out of the mask: an edit like any other, undone by undo."""
        film = self._store.state.current
        if film is None or film.findings is None:
            return
        index = film.finding if index is None else index
        if index is not None and 0 <= index < len(film.findings.lesions):
            x, y = film.findings.lesions[index].peak
            self._mask.remove_at((x + 0.5, y + 0.5))
