"""What ``triage`` writes for each film besides its row: DICOM objects in a folder, and parcels for nodes.

In this order, so that a run that is killed at any moment neither loses nor repeats: the objects, the parcels (they lie
in an outbox beside the store), the row, and only then may a parcel be sent. Parcels without a row are made again with
their film.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.exports import USUAL
from ptxviewer.app.pacs.delivering import pause_after, tried_once
from ptxviewer.app.state.pacs import Parcel
from ptxviewer.cli.export import made_folder, write_objects
from ptxviewer.cli.health import Health
from ptxviewer.cli.outcome import FilmOutcome, Item
from ptxviewer.core.archive import Network
from ptxviewer.core.errors import Cancelled, ExportFailed, PtxError
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.locks import held
from ptxviewer.core.pacs import Delivery, Node, Station
from ptxviewer.core.private import private_folder
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.review import Review
from ptxviewer.results.schema import Status
from ptxviewer.words import sentences, trn

Say = Callable[[str], None]
LOOK_S = 1.0  # between two looks for what is due
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """What is to be given away: objects of ``kinds`` into ``folder``, and to every one of ``nodes``."""

    folder: Path | None = None
    kinds: tuple[str, ...] = USUAL
    nodes: tuple[Node, ...] = ()
    station: Station = field(default_factory=Station)


def outbox_of(store: Path) -> Path:
    """Return the folder of the parcels of a store."""
    return store.with_name(f".{store.name}.outbox")


class Sender:
    """Sends parcels, one after the other, on a thread of its own while its context lasts."""

    def __init__(
        self, outbox: Outbox, wanted: Wanted, network: Network, health: Health, clock: Callable[[], float] | None = None
    ) -> None:
        self._outbox = outbox
        self._nodes = {node.name: node for node in wanted.nodes}
        self._station = wanted.station
        self._network = network
        self._health = health
        self._clock = clock or time.monotonic
        self._due: deque[tuple[float, Parcel]] = deque()
        self._guard = threading.Lock()
        self._pumping = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def __enter__(self) -> Sender:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def put(self, parcel: Parcel) -> None:
        """Send this one as soon as possible."""
        with self._guard:
            self._due.append((self._clock(), parcel))
        self._count()

    def pump(self) -> None:
        """Try everything that is due now; waits for a try that is under way."""
        with self._pumping:
            self._pump()

    def _pump(self) -> None:
        while (parcel := self._next()) is not None:
            try:
                tried = tried_once(
                    parcel, self._nodes.get(parcel.node), self._station, self._network, self._outbox, self._checkpoint
                )
            except Cancelled:
                self.put(parcel)
                return
            except PtxError:  # the disk: what has become of it is not written down, so it is sent again some time
                tried = replace(parcel, tries=parcel.tries + 1)
            arrived = [one.arrived and not before.arrived for one, before in _pairs(tried, parcel)]
            if any(arrived):
                self._health.sent(sum(arrived))
            if tried.waiting:
                with self._guard:
                    self._due.append((self._clock() + pause_after(tried.tries), tried))
            elif not tried.arrived:
                self._health.counts.not_sent += sum(not delivery.arrived for delivery in tried.deliveries)
            self._count()

    @property
    def left(self) -> int:
        """Objects that are still to be sent."""
        with self._guard:
            return sum(delivery.state == "waiting" for _, parcel in self._due for delivery in parcel.deliveries)

    def _next(self) -> Parcel | None:
        with self._guard:
            now = self._clock()
            for number, (due, parcel) in enumerate(self._due):
                if due <= now:
                    del self._due[number]
                    return parcel
        return None

    def _count(self) -> None:
        self._health.counts.to_send = self.left

    def _checkpoint(self) -> None:
        if self._end.is_set():
            raise Cancelled

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                self.pump()
            except Exception:  # one that was not foreseen must not end the sending
                log.exception("A parcel ended unexpectedly")
            self._end.wait(LOOK_S)


def _pairs(tried: Parcel, before: Parcel) -> Iterator[tuple[Delivery, Delivery]]:
    return zip(tried.deliveries, before.deliveries, strict=True)


class Giving:
    """Makes what is wanted of each film. ``has_row`` says whether a film (by its pseudonym) has its row."""

    def __init__(self, wanted: Wanted, outbox: Outbox, sender: Sender | None, health: Health, complain: Say) -> None:
        self._wanted = wanted
        self._outbox = outbox
        self._sender = sender
        self._health = health
        self._complain = complain
        self._packed: list[Parcel] = []

    def take_up(self, has_row: Callable[[str], bool]) -> None:
        """Take up what an earlier run left in the outbox; what did not arrive is tried again."""
        if self._sender is None:
            return
        parcels, _damaged = self._outbox.load()
        for parcel in parcels:
            if has_row(parcel.id.partition("-")[0]):
                again = tuple(delivery if delivery.arrived else Delivery() for delivery in parcel.deliveries)
                self._sender.put(replace(parcel, deliveries=again, tries=0))
            else:
                self._outbox.remove(parcel.id)

    def prepare(self, name: str, path: Path, answer: Answer, review: Review) -> bool:
        """Write objects and parcels of a film that is called ``name``, its pseudonym; before its row is written.

        Returns whether all were made. Raises ``ExportFailed`` for what the disk refuses; whatever else happens is
        counted and said.
        """
        self._packed = []
        try:
            self._made(name, path, answer, review)
            return True
        except ExportFailed as error:
            if isinstance(error.reason, NotWritten):
                raise
            self._failed(name, sentences(error.reason))
        except PtxError as error:
            self._failed(name, sentences(error.reason))
        except Exception:
            log.exception("The objects of a film ended unexpectedly")
            self._failed(name, sentences(Command.FILM_FAILED))
        return False

    def _failed(self, name: str, why: str) -> None:
        self._health.counts.objects_failed += 1
        self._complain(f"{name}: {why}")

    def _made(self, name: str, path: Path, answer: Answer, review: Review) -> None:
        from ptxviewer.dicom.read import read_film

        outcome = FilmOutcome(Item(0, name, name, path), Status.ANALYSED, None, read_film(path), answer, {}, review)
        made: Sequence[Path] = ()
        if self._wanted.folder is not None:
            made = write_objects(outcome, self._wanted.folder, self._wanted.kinds)
            self._health.counts.objects += len(made)
        when = datetime.now().astimezone().isoformat(timespec="seconds")
        for node in self._wanted.nodes:

            def fill(folder: Path) -> Sequence[Path]:
                nonlocal made
                if self._wanted.folder is None and not made:
                    return write_objects(outcome, folder, self._wanted.kinds)
                return [Path(shutil.copyfile(one, folder / one.name)) for one in made]

            parcel = self._outbox.pack(node.name, "results", 0, when, fill, f"{name}-{_short(node)}")
            self._packed.append(parcel)

    def released(self) -> None:
        """The film has its row: its parcels may go."""
        for parcel in self._packed:
            assert self._sender is not None
            self._sender.put(parcel)
        self._packed = []


def _short(node: Node) -> str:
    return f"{zlib.crc32(node.name.encode()):08x}"


@contextlib.contextmanager
def giving(
    wanted: Wanted, store: Path, has_row: Callable[[str], bool], health: Health, complain: Say
) -> Iterator[Giving | None]:
    """Provide what gives things away while a run lasts; None where nothing is wanted.

    Raises ``ExportFailed`` for folders that cannot be made, ``PtxError`` where another run sends from this store.
    """
    if wanted.folder is not None:
        made_folder(wanted.folder)
    if not wanted.nodes:
        nothing = Giving(wanted, Outbox(outbox_of(store)), None, health, complain)
        yield nothing if wanted.folder is not None else None
        return
    from ptxviewer.pacs.service import PacsService

    try:
        folder = private_folder(outbox_of(store))
    except OSError:
        raise ExportFailed(NotWritten(Unwritten.OUTBOX, Writing.FOLDER_NOT_MADE)) from None
    outbox = Outbox(folder)
    with held(folder / ".lock", 0) as alone:
        if not alone:
            raise PtxError(Results.STORE_BUSY)
        with Sender(outbox, wanted, PacsService(), health) as sender:
            given = Giving(wanted, outbox, sender, health, complain)
            given.take_up(has_row)
            yield given
            sender.pump()  # a run that ends by itself does not leave what could go


def told(health: Health) -> str:
    """Return what became of what was sent."""
    one = health.counts
    return trn(
        "{count} object sent, {left} still to be sent, {failed} refused.",
        "{count} objects sent, {left} still to be sent, {failed} refused.",
        one.sent,
        left=one.to_send,
        failed=one.not_sent,
    )
