"""From paths to films: what was dropped is looked through on the disk lane, and what a watched folder brings is added.

The first film of the newest drop comes on screen, unless the reader has chosen another one meanwhile.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ptxviewer.app import sentences
from ptxviewer.app.films.analysing import Opening
from ptxviewer.app.films.worklist import opened_for
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.sentences import sentence
from ptxviewer.app.state.film import Film, FilmStatus, moved
from ptxviewer.app.state.screen import Banner
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint

ARRIVAL = 0  # the number of what a watched folder brings, where drops have theirs


def _same_place(path: Path) -> str:
    """What two spellings of one path have in common."""
    return os.path.normcase(os.path.abspath(path))


class Collecting:
    """Adds the films that are found to those that are open."""

    def __init__(self, store: Store, services: Services, opening: Opening) -> None:
        self._store = store
        self._services = services
        self._opening = opening
        self._ids = itertools.count(1)
        self._drops = itertools.count(1)
        self._claim: int | None = None  # the drop whose first film comes on screen
        self._searches: dict[int, Ticket] = {}  # by drop: those whose films have not been found yet

    def collect(self, asked: Sequence[Path]) -> None:
        """Look for films among paths; the canvas is cleared at once and waits for the first of them."""
        drop = next(self._drops)
        self._claim = drop
        self._store.change(current_id=None, opening=self._store.state.opening + 1, banner=None, message="")

        def work(checkpoint: Checkpoint) -> list[Path]:
            found = []
            for path in self._services.collect(asked):
                checkpoint()
                found.append(path)
            return found

        def done(outcome: Outcome[list[Path]]) -> None:
            self._searches.pop(drop, None)
            self._collected(drop, outcome)

        self._searches[drop] = self._services.disk.submit(work, done)

    def unclaim(self) -> None:
        """The reader chose a film: what was dropped before no longer takes the screen."""
        self._claim = None

    def _collected(self, drop: int, outcome: Outcome[list[Path]]) -> None:
        state = replace(self._store.state, opening=len(self._searches))
        mine = self._claim == drop
        if mine:
            self._claim = None
        if not outcome.value:
            text = sentences.NO_FILMS if outcome.error is None else sentence(outcome.error)
            self._store.show(replace(state, banner=Banner(text)))
            self._opening.pump()
            return
        known = {_same_place(film.path): film for film in state.films}
        films = {film.id: film for film in state.films}
        number = max((film.number for film in state.films), default=0)
        fresh: list[int] = []
        asked: list[int] = []
        for path in outcome.value:
            place = _same_place(path)
            film = known.get(place)
            if film is None:
                number += 1
                film = Film(id=next(self._ids), path=path, number=number)
                fresh.append(film.id)
            elif film.status is FilmStatus.FAILED:
                film = moved(film, FilmStatus.OPENING)
                fresh.append(film.id)
            known[place] = films[film.id] = film
            asked.append(film.id)
        self._opening.recalling.add(fresh)
        current = [*fresh, *asked][0] if mine else state.current_id
        listing = opened_for(state.worklist, len(fresh))
        self._store.show(replace(state, films=tuple(films.values()), current_id=current, worklist=listing))
        if mine:
            self._opening.announce()
        self._opening.pump()

    # ---- what a watched folder brings

    def arrived(self, paths: Sequence[Path], changed: Collection[Path]) -> None:
        """Add films that have arrived; those at the place of others that were ``changed`` are read anew.

        They come on screen only where nothing is: a reader is not interrupted.
        """
        places = {_same_place(path) for path in changed}
        films = tuple(
            Film(id=film.id, path=film.path, number=film.number, urgency=film.urgency)
            if _same_place(film.path) in places
            else film
            for film in self._store.state.films
        )
        anew = [film.id for film, old in zip(films, self._store.state.films, strict=True) if film is not old]
        self._opening.start_over(anew)
        self._opening.recalling.add(anew)
        self._store.change(films=films)
        if self._store.state.current_id is None and not self._searches:
            self._claim = ARRIVAL
        self._collected(ARRIVAL, Outcome(list(paths)))

    def not_now(self, paths: Iterable[Path], known: Collection[Path]) -> set[Path]:
        """Return which of ``paths`` lie under the film on screen: it is not taken away from under the reader's eyes."""
        film = self._store.state.current
        place = _same_place(film.path) if film is not None and film.status is not FilmStatus.FAILED else ""
        return {path for path in paths if path in known and _same_place(path) == place}

    def rename(self, old: Path, new: Path) -> None:
        """Follow a file that has another name now."""
        place = _same_place(old)
        film = next((film for film in self._store.state.films if _same_place(film.path) == place), None)
        if film is not None:
            self._store.update(replace(film, path=new))

    def stop(self) -> None:
        """Forget the drops whose films have not been found yet."""
        for ticket in self._searches.values():
            ticket.cancel()
        self._searches.clear()
