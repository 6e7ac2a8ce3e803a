"""Why films are not analysed by other computers, or why one of them has no answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.reason import Reason


class Cluster(Reason, Enum):
    """Reasons without arguments."""

    NOT_INSTALLED = "cluster_not_installed"  # the extra
    SCHEDULER_FILE_UNREADABLE = "scheduler_file_unreadable"
    CERTIFICATE_UNREADABLE = "cluster_certificate_unreadable"
    SCHEDULER_UNREACHABLE = "scheduler_unreachable"
    SCHEDULER_LOST = "scheduler_lost"
    NO_WORKERS = "no_workers"
    WORKER_UNUSABLE = "worker_unusable"  # its program or libraries are so different that they do not say how
    WORKERS_ENDED = "workers_ended"  # two of them, while they had this film
    UNPACK_FIRST = "unpack_first"  # a film in an archive: the workers see the archive only
    NEEDS_SCHEDULER = "needs_scheduler"  # an address of object storage, and nobody who fetches it
    UNSAFE_CONNECTION = "unsafe_connection"  # a caution


@dataclass(frozen=True)
class WaitsForWorkers(Reason):
    """A caution: there is no worker, or none any more, and the run waits for one, at most so long."""

    minutes: int


@dataclass(frozen=True)
class OtherProgram(Reason):
    """A worker, or the scheduler, has another version of this program; ``theirs`` "": none."""

    address: str
    theirs: str
    ours: str


@dataclass(frozen=True)
class OtherNetwork(Reason):
    """A worker has another network."""

    address: str


@dataclass(frozen=True)
class WorkerNotReady(Reason):
    """The network of a worker cannot be used."""

    address: str
    why: Reason


@dataclass(frozen=True)
class StorageUnknown(Reason):
    """The library for addresses that begin so is not installed, or there is none."""

    protocol: str
