"""The disagreement band of the film on screen: computed in the background on demand, discarded with its film."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.withheld import hidden, withheld
from ptxviewer.app.store import Store
from ptxviewer.core.answer import Band
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.reasons.window import Notice


class Disagreement:
    """At most one job on the model lane, for the film on screen."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services
        self._running: tuple[Ticket, int, str] | None = None  # with the film's id and key
        self._failed: set[str] = set()  # keys: one try is enough

    def _wanted(self) -> Film | None:
        state = self._store.state
        film = state.current
        if not state.overlay.band or film is None or film.band is not None or film.key in self._failed:
            return None
        ready = film.status is FilmStatus.DONE and film.maps is not None and film.radiograph is not None
        ready = ready and film.older is None  # the network that is loaded would be asked about another's outline
        marked = film.findings is not None and film.findings.present and film.review.mask is None
        return film if ready and marked and not hidden(state, film) and not withheld(film) else None

    @property
    def busy(self) -> bool:
        """True while a band is being made."""
        return self._running is not None

    def pump(self) -> None:
        """Start what is wanted, retire what no longer is."""
        if self._store.closed:
            return
        film = self._wanted()
        asked = None if film is None else (film.id, film.key)
        if self._running is not None and self._running[1:] != asked:
            self.stop()
        if film is None or self._running is not None:
            return
        radiograph, engine, film_id, key = film.radiograph, self._services.engine, film.id, film.key
        assert radiograph is not None

        def work(checkpoint: Checkpoint) -> Band:
            return engine.band(radiograph, checkpoint)

        def done(outcome: Outcome[Band]) -> None:
            if self._running == running:
                self._running = None
            film = self._store.state.film(film_id)
            if film is None or film.key != key or film.result is None or film.maps is None:
                return
            if outcome.value is None or outcome.value.image_key != key:
                self._failed.add(key)
                self._store.tell(Notice.NO_BAND)
            else:
                self._store.update(replace(film, result=replace(film.result, band=outcome.value)))

        running = self._services.model.submit(work, done), film_id, key
        self._running = running

    def stop(self) -> None:
        """Retire the job under way."""
        if self._running is not None:
            self._running[0].cancel()
            self._running = None

    def toggle(self) -> None:
        """Show or hide the band."""
        self._failed.clear()
        self._store.edit(lambda state: replace(state, overlay=replace(state.overlay, band=not state.overlay.band)))
        self.pump()
