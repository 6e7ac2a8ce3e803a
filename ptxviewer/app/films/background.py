"""The work in the background as the reader steers it: pause, stop, go on; and the worklist as it is looked at."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.films import worklist
from ptxviewer.app.films.analysing import Opening
from ptxviewer.app.state.first_read import veiled
from ptxviewer.app.state.gating import gated
from ptxviewer.app.state.screen import Column, Kind, State
from ptxviewer.app.store import Store

ALL_SEEN = "Every film has been looked at."


class Batch:
    """What the reader asks of many films: the worklist, its order, the background."""

    def __init__(self, store: Store, opening: Opening) -> None:
        self._store = store
        self._opening = opening

    @property
    def _seen(self) -> State:
        """The state as the reader may see it: no order gives away a result that is hidden or withheld."""
        return gated(veiled(self._store.state))

    # ---- the background

    def toggle_pause(self) -> None:
        """Read and analyse no film but the one on screen, or go on."""
        self._store.change(paused=not self._store.state.paused)
        self._opening.pump()

    def stop(self) -> None:
        """Stop all films that wait, but the one on screen. None is lost: it stays in the list, and can go on."""
        self._store.change(paused=False)
        self._opening.stop_background()

    def go_on(self) -> None:
        """Analyse all films whose analysis was stopped."""
        self._store.change(paused=False)
        self._opening.analyse_stopped()

    def forget_results(self) -> None:
        """Delete the results of earlier sessions; reviews stay."""
        self._opening.recalling.clear()

    # ---- the list

    def _list(self, **changes: object) -> None:
        self._store.change(worklist=replace(self._store.state.worklist, **changes))  # type: ignore[arg-type]

    def toggle_list(self) -> None:
        """Show the worklist in place of the strip, or the strip again."""
        on = not self._store.state.worklist.shown
        settings = self._store.state.settings
        self._store.change(settings=replace(settings, strip=settings.strip or on))
        self._list(shown=on, closed=not on)

    def sort(self, column: Column | None) -> None:
        """Order the list by a column, the other way round when it is already; None: by urgency."""
        now = self._store.state.worklist
        self._list(sort=column, reverse=now.sort == column and not now.reverse)

    def filter(self, text: str | None = None, kind: Kind | None = None) -> None:
        """Show only films with these words, or of this kind; None leaves it as it is."""
        now = self._store.state.worklist
        self._list(text=now.text if text is None else text, kind=now.kind if kind is None else kind)

    # ---- moving

    def order(self) -> list[int]:
        """Return the films in the order that the keys follow."""
        return worklist.reading_order(self._seen)

    def next_urgent(self) -> int | None:
        """Return the most urgent film that nobody has looked at, or say that there is none."""
        return self._or_say(worklist.next_urgent(self._seen))

    def next_unread(self) -> int | None:
        """Return the next film of the list that nobody has looked at, or say that there is none."""
        return self._or_say(worklist.next_unread(self._seen))

    def _or_say(self, film_id: int | None) -> int | None:
        if film_id is None and self._store.state.films:
            self._store.change(message=ALL_SEEN)
        return film_id
