"""The settings while the window is open: part of the state, so that the displayed value is the stored one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ptxviewer.app.ports import Services
from ptxviewer.app.state.settings import Settings
from ptxviewer.app.store import Store
from ptxviewer.core.errors import PtxError

Change = Callable[[Settings], Settings]


def _same(settings: Settings) -> Settings:
    return settings


class Preferences:
    """Changes and saves the settings."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return self._store.state.settings

    def change(self, change: Change) -> None:
        """Change settings on the screen; they are saved when the window closes, or with the next ``save``."""
        self._store.edit(lambda state: replace(state, settings=change(state.settings)))

    def keep_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Write the keys of commands to disk; a failure is shown."""
        try:
            self._services.save_keys(keys)
        except PtxError as error:
            self._store.say(error.reason, "warning")

    def save(self, change: Change = _same) -> None:
        """Change settings and write them to disk; a failure is shown."""
        self.change(change)
        try:
            self._services.save_settings(self.settings)
        except PtxError as error:
            self._store.say(error.reason, "warning")
