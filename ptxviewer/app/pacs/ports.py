"""What the wing of the hospital's network is given by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.jobs import Lane, Post
from ptxviewer.core.archive import Network
from ptxviewer.core.pacs import PacsSettings


@dataclass(frozen=True)
class PacsServices:
    """``lane`` asks and fetches, ``sender`` sends: a large film on its way holds up no query."""

    network: Network
    lane: Lane
    sender: Lane
    outbox: Outbox
    received: Path  # the folder of what is fetched and received
    post: Post  # the way home from the listener's threads
    load: Callable[[], PacsSettings] = PacsSettings
    save: Callable[[PacsSettings], None] = lambda _settings: None
