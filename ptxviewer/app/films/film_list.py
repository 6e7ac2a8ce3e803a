"""The list of films as displayed: whether it is shown, its order, its filter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ptxviewer.app.films import worklist
from ptxviewer.app.state.columns import Column
from ptxviewer.app.state.screen import Cell, Kind, Worklist
from ptxviewer.app.store import Store


class FilmList:
    """The worklist in place of the strip."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def _edit(self, change: Callable[[Worklist], Worklist]) -> None:
        self._store.edit(lambda state: replace(state, worklist=change(state.worklist)))

    def toggle(self) -> None:
        """Show the worklist in place of the strip, or the strip again."""
        on = not self._store.state.worklist.shown
        self._store.edit(
            lambda state: replace(state, settings=replace(state.settings, strip=state.settings.strip or on))
        )
        self._edit(lambda worklist: replace(worklist, shown=on, closed=not on, by_itself=False))

    def sort(self, column: Column | None) -> None:
        """Order the list by a column, the other way round when it is already; None: by urgency."""
        self._edit(lambda now: replace(now, sort=column, reverse=now.sort == column and not now.reverse))

    def show_as(self, cell: Cell) -> None:
        """Set the functions by which the window fills the cells."""
        self._edit(lambda now: replace(now, cell=cell))

    def look_at_clock(self) -> None:
        """Raise the films that have waited too long by now."""
        now = self._now().timestamp()
        if worklist.clocked(self._store.state, now) is not self._store.state:
            self._store.edit(lambda state: worklist.clocked(state, now))

    def filter(self, text: str | None = None, kind: Kind | None = None) -> None:
        """Show only films with these words, or of this kind; None leaves it as it is."""
        self._edit(
            lambda now: replace(now, text=now.text if text is None else text, kind=now.kind if kind is None else kind)
        )
