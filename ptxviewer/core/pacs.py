"""What the network of a hospital is to the app: nodes, our own station, queries, what was found, what became of a send.

Plain values, which the settings keep, the window shows and the room ``pacs`` works with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.film import Patient, Study
from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.pacs import Pacs

NodeKind = Literal["dicom", "web"]
Auth = Literal["none", "basic", "bearer"]
LONGEST_TITLE = 16  # characters of an AE title (PS3.5 6.2, VR AE)
FILM_MODALITIES = ("CR", "DX")
RESULT_MODALITIES = ("SR", "PR", "SEG", "KO", "DOC")


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


@dataclass(frozen=True)
class Query:
    """What is looked for; the empty value matches everything. ``since`` is an ISO date."""

    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)  # * and ? are wild
    accession: str = field(default="", repr=False)
    study_uid: str = field(default="", repr=False)
    since: str = ""
    modalities: tuple[str, ...] = FILM_MODALITIES

    @property
    def asks(self) -> bool:
        """True where it names somebody or something: an archive is never asked for all that it has."""
        names = (self.patient_id, self.patient_name, self.accession, self.study_uid)
        return any(name.strip(" *?\\") for name in names)


@dataclass(frozen=True)
class FoundSeries:
    """One series in an archive."""

    study_uid: str = field(repr=False)
    series_uid: str = field(repr=False)
    patient: Patient = field(default_factory=Patient)
    study: Study = field(default_factory=Study)
    modality: str = ""
    count: int | None = None  # objects in it, None where the archive does not say


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


@dataclass(frozen=True)
class Fetched:
    """What a retrieval brought: new files, and how many objects did not come."""

    files: tuple[Path, ...] = field(default=(), repr=False)
    missing: int = 0


class Network(Protocol):
    """The port that the room ``pacs`` implements. All but ``listen`` block, and run on a lane.

    Everything raises ``PtxError`` with a reason of ``core.reasons.pacs``; ``checkpoint`` is asked between two answers.
    """

    def echo(self, node: Node, station: Station) -> None:
        """Ask a node whether it is there and knows us: C-ECHO, or a query for one study at most."""
        ...

    def send(self, node: Node, station: Station, files: Sequence[Path], checkpoint: Checkpoint) -> list[Delivery]:
        """Send DICOM files and ask for each that was taken whether it is there; one delivery a file."""
        ...

    def find(self, node: Node, station: Station, query: Query, checkpoint: Checkpoint) -> list[FoundSeries]:
        """Return the series that match, the newest study first."""
        ...

    def fetch(self, node: Node, station: Station, series: FoundSeries, folder: Path, checkpoint: Checkpoint) -> Fetched:
        """Write the objects of a series into ``folder``."""
        ...

    def listen(
        self, station: Station, callers: Sequence[str], folder: Path, arrived: Callable[[Path], None]
    ) -> Callable[[], None]:
        """Take what partners send into ``folder``, and tell of each file on some thread; returns what ends it."""
        ...


def is_title(text: str) -> bool:
    """True for an AE title: 1 to 16 printable ASCII characters, no backslash, not only spaces."""
    return bool(re.fullmatch(r"[\x20-\x5b\x5d-\x7e]{1,16}", text)) and text == text.strip()


def problem_of(node: Node, others: Sequence[Node] = ()) -> Reason | None:
    """Return what is wrong with a node as it was typed, None where nothing is. ``others`` have names of their own."""
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
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.query)
    except ValueError:
        return False
