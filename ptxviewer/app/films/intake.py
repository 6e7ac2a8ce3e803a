"""Intake of films: dropped paths are searched on the disk lane, arrivals in a watched folder are added.

The first film of the newest drop comes on screen, unless the reader has chosen another one meanwhile.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ptxviewer.app.films.pipeline import Pipeline
from ptxviewer.app.films.reading import fingerprint_of
from ptxviewer.app.films.worklist import opened_for
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.state.film import Film, FilmStatus, moved
from ptxviewer.app.state.objects import brought, uid_of
from ptxviewer.app.state.screen import Banner, State
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import reason_of
from ptxviewer.core.objects import Brought
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.window import Notice

CHUNK = 20  # objects that are read at a time
ARRIVAL = 0  # the number of what a watched folder brings, where drops have theirs


def _same_place(path: Path) -> str:
    """What two spellings of one path have in common."""
    return os.path.normcase(os.path.abspath(path))


@dataclass(frozen=True)
class Found:
    """What was found: films, and those of them whose files are no longer what they were when they were read."""

    paths: Sequence[Path]
    changed: Sequence[Path] = ()
    objects: Sequence[Path] = ()  # files that belong to films and are none


class Intake:
    """Adds the films that are found to those that are open."""

    def __init__(self, store: Store, services: Services, pipeline: Pipeline) -> None:
        self._store = store
        self._services = services
        self._pipeline = pipeline
        self._ids = itertools.count(1)
        self._drops = itertools.count(1)
        self._claim: int | None = None  # the drop whose first film comes on screen
        self._searches: dict[int, Ticket] = {}  # by drop: those whose films have not been found yet

    def open(self, asked: Sequence[Path]) -> None:
        """Look for films among paths; the canvas is cleared at once and waits for the first of them."""
        drop = next(self._drops)
        self._claim = drop
        was_on_screen = self._store.state.current_id
        self._store.edit(
            lambda state: replace(state, current_id=None, opening=state.opening + 1, banner=None, message=None)
        )
        services = self._services
        open_already = {
            _same_place(film.path): film.fingerprint for film in self._store.state.films if film.fingerprint
        }

        def work(checkpoint: Checkpoint) -> Found:
            paths = []
            changed = []
            for path in services.collect(asked):
                checkpoint()
                paths.append(path)
                mark = open_already.get(_same_place(path))
                if mark is not None and fingerprint_of(services, path) != mark:
                    changed.append(path)
            objects = [path for path in paths if services.is_object(path)]
            apart = set(objects)
            return Found(
                [path for path in paths if path not in apart], [path for path in changed if path not in apart], objects
            )

        def done(outcome: Outcome[Found]) -> None:
            self._searches.pop(drop, None)
            found = outcome.value
            if found is not None and found.objects and not found.paths:
                self._searches[drop] = self.bring(found.objects, lambda all_: self._only(all_, drop, was_on_screen))
                return
            self._opened(drop, outcome)
            if found is not None and found.objects:
                self.bring(found.objects)  # behind the film that comes on screen

        self._searches[drop] = self._services.disk.submit(work, done)

    def bring(
        self,
        paths: Sequence[Path],
        then: Callable[[list[Brought]], None] | None = None,
        before: Sequence[Brought] = (),
    ) -> Ticket:
        """Read objects that belong to films, some at a time: films go first. ``then`` gets what came of all of them."""
        now, later = paths[:CHUNK], paths[CHUNK:]
        read = self._services.read_objects

        def done(outcome: Outcome[list[Brought]]) -> None:
            found = outcome.value or []
            self._store.edit(lambda state: brought(state, found))
            if later:
                self.bring(later, then, [*before, *found])
            elif then is not None:
                then([*before, *found])

        return self._services.disk.submit(lambda _checkpoint: read(now), done)

    def _only(self, found: Sequence[Brought], drop: int, before: int | None) -> None:
        """Nothing but objects was dropped: the film that they belong to comes on screen, else documents are shown."""
        self._searches.pop(drop, None)
        state = self._store.state
        of_objects = {item.film_uid for brought in found for item in brought.objects}
        theirs = [film.id for film in state.films if uid_of(film) in of_objects]
        here = before if before in theirs or not theirs else theirs[-1]
        mine = self._claim == drop
        if mine:
            self._claim = None
        on_screen = here if mine and here is not None and state.film(here) is not None else state.current_id
        opening = len(self._searches)
        read = not theirs and any(one.document is not None for one in found)
        asked = state.documents_asked + read
        self._store.edit(lambda state: replace(state, opening=opening, current_id=on_screen, documents_asked=asked))
        if mine:
            self._pipeline.announce()
        if not theirs and not read:
            self._store.say(Notice.NO_FILM_FOR_OBJECTS, "warning")
        self._pipeline.pump()

    def unclaim(self) -> None:
        """The reader chose a film: what was dropped before no longer takes the screen."""
        self._claim = None

    def _opened(self, drop: int, outcome: Outcome[Found]) -> None:
        with self._store.together():
            self._found(drop, outcome)
            self._pipeline.pump()

    def _found(self, drop: int, outcome: Outcome[Found]) -> None:
        opening = len(self._searches)
        mine = self._claim == drop
        if mine:
            self._claim = None
        found = outcome.value
        if found is None or not found.paths:
            banner = Banner(Notice.NO_FILMS if outcome.error is None else reason_of(outcome.error))
            self._store.edit(lambda state: replace(state, opening=opening, banner=banner))
        else:
            self._store.edit(lambda state: replace(state, opening=opening))
            self._read_anew(found.changed, Notice.FILE_CHANGED)
            self._add(found.paths, mine, arrived=drop == ARRIVAL)

    def _add(self, paths: Sequence[Path], comes_on_screen: bool, arrived: bool) -> None:
        films = self._store.state.films
        known = {_same_place(film.path): film.id for film in films}
        failed = {film.id for film in films if film.status is FilmStatus.FAILED}
        number = max((film.number for film in films), default=0)
        since = self._services.now().timestamp()
        new: list[Film] = []
        again: list[int] = []  # films that failed before
        asked: list[int] = []
        for path in paths:
            place = _same_place(path)
            if place not in known:
                film = Film(next(self._ids), path, number + len(new) + 1, since=since, arrived=arrived)
                new.append(film)
                known[place] = film.id
            elif known[place] in failed and known[place] not in again:
                again.append(known[place])
            asked.append(known[place])
        to_read = {*again, *(film.id for film in new)}
        fresh = [film_id for film_id in dict.fromkeys(asked) if film_id in to_read]
        self._pipeline.cache.look_up(fresh)

        def added(state: State) -> State:
            before = (moved(film, FilmStatus.OPENING) if film.id in again else film for film in state.films)
            return replace(
                state,
                films=(*before, *new),
                current_id=[*fresh, *asked][0] if comes_on_screen else state.current_id,
                worklist=opened_for(state.worklist, len(fresh)),
            )

        self._store.edit(added)
        if comes_on_screen:
            self._pipeline.announce()

    # ---- what a watched folder brings

    def arrived(self, paths: Sequence[Path], changed: Collection[Path]) -> None:
        """Add films that have arrived; those at the place of others that were ``changed`` are read anew.

        They come on screen only where nothing is: a reader is not interrupted.
        """
        self._read_anew(changed)
        if self._store.state.current_id is None and not self._searches:
            self._claim = ARRIVAL
        self._opened(ARRIVAL, Outcome(Found(paths)))

    def came(self, paths: Sequence[Path]) -> None:
        """Take in what came through the network: films enter the list as they arrive, objects belong to theirs."""
        services = self._services

        def work(_checkpoint: Checkpoint) -> Found:
            objects = [path for path in paths if services.is_object(path)]
            return Found([path for path in paths if path not in objects], objects=objects)

        def done(outcome: Outcome[Found]) -> None:
            found = outcome.value
            if found is None:
                self._store.say(reason_of(outcome.error), "warning")
                return
            if found.paths:
                self.arrived(found.paths, ())
            if found.objects:
                self.bring(found.objects)

        services.disk.submit(work, done)

    def _read_anew(self, changed: Collection[Path], notice: Reason | None = None) -> None:
        """Start over with the films at these places: their files are others now."""
        places = {_same_place(path) for path in changed}
        anew = {
            film.id: Film(
                film.id,
                film.path,
                film.number,
                urgency=film.urgency,
                notice=notice,
                since=film.since,
                arrived=film.arrived,
            )
            for film in self._store.state.films
            if _same_place(film.path) in places
        }
        if anew:
            self._pipeline.start_over(anew)
            self._store.edit(lambda state: replace(state, films=tuple(anew.get(film.id, film) for film in state.films)))

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
        self._store.edit(lambda state: replace(state, opening=0))
