"""The command-line options for a cluster; Dask is not imported here."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ptxviewer import __version__
from ptxviewer.core.devices import DeviceChoice
from ptxviewer.core.engine import Engine, EngineInfo
from ptxviewer.core.errors import PtxError
from ptxviewer.core.purposes import PurposeChoice
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.cluster import Cluster, WaitsForWorkers

if TYPE_CHECKING:
    from distributed import Security

MakeEngine = Callable[[DeviceChoice, PurposeChoice], Engine]
FILM_S = 180.0  # in one worker's hand: reading ends by itself after 10 s, so this is a network or a storage that hangs
WAIT_S = 600.0  # for the first worker, and for another one where all have ended
SILENT_S = 10.0  # a worker that was killed is there again by then: only after that it is said that one is waited for
LOOK_S = 2.0  # between two looks at how many workers there are


@dataclass(frozen=True)
class Asked:
    """What a run asks of every worker."""

    run: str  # names this run among others on the same cluster
    device: DeviceChoice
    rule: PurposeChoice
    forced: bool
    network_sha256: str
    version: str = __version__
    older: bool = False  # films get the key of earlier versions, too
    film_s: float = FILM_S


@dataclass(frozen=True)
class Where:
    """The scheduler: its address or its file, and the certificates where TLS is used."""

    scheduler: str
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def security(self) -> Security | None:
        """Return what Dask needs for TLS, None without it. Raises ``PtxError``: a file cannot be read."""
        from distributed import Security

        files = {"tls_ca_file": self.tls_ca, "tls_client_cert": self.tls_cert, "tls_client_key": self.tls_key}
        if not any(files.values()):
            return None
        given = {name: path for name, path in files.items() if path is not None}
        try:
            for path in given.values():
                path.open("rb").close()
        except OSError:
            raise PtxError(Cluster.CERTIFICATE_UNREADABLE) from None
        return Security(require_encryption=True, **{name: str(path) for name, path in given.items()})

    def address(self) -> str:
        """Return the scheduler's address. Raises ``PtxError``: its file cannot be read."""
        if "://" in self.scheduler:
            return self.scheduler
        try:
            return str(json.loads(Path(self.scheduler).read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError, KeyError, TypeError):
            raise PtxError(Cluster.SCHEDULER_FILE_UNREADABLE) from None

    def caution(self) -> Reason | None:
        """Return what is to be said of the connection: patient data leaves this computer unencrypted."""
        place = urlsplit(self.address())
        if place.scheme == "tls":
            return None
        with contextlib.suppress(ValueError):
            if ipaddress.ip_address(place.hostname or "").is_loopback:
                return None
        return None if place.hostname == "localhost" else Cluster.UNSAFE_CONNECTION


@dataclass
class Patience:
    """How long is waited for workers, in seconds; ``now`` is a clock."""

    wait_s: float = WAIT_S
    look_s: float = LOOK_S
    silent_s: float = SILENT_S
    now: Callable[[], float] = field(default=time.monotonic)

    @property
    def waits(self) -> Reason:
        """What is said while a run waits for a worker."""
        return WaitsForWorkers(max(1, round(self.wait_s / 60)))


@dataclass(frozen=True)
class OnCluster:
    """A run on a cluster: where, on which device of the workers, and the network that all of them must have."""

    where: Where
    info: EngineInfo
    make: MakeEngine  # known to the workers by name
    device: DeviceChoice = "auto"
    film_s: float = FILM_S
    patience: Patience = field(default_factory=Patience)

    def asked(self, *, forced: bool, older: bool = False) -> Asked:
        """Return what this run asks of every worker."""
        run, info = uuid.uuid4().hex[:12], self.info
        return Asked(run, self.device, info.purpose, forced, info.model_sha256, older=older, film_s=self.film_s)
