"""Looking for films in an archive and fetching them: they enter the list as the films of a watched folder do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.pacs.changing import change_pacs
from ptxviewer.app.ports import PacsServices, Services
from ptxviewer.app.state.film import Film
from ptxviewer.app.store import Store
from ptxviewer.core.archive import Fetched, FoundSeries, Query
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import reason_of
from ptxviewer.core.film import Patient
from ptxviewer.core.pacs import Node
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.pacs import FilmsFetched, Pacs

MOST_PRIORS = 20  # series, the newest
WILD = frozenset("*?\\")
Found = Callable[[Outcome[list[FoundSeries]]], None]


class Fetching:
    """Queries and retrievals; ``take_in`` adds files to the list of films."""

    def __init__(
        self, store: Store, services: Services, pacs: PacsServices, take_in: Callable[[Sequence[Path]], None]
    ) -> None:
        self._store = store
        self._services = services
        self._pacs = pacs
        self._take_in = take_in
        self._jobs: set[Ticket] = set()
        self._brought = Fetched()
        self._why: Reason | None = None

    def since(self, years: int) -> str:
        """Return the ISO date ``years`` ago, "" for 0."""
        today: date = self._services.now().date()
        return (today - timedelta(days=round(365.25 * years))).isoformat() if years else ""

    def find(self, node: Node, query: Query, done: Found) -> Ticket:
        """Ask an archive; ``done`` gets the series, on the main thread."""
        station, network = self._store.state.pacs.settings.station, self._pacs.network
        return self._pacs.lane.submit(lambda checkpoint: network.find(node, station, query, checkpoint), done)

    def fetch(self, node: Node, found: Sequence[FoundSeries]) -> None:
        """Fetch series one after the other; films come into the list as each has arrived."""
        station, network, folder = self._store.state.pacs.settings.station, self._pacs.network, self._pacs.received
        if not self._store.state.pacs.fetching:
            self._brought, self._why = Fetched(), None
        for series in found:

            def work(checkpoint: Checkpoint, series: FoundSeries = series) -> Fetched:
                return network.fetch(node, station, series, folder, checkpoint)

            def done(outcome: Outcome[Fetched], series: FoundSeries = series) -> None:
                self._fetched(series, outcome)

            change_pacs(self._store, lambda pacs: replace(pacs, fetching=pacs.fetching + 1))
            self._jobs.add(self._pacs.lane.submit(work, done))

    def _fetched(self, series: FoundSeries, outcome: Outcome[Fetched]) -> None:
        brought = outcome.value
        if brought is None:
            self._why = self._why or reason_of(outcome.error)
            brought = Fetched(missing=series.count or 1)
        self._brought = Fetched(self._brought.files + brought.files, self._brought.missing + brought.missing)
        change_pacs(self._store, lambda pacs: replace(pacs, fetching=max(pacs.fetching - 1, 0)))
        if brought.files:
            self._take_in(brought.files)
        if not self._store.state.pacs.fetching:
            self._jobs.clear()
            if self._why is not None:
                self._store.say(self._why, "warning")
            self._store.tell(FilmsFetched(len(self._brought.files), self._brought.missing))

    def cancel(self) -> None:
        """Fetch nothing more; what has come stays."""
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()
        change_pacs(self._store, lambda pacs: replace(pacs, fetching=0, asking=False))

    # ---- priors

    def priors(self) -> None:
        """Fetch the earlier films of the patient on screen from the first node of the list."""
        state = self._store.state
        film, settings = state.current, state.pacs.settings
        if not settings.nodes:
            self._store.say(Pacs.NO_NODES, "warning")
            return
        patient = film.facts.patient if film is not None and film.facts is not None else Patient()
        if film is None or not patient.id or set(patient.id) & WILD:
            self._store.say(Pacs.NO_PATIENT_ID, "warning")
            return
        node = settings.nodes[0]

        def done(outcome: Outcome[list[FoundSeries]]) -> None:
            change_pacs(self._store, lambda pacs: replace(pacs, asking=False))
            if outcome.value is None:
                self._store.tell(None)
                self._store.say(reason_of(outcome.error), "warning")
                return
            wanted = earlier(outcome.value, film, self._store.state.films)[:MOST_PRIORS]
            if wanted:
                self.fetch(node, wanted)
            else:
                self._store.tell(Pacs.NO_PRIORS_THERE)

        change_pacs(self._store, lambda pacs: replace(pacs, asking=True))
        self._store.tell(Pacs.SEARCHING)
        query = Query(patient.id, since=self.since(settings.years))
        self._jobs.add(self.find(node, query, done))


def earlier(found: Sequence[FoundSeries], film: Film, open_films: Sequence[Film]) -> list[FoundSeries]:
    """Return what of ``found`` is of the film's patient, was not taken after it, and is not open.

    An archive may match more than was asked for: the patient's ID has to be the same letter by letter, and a date of
    birth that contradicts is another person.
    """
    facts = film.facts
    if facts is None:
        return []
    open_series = {one.facts.study.series_uid for one in open_films if one.facts is not None}

    def is_prior(one: FoundSeries) -> bool:
        born, known = one.patient.birth_date, facts.patient.birth_date
        same = one.patient.id == facts.patient.id and (not born or not known or born == known)
        later = bool(facts.study.date and one.study.date > facts.study.date)
        return same and not later and one.series_uid not in open_series

    return [one for one in found if is_prior(one)]
