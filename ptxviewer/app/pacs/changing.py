"""One change of the PACS part of the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ptxviewer.app.state.pacs import PacsState
from ptxviewer.app.store import Store


def change_pacs(store: Store, change: Callable[[PacsState], PacsState]) -> None:
    """Put what ``change`` makes of the present state of the network in its place."""
    store.edit(lambda state: replace(state, pacs=change(state.pacs)))
