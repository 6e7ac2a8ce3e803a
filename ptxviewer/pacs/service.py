"""The port ``core.archive.Network``: one object for the window and the command line, whatever kind a node is.

The network libraries are imported inside the calls: what nobody uses costs nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.core.archive import Fetched, FoundSeries, Query
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.pacs import Delivery, Node, Station
from ptxviewer.pacs.incoming import Incoming
from ptxviewer.pacs.quiet import silence

if TYPE_CHECKING:
    from ptxviewer.pacs.retrieving import Received


class PacsService:
    """See ``core.archive.Network``. ``listening`` and ``fetch`` share the listener: a port can be had once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._running: Station | None = None
        self._taps: list[Received] = []  # of retrievals by C-MOVE that wait for what the listener gets

    def echo(self, node: Node, station: Station) -> None:
        """C-ECHO, or QIDO-RS for one study. Raises ``PtxError``."""
        silence()
        if node.kind == "web":
            from ptxviewer.pacs import web

            web.echo(node)
        else:
            from ptxviewer.pacs.association import echo

            echo(node, station)

    def send(self, node: Node, station: Station, files: Sequence[Path], checkpoint: Checkpoint) -> list[Delivery]:
        """C-STORE or STOW-RS, then the question whether they are there. Raises ``PtxError``."""
        silence()
        if node.kind == "web":
            from ptxviewer.pacs import web

            return web.send(node, files, checkpoint)
        from ptxviewer.pacs.sending import send

        return send(node, station, files, checkpoint)

    def find(self, node: Node, station: Station, query: Query, checkpoint: Checkpoint) -> list[FoundSeries]:
        """C-FIND or QIDO-RS. Raises ``PtxError``."""
        silence()
        if node.kind == "web":
            from ptxviewer.pacs import web

            return web.find(node, query, checkpoint)
        from ptxviewer.pacs.querying import find

        return find(node, station, query, checkpoint)

    def fetch(self, node: Node, station: Station, series: FoundSeries, folder: Path, checkpoint: Checkpoint) -> Fetched:
        """C-GET, C-MOVE or WADO-RS into ``folder``. Raises ``PtxError``."""
        silence()
        incoming = Incoming(folder, station.quota_mb)
        if node.kind == "web":
            from ptxviewer.pacs import web

            return web.fetch(node, series, incoming, checkpoint)
        from ptxviewer.pacs.retrieving import fetch

        return fetch(node, station, series, incoming, lambda: self._receiving(station, node, incoming), checkpoint)

    @contextmanager
    def _receiving(self, station: Station, node: Node, incoming: Incoming) -> Iterator[Received]:
        """What a C-MOVE brings to us: through the listener that runs, else through one for as long as it takes."""
        from ptxviewer.pacs.listener import listen
        from ptxviewer.pacs.retrieving import Received

        received = Received(incoming)
        with self._guard:
            running = self._running is not None
            self._taps.append(received)
        stop: Callable[[], None] = lambda: None  # noqa: E731 - nothing to end
        try:
            if not running:
                stop = listen(station, (node.title,), received)
            yield received
        finally:
            stop()
            with self._guard:
                self._taps.remove(received)

    def listen(
        self, station: Station, callers: Sequence[str], folder: Path, arrived: Callable[[Path], None]
    ) -> Callable[[], None]:
        """Take what partners send; ``arrived`` is called on some thread. Raises ``PtxError``."""
        silence()
        from ptxviewer.pacs.listener import listen
        from ptxviewer.pacs.retrieving import Received

        def told(path: Path) -> None:
            with self._guard:
                for tap in self._taps:
                    tap.files.append(path)
            arrived(path)

        stop = listen(station, callers, Received(Incoming(folder, station.quota_mb), told))
        with self._guard:
            self._running = station

        def end() -> None:
            with self._guard:
                self._running = None
            stop()

        return end
