"""Saves pictures of all films into one folder, one film after the other, so that nothing else waits for all of them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ptxviewer.app.contents import content_for, content_now
from ptxviewer.app.exports import Export, neutral_name
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.ports import Services
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.withheld import hidden
from ptxviewer.app.store import Store
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.reasons.window import FilmsLeftOut, Notice, Saved
from ptxviewer.core.reasons.writing import NotWritten


class SavingAll:
    """See the module. ``looked_at``: keys of films in whose pixels the reader has seen no name."""

    def __init__(self, store: Store, services: Services, looked_at: Collection[str]) -> None:
        self._store = store
        self._services = services
        self._looked_at = looked_at

    def save(self, export: Export, folder: Path) -> None:
        """Save every film that has a result which may be seen; it says where, and how many are left out.

        Left out is, too, a film whose pixels may carry a name, where what is saved is to name nobody and nobody has
        looked at it.
        """
        self._store.settle()
        state = self._store.state
        if state.engine.info is None:
            self._store.say(Notice.NO_MODEL_YET, "warning")
            return
        films = [film for film in state.films if film.status is FilmStatus.DONE and not hidden(state, film)]
        left_out = len(state.films) - len(films)
        if not films:
            self._store.say(FilmsLeftOut(left_out), "warning")
            return
        self._store.tell(Notice.SAVING)
        self._next(films, export, folder, left_out)

    def _next(self, films: list[Film], export: Export, folder: Path, left_out: int) -> None:
        """Save the first of ``films`` on the disk lane, and then the rest."""
        state, services, film = self._store.state, self._services, films[0]
        info, content_of, looked_at = state.network_of(film), content_for(state, film), frozenset(self._looked_at)
        path = folder / neutral_name(export, film.number, services.now())

        def work(_checkpoint: object) -> bool:
            if info is None:
                return False
            content = content_now(services, film, content_of, info)
            unseen = not content.identified and content.film.key not in looked_at
            withheld = content.answer is None or content.answer.withheld
            if withheld or (unseen and content.film.acquisition.may_carry_text):
                return False
            services.exports[export.id](content, path)
            return True

        def done(outcome: Outcome[bool]) -> None:
            why = reason_of(outcome.error) if outcome.value is None else None
            if isinstance(why, NotWritten) or (why is not None and not isinstance(outcome.error, PtxError)):
                self._store.tell(None)
                self._store.say(why)  # the disk would refuse the others, too
                return
            without = left_out + (not outcome.value)
            if films[1:] and not self._store.closed:
                self._next(films[1:], export, folder, without)
                return
            self._store.tell(Saved(str(folder)))
            if without:
                self._store.say(FilmsLeftOut(without), "warning")

        services.disk.submit(work, done, must_finish=True)
