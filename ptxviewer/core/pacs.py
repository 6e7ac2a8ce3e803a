"""Values of the PACS: nodes, our own station, deliveries.

Plain values, which the settings keep and the window shows; ``core.archive`` has what is asked of nodes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # these are part of the state, and so of the first picture
    from ptxviewer.core.reason import Reason


NodeKind = Literal["dicom", "web"]
Auth = Literal["none", "basic", "bearer"]
LONGEST_TITLE = 16  # characters of an AE title (PS3.5 6.2, VR AE)


@dataclass(frozen=True)
class Node:
    """One partner: ``dicom`` has an AE title, a host and a port, ``web`` the URL of a DICOMweb service.

    ``ca``, ``certificate`` and ``key`` are PEM files: who may have signed the partner's certificate ("": whom the
    system trusts), and what we show of ourselves where the partner asks for it.
    """

    name: str
    kind: NodeKind = "dicom"
    title: str = ""
    host: str = ""
    port: int = 104
    tls: bool = False
    url: str = ""
    auth: Auth = "none"
    user: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)  # password, or bearer token
    ca: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Station:
    """What this computer is to its partners. It listens only where ``listen`` is on."""

    title: str = "PTXVIEWER"
    listen: bool = False
    address: str = "127.0.0.1"  # bound to; 0.0.0.0 is every network card
    port: int = 11112
    tls: bool = False  # the listener takes encrypted connections only
    ca: str = field(default="", repr=False)  # with one, partners have to show a certificate that it signed
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    quota_mb: int = 4000  # of films that were fetched and received


@dataclass(frozen=True)
class PacsSettings:
    """Everything that is kept of the network."""

    station: Station = Station()
    nodes: tuple[Node, ...] = ()
    years: int = 5  # how far back priors are fetched

    def node(self, name: str) -> Node | None:
        """Return the node with that name."""
        return next((node for node in self.nodes if node.name == name), None)

    @property
    def callers(self) -> tuple[str, ...]:
        """The AE titles that may send to us."""
        return tuple(dict.fromkeys(node.title for node in self.nodes if node.kind == "dicom"))


NO_PACS = PacsSettings()


State = Literal["waiting", "stored", "warned", "failed"]


@dataclass(frozen=True)
class Delivery:
    """What became of one object. ``found``: whether the archive has it when asked; None where it cannot be asked."""

    state: State = "waiting"
    why: Reason | None = None
    found: bool | None = None

    @property
    def arrived(self) -> bool:
        """True where the partner took it."""
        return self.state in ("stored", "warned")


def is_received(name: str) -> bool:
    """True for the name of a file that the listener wrote: ``pacs.incoming`` calls films by their content."""
    return bool(re.fullmatch(r"[0-9a-f]{32}\.dcm", name))


def is_title(text: str) -> bool:
    """True for an AE title: 1 to 16 printable ASCII characters, no backslash, not only spaces."""
    return bool(re.fullmatch(r"[\x20-\x5b\x5d-\x7e]{1,16}", text)) and text == text.strip()


def problem_of(node: Node, others: Sequence[Node] = ()) -> Reason | None:
    """Return the problem of a node as it was typed, None where there is none. ``others`` have names of their own."""
    from ptxviewer.core.reasons.pacs import Pacs

    if not node.name.strip():
        return Pacs.NODE_WITHOUT_NAME
    if node.name in [other.name for other in others]:
        return Pacs.NODE_NAME_TAKEN
    if node.kind == "web":
        return None if _is_url(node.url) else Pacs.BAD_URL
    if not is_title(node.title):
        return Pacs.BAD_TITLE
    if not _is_host(node.host):
        return Pacs.BAD_HOST
    return None if 1 <= node.port <= 65535 else Pacs.BAD_PORT


def problem_of_station(station: Station) -> Reason | None:
    """Return what is wrong with our own settings."""
    from ptxviewer.core.reasons.pacs import Pacs

    if not is_title(station.title):
        return Pacs.BAD_TITLE
    if not _is_host(station.address):
        return Pacs.BAD_HOST
    if not 1 <= station.port <= 65535:
        return Pacs.BAD_PORT
    return Pacs.LISTENER_WITHOUT_CERTIFICATE if station.tls and not (station.certificate and station.key) else None


def _is_host(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9._:\-]{1,253}", text))


def _is_url(text: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.query)
    except ValueError:
        return False
