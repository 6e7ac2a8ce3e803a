"""Queries to a node, their answers, and the port for both (implemented by ``pacs.service``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.film import Patient, Study
from ptxviewer.core.pacs import Delivery, Node, Station

FILM_MODALITIES = ("CR", "DX")
RESULT_MODALITIES = ("SR", "PR", "SEG", "KO", "DOC")


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
        """True where the query names a patient or a study: an archive is never asked for everything."""
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
        """Store what partners send in ``folder`` and report each file, on any thread; returns what stops it."""
        ...
