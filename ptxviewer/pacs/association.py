"""One association with a node (PS3.8): made within bounds, ended in every case, and its failure as a reason."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError
from ptxviewer.core.pacs import Node, Station
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.pacs import Pacs, Refused
from ptxviewer.pacs.classes import VERIFICATION
from ptxviewer.pacs.incoming import LARGEST_OBJECT
from ptxviewer.pacs.quiet import pynetdicom_settings, silence
from ptxviewer.pacs.tls import client_context, why_not_connected

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association
    from pynetdicom.events import Event
    from pynetdicom.pdu_primitives import A_ASSOCIATE
    from pynetdicom.presentation import PresentationContext

CONNECT_S, ANSWER_S, SILENT_S = 10.0, 30.0, 60.0
"""Seconds until a connection is there, until one answer is, and that a line may be silent."""

Handler = tuple[Any, Any]
MOST_CONTEXTS = 128  # of one association (PS3.8 9.3.2.2)


class Line:
    """An association that is established."""

    def __init__(self, association: Association) -> None:
        self.association = association
        self._asked = time.monotonic()

    def asking(self) -> None:
        """A request goes out now."""
        self._asked = time.monotonic()

    def status_of(self, answer: Dataset | None) -> int:
        """Return the status of an answer. Raises ``PtxError`` where none came."""
        status = None if answer is None else answer.get("Status")
        if status is None:
            late = time.monotonic() - self._asked >= ANSWER_S
            raise PtxError(Pacs.TIMED_OUT if late else Pacs.DROPPED)
        return int(status)


@contextmanager
def associated(
    node: Node,
    station: Station,
    contexts: Sequence[PresentationContext],
    handlers: Sequence[Handler] = (),
    negotiation: Sequence[Any] = (),
) -> Iterator[Line]:
    """Provide a line to a node, released at the end, aborted on every error. Raises ``PtxError``."""
    silence()
    pynetdicom_settings()
    from pynetdicom import AE, evt

    entity = AE(station.title)
    entity.connection_timeout, entity.acse_timeout = CONNECT_S, ANSWER_S
    entity.dimse_timeout, entity.network_timeout = ANSWER_S, SILENT_S
    context = client_context(node) if node.tls else None
    opened: list[Association] = []

    def connected(event: Event) -> None:
        opened.append(event.assoc)
        bound_writing(event)

    def ask() -> tuple[Association, Pacs | None]:
        opened.clear()
        begun = time.monotonic()
        association = entity.associate(
            node.host,
            node.port,
            list(contexts),
            node.title,
            ext_neg=list(negotiation),
            tls_args=None if context is None else (context, node.host),
            evt_handlers=[
                (evt.EVT_CONN_OPEN, connected),
                (evt.EVT_DATA_RECV, Bounded()),
                *handlers,
            ],
        )
        if association.is_established:
            return association, None
        if not opened:
            return association, why_not_connected(node.host, node.port, context, CONNECT_S)
        return association, why_refused(association, time.monotonic() - begun)

    try:
        association, refused = ask()
        if refused is Pacs.DROPPED:  # a partner that closes at once may lose its own refusal: it is asked once more
            _close(association)
            association, refused = ask()
    except (OSError, ValueError):  # a name that nobody knows
        raise PtxError(Pacs.NO_CONNECTION) from None
    except BaseException:  # Ctrl+C: its threads must not keep the program
        for one in opened:
            hang_up(one)
        raise
    try:
        if refused is not None:
            raise PtxError(refused)
        yield Line(association)
    except BaseException:
        if association.is_established:
            association.abort()
        raise
    else:
        if association.is_established:
            association.release()
    finally:
        _close(association)


def bound_writing(event: Event) -> None:
    """Let no partner that stops reading hold a thread for ever; a handler of connections that are open."""
    line = event.assoc.dul.socket
    if line is not None and line.socket is not None:
        line.socket.settimeout(ANSWER_S)


def hang_up(association: Association) -> None:
    """End a line at once, whatever it is waiting for: its threads see the end of the connection."""
    line = association.dul.socket
    if line is not None and line.socket is not None:
        with contextlib.suppress(OSError):
            line.socket.shutdown(socket.SHUT_RDWR)


def _close(association: Association) -> None:
    """Close a socket that never came to a connection: pynetdicom leaves it to the garbage."""
    line = association.dul.socket
    if line is not None and line.socket is not None:
        line.socket.close()


def _rejection(association: Association) -> A_ASSOCIATE | None:
    """Return the partner's refusal, None where none has come.

    One that comes at once may still lie in the queue: where the line has been closed on it before pynetdicom looks
    whether the line is there, it gives up without reading its answers.
    """
    from pynetdicom.pdu_primitives import A_ASSOCIATE

    if association.is_rejected:
        return association.acceptor.primitive
    unread = association.dul.peek_next_pdu()
    return unread if isinstance(unread, A_ASSOCIATE) and unread.result else None


def why_refused(association: Association, waited_s: float) -> Pacs:
    """Return why an association was not established after ``waited_s`` seconds of waiting for the partner's answer."""
    if (answer := _rejection(association)) is not None:
        kind = (getattr(answer, "result_source", 0), getattr(answer, "diagnostic", 0))  # PS3.8 table 9-21
        known = {(1, 7): Pacs.CALLED_UNKNOWN, (1, 3): Pacs.CALLING_UNKNOWN}
        return known.get(kind, Pacs.PARTNER_BUSY if kind[0] == 3 else Pacs.ASSOCIATION_REJECTED)
    if association.rejected_contexts and not association.accepted_contexts:
        return Pacs.NOT_OFFERED
    return Pacs.TIMED_OUT if waited_s >= ANSWER_S else Pacs.DROPPED


class Bounded:
    """Cuts a line on which one message has more bytes than an object may have; a handler of what is received."""

    def __init__(self, limit: int = LARGEST_OBJECT + (1 << 20)) -> None:
        self._limit = limit
        self._received: dict[Any, int] = {}

    def __call__(self, event: Event) -> None:
        """Count what has come since the last complete message: the data of a PDU (PS3.8 9.3.5)."""
        key = event.assoc
        data = event.data
        self._received[key] = self._received.get(key, 0) + len(data)
        if self._received[key] > self._limit:
            if event.assoc.dul.socket is not None:
                event.assoc.dul.socket.close()
            self._received.pop(key)
        elif _ends_dataset(data):
            self._received[key] = 0

    def forget(self, event: Event) -> None:
        """A line has ended."""
        self._received.pop(event.assoc, None)


def _ends_dataset(data: bytes) -> bool:
    """True where the first value of a P-DATA-TF PDU is the last fragment of its message (PS3.8 E.2)."""
    return len(data) > 11 and data[0] == 4 and bool(data[11] & 2)


def why_status(status: int) -> Reason:
    """Return what a status of failure says (PS3.4 B.2.3, C.4)."""
    if status & 0xFF00 == 0xA700:
        return Pacs.OUT_OF_RESOURCES
    if status in (0x0122, 0xA900, 0xA800):
        return Pacs.CLASS_NOT_TAKEN
    return Refused(status)


def echo(node: Node, station: Station) -> None:
    """C-ECHO. Raises ``PtxError``."""
    from pynetdicom.presentation import build_context

    with associated(node, station, [build_context(VERIFICATION)]) as line:
        line.asking()
        status = line.status_of(line.association.send_c_echo())
        if status:
            raise PtxError(why_status(status))


def between(checkpoint: Checkpoint, line: Line) -> None:
    """Ask whether the work is still wanted, and whether the line is still there. Raises ``Cancelled``, ``PtxError``."""
    checkpoint()
    if not line.association.is_established:
        raise PtxError(Pacs.DROPPED)
