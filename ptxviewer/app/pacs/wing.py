"""The hospital's network in the window: nodes, sending, fetching, and the listener."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.pacs.changing import change_pacs
from ptxviewer.app.pacs.fetching import Fetching
from ptxviewer.app.pacs.sending import Sending
from ptxviewer.app.ports import PacsServices, Services
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.pacs import Node, PacsSettings, Station
from ptxviewer.core.reasons.pacs import Pacs

Stop = Callable[[], None]


class PacsWing:
    """See the module."""

    def __init__(
        self, store: Store, services: Services, pacs: PacsServices, take_in: Callable[[Sequence[Path]], None]
    ) -> None:
        self._store = store
        self._pacs = pacs
        self._take_in = take_in
        self._disk = services.disk
        self.sending = Sending(store, services, pacs)
        self.fetching = Fetching(store, services, pacs, take_in)
        self._stop: Stop | None = None

    @property
    def settings(self) -> PacsSettings:
        """The nodes, and what we are to them."""
        return self._store.state.pacs.settings

    def start(self, *, alone: bool = True) -> None:
        """Read the nodes, go on with what was left to be sent, listen where the settings say so.

        Not ``alone``: another window of this user works with the same folders, and does the last two.
        """

        def done(outcome: Outcome[PacsSettings]) -> None:
            settings = outcome.value
            if settings is None:
                self._store.say(reason_of(outcome.error), "warning")
                return
            change_pacs(self._store, lambda pacs: replace(pacs, settings=settings))
            if alone:
                self.sending.resume()
                if settings.station.listen:
                    self._listen()

        self._disk.submit(lambda _checkpoint: self._pacs.load(), done)

    def apply(self, settings: PacsSettings) -> None:
        """Take over and keep what was set; a listener whose settings changed starts anew."""
        before = self.settings
        change_pacs(self._store, lambda pacs: replace(pacs, settings=settings))
        self._save()
        if (before.station, before.callers) != (settings.station, settings.callers):
            self._end_listening()
            if settings.station.listen:
                self._listen()
        self.sending.pump()

    def _save(self) -> None:
        try:
            self._pacs.save(self.settings)
        except PtxError as error:
            self._store.say(error.reason, "warning")

    def test(self, node: Node, station: Station, done: Callable[[Outcome[None]], None]) -> Ticket:
        """Ask a node whether it is there and knows us."""
        network = self._pacs.network
        return self._pacs.lane.submit(lambda _checkpoint: network.echo(node, station), done)

    # ---- the listener

    def toggle_listener(self) -> None:
        """Take films from nodes that are known, or take none; also after the next start."""
        on = not self.settings.station.listen
        if on and not self.settings.callers:
            self._store.say(Pacs.NO_NODES, "warning")
            change_pacs(self._store, lambda pacs: pacs)  # the menu shows its tick by what is
            return
        station = replace(self.settings.station, listen=on)
        change_pacs(self._store, lambda pacs: replace(pacs, settings=replace(pacs.settings, station=station)))
        self._save()
        if on:
            self._listen()
        else:
            self._end_listening()
            self._store.tell(Pacs.STOPPED_LISTENING)

    def _listen(self) -> None:
        settings, network, folder, post = self.settings, self._pacs.network, self._pacs.received, self._pacs.post

        def arrived(path: Path) -> None:
            post(lambda: self._arrived(path))

        def work(_checkpoint: Checkpoint) -> Stop:
            return network.listen(settings.station, settings.callers, folder, arrived)

        def done(outcome: Outcome[Stop]) -> None:
            if outcome.value is None:
                self._store.say(reason_of(outcome.error), "warning")
            elif not self.settings.station.listen or self._stop is not None:
                self._end(outcome.value)  # it was switched off meanwhile
            else:
                self._stop = outcome.value
                change_pacs(self._store, lambda pacs: replace(pacs, listening=True, received=0))

        self._pacs.lane.submit(work, done)

    def _arrived(self, path: Path) -> None:
        if not self._store.closed:
            change_pacs(self._store, lambda pacs: replace(pacs, received=pacs.received + 1))
            self._take_in([path])

    def _end(self, stop: Stop) -> None:
        self._pacs.lane.submit(lambda _checkpoint: stop(), lambda _outcome: None, must_finish=True)

    def _end_listening(self) -> None:
        if self._stop is not None:
            self._end(self._stop)
            self._stop = None
        change_pacs(self._store, lambda pacs: replace(pacs, listening=False))

    # ---- what has come

    def forget_received(self) -> None:
        """Delete the films that were fetched and received from this computer, but for those in the list."""
        folder, kept = self._pacs.received, {film.path for film in self._store.state.films}

        def work(_checkpoint: Checkpoint) -> None:
            for path in folder.glob("*.dcm"):
                if path not in kept:
                    with suppress(OSError):
                        path.unlink()

        self._disk.submit(work, lambda _outcome: self._store.tell(Pacs.RECEIVED_DELETED))

    def shut_down(self, timeout_s: float) -> list[bool]:
        """End the listener and both lanes; what is not sent waits on disk."""
        if self._stop is not None:
            self._end(self._stop)
            self._stop = None
        return [lane.close(timeout_s) for lane in (self._pacs.lane, self._pacs.sender)]
