"""Our storage SCP: takes films from partners that are known, on the address of the settings, within a quota."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ptxviewer.core.errors import PtxError
from ptxviewer.core.pacs import Station
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.pacs.association import ANSWER_S, SILENT_S, Bounded, bound_writing, hang_up
from ptxviewer.pacs.classes import COMPRESSED, TAKEN, UNCOMPRESSED, VERIFICATION
from ptxviewer.pacs.quiet import pynetdicom_settings, silence
from ptxviewer.pacs.tls import server_context

if TYPE_CHECKING:
    from pynetdicom.events import Event

MOST_LINES = 16  # connections that say nothing count, until they are ended after ``HELLO_S``
HELLO_S = 5.0  # until a partner has to ask for an association
log = logging.getLogger(__name__)


def listen(station: Station, callers: Sequence[str], received: Callable[[Event], int]) -> Callable[[], None]:
    """Listen until what is returned is called. Raises ``PtxError``: the port is taken, the address is not ours.

    Who calls by a title that is not among ``callers``, or calls us by another than ours, is rejected.
    """
    silence()
    pynetdicom_settings()
    from pynetdicom import AE, evt

    entity = AE(station.title)
    entity.maximum_associations = MOST_LINES
    entity.acse_timeout, entity.dimse_timeout = HELLO_S, ANSWER_S
    entity.network_timeout = SILENT_S
    entity.require_called_aet = True
    entity.require_calling_aet = list(callers)
    entity.add_supported_context(VERIFICATION)
    for kind in TAKEN:
        entity.add_supported_context(kind, [*UNCOMPRESSED, *COMPRESSED])
    bounded = Bounded()
    handlers: list[Any] = [
        (evt.EVT_C_STORE, received),
        (evt.EVT_DATA_RECV, bounded),
        (evt.EVT_CONN_OPEN, bound_writing),
        (evt.EVT_CONN_CLOSE, bounded.forget),
    ]
    context = server_context(station)
    try:
        server = entity.start_server(
            (station.address, station.port), block=False, ssl_context=context, evt_handlers=handlers
        )
    except OSError as error:
        raise PtxError(
            Pacs.PORT_TAKEN if error.errno in (errno.EADDRINUSE, errno.EACCES) else Pacs.ADDRESS_NOT_OURS
        ) from None
    log.info("The listener takes films")

    def stop() -> None:
        if server is not None:
            server.shutdown()
            for line in server.active_associations:
                hang_up(line)
        log.info("The listener has ended")

    return stop
