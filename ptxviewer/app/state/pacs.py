"""The PACS as the window shows it: nodes, the send queue, transfers under way, the listener."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ptxviewer.core.pacs import NO_PACS, Delivery, PacsSettings

if TYPE_CHECKING:
    from ptxviewer.core.reason import Reason

What = Literal["results", "film"]


@dataclass(frozen=True)
class Parcel:
    """Objects sent together: those of one film's result, or the film. The files stay in the outbox until then."""

    id: str  # a random name, of its folder
    node: str
    what: What
    film_number: int  # as the window called it then: the neutral name
    created: str  # ISO date and time, local
    deliveries: tuple[Delivery, ...]  # one a file
    tries: int = 0

    @property
    def waiting(self) -> bool:
        """True while something of it is to be sent by itself."""
        return any(delivery.state == "waiting" for delivery in self.deliveries)

    @property
    def arrived(self) -> bool:
        """True when everything is there."""
        return all(delivery.arrived and delivery.found is not False for delivery in self.deliveries)

    @property
    def why(self) -> Reason | None:
        """The first reason why something of it is not there, or was changed."""
        unsent = (delivery.why for delivery in self.deliveries if not delivery.arrived)
        return next(
            (why for why in (*unsent, *(delivery.why for delivery in self.deliveries)) if why is not None), None
        )


def after_failure(delivery: Delivery, why: Reason) -> Delivery:
    """Return what a failure of the whole makes of an object: it waits where the failure may pass."""
    from ptxviewer.core.reasons.pacs import TRANSIENT  # not at a start

    if delivery.state != "waiting":
        return delivery
    return Delivery("waiting" if why in TRANSIENT else "failed", why)


@dataclass(frozen=True)
class PacsState:
    """``sending`` is the parcel that is on its way now, ``fetching`` how many series are still to come."""

    settings: PacsSettings = NO_PACS
    parcels: tuple[Parcel, ...] = ()  # the newest last
    packing: int = 0  # films whose objects are being made
    sending: str | None = None
    asking: bool = False  # an archive is asked for priors
    fetching: int = 0
    listening: bool = False
    received: int = 0  # objects, since the listener is on

    @property
    def ready(self) -> bool:
        """True where a node is set up."""
        return bool(self.settings.nodes)

    @property
    def left(self) -> int:
        """Parcels that are still to be sent."""
        return self.packing + sum(parcel.waiting for parcel in self.parcels)

    def parcel(self, parcel_id: str) -> Parcel | None:
        """Return a parcel, None where it was discarded."""
        return next((one for one in self.parcels if one.id == parcel_id), None)


NOTHING_SENT = PacsState()
