"""The settings while the window is open: what they make of the state, and what of the state is kept with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ptxviewer.app.disk.settings import Settings
from ptxviewer.app.display.overlay import MODES
from ptxviewer.app.ports import Services
from ptxviewer.app.state.screen import OverlayMode, State
from ptxviewer.app.store import Store
from ptxviewer.core.errors import PtxError


def with_settings(state: State, settings: Settings) -> State:
    """Return ``state`` as the reader has set it."""
    mode: OverlayMode = next((mode for mode in MODES if mode == settings.overlay_mode), "outline")
    return replace(
        state,
        overlay=replace(state.overlay, mode=mode, opacity=settings.overlay_opacity),
        annotations=settings.annotations,
        strip=settings.strip,
        panel=settings.panel,
        first_read_mode=settings.first_read,
        two_thresholds=settings.two_thresholds,
        identified=settings.screen_identified,
        reports_folder=Path(settings.reports_folder) if settings.reports_folder else None,
    )


def as_shown(settings: Settings, state: State) -> Settings:
    """Return ``settings`` with what the reader has switched on the screen itself."""
    return replace(
        settings,
        overlay_mode=state.overlay.mode,
        overlay_opacity=state.overlay.opacity,
        annotations=state.annotations,
        strip=state.strip,
        panel=state.panel,
    )


class Remembering:
    """The one owner of the settings."""

    def __init__(self, store: Store, services: Services, settings: Settings) -> None:
        self._store = store
        self._services = services
        self.settings = settings

    def take_over(self, settings: Settings) -> None:
        """Show what the reader chose; how the overlay is drawn now is no setting of the dialog."""
        self.settings = as_shown(settings, self._store.state)
        self._store.show(with_settings(self._store.state, self.settings))

    def keep(self, **changes: object) -> None:
        """Keep the settings together with how the overlay is drawn now."""
        self.settings = replace(as_shown(self.settings, self._store.state), **changes)  # type: ignore[arg-type]
        try:
            self._services.save_settings(self.settings)
        except PtxError as error:
            self._store.say(str(error), "warning")
