"""One try to send a parcel of the outbox, for the window and for what runs unattended."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.state.pacs import Parcel, after_failure
from ptxviewer.core.archive import Network
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError
from ptxviewer.core.pacs import Delivery, Node, Station
from ptxviewer.core.reasons.pacs import UnknownNode

WAITS_S = (30, 120, 600, 1800)  # before a parcel is tried again; the last one again and again


def pause_after(tries: int) -> float:
    """Return how many seconds a parcel waits after so many tries."""
    return WAITS_S[min(tries, len(WAITS_S)) - 1]


def tried_once(
    parcel: Parcel, node: Node | None, station: Station, network: Network, outbox: Outbox, checkpoint: Checkpoint
) -> Parcel:
    """Send what waits of a parcel and write down what became of it; ``node`` None: its partner is not known.

    Raises ``ExportFailed`` for what the disk refuses.
    """
    try:
        if node is None:
            raise PtxError(UnknownNode(parcel.node))
        sent = iter(network.send(node, station, outbox.files(parcel), checkpoint))
        deliveries = [next(sent) if delivery.state == "waiting" else delivery for delivery in parcel.deliveries]
        deliveries = [_again(delivery) for delivery in deliveries]
    except PtxError as error:
        deliveries = [after_failure(delivery, error.reason) for delivery in parcel.deliveries]
    tried = replace(parcel, deliveries=tuple(deliveries), tries=parcel.tries + 1)
    outbox.update(tried)
    return tried


def _again(delivery: Delivery) -> Delivery:
    """What may be otherwise in a minute waits."""
    if delivery.state != "failed" or delivery.why is None:
        return delivery
    return after_failure(replace(delivery, state="waiting"), delivery.why)
