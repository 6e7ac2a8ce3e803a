"""Fetching a series from an archive: by C-GET on our own line, else by C-MOVE to our listener (PS3.4 C.4.2, C.4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.core.archive import Fetched, FoundSeries
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError
from ptxviewer.core.pacs import Node, Station
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.pacs.association import Line, associated, between, why_status
from ptxviewer.pacs.classes import COMPRESSED, FILMS, GET, MOVE, TAKEN, UNCOMPRESSED
from ptxviewer.pacs.incoming import Incoming
from ptxviewer.pacs.querying import request

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.events import Event

REFUSED_RESOURCES, NOT_STORED, CANNOT_UNDERSTAND = 0xA700, 0x0110, 0xC000


class Received:
    """Writes what is stored on a line, and keeps the first reason why something was not."""

    def __init__(self, incoming: Incoming, arrived: Callable[[Path], None] = lambda _path: None) -> None:
        self._incoming = incoming
        self._arrived = arrived
        self.files: list[Path] = []
        self.refused = 0
        self.why: Reason | None = None

    def __call__(self, event: Event) -> int:
        """Store one object (PS3.4 B.2.3); returns the status of the answer."""
        try:
            path = self._incoming.write(event.encoded_dataset())
        except PtxError as error:
            self.refused += 1
            self.why = self.why or error.reason
            return REFUSED_RESOURCES
        except Exception:  # noqa: BLE001 - a dataset without what file meta needs
            self.refused += 1
            return CANNOT_UNDERSTAND
        self.files.append(path)
        self._arrived(path)
        return 0


Receiving = Callable[[], AbstractContextManager[Received]]
"""Opens a listener of our own for one C-MOVE."""


def fetch(
    node: Node, station: Station, series: FoundSeries, incoming: Incoming, receiving: Receiving, checkpoint: Checkpoint
) -> Fetched:
    """Write the objects of a series. Raises ``PtxError`` where none came, with the reason."""
    try:
        return _get(node, station, series, incoming, checkpoint)
    except PtxError as error:
        if error.reason is not Pacs.NOT_OFFERED:
            raise
    return _move(node, station, series, receiving, checkpoint)


def _identifier(series: FoundSeries) -> Dataset:
    return request("SERIES", {"StudyInstanceUID": series.study_uid, "SeriesInstanceUID": series.series_uid})


def _get(node: Node, station: Station, series: FoundSeries, incoming: Incoming, checkpoint: Checkpoint) -> Fetched:
    """C-GET; raises ``NOT_OFFERED`` where the node does not know it."""
    from pynetdicom import build_role, evt
    from pynetdicom.presentation import build_context

    received = Received(incoming)
    # Uncompressed and compressed apart: a node that has to choose one for all would send nothing in the other form.
    contexts = [build_context(GET), *(build_context(kind, list(UNCOMPRESSED)) for kind in TAKEN)]
    contexts += [build_context(kind, list(COMPRESSED)) for kind in FILMS]
    roles = [build_role(kind, scp_role=True) for kind in TAKEN]
    with associated(node, station, contexts, [(evt.EVT_C_STORE, received)], roles) as line:
        if not any(c.abstract_syntax == GET for c in line.association.accepted_contexts):
            raise PtxError(Pacs.NOT_OFFERED)
        line.asking()
        missing = _followed(line, line.association.send_c_get(_identifier(series), GET), checkpoint, received)
    return Fetched(tuple(dict.fromkeys(received.files)), missing)


def _followed(
    line: Line, answers: Iterator[tuple[Dataset, Dataset | None]], checkpoint: Checkpoint, received: Received
) -> int:
    """Go through the answers of C-GET or C-MOVE; returns how many objects did not come. Raises ``PtxError``."""
    missing = 0
    for answer, _identifier_of_failed in answers:
        checkpoint()
        try:
            status = line.status_of(answer)
        except PtxError:
            if received.files:  # what has come is kept
                return missing + 1
            raise
        line.asking()
        missing = int(answer.get("NumberOfFailedSuboperations") or 0)
        if status not in (0, 0xFF00, 0xB000):
            if received.files:
                return max(missing, 1)
            raise PtxError(received.why or why_status(status))
    if missing and not received.files:
        raise PtxError(received.why or Pacs.MOVED_ELSEWHERE)
    return missing


def _move(node: Node, station: Station, series: FoundSeries, receiving: Receiving, checkpoint: Checkpoint) -> Fetched:
    from pynetdicom.presentation import build_context

    with receiving() as received, associated(node, station, [build_context(MOVE)]) as line:
        between(checkpoint, line)
        line.asking()
        missing = _followed(
            line, line.association.send_c_move(_identifier(series), station.title, MOVE), checkpoint, received
        )
        files: Sequence[Path] = tuple(dict.fromkeys(received.files))
    if not files and not missing:
        raise PtxError(Pacs.MOVED_ELSEWHERE)  # the node says that all went well
    return Fetched(tuple(files), missing)
