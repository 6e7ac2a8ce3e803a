"""Sending: objects are packed into the outbox on the disk lane and sent parcel by parcel on a lane of their own.

A parcel is on disk before the reader is told that it waits, and leaves the disk when all of it has arrived. Whatever
ends the program in between costs at most that a partner gets an object twice, which archives know as one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ptxviewer.app.contents import content_for, content_now
from ptxviewer.app.exports import kinds_in
from ptxviewer.app.films.queue import BUSY
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.pacs.changing import change_pacs
from ptxviewer.app.pacs.delivering import pause_after, tried_once
from ptxviewer.app.ports import PacsServices, Services
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.pacs import PacsState, Parcel, What
from ptxviewer.app.state.withheld import hidden
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import reason_of
from ptxviewer.core.pacs import Delivery
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.pacs import Pacs, Sent
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.reasons.writing import Unsaved


class Sending:
    """The queue of what is to be sent."""

    def __init__(self, store: Store, services: Services, pacs: PacsServices) -> None:
        self._store = store
        self._services = services
        self._pacs = pacs
        self._job: Ticket | None = None
        self._due: dict[str, datetime] = {}  # parcels that failed, and when they are tried again

    @property
    def _state(self) -> PacsState:
        return self._store.state.pacs

    # ---- packing

    def results(self, node: str, film_ids: Collection[int], kinds: Collection[str] | None = None) -> None:
        """Send the results of these films as DICOM objects of these kinds (None: those that are saved, too).

        It says why one is not sent.
        """
        self._store.settle()
        chosen = kinds_in(self._store.state.settings.dicom_kinds) if kinds is None else tuple(kinds)
        films = [film for film in self._store.state.films if film.id in film_ids]
        for film in films:
            why = self.why_no_results(film)
            if why is None:
                self._pack(node, "results", film, self._objects_of(film, chosen))
            elif len(films) == 1:
                self._store.say(why, "warning")

    def why_no_results(self, film: Film) -> Reason | None:
        """Return why the results of a film cannot be sent now, None where they can."""
        if hidden(self._store.state, film):
            return Notice.MARK_FIRST
        if film.status in BUSY:
            return Notice.STILL_ANALYSING
        if self._store.state.network_of(film) is None:
            return Notice.NO_MODEL_YET
        return None if film.maps is not None or film.summary is not None else Unsaved.NO_RESULT

    def _objects_of(self, film: Film, kinds: Collection[str]) -> Callable[[Path], Sequence[Path]]:
        """Return what makes the objects of a film as it is now, on the disk lane."""
        services, info = self._services, self._store.state.network_of(film)
        content_of = content_for(self._store.state, film)

        def fill(folder: Path) -> Sequence[Path]:
            return services.objects(content_now(services, film, content_of, info), folder / "object", kinds)

        return fill

    def film(self, node: str, film_ids: Collection[int]) -> None:
        """Send these films themselves, as they lie on the disk."""
        for film in [film for film in self._store.state.films if film.id in film_ids]:
            self._pack(node, "film", film, _copy_of(film.path))

    def _pack(self, node: str, what: What, film: Film, fill: Callable[[Path], Sequence[Path]]) -> None:
        outbox, created = self._pacs.outbox, self._services.now().astimezone().isoformat(timespec="seconds")
        number = film.number

        def work(_checkpoint: Checkpoint) -> Parcel:
            return outbox.pack(node, what, number, created, fill)

        def done(outcome: Outcome[Parcel]) -> None:
            parcel = outcome.value
            if parcel is None:
                change_pacs(self._store, lambda pacs: replace(pacs, packing=pacs.packing - 1))
                self._store.say(reason_of(outcome.error))
                return
            change_pacs(
                self._store, lambda pacs: replace(pacs, packing=pacs.packing - 1, parcels=(*pacs.parcels, parcel))
            )
            self.pump()

        change_pacs(self._store, lambda pacs: replace(pacs, packing=pacs.packing + 1))
        self._services.disk.submit(work, done, must_finish=True)

    # ---- sending

    def resume(self) -> None:
        """Take up what an earlier session left in the outbox."""
        outbox = self._pacs.outbox

        def done(outcome: Outcome[tuple[list[Parcel], int]]) -> None:
            if outcome.value is None:
                return
            parcels, damaged = outcome.value
            if damaged:
                self._store.say(Pacs.QUEUE_UNREADABLE, "warning")
            if parcels:
                change_pacs(self._store, lambda pacs: replace(pacs, parcels=(*parcels, *pacs.parcels)))
                self.pump()

        self._services.disk.submit(lambda _checkpoint: outbox.load(), done)

    def pump(self) -> None:
        """Send the next parcel that waits and whose time has come, unless one is on its way."""
        if self._job is not None or self._store.closed:
            return
        now = self._services.now()
        parcel = next((one for one in self._state.parcels if one.waiting and self._due.get(one.id, now) <= now), None)
        if parcel is None:
            return
        settings, network, outbox = self._state.settings, self._pacs.network, self._pacs.outbox
        node = settings.node(parcel.node)

        def work(checkpoint: Checkpoint) -> Parcel:
            return tried_once(parcel, node, settings.station, network, outbox, checkpoint)

        def done(outcome: Outcome[Parcel]) -> None:
            self._job = None
            tried = outcome.value
            if tried is None:  # the disk, or a bug: it is not tried for ever
                why = reason_of(outcome.error)
                failed = tuple(replace(delivery, state="failed", why=why) for delivery in parcel.deliveries)
                tried = replace(parcel, deliveries=failed)
            self._took(tried)
            self.pump()

        change_pacs(self._store, lambda pacs: replace(pacs, sending=parcel.id))
        self._job = self._pacs.sender.submit(work, done)

    def _took(self, tried: Parcel) -> None:
        if tried.waiting:
            self._due[tried.id] = self._services.now() + timedelta(seconds=pause_after(tried.tries))
        else:
            self._due.pop(tried.id, None)
        kept = self._state.parcel(tried.id) is not None
        change_pacs(
            self._store,
            lambda pacs: replace(
                pacs, sending=None, parcels=tuple(tried if parcel.id == tried.id else parcel for parcel in pacs.parcels)
            ),
        )
        if not kept:
            return
        if tried.arrived:
            self._store.tell(Sent(len(tried.deliveries), tried.node))
        elif tried.why is not None:
            self._store.say(tried.why, "warning")

    def retry(self) -> None:
        """Try all that has not arrived again, now."""
        self._due.clear()

        def again(parcel: Parcel) -> Parcel:
            if parcel.id == self._state.sending or parcel.arrived:
                return parcel
            waiting = tuple(delivery if delivery.arrived else Delivery() for delivery in parcel.deliveries)
            return replace(parcel, deliveries=waiting, tries=0)

        change_pacs(self._store, lambda pacs: replace(pacs, parcels=tuple(map(again, pacs.parcels))))
        self.pump()

    def discard(self, parcel_ids: Collection[str]) -> None:
        """Send none of these any more, and take them from the disk; what has gone is gone."""
        if self._job is not None and self._state.sending in parcel_ids:
            self._job.cancel()
            self._job = None
            change_pacs(self._store, lambda pacs: replace(pacs, sending=None))
        gone = frozenset(parcel_ids)
        change_pacs(
            self._store,
            lambda pacs: replace(pacs, parcels=tuple(parcel for parcel in pacs.parcels if parcel.id not in gone)),
        )
        outbox = self._pacs.outbox

        def work(_checkpoint: Checkpoint) -> None:
            for parcel_id in gone:
                outbox.remove(parcel_id)

        # Behind a parcel that is being sent: what became of it is written before its folder goes.
        self._pacs.sender.submit(work, lambda _outcome: self.pump(), must_finish=True)


def _copy_of(path: Path) -> Callable[[Path], Sequence[Path]]:
    def copy(folder: Path) -> Sequence[Path]:
        return [Path(shutil.copyfile(path, folder / "film"))]

    return copy
